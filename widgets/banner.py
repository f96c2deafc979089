"""The banner: one calm line over the screen for what needs the advisor, with a way to act."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from widgets.parts import button, label


class Banner(QWidget):
    """Hidden until something must be said; never more than one line.

    Signals:
        opened: The advisor wants to see what it speaks of. arg: the key it was given.
    """

    opened = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._key = ""
        self.words = label("", name="banner", wrap=True)
        self.words.setAccessibleName("Notice")
        self.open_button = button("Show", self._open)
        self.close_button = button("Dismiss", self.hide)
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.words, 1)
        box.addWidget(self.open_button, 0, Qt.AlignmentFlag.AlignVCenter)
        box.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.hide()

    def say(self, words: str, key: str = "") -> None:
        """Say something; with a key there is a button that leads to it."""
        self._key = key
        self.words.setText(words)
        self.open_button.setVisible(bool(key))
        self.show()

    def _open(self) -> None:
        """Lead to it and be gone."""
        self.hide()
        self.opened.emit(self._key)
