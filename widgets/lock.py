"""The lock screen: hides every figure until someone signs in again; the engine goes on."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from widgets.intents import Intents
from widgets.parts import button, label, set_text


class LockScreen(QWidget):
    """Lies over the whole window."""

    def __init__(self, parent: QWidget, intents: Intents) -> None:
        super().__init__(parent)
        self._intents, self._window = intents, parent
        self.setAutoFillBackground(True)
        self.setAccessibleName("Locked")
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.password.setPlaceholderText("Password")
        self.password.setAccessibleName("Password")
        self.password.setFixedWidth(280)
        self.told = label("The engine goes on; nothing is approved while locked.", "muted")
        box = QVBoxLayout(self)
        box.setAlignment(Qt.AlignmentFlag.AlignCenter)
        box.setSpacing(12)
        for part in (label("Locked", name="big"), self.told, self.password):
            box.addWidget(part, 0, Qt.AlignmentFlag.AlignCenter)
        box.addWidget(button("Sign in", self._send, primary=True), 0, Qt.AlignmentFlag.AlignCenter)
        self.password.returnPressed.connect(self._send)
        self.hide()

    def lock(self) -> None:
        """Cover the window."""
        self.setGeometry(self._window.rect())
        self.password.clear()
        self.show()
        self.raise_()
        self.password.setFocus()

    def refuse(self, why: str) -> None:
        """The password was not right."""
        set_text(self.told, why)
        self.password.clear()

    def _send(self) -> None:
        self._intents.unlock.emit(self.password.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """No key reaches what lies below."""
        event.accept()
