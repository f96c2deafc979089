"""F2 and F6: lots in depth, and the 61 days around them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from engine.records import Account, Lot, Security, Term
from engine.results import Forecast, Opportunity, WashBlock
from widgets.views.desk import WaitCurve


@dataclass(frozen=True, slots=True)
class LotRow:
    """A line of the lots ladder.

    ``long_on`` is the first day on which a sale is long-term; ``state`` as in ``PositionValue``.
    """

    lot: Lot
    security: Security
    account: Account
    price_usd: Decimal
    market_usd: Decimal
    gain_usd: Decimal
    term: Term
    long_on: date
    forecast: Forecast | None
    alpha_usd: float
    state: str


@dataclass(frozen=True, slots=True)
class WashNeighbour:
    """A trade in any account of the household that touches the lot's 61 days."""

    account: str
    symbol: str
    on: date
    what: str
    shares: Decimal
    effect: str


@dataclass(frozen=True, slots=True)
class Substitute:
    """A replacement candidate.

    ``tracking_usd`` is the price of its tracking error while locked out; ``note`` says why it is
    refused, "" when it is not.
    """

    security: Security
    correlation: float
    tracking_error: float
    tracking_usd: float
    spread_bps: float
    note: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class LotView:
    """F2. Every lot of the household, and the chosen one in depth.

    Attributes:
        opportunity: What the window may bring the chosen lot; None where there is no forecast.
    """

    seq: int
    lots: tuple[LotRow, ...]
    lot_id: str
    wait: WaitCurve | None
    neighbours: tuple[WashNeighbour, ...] = ()
    substitutes: tuple[Substitute, ...] = ()
    reasons: tuple[str, ...] = ()
    opportunity: Opportunity | None = None


@dataclass(frozen=True, slots=True)
class PlannedEvent:
    """Something that will move the bill: income, gain, cash need, long-term date, payment."""

    on: date
    what: str
    amount_usd: Decimal
    sd_usd: Decimal
    kind: str


class WashDay(StrEnum):
    """What a day of the 61 means for a security in an account."""

    CLEAR = "clear"
    BOUGHT = "bought"
    SOLD = "sold at a loss"
    BLOCKED = "blocked"
    PLANNED = "planned purchase"
    SAFE = "safe from"


@dataclass(frozen=True, slots=True)
class WashRow:
    """A security in one account, day by day from ``WashView.first_on``."""

    security: Security
    account: Account
    days: tuple[WashDay, ...]
    safe_from: date | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class WashView:
    """F6. 61 days: 30 before ``today``, today, 30 after."""

    seq: int
    first_on: date
    today: date
    rows: tuple[WashRow, ...]
    do_not_buy: tuple[WashBlock, ...]
    securities: Mapping[str, Security]
    spoilers: tuple[PlannedEvent, ...] = ()
