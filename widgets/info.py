"""Sheets that tell: shortcuts, help, about and licences, first steps, a fault of our own."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QPlainTextEdit, QTextBrowser, QWidget

from widgets.actions import ACTIONS, Scope, key_text
from widgets.parts import label
from widgets.sheet import Sheet

PARTS = (
    ("PySide6-Essentials", "Qt for Python, LGPL-3.0: dynamic libraries that you may replace"),
    ("pyqtgraph", "MIT"),
    ("numpy", "BSD-3-Clause"),
    ("numba", "BSD-2-Clause"),
    ("cvxpy", "Apache-2.0"),
    ("pandas", "BSD-3-Clause"),
    ("typst", "Apache-2.0"),
    ("sqlcipher3", "zlib, with SQLCipher: BSD-3-Clause"),
)
STEPS = (
    ("Look at the queue", "Proposals stand there with the chance and the net value of each."),
    ("Ask why", "Press E on one: the sum, the paths, the limit that binds, the record."),
    ("Approve, stage or reject", "A, S or R. Nothing leaves without your signature."),
    ("Try a what-if", "F5: move a slider; the book is not touched."),
    ("Make the report", "Ctrl+P: the Efficiency Report as PDF, CSV and JSON."),
)


class ShortcutSheet(Sheet):
    """Every key on one sheet, by where it acts."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "Shortcuts", 760)
        grid = QGridLayout()
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(3)
        entries = [e for e in ACTIONS if e.shortcut]
        half = -(-len(entries) // 2)
        for at, entry in enumerate(sorted(entries, key=lambda e: list(Scope).index(e.scope))):
            line, side = at % half, 2 * (at // half)
            grid.addWidget(label(key_text(entry.shortcut), "accent"), line, side)
            where = "" if entry.scope is Scope.WINDOW else f"  ({entry.scope.value.lower()})"
            grid.addWidget(label(entry.title + where), line, side + 1)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        self.box.addLayout(grid)
        self.words("Single letters act only while the approval queue has the focus.", "muted")
        self.buttons()


def help_text(screen: str) -> str:
    """The help page of a screen, Markdown.

    Raises:
        FileNotFoundError: If the screen has none.
    """
    return (files("resources") / "help" / f"{screen}.md").read_text("utf-8")


class HelpSheet(Sheet):
    """What a screen shows and what its words mean."""

    def __init__(self, parent: QWidget, screen: str) -> None:
        super().__init__(parent, "Help", 640)
        page = QTextBrowser()
        page.setMarkdown(help_text(screen))
        page.setMinimumHeight(420)
        page.setAccessibleName("Help")
        self.box.addWidget(page)
        self.buttons()


class AboutSheet(Sheet):
    """Version and licences."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, f"Lotlight {installed('lotlight')}", 560)
        self.words(
            "Predictive tax-loss harvesting and holistic direct indexing for financial advisors. "
            "Apache-2.0. Lotlight computes; it gives no tax or investment advice."
        )
        rows = [(f"{name} {installed(name)}", licence, "muted") for name, licence in PARTS]
        self.facts([*rows, ("Inter", "SIL Open Font License 1.1", "muted")])
        self.buttons()


def installed(name: str) -> str:
    """Version of a package, "" when it is not installed as one."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


class WelcomeSheet(Sheet):
    """First steps with the demonstration book."""

    def __init__(self, parent: QWidget, new_book: Callable[[], object]) -> None:
        super().__init__(parent, "Welcome to Lotlight", 560)
        self.words(
            "This is the demonstration book: three invented households on a simulated market. "
            "Nothing in it is real, and nothing you do here can be wrong."
        )
        for at, (step, what) in enumerate(STEPS):
            self.words(f"{at + 1}.  {step}")
            self.words(f"      {what}", "muted")
        self.words(
            "Your own book: make it, describe a household in it, and read the files of your "
            "custodian with Ctrl+I."
        )
        self.buttons(("Begin with the demonstration", lambda: None), ("New book…", new_book))


class CrashSheet(Sheet):
    """A fault of Lotlight's own, with details to copy and what is safe."""

    def __init__(self, parent: QWidget, details: str, safe: str) -> None:
        super().__init__(parent, "Something went wrong in Lotlight", 620)
        self.words(f"It is a fault of ours, not of yours. {safe}")
        shown = QPlainTextEdit(details)
        shown.setReadOnly(True)
        shown.setAccessibleName("Details")
        shown.setMinimumHeight(200)
        self.box.addWidget(shown)
        self.buttons(("Copy the details", lambda: QGuiApplication.clipboard().setText(details)))
