"""The positions grid: what each position could be worth harvested, live."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.records import Account, Security
from engine.results import PositionValue
from widgets import text
from widgets.cells import state_text
from widgets.grid import GridView
from widgets.table import Column, Kind
from widgets.theme import Theme
from widgets.views import DeskView


@dataclass(frozen=True, slots=True)
class PositionRow:
    """A position with its names and the end of the forecast's window."""

    position: PositionValue
    security: Security
    account: Account
    ends_at: datetime | None


def window_text(row: PositionRow) -> str:
    """Until when the chance holds, New York."""
    if row.ends_at is None or not row.position.probability:
        return text.NONE
    return f"to {text.clock(row.ends_at, with_seconds=False)}"


COLUMNS: tuple[Column[PositionRow], ...] = (
    Column("Symbol", lambda r: r.security.symbol),
    Column("Account", lambda r: r.account.name, spare=3),
    Column(
        "Lots", lambda r: f"{r.position.lots:,}", Kind.NUMBER, lambda r: r.position.lots, spare=4
    ),
    Column(
        "Value $",
        lambda r: text.number(r.position.market_usd),
        Kind.NUMBER,
        lambda r: float(r.position.market_usd),
        live=True,
        spare=2,
    ),
    Column(
        "Unrealized $",
        lambda r: text.signed(r.position.unrealized_usd),
        Kind.SIGNED,
        lambda r: float(r.position.unrealized_usd),
        live=True,
    ),
    Column(
        "Alpha $",
        lambda r: text.signed(r.position.alpha_usd),
        Kind.SIGNED,
        lambda r: r.position.alpha_usd,
        live=True,
        help="Expected net alpha of the best harvest in the position",
    ),
    Column(
        "Alpha, 1 h",
        lambda r: "",
        Kind.SPARK,
        lambda r: r.position.alpha_usd,
        live=True,
        width=70,
        spare=1,
    ),
    Column(
        "P(hit)",
        lambda r: text.probability(r.position.probability),
        Kind.CHANCE,
        lambda r: r.position.probability,
        live=True,
        width=60,
        help="Highest chance of its lots; the mark is the setting from which a lot is flagged",
    ),
    Column("Window", window_text, spare=5, help="End of the forecast's window, New York"),
    Column(
        "State",
        lambda r: state_text(r.position.state),
        Kind.STATE,
        lambda r: r.position.state,
        live=True,
    ),
)


def position_rows(view: DeskView) -> list[PositionRow]:
    """Every position with its names."""
    accounts = {a.account_id: a for a in view.household.accounts}
    forecasts = view.evaluation.forecasts
    ends_at = forecasts[0].window_ends_at if forecasts else None
    return [
        PositionRow(p, view.securities[p.security_id], accounts[p.account_id], ends_at)
        for p in view.evaluation.positions
    ]


class PositionsPanel(QWidget):
    """Every position of the household.

    Signals:
        chosen: arg: security id.
        drilled: Enter. arg: security id.
        noted: Text for the card's note.
    """

    chosen = Signal(str)
    drilled = Signal(str)
    noted = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.table: GridView[PositionRow] = GridView(
            theme,
            COLUMNS,
            lambda r: f"{r.position.account_id}/{r.position.security_id}",
            "Positions",
            "Positions appear here once lots are imported and the first prices have come.",
        )
        self.table.chosen.connect(lambda i: self.chosen.emit(i.partition("/")[2]))
        self.table.drilled.connect(lambda i: self.drilled.emit(i.partition("/")[2]))
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.table)

    def take(self, view: DeskView) -> None:
        """Show a snapshot."""
        self.table.cells.tick = view.flag_probability
        self.table.show_rows(position_rows(view), view.alpha_history)
        lots = sum(p.lots for p in view.evaluation.positions)
        counted = text.plural(len(view.evaluation.positions), "position")
        self.noted.emit(f"{counted}  ·  {text.plural(lots, 'lot')}")
