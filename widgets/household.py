"""F3, the household: its tax bands, the year-end bill, what is planned, what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.records import ExternalAsset
from widgets import text
from widgets.dial import Dial
from widgets.grid import GridView
from widgets.intents import Intents
from widgets.parts import Card, column, split
from widgets.range_bars import RangeBars, RangeRow
from widgets.table import Column, Kind
from widgets.theme import Theme
from widgets.views import AccountRow, ContextGap, HouseholdView, PlannedEvent, TaxDial


@dataclass(frozen=True, slots=True)
class BillRow:
    """A line of the bill, before and after."""

    key: str
    label: str
    form: str
    before_usd: Decimal
    after_usd: Decimal

    @property
    def change_usd(self) -> Decimal:
        """What the staged trades change."""
        return self.after_usd - self.before_usd


BILL: tuple[Column[BillRow], ...] = (
    Column("Line", lambda r: r.label),
    Column("Form", lambda r: r.form, tone=lambda r: "muted", spare=1),
    Column(
        "Before $", lambda r: text.number(r.before_usd), Kind.NUMBER, lambda r: float(r.before_usd)
    ),
    Column(
        "After staged $",
        lambda r: text.number(r.after_usd),
        Kind.NUMBER,
        lambda r: float(r.after_usd),
    ),
    Column(
        "Change $",
        lambda r: text.signed(r.change_usd) if r.change_usd else text.NONE,
        Kind.NUMBER,
        lambda r: float(r.change_usd),
        tone=lambda r: "gain" if r.change_usd < 0 else "loss" if r.change_usd > 0 else "muted",
    ),
)
ACCOUNTS: tuple[Column[AccountRow], ...] = (
    Column("Account", lambda r: r.account.name),
    Column("Kind", lambda r: r.account.kind.value, spare=1),
    Column("Owner", lambda r: r.owner, spare=3),
    Column("Custodian", lambda r: r.account.custodian, spare=4),
    Column("Lots", lambda r: f"{r.lots:,}", Kind.NUMBER, lambda r: r.lots, spare=5),
    Column(
        "Value $", lambda r: text.number(r.market_usd), Kind.NUMBER, lambda r: float(r.market_usd)
    ),
    Column(
        "Unrealized $",
        lambda r: text.signed(r.unrealized_usd),
        Kind.SIGNED,
        lambda r: float(r.unrealized_usd),
    ),
    Column(
        "Cash $",
        lambda r: text.number(r.cash_usd),
        Kind.NUMBER,
        lambda r: float(r.cash_usd),
        spare=2,
    ),
)
EVENTS: tuple[Column[PlannedEvent], ...] = (
    Column("Day", lambda r: text.day(r.on), Kind.NUMBER),
    Column("Kind", lambda r: r.kind, spare=1, tone=lambda r: "muted"),
    Column("What", lambda r: r.what),
    Column(
        "Amount $",
        lambda r: text.signed(r.amount_usd),
        Kind.NUMBER,
        lambda r: float(r.amount_usd),
    ),
    Column(
        "± $",
        lambda r: text.number(r.sd_usd) if r.sd_usd else text.NONE,
        Kind.NUMBER,
        lambda r: float(r.sd_usd),
        spare=2,
    ),
)
EXTERNAL: tuple[Column[ExternalAsset], ...] = (
    Column("Held elsewhere", lambda r: r.name),
    Column(
        "Value $", lambda r: text.number(r.value_usd), Kind.NUMBER, lambda r: float(r.value_usd)
    ),
    Column(
        "Embedded gain $",
        lambda r: text.signed(r.value_usd - r.basis_usd),
        Kind.SIGNED,
        lambda r: float(r.value_usd - r.basis_usd),
    ),
    Column(
        "Told on",
        lambda r: text.day(r.as_of) if r.as_of else "never",
        Kind.NUMBER,
        tone=lambda r: "muted" if r.as_of else "warn",
        spare=1,
    ),
)
GAPS: tuple[Column[ContextGap], ...] = (
    Column("Missing or old", lambda r: r.what),
    Column(
        "Weight", lambda r: r.weight, tone=lambda r: "warn" if r.weight == "needs you" else "muted"
    ),
    Column(
        "Worth up to $",
        lambda r: text.number(r.worth_usd),
        Kind.NUMBER,
        lambda r: float(r.worth_usd),
    ),
    Column("What to do", lambda r: r.remedy, spare=1),
)


def bill_rows(view: HouseholdView) -> list[BillRow]:
    """The lines of both bills side by side, then total and what is carried forward."""
    after = {line.key: line.amount_usd for line in view.bill_after.lines}
    before, then = view.bill_before, view.bill_after
    rows = [
        BillRow(x.key, x.label, x.form, x.amount_usd, after.get(x.key, Decimal(0)))
        for x in before.lines
    ]
    ends = (
        ("total", "Total", before.total_usd, then.total_usd),
        ("st", "Short loss forward", before.st_carryforward_usd, then.st_carryforward_usd),
        ("lt", "Long loss forward", before.lt_carryforward_usd, then.lt_carryforward_usd),
    )
    return [*rows, *(BillRow(key, name, "", a, b) for key, name, a, b in ends)]


def range_rows(view: HouseholdView) -> list[RangeRow]:
    """Year-end bill before and after."""
    pairs = (
        ("With nothing done", view.range_before, "muted"),
        ("After staged trades", view.range_after, "accent"),
    )
    return [
        RangeRow(name, float(r.p10_usd), float(r.p50_usd), float(r.p90_usd), token)
        for name, r, token in pairs
    ]


@dataclass(frozen=True, slots=True)
class BandRow:
    """A bracket or another edge, and who is past it."""

    label: str
    from_usd: float
    here: str


def band_rows(dial: TaxDial) -> list[BandRow]:
    """Brackets and edges by income, with the needles that stand in each bracket."""
    needles = (
        (dial.before_usd, "before"),
        (dial.after_usd, "after"),
        (dial.expected_usd, "all"),
    )
    bands = [
        BandRow(
            f"{band.rate:.0%}",
            band.from_usd,
            ", ".join(name for usd, name in needles if band.from_usd <= usd < band.to_usd),
        )
        for band in dial.bands
    ]
    edges = [
        BandRow(edge.label, edge.at_usd, "past" if dial.after_usd >= edge.at_usd else "not reached")
        for edge in dial.edges
    ]
    return sorted([*bands, *edges], key=lambda row: row.from_usd)


BANDS: tuple[Column[BandRow], ...] = (
    Column("Band or edge", lambda r: r.label),
    Column("Income from $", lambda r: text.number(r.from_usd), Kind.NUMBER, lambda r: r.from_usd),
    Column(
        "Here",
        lambda r: r.here,
        tone=lambda r: "accent",
        help="before: nothing done; after: staged trades; all: every proposal taken",
    ),
)


class HouseholdScreen(QWidget):
    """Dial, year-end ranges and bill; accounts, events, outside assets and the context audit."""

    def __init__(self, theme: Theme, intents: Intents) -> None:
        super().__init__()
        self.dial, self.ranges = Dial(theme), RangeBars(theme, "Year-end bill")
        self.bands: GridView[BandRow] = GridView(
            theme, BANDS, lambda r: r.label, "Bands and edges", "Bands come with the first bill."
        )
        self.bill: GridView[BillRow] = GridView(
            theme, BILL, lambda r: r.key, "Tax bill", "The bill appears with the first evaluation."
        )
        self.accounts: GridView[AccountRow] = GridView(
            theme, ACCOUNTS, lambda r: r.account.account_id, "Accounts", "No accounts yet: Ctrl+I."
        )
        self.events: GridView[PlannedEvent] = GridView(
            theme,
            EVENTS,
            lambda r: f"{r.on}{r.what}",
            "Planned events",
            "Nothing is planned that moves the bill. Income, sales and cash needs stand here.",
        )
        self.external: GridView[ExternalAsset] = GridView(
            theme, EXTERNAL, lambda r: r.asset_id, "Outside assets", "Nothing is known elsewhere."
        )
        self.gaps: GridView[ContextGap] = GridView(
            theme,
            GAPS,
            lambda r: r.what,
            "Context audit",
            "Nothing is missing: the audit is clean.",
        )
        self.gaps.drilled.connect(intents.gap_chosen)
        self._lay_out()

    def _lay_out(self) -> None:
        self._dial_card = Card("Tax bands", column(self.dial))
        self._bill_card = Card("The bill, line by line", self.bill)
        self._gap_card = Card("Context audit", self.gaps)
        up = Qt.Orientation.Vertical
        left = split(
            "home_left",
            up,
            (
                self._dial_card,
                Card("Bands and edges", self.bands),
                Card("Year-end bill", self.ranges, "10th, 50th, 90th percentile"),
            ),
            (36, 38, 26),
        )
        middle = split(
            "home_middle", up, (self._bill_card, Card("Accounts", self.accounts)), (62, 38)
        )
        right = split(
            "home_right",
            up,
            (
                self._gap_card,
                Card("Income and planned events", self.events),
                Card("Outside assets", self.external),
            ),
            (40, 32, 28),
        )
        whole = split("home", Qt.Orientation.Horizontal, (left, middle, right), (28, 36, 36))
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(whole)

    def dress(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        for part in (self.dial, self.ranges):
            part.dress(theme)
        for grid in self.findChildren(GridView):
            grid.dress(theme)

    def take(self, view: HouseholdView) -> None:
        """Show a snapshot."""
        self.dial.take(view.dial)
        self.ranges.take(range_rows(view))
        self.bands.show_rows(band_rows(view.dial))
        self.bill.show_rows(bill_rows(view))
        self.accounts.show_rows(view.accounts)
        self.events.show_rows(view.events)
        self.external.show_rows(view.household.external)
        self.gaps.show_rows(view.gaps)
        self._dial_card.say(f"{view.dial.title}  ·  taxable income")
        self._bill_card.say("; ".join(view.bill_after.provisional))
        audited = f"audited {text.stamp(view.audited_at)}" if view.audited_at else "not audited yet"
        score = "" if view.completeness is None else f"{view.completeness} of 100  ·  "
        self._gap_card.say(f"{score}{text.plural(len(view.gaps), 'gap')}  ·  {audited}")
