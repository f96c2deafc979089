"""The import wizard: choose files, look at what was read and what is wrong, then take it in."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QFileDialog, QWidget

from engine.results import Problem
from widgets import text
from widgets.grid import GridView
from widgets.heading_map import HeadingMapper
from widgets.intents import Intents
from widgets.parts import button, label, row, set_text
from widgets.sheet import Sheet
from widgets.table import Column, Kind
from widgets.theme import Theme
from widgets.views import Trial, TrialRow

TRIAL: tuple[Column[TrialRow], ...] = (
    Column("File", lambda r: r.file),
    Column("Read as", lambda r: r.profile or "not recognised"),
    Column("New", lambda r: f"{r.new:,}", Kind.NUMBER, lambda r: r.new),
    Column("Changed", lambda r: f"{r.changed:,}", Kind.NUMBER, lambda r: r.changed),
    Column("Unchanged", lambda r: f"{r.unchanged:,}", Kind.NUMBER, lambda r: r.unchanged),
    Column("Closed", lambda r: f"{r.closed:,}", Kind.NUMBER, lambda r: r.closed),
    Column("And", lambda r: r.refused or r.other, tone=lambda r: "loss" if r.refused else "muted"),
)
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
        super().__init__(parent, "Import files", 900)
        self._intents = intents
        self.files: tuple[str, ...] = ()
        self.told = self.words(
            "Lots, positions, transactions or fills of a custodian (CSV, XML, XLSX, OFX). They are "
            "read on trial first; the book changes only when you take them in.",
            "muted",
        )
        self.account = QComboBox()
        self.account.setAccessibleName("Account of the rows")
        self.account.activated.connect(self._choose_account)
        self.box.addWidget(
            row(
                button("Choose files…", self._choose),
                None,
                label("Account", "muted"),
                self.account,
            )
        )
        self.trial: GridView[TrialRow] = GridView(
            theme, TRIAL, lambda r: r.file, "Trial", "What each file would change appears here."
        )
        self.trial.setMinimumHeight(120)
        self.box.addWidget(self.trial)
        self.mapper = HeadingMapper(intents)
        self.mapper.hide()
        self.box.addWidget(self.mapper)
        self.gaps = self.words("", "warn")
        self.gaps.hide()
        self.problems: GridView[Problem] = GridView(
            theme,
            PROBLEMS,
            lambda r: f"{r.source}{r.line}{r.field}",
            "Problems",
            "Problems of the trial appear here, with file, line, what was read and what to do.",
        )
        self.problems.setMinimumHeight(160)
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

    def show_trial(self, found: Trial) -> None:
        """What the trial found."""
        self.trial.show_rows(found.rows)
        self.problems.show_rows(found.problems)
        if self.account.count() != len(found.accounts) + 1:
            self.account.clear()
            self.account.addItem("As the files say", "")
            for account_id, name in found.accounts:
                self.account.addItem(name, account_id)
        self.mapper.setVisible(found.mapping is not None)
        if found.mapping is not None:
            self.mapper.take(found.mapping)
        self.gaps.setVisible(bool(found.gaps))
        more = f"\nand {len(found.gaps) - 4} more" if len(found.gaps) > 4 else ""
        set_text(self.gaps, "\n".join(found.gaps[:4]) + more)
        readable = [row for row in found.rows if not row.refused]
        wrong = text.plural(len(found.problems), "row") + " cannot be read and would be left out"
        told = wrong if found.problems else "Every row was read" if readable else "Nothing was read"
        set_text(self.told, f"{told}. The book has not been touched.")
        set_text(self.accept_button, "Take the good rows in" if found.problems else "Take it in")
        self.accept_button.setEnabled(bool(readable) and len(readable) == len(found.rows))

    def _choose_account(self) -> None:
        self._intents.import_account.emit(self.account.currentData())

    def _accept(self) -> None:
        self._intents.import_accepted.emit()
        self.accept()
