"""The command box, Ctrl+K, and the household switcher: type, arrow, Enter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QWidget

from widgets.parts import label
from widgets.sheet import Sheet

MOST = 40


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to be found: what is shown, what else it answers to, what it does."""

    title: str
    detail: str
    act: Callable[[], object]


def ranked(entries: Sequence[Entry], typed: str) -> list[Entry]:
    """Entries that hold every word typed: first those that begin with it, then by title."""
    words = typed.casefold().split()
    found = []
    for at, entry in enumerate(entries):
        title, all_text = entry.title.casefold(), f"{entry.title} {entry.detail}".casefold()
        if all(word in all_text for word in words):
            first = bool(words) and title.startswith(words[0])
            in_title = all(word in title for word in words)
            found.append((not first, not in_title, at, entry))
    return [entry for *_, entry in sorted(found, key=lambda f: f[:3])[:MOST]]


class Palette(Sheet):
    """Finds entries as one types; Enter does the first."""

    def __init__(self, parent: QWidget, title: str, hint: str, entries: Sequence[Entry]) -> None:
        super().__init__(parent, title, 620)
        self._entries = entries
        self._found: list[Entry] = []
        self.line, self.list = QLineEdit(), QListWidget()
        self.line.setPlaceholderText(hint)
        self.line.setAccessibleName(title)
        self.list.setAccessibleName("Found")
        self.list.setMinimumHeight(320)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.none = label("Nothing has these words in it.", "muted")
        for part in (self.line, self.none, self.list):
            self.box.addWidget(part)
        self.line.installEventFilter(self)
        self.line.textChanged.connect(self._find)
        self.line.returnPressed.connect(self._do_current)
        self.list.itemActivated.connect(lambda _: self._do_current())
        self._find("")
        self.line.setFocus(Qt.FocusReason.PopupFocusReason)

    def _find(self, typed: str) -> None:
        """Show what holds the words."""
        self._found = ranked(self._entries, typed)
        self.list.clear()
        for entry in self._found:
            self.list.addItem(QListWidgetItem(f"{entry.title}    {entry.detail}"))
        self.list.setCurrentRow(0)
        self.none.setVisible(not self._found)

    def _do_current(self) -> None:
        """Do what is current and close."""
        at = self.list.currentRow()
        if 0 <= at < len(self._found):
            self.accept()
            self._found[at].act()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows in the line move in the list."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            by = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if by is not None and self._found:
                self.list.setCurrentRow((self.list.currentRow() + by) % len(self._found))
                return True
        return super().eventFilter(watched, event)
