"""The import wizard: choose files, look at what was read and what is wrong, then take it in."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QFileDialog, QWidget

from engine.results import Problem
from widgets import text
from widgets.grid import GridView
from widgets.intents import Intents
from widgets.parts import button, set_text
from widgets.sheet import Sheet
from widgets.table import Column, Kind
from widgets.theme import Theme

PROBLEMS: tuple[Column[Problem], ...] = (
    Column("File", lambda r: r.source),
    Column("Line", lambda r: f"{r.line:,}" if r.line else "", Kind.NUMBER, lambda r: r.line),
    Column("Field", lambda r: r.field),
    Column("Read", lambda r: r.value),
    Column("Wrong", lambda r: r.rule, tone=lambda r: "loss"),
    Column("What to do", lambda r: r.remedy),
)


class ImportSheet(Sheet):
    """Nothing is written until the advisor has seen the trial and says so."""

    def __init__(self, parent: QWidget, theme: Theme, intents: Intents) -> None:
        super().__init__(parent, "Import files", 820)
        self._intents = intents
        self.files: tuple[str, ...] = ()
        self.told = self.words(
            "Lots, positions or transactions of a custodian (CSV, XML, XLSX). They are read on "
            "trial first; the book changes only when you take them in.",
            "muted",
        )
        self.box.addWidget(button("Choose files…", self._choose))
        self.problems: GridView[Problem] = GridView(
            theme,
            PROBLEMS,
            lambda r: f"{r.source}{r.line}{r.field}",
            "Problems",
            "Problems of the trial appear here, with file, line, what was read and what to do.",
        )
        self.problems.setMinimumHeight(260)
        self.box.addWidget(self.problems)
        self.accept_button = button("Take it in", self._accept, primary=True)
        self.accept_button.setEnabled(False)
        self.box.addWidget(self.accept_button)
        self.buttons()

    def _choose(self) -> None:
        found, _ = QFileDialog.getOpenFileNames(self, "Files of the custodian")
        if found:
            self.try_files(tuple(found))

    def try_files(self, paths: tuple[str, ...]) -> None:
        """Read files on trial."""
        self.files = paths
        set_text(self.told, f"Reading {text.plural(len(paths), 'file')} on trial …")
        self._intents.import_files.emit(paths)

    def show_trial(self, read: str, problems: Sequence[Problem]) -> None:
        """What the trial found; ``read`` says what would be taken in."""
        self.problems.show_rows(problems)
        wrong = f"; {text.plural(len(problems), 'problem')} to look at" if problems else ""
        set_text(self.told, f"{read}{wrong}. The book has not been touched.")
        self.accept_button.setEnabled(bool(read))

    def _accept(self) -> None:
        self._intents.import_accepted.emit()
        self.accept()
