"""The left rail: eight screens, F1 to F8."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from widgets.icons import icon
from widgets.theme import Theme

SCREENS = (
    ("desk", "Desk", "F1"),
    ("lot", "Lot", "F2"),
    ("household", "Household", "F3"),
    ("constraints", "Limits", "F4"),
    ("whatif", "What-if", "F5"),
    ("wash", "Wash sale", "F6"),
    ("score", "Score", "F7"),
    ("audit", "Audit", "F8"),
)
"""Icon and id, name on the rail, key."""


class Rail(QWidget):
    """Chooses the screen.

    Signals:
        chosen: arg: the screen's place, from 0.
    """

    chosen = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._group = QButtonGroup(self)
        self.buttons: list[QToolButton] = []
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 4, 0, 4)
        box.setSpacing(0)
        for at, (name, title, key) in enumerate(SCREENS):
            made = QToolButton()
            made.setObjectName("screen")
            made.setCheckable(True)
            made.setText(f"{title}\n{key}")
            made.setAccessibleName(f"{title}, {key}")
            made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            made.setIconSize(QSize(20, 20))
            made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            made.setProperty("icon_name", name)
            self._group.addButton(made, at)
            self.buttons.append(made)
            box.addWidget(made)
        box.addStretch(1)
        self._group.idClicked.connect(self.chosen)
        self.buttons[0].setChecked(True)
        self.dress(theme)

    def dress(self, theme: Theme) -> None:
        """Tint the icons."""
        for made in self.buttons:
            made.setIcon(icon(str(made.property("icon_name")), theme, "muted"))

    def select(self, at: int) -> None:
        """Show which screen is on."""
        self.buttons[at].setChecked(True)
