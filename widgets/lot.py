"""F2, the lot: harvest now or wait, the lots ladder, wash neighbours, substitutes."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.records import Term
from widgets import text
from widgets.cells import state_text
from widgets.grid import GridView
from widgets.intents import Intents
from widgets.parts import Card, label, set_text, split
from widgets.table import Column, Kind
from widgets.theme import Theme
from widgets.views import LotRow, LotView, Substitute, WashNeighbour
from widgets.wait_chart import WaitPanel


def term_text(row: LotRow) -> str:
    """Long, or short until when."""
    return "long" if row.term is Term.LONG else f"short to {text.day(row.long_on)}"


def chance(row: LotRow) -> float:
    """Touch probability, NaN where there is no forecast."""
    return row.forecast.probability if row.forecast is not None else float("nan")


def threshold_text(row: LotRow) -> str:
    """Harvest price of the lot."""
    return text.number(row.forecast.threshold_usd, 2) if row.forecast is not None else text.NONE


LOTS: tuple[Column[LotRow], ...] = (
    Column("Symbol", lambda r: r.security.symbol),
    Column("Account", lambda r: r.account.name, spare=3),
    Column("Bought", lambda r: text.day(r.lot.acquired_on), Kind.NUMBER),
    Column("Term", term_text, spare=2),
    Column(
        "Shares",
        lambda r: text.shares(r.lot.shares),
        Kind.NUMBER,
        lambda r: float(r.lot.shares),
        spare=1,
    ),
    Column(
        "Basis $",
        lambda r: text.number(r.lot.basis_usd),
        Kind.NUMBER,
        lambda r: float(r.lot.basis_usd),
        spare=5,
    ),
    Column(
        "Value $",
        lambda r: text.number(r.market_usd),
        Kind.NUMBER,
        lambda r: float(r.market_usd),
        live=True,
        spare=6,
    ),
    Column(
        "Gain $", lambda r: text.signed(r.gain_usd), Kind.SIGNED, lambda r: float(r.gain_usd), True
    ),
    Column(
        "Harvest at $",
        threshold_text,
        Kind.NUMBER,
        lambda r: r.forecast.threshold_usd if r.forecast is not None else 0.0,
        live=True,
        spare=4,
        help="Price at or below which the lot is worth harvesting",
    ),
    Column(
        "P(hit)", lambda r: text.probability(chance(r)), Kind.CHANCE, chance, live=True, width=60
    ),
    Column("Alpha $", lambda r: text.signed(r.alpha_usd), Kind.SIGNED, lambda r: r.alpha_usd, True),
    Column("State", lambda r: state_text(r.state), Kind.STATE, lambda r: r.state, live=True),
)
NEIGHBOURS: tuple[Column[WashNeighbour], ...] = (
    Column("Day", lambda r: text.day(r.on), Kind.NUMBER),
    Column("Account", lambda r: r.account),
    Column("Symbol", lambda r: r.symbol, spare=2),
    Column("What", lambda r: r.what),
    Column("Shares", lambda r: text.shares(r.shares), Kind.NUMBER, lambda r: float(r.shares)),
    Column("Effect", lambda r: r.effect, tone=lambda r: "loss", spare=1),
)
SUBSTITUTES: tuple[Column[Substitute], ...] = (
    Column("Symbol", lambda r: r.security.symbol, tone=lambda r: "muted" if r.note else ""),
    Column("Correlation", lambda r: f"{r.correlation:.3f}", Kind.NUMBER, lambda r: r.correlation),
    Column(
        "Tracking error",
        lambda r: text.percent(r.tracking_error, 2),
        Kind.NUMBER,
        lambda r: r.tracking_error,
    ),
    Column(
        "Its price $",
        lambda r: text.number(r.tracking_usd, 2),
        Kind.NUMBER,
        lambda r: r.tracking_usd,
        help="Price of the tracking error while the sold name is locked out",
    ),
    Column(
        "Spread bp", lambda r: f"{r.spread_bps:.1f}", Kind.NUMBER, lambda r: r.spread_bps, spare=1
    ),
    Column("Why not", lambda r: r.note, tone=lambda r: "loss", spare=2),
)


class LotScreen(QWidget):
    """Every lot on the left, the chosen one in depth on the right."""

    def __init__(self, theme: Theme, intents: Intents) -> None:
        super().__init__()
        self.ladder: GridView[LotRow] = GridView(
            theme, LOTS, lambda r: r.lot.lot_id, "Lots", "Lots appear here once they are imported."
        )
        self.wait = WaitPanel(theme)
        self.reasons = label("", "muted", wrap=True)
        self.neighbours: GridView[WashNeighbour] = GridView(
            theme,
            NEIGHBOURS,
            lambda r: f"{r.account}{r.on}{r.what}{r.shares}",
            "Wash neighbours",
            "No trade of the household touches this lot's 61 days.",
        )
        self.substitutes: GridView[Substitute] = GridView(
            theme,
            SUBSTITUTES,
            lambda r: r.security.security_id,
            "Substitutes",
            "Replacements appear when a lot is chosen.",
        )
        chart = QWidget()
        box = QVBoxLayout(chart)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.wait, 1)
        box.addWidget(self.reasons)
        self._wait_card = Card("Harvest now or wait", chart)
        self._lots_card = Card("Lots ladder", self.ladder)
        right = split(
            "lot_right",
            Qt.Orientation.Vertical,
            (
                self._wait_card,
                Card("Wash-sale neighbours", self.neighbours, "30 days on either side"),
                Card("Substitutes", self.substitutes, "not substantially identical"),
            ),
            (52, 24, 24),
        )
        whole = split("lot", Qt.Orientation.Horizontal, (self._lots_card, right), (58, 42))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(whole)
        self.ladder.chosen.connect(intents.lot_chosen)
        self.wait.chart.pointed.connect(self._wait_card.point)

    def dress(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.wait.dress(theme)
        self.ladder.dress(theme)
        self.neighbours.dress(theme)
        self.substitutes.dress(theme)

    def take(self, view: LotView) -> None:
        """Show a snapshot."""
        self.ladder.show_rows(view.lots)
        self._lots_card.say(text.plural(len(view.lots), "lot"))
        self.wait.take(view.lot_id, view.wait)
        self.neighbours.show_rows(view.neighbours)
        self.substitutes.show_rows(view.substitutes)
        set_text(self.reasons, "\n".join(view.reasons))
        place = self.ladder.model_.place(view.lot_id)
        if place >= 0:
            chosen = self.ladder.model_.row(place)
            self._wait_card.say(f"{chosen.security.symbol}  ·  {term_text(chosen)}")
