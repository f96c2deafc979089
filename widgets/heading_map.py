"""A file that nobody recognises: which of its headings is which field."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QGridLayout, QVBoxLayout, QWidget

from widgets.intents import Intents
from widgets.parts import button, label, row, set_text
from widgets.views import HeadingMap

NONE = "(none)"
ACROSS = 3


class HeadingMapper(QWidget):
    """The fields of a format, each with a choice of the file's headings."""

    def __init__(self, intents: Intents) -> None:
        super().__init__()
        self._intents = intents
        self._file = ""
        self.told = label("", "muted", wrap=True)
        self.form = QComboBox()
        self.form.setAccessibleName("Read it as")
        self.form.activated.connect(lambda _: self._send({}))
        self.fields: dict[str, QComboBox] = {}
        self._grid = QGridLayout()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.told)
        again = button("Read it again", lambda: self._send(self.headings()))
        box.addWidget(row(label("Read it as", "muted"), self.form, None, again))
        box.addLayout(self._grid)

    def take(self, found: HeadingMap) -> None:
        """Offer the headings of a file."""
        self._file = found.file
        set_text(self.told, f"{found.file}: say which heading is which field; * is needed.")
        self.form.clear()
        for name, title in found.profiles:
            self.form.addItem(title, name)
        self.form.setCurrentIndex(self.form.findData(found.profile))
        while (item := self._grid.takeAt(0)) is not None:
            if (gone := item.widget()) is not None:
                gone.deleteLater()
        self.fields = {}
        for at, (field, heading) in enumerate(found.fields):
            chosen = QComboBox()
            chosen.setAccessibleName(field)
            chosen.addItems([NONE, *found.headings])
            chosen.setCurrentText(heading or NONE)
            self.fields[field] = chosen
            line, place = divmod(at, ACROSS)
            mark = " *" if field in found.required else ""
            self._grid.addWidget(label(field.replace("_", " ") + mark, "muted"), line, 2 * place)
            self._grid.addWidget(chosen, line, 2 * place + 1)

    def headings(self) -> dict[str, str]:
        """Field to heading, as chosen."""
        return {
            field: chosen.currentText()
            for field, chosen in self.fields.items()
            if chosen.currentText() != NONE
        }

    def _send(self, headings: dict[str, str]) -> None:
        self._intents.import_mapped.emit(self._file, self.form.currentData(), headings)
