"""The base of every dialog: a title, a body, buttons; Esc closes, focus starts in the body."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFormLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from widgets.parts import button, label


class Sheet(QDialog):
    """A dialog over the window; it never blocks the event loop (``open``, not ``exec``)."""

    def __init__(self, parent: QWidget, title: str, width: int = 560) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(width)
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(16, 14, 16, 14)
        self.box.setSpacing(10)
        heading = label(title, name="big")
        heading.setWordWrap(True)
        self.box.addWidget(heading)

    def words(self, text: str, tone: str = "") -> QLabel:
        """A paragraph."""
        made = label(text, tone, wrap=True)
        self.box.addWidget(made)
        return made

    def facts(self, rows: list[tuple[str, str, str]]) -> None:
        """Names, values and the ink of the values, line by line."""
        form = QFormLayout()
        form.setVerticalSpacing(4)
        form.setHorizontalSpacing(18)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for name, value, tone in rows:
            shown = label(value, tone, wrap=len(value) > 60)
            if len(value) <= 60:
                shown.setAlignment(Qt.AlignmentFlag.AlignRight)
            shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            form.addRow(label(name, "muted"), shown)
        self.box.addLayout(form)

    def buttons(self, *acts: tuple[str, Callable[[], object]], cancel: str = "Close") -> None:
        """Buttons on the right; the first is the one that Enter presses, each closes the sheet."""
        line = QHBoxLayout()
        line.addStretch(1)
        line.addWidget(button(cancel, self.reject))
        for at, (text, act) in enumerate(acts):
            made = button(text, partial(self._do, act), primary=at == 0)
            made.setDefault(at == 0)
            line.addWidget(made)
        self.box.addLayout(line)

    def _do(self, act: Callable[[], object]) -> None:
        act()
        self.accept()
