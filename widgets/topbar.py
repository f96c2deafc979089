"""The bar on top: whose household, what to do, how fresh the figures are."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QWidget

from widgets import text
from widgets.actions import key_text
from widgets.icons import icon
from widgets.parts import label, set_text, set_tone
from widgets.theme import Theme
from widgets.views import Mode, PracticeView, Status

STALE_FACTOR = 3
"""Past this many feed intervals a price is stale (red, frozen); past one it is late (amber)."""


def price_tone(status: Status) -> str:
    """Ink of the price age."""
    if status.frozen or status.price_at is None:
        return "loss"
    if status.price_age_s > STALE_FACTOR * status.feed_interval_s:
        return "loss"
    return "warn" if status.price_age_s > status.feed_interval_s else "muted"


def price_text(status: Status) -> str:
    """Price time and age, or why the flags stand still."""
    if status.price_at is None:
        return "No prices yet"
    fresh = f"Prices {text.clock(status.price_at)} · {text.age(status.price_age_s)} old"
    late = price_tone(status) == "loss"
    return f"{fresh} · flags frozen" if late else fresh


def engine_text(status: Status) -> str:
    """Engine rate in words."""
    if status.paused:
        return "Engine paused"
    if status.engine_rate_hz <= 0:
        return "Engine starting"
    paths = status.paths_per_second
    shown = f"{paths / 1e6:.1f} M" if paths >= 1e5 else f"{paths / 1e3:.1f} k"
    return f"Engine {status.engine_rate_hz:.1f} Hz · {shown} paths/s"


class TopBar(QWidget):
    """Household, command box, mode, engine rate, price age, market clock.

    Signals:
        households_asked: Open the household switcher.
        palette_asked: Open the command palette.
        mode_asked: The mode badge was pressed (leads to the gate on the scoreboard).
    """

    households_asked = Signal()
    palette_asked = Signal()
    mode_asked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.menu = QPushButton("Menu")
        self.menu.setAccessibleName("Menu")
        self.menu.setProperty("hasMenu", "true")
        self.household = QPushButton("No household open")
        self.household.setAccessibleName("Household")
        self.household.setToolTip("Switch household, Ctrl+H: type part of a name")
        self.household.clicked.connect(self.households_asked)
        self.command = QPushButton(f"Symbol, household or command    {key_text('Ctrl+K')}")
        self.command.setAccessibleName("Find anything")
        self.command.clicked.connect(self.palette_asked)
        self.mode = QPushButton("SHADOW")
        self.mode.setAccessibleName("Mode")
        self.mode.clicked.connect(self.mode_asked)
        self.simulated = label("SIMULATED MARKET", "warn", "badge")
        self.engine, self.prices = (
            label("Engine starting", "muted"),
            label("No prices yet", "muted"),
        )
        self.market = label()
        self.simulated.hide()
        self._lay_out()
        self.dress(theme)

    def _lay_out(self) -> None:
        box = QHBoxLayout(self)
        box.setContentsMargins(8, 5, 12, 5)
        box.setSpacing(12)
        box.addWidget(self.menu)
        box.addWidget(self.household)
        box.addWidget(self.command)
        box.addStretch(1)
        for part in (self.simulated, self.mode, self.engine, self.prices, self.market):
            box.addWidget(part)

    def hang(self, menus: Iterable[QMenu]) -> None:
        """Put the menus behind the menu button."""
        whole = QMenu(self)
        for menu in menus:
            whole.addMenu(menu)
        self.menu.setMenu(whole)

    def dress(self, theme: Theme) -> None:
        """Tint the icons."""
        self.household.setIcon(icon("household", theme, "muted"))
        self.command.setIcon(icon("search", theme, "muted"))
        self._mode_ink(theme)
        self._theme = theme

    def _mode_ink(self, theme: Theme) -> None:
        """Amber for SHADOW, teal for ACTIVE; the word says it too."""
        token = "gain" if self.mode.text().startswith("ACTIVE") else "warn"
        self.mode.setStyleSheet(f"color: {getattr(theme, token)}; font-weight: 600;")

    def show_practice(self, view: PracticeView) -> None:
        """Whose figures are on screen."""
        for item in view.households:
            if item.household_id == view.current_id:
                name = f"{item.name}  ·  {text.plural(item.accounts, 'account')}"
                set_text(self.household, name)

    def show_status(self, status: Status) -> None:
        """Mode, rates, ages and the clock."""
        mode = "ACTIVE" if status.mode is Mode.ACTIVE else "SHADOW"
        if self.mode.text() != mode:
            self.mode.setText(mode)
            active = status.mode is Mode.ACTIVE
            told = (
                "proposals may be approved and exported" if active else "forecasts are scored only"
            )
            self.mode.setToolTip(f"{mode}: {told}. Press for the gate and its criteria.")
            self._mode_ink(self._theme)
        self.simulated.setVisible(status.simulated)
        set_text(self.engine, engine_text(status))
        set_tone(self.engine, "warn" if status.paused else "muted")
        set_text(self.prices, price_text(status))
        set_tone(self.prices, price_tone(status))
        self.prices.setToolTip(status.frozen or "Age on the clock of the feed")
        self._show_market(status)

    def _show_market(self, status: Status) -> None:
        counted = status.market_phase != "Closed"
        left = f" {text.countdown(status.market_seconds)}" if counted else ""
        set_text(self.market, f"{status.market_phase}{left}")

    def compact(self, narrow: bool) -> None:
        """Leave out what a narrow window has no room for; the tips still say it."""
        self.engine.setVisible(not narrow)
        keys = key_text("Ctrl+K")
        self.command.setText(
            f"Find  {keys}" if narrow else f"Symbol, household or command    {keys}"
        )
