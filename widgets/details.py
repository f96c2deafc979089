"""What a household says of itself, as a text to edit; a gap of the context audit leads here."""

from __future__ import annotations

from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from widgets.intents import Intents
from widgets.sheet import Sheet
from widgets.views import Details

WORDS = (
    "Each field is read again before it is kept; one that will not do is told and nothing changes. "
    "Lots, trades and cash come from the custodian's files, limits from F4."
)


class DetailsSheet(Sheet):
    """The household's people, accounts, tax profile and plans."""

    def __init__(self, parent: QWidget, told: Details, intents: Intents) -> None:
        super().__init__(parent, f"{told.name}: details", 680)
        self._intents = intents
        if told.why:
            self.words(told.why, "warn")
        self.words(WORDS, "muted")
        self.page = QPlainTextEdit(told.text)
        self.page.setAccessibleName("Details of the household")
        self.page.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.page.setMinimumHeight(420)
        self.box.addWidget(self.page)
        self.buttons(("Keep and audit again", self._keep), cancel="Cancel")

    def _keep(self) -> None:
        self._intents.details_saved.emit(self.page.toPlainText())
