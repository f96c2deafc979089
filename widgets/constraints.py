"""F4, the constraint matrix: limits, what is used, what binds and what it costs."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QVBoxLayout, QWidget

from engine.records import Rule
from widgets import text
from widgets.grid import GridView
from widgets.intents import Intents
from widgets.parts import Card, button, column, label, row, set_text, set_tone, split
from widgets.table import Column, Kind
from widgets.theme import Theme
from widgets.vectors import in_unit, price_text
from widgets.views import ConstraintRowView, ConstraintsView

RULES = {
    Rule.CASH_NEED_USD: "Raise cash, $",
    Rule.NET_GAIN_MAX_USD: "Net gain at most, $",
    Rule.TAX_MAX_USD: "Tax at most, $",
    Rule.TRACKING_ERROR_MAX: "Tracking error at most, %",
    Rule.POSITION_MAX_WEIGHT: "Position at most, %",
    Rule.SECTOR_MAX_WEIGHT: "Sector at most, %",
    Rule.NEVER_BUY: "Never buy",
    Rule.NEVER_SELL: "Never sell",
    Rule.MIN_HOLDING_DAYS: "Hold at least, days",
    Rule.MIN_TRADE_USD: "Trade at least, $",
    Rule.WHOLE_SHARES: "Whole shares only",
    Rule.TURNOVER_MAX: "Turnover at most, %",
    Rule.CASH_MIN_WEIGHT: "Cash at least, %",
    Rule.CASH_MAX_WEIGHT: "Cash at most, %",
    Rule.LOSS_HARVEST_ONLY: "Sell at a loss only",
}
WORDS = (
    "A limit binds when the best set of trades would go past it. Its price says what one more unit "
    "of it (a dollar, a percent point, a day) would be worth in net alpha. A hard limit is never "
    "broken; a soft one may be, at its price."
)
PERCENT = frozenset(
    {
        Rule.TRACKING_ERROR_MAX,
        Rule.POSITION_MAX_WEIGHT,
        Rule.SECTOR_MAX_WEIGHT,
        Rule.TURNOVER_MAX,
        Rule.CASH_MIN_WEIGHT,
        Rule.CASH_MAX_WEIGHT,
    }
)
"""Rules typed as percent and kept as fractions."""


def share_used(row: ConstraintRowView) -> float:
    """How much of the limit is used; NaN before a solve."""
    if row.used is None or not row.constraint.limit:
        return float("nan")
    return float(row.used / row.constraint.limit)


def state(row: ConstraintRowView) -> str:
    """Binding, within or broken, in words."""
    return row.broken or ("binding" if row.binding else "within")


COLUMNS: tuple[Column[ConstraintRowView], ...] = (
    Column("Rule", lambda r: r.label),
    Column("For", lambda r: r.scope),
    Column("By", lambda r: text.day(r.constraint.by_on) if r.constraint.by_on else "", spare=3),
    Column("Kind", lambda r: "hard" if r.constraint.hard else "soft", spare=2),
    Column(
        "Limit",
        lambda r: in_unit(r.constraint.rule, r.constraint.limit),
        Kind.NUMBER,
        lambda r: float(r.constraint.limit),
    ),
    Column(
        "Used",
        lambda r: in_unit(r.constraint.rule, r.used),
        Kind.NUMBER,
        lambda r: float(r.used or 0),
    ),
    Column(
        "Share",
        lambda r: text.percent(share_used(r)) if r.used is not None else "",
        Kind.CHANCE,
        share_used,
        width=90,
    ),
    Column("State", state, tone=lambda r: "loss" if r.broken else "warn" if r.binding else "muted"),
    Column(
        "Price of one unit, $",
        price_text,
        Kind.NUMBER,
        lambda r: float(r.shadow_price_usd),
        help="Dollars of alpha that one more unit of the limit would be worth",
    ),
    Column("As of", lambda r: text.clock(r.as_of), Kind.NUMBER, spare=1),
)


def typed_limit(rule: Rule, typed: str) -> Decimal | None:
    """The limit behind what was typed; ``None`` when it is not a figure."""
    try:
        value = Decimal(typed.replace(",", "").replace("$", "").replace("%", "").strip() or "1")
    except InvalidOperation:
        return None
    if not value.is_finite() or value < 0:
        return None
    return value / 100 if rule in PERCENT else value


class ConstraintsScreen(QWidget):
    """The matrix and a line to change or add a row; a change is solved again at once."""

    def __init__(self, theme: Theme, intents: Intents) -> None:
        super().__init__()
        self._intents = intents
        self._rows: dict[str, ConstraintRowView] = {}
        self.table: GridView[ConstraintRowView] = GridView(
            theme,
            COLUMNS,
            lambda r: r.constraint.constraint_id,
            "Constraint matrix",
            "No limits yet. Choose a rule below and set its limit.",
        )
        self.table.cells.tick = 1.0
        self.limit, self.hard = QLineEdit(), QCheckBox("Hard: never broken")
        self.limit.setAccessibleName("New limit of the chosen row")
        self.chosen = label("Choose a row to change its limit", "muted", wrap=True)
        self.rule, self.scope, self.new_limit = QComboBox(), QLineEdit(), QLineEdit()
        self.rule.setAccessibleName("Rule")
        self.scope.setAccessibleName("For which account, security or sector")
        self.scope.setPlaceholderText("Household")
        self.new_limit.setAccessibleName("Limit")
        self.new_limit.setPlaceholderText("Limit")
        for rule, name in RULES.items():
            self.rule.addItem(name, rule.value)
        self.told = label("", "muted", wrap=True)
        self._lay_out()
        self.table.chosen.connect(self._choose)
        self.limit.returnPressed.connect(self._change)

    def _lay_out(self) -> None:
        """The matrix on the left; on the right the chosen row to change, and a row to add."""
        self.set_button = button("Set and solve again", self._change, primary=True)
        self.remove_button = button("Remove", self._remove)
        for made in (self.set_button, self.remove_button):
            made.setEnabled(False)
        again = button("Solve again", self._intents.solve.emit)
        buttons = row(self.set_button, self.remove_button, None, again)
        change = column(self.chosen, self.limit, self.hard, buttons, self.told)
        add = column(self.rule, self.scope, self.new_limit, row(button("Add", self._add), None))
        words = label(WORDS, "muted", wrap=True)
        side = column(
            Card("Change the chosen limit", change),
            Card("Add a limit", add),
            Card("How to read it", words),
        )
        box = side.layout()
        if isinstance(box, QVBoxLayout):
            box.addStretch(1)
        self._card = Card("Constraint matrix", self.table)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        whole = split("limits", Qt.Orientation.Horizontal, (self._card, side), (72, 28))
        outer.addWidget(whole)

    def dress(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.table.dress(theme)

    def take(self, view: ConstraintsView) -> None:
        """Show the matrix as it was solved last."""
        self._rows = {r.constraint.constraint_id: r for r in view.rows}
        self.table.show_rows(view.rows)
        binding = sum(r.binding for r in view.rows)
        self._card.say(f"{binding} binding  ·  expected alpha {text.money(view.alpha_usd)}")
        set_text(self.told, "Solving again …" if view.solving else view.told)
        set_tone(self.told, "accent" if view.solving else "muted")

    def _choose(self, constraint_id: str) -> None:
        """Offer the chosen row's limit for a change."""
        found = self._rows.get(constraint_id)
        if found is None:
            return
        rule, limit = found.constraint.rule, found.constraint.limit
        shown = limit * 100 if rule in PERCENT else limit
        unit = "%" if rule in PERCENT else "$" if rule.value.endswith("_usd") else ""
        self.limit.setText(f"{shown.normalize():f}")
        self.hard.setChecked(found.constraint.hard)
        self.chosen.setText(f"{found.label}, {found.scope}{', ' + unit if unit else ''}")
        for made in (self.set_button, self.remove_button):
            made.setEnabled(True)

    def _change(self) -> None:
        """Send the new limit out, unless it is no figure."""
        found = self._rows.get(self.table.current_id())
        if found is None:
            return
        limit = typed_limit(found.constraint.rule, self.limit.text())
        if limit is None:
            self._complain(self.limit.text())
            return
        chosen = found.constraint.constraint_id
        self._intents.limit_edited.emit(chosen, limit, self.hard.isChecked())

    def _add(self) -> None:
        rule = Rule(self.rule.currentData())
        limit = typed_limit(rule, self.new_limit.text())
        if limit is None:
            self._complain(self.new_limit.text())
            return
        self._intents.limit_added.emit(rule.value, self.scope.text().strip(), limit)

    def _remove(self) -> None:
        if chosen := self.table.current_id():
            self._intents.limit_removed.emit(chosen)

    def _complain(self, typed: str) -> None:
        """Say what was read and what is wanted."""
        set_text(self.told, f"Read “{typed}”: a limit is a figure of 0 or more, as in 10,000.")
        set_tone(self.told, "loss")
        self.limit.setFocus(Qt.FocusReason.OtherFocusReason)
