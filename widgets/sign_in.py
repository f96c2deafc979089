"""Another user signs in: for a second signature, or at the change of a shift."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from widgets.intents import Intents
from widgets.parts import label, row
from widgets.sheet import Sheet
from widgets.views import PracticeView


class SignInSheet(Sheet):
    """Choose a user and give the passphrase; or change one's own."""

    def __init__(self, parent: QWidget, practice: PracticeView, intents: Intents) -> None:
        super().__init__(parent, "Sign in as", 460)
        self._intents = intents
        self.user = QComboBox()
        self.user.setAccessibleName("User")
        for item in practice.users:
            self.user.addItem(f"{item.name} ({item.roles})", item.user_id)
        self.user.setCurrentIndex(max(0, self.user.findData(practice.user_id)))
        self.passphrase = _secret("Passphrase")
        self.new = _secret("New passphrase, to change yours")
        self.box.addWidget(row(label("User", "muted"), None, self.user))
        self.box.addWidget(self.passphrase)
        self.box.addWidget(self.new)
        self.words(
            "Whoever is signed in signs every decision, and the log names them. A user without a "
            "passphrase signs in without one.",
            "muted",
        )
        self.buttons(("Sign in", self._send), cancel="Cancel")

    def _send(self) -> None:
        """Sign in; with a new passphrase, change it after that."""
        typed = self.passphrase.text()
        self._intents.sign_in.emit(self.user.currentData(), typed)
        if self.new.text():
            self._intents.passphrase_changed.emit(typed, self.new.text())


def _secret(name: str) -> QLineEdit:
    """A field whose text is not shown."""
    field = QLineEdit()
    field.setEchoMode(QLineEdit.EchoMode.Password)
    field.setPlaceholderText(name)
    field.setAccessibleName(name)
    return field
