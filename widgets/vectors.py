"""The three vectors the engine works from, with their time stamps: volatility, signals, limits."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from engine.records import Rule
from widgets import text
from widgets.grid import GridView
from widgets.table import Column, Kind
from widgets.theme import Theme
from widgets.views import ConstraintRowView, DeskView, MarketSignal, VolatilityState


def stale_tone(row: VolatilityState | MarketSignal) -> str:
    """Amber for what is too old; the time says it too."""
    return "warn" if row.stale else "muted"


def when(row: VolatilityState | MarketSignal) -> str:
    """Time stamp, and the word when it is too old."""
    return text.clock(row.as_of, with_seconds=False) + (" stale" if row.stale else "")


def in_unit(rule: Rule, amount: Decimal | None) -> str:
    """An amount of a rule in the rule's unit."""
    if amount is None:
        return text.NONE
    name = rule.value
    if name.endswith("_usd"):
        return text.money(amount)
    if rule is Rule.MIN_HOLDING_DAYS:
        return text.plural(int(amount), "day")
    if rule in (Rule.NEVER_BUY, Rule.NEVER_SELL, Rule.WHOLE_SHARES, Rule.LOSS_HARVEST_ONLY):
        return "yes" if amount else "no"
    return text.percent(amount, 2)


def used_text(row: ConstraintRowView) -> str:
    """Used of limit."""
    rule = row.constraint.rule
    return f"{in_unit(rule, row.used)} of {in_unit(rule, row.constraint.limit)}"


def price_text(row: ConstraintRowView) -> str:
    """What the limit costs, or that it cannot be met."""
    if row.broken:
        return "cannot be met"
    return text.money(row.shadow_price_usd, 2) if row.binding else text.NONE


VOLATILITY: tuple[Column[VolatilityState], ...] = (
    Column("Name", lambda r: r.name),
    Column(
        "Vol, year", lambda r: text.percent(r.annual, 1), Kind.NUMBER, lambda r: r.annual, live=True
    ),
    Column(
        "Usual",
        lambda r: text.percent(r.usual_annual, 1),
        Kind.NUMBER,
        lambda r: r.usual_annual,
        spare=2,
    ),
    Column("Regime", lambda r: r.regime, live=True, spare=1),
    Column("As of", when, Kind.NUMBER, lambda r: r.as_of.timestamp(), live=True, tone=stale_tone),
)
SIGNALS: tuple[Column[MarketSignal], ...] = (
    Column("Signal", lambda r: r.name),
    Column("Reading", lambda r: r.reading, live=True),
    Column("Lean", lambda r: text.signed(r.lean, 2), Kind.SIGNED, lambda r: r.lean, live=True),
    Column("Evidence", lambda r: r.evidence, spare=1),
    Column("As of", when, Kind.NUMBER, lambda r: r.as_of.timestamp(), live=True, tone=stale_tone),
)
LIMITS: tuple[Column[ConstraintRowView], ...] = (
    Column("Rule", lambda r: r.label, tone=lambda r: "warn" if r.binding or r.broken else ""),
    Column("Used", used_text, Kind.NUMBER, lambda r: float(r.used or 0), live=True),
    Column("Price, $", price_text, Kind.NUMBER, lambda r: float(r.shadow_price_usd), live=True),
    Column(
        "As of",
        lambda r: text.clock(r.as_of, with_seconds=False),
        Kind.NUMBER,
        lambda r: r.as_of.timestamp(),
        live=True,
        tone=lambda r: "muted",
        spare=1,
    ),
)


class VectorsPanel(QWidget):
    """Volatility state, market signals, constraint matrix.

    Attributes:
        volatility: First vector.
        signals: Second vector.
        limits: Third vector.

    Signals:
        limit_chosen: Enter on a limit. arg: constraint id.
    """

    limit_chosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.volatility: GridView[VolatilityState] = GridView(
            theme,
            VOLATILITY,
            lambda r: r.name,
            "Volatility state",
            "Volatility appears after the first bars of the session.",
        )
        self.signals: GridView[MarketSignal] = GridView(
            theme,
            SIGNALS,
            lambda r: r.name,
            "Market signals",
            "Signals appear after the first bars of the session.",
        )
        self.limits: GridView[ConstraintRowView] = GridView(
            theme,
            LIMITS,
            lambda r: r.constraint.constraint_id,
            "Limits in force",
            "No limits are set for this household. Add them on F4.",
        )
        self.limits.drilled.connect(self.limit_chosen)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.volatility, "Volatility")
        self.tabs.addTab(self.signals, "Signals")
        self.tabs.addTab(self.limits, "Limits")
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.tabs)

    def grids(
        self,
    ) -> tuple[GridView[VolatilityState], GridView[MarketSignal], GridView[ConstraintRowView]]:
        """The three tables."""
        return self.volatility, self.signals, self.limits

    def take(self, view: DeskView) -> None:
        """Show a snapshot."""
        self.volatility.show_rows(view.volatility)
        self.signals.show_rows(view.signals)
        self.limits.show_rows(view.constraints)

    def note(self, view: DeskView) -> str:
        """What stands out: limits that bind, readings that are too old."""
        binding = sum(row.binding for row in view.constraints)
        stale = sum(row.stale for row in view.signals) + sum(row.stale for row in view.volatility)
        parts = (f"{binding} binding" if binding else "", f"{stale} stale" if stale else "")
        return "  ·  ".join(part for part in parts if part)
