"""The lock screen: hides every figure until someone signs in again; the engine goes on."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from widgets.intents import Intents
from widgets.parts import button, label, set_text

WORDS = "The engine goes on; nothing is approved while locked."


class LockScreen(QWidget):
    """Lies over the whole window; no action of the window acts while it does."""

    def __init__(self, parent: QWidget, intents: Intents) -> None:
        super().__init__(parent)
        self._intents, self._window = intents, parent
        self.setAutoFillBackground(True)
        self.setAccessibleName("Locked")
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.password.setPlaceholderText("Passphrase")
        self.password.setAccessibleName("Passphrase")
        self.password.setFixedWidth(280)
        self.told = label(WORDS, "muted")
        box = QVBoxLayout(self)
        box.setAlignment(Qt.AlignmentFlag.AlignCenter)
        box.setSpacing(12)
        for part in (label("Locked", name="big"), self.told, self.password):
            box.addWidget(part, 0, Qt.AlignmentFlag.AlignCenter)
        box.addWidget(button("Sign in", self._send, primary=True), 0, Qt.AlignmentFlag.AlignCenter)
        self.password.returnPressed.connect(self._send)
        self.hide()
        parent.installEventFilter(self)

    def lock(self) -> None:
        """Cover the window."""
        self.setGeometry(self._window.rect())
        self.password.clear()
        set_text(self.told, WORDS)
        self._allow(actions=False)
        self.show()
        self.raise_()
        self.password.setFocus()

    def open(self) -> None:
        """Whoever signed in may go on."""
        self._allow(actions=True)
        self.hide()

    def refuse(self, why: str) -> None:
        """The passphrase was not right."""
        set_text(self.told, why)
        self.password.clear()

    def _allow(self, *, actions: bool) -> None:
        """Let the window's actions act, or none of them."""
        for action in self._window.findChildren(QAction):
            action.setEnabled(actions)

    def _send(self) -> None:
        self._intents.unlock.emit(self.password.text())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Cover the window at any size."""
        if event.type() is QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self._window.rect())
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """No key reaches what lies below."""
        event.accept()
