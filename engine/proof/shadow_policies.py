"""What each policy would do on one snapshot, for a household carried forward under it.

``hold`` does nothing. ``drift`` is the legacy rebalancer: once a day asset classes more than five
points and single names more than a fourth from target go back to it, first in first out, with no
tax sense. ``monthly`` and ``daily5`` sell every lot that is down 5 % and buy the same kind of
replacement as ``predictive``. ``predictive`` is the engine itself: of the harvests it proposes, the
best one whose band lies above zero and that breaks no hard limit is taken as approved, and the
household is valued again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

import numpy as np

from engine.arrays import as_float, dollars
from engine.decision.outlook import Floats, Outlook
from engine.decision.prepare import Prepared
from engine.decision.settings import DecisionSettings
from engine.decision.substitutes import choose
from engine.proof.shadow_ledger import Carried, Order
from engine.records import CENT, ZERO, Lot
from engine.results import Proposal

ASSET_CLASS_BAND = 0.05  # points of the portfolio, as legacy rebalancers have it
NAME_BAND = 0.25  # relative to the target weight
FIXED_LOSS = 0.05
LEAST_ORDER_USD = Decimal(100)
MONTH_SESSIONS = 21


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """What every policy sees at one tick.

    Attributes:
        outlook: The market.
        settings: Choices of the practice.
        session: Number of the session in the shadow period, from 0.
        daily: Whether it is the one tick of the day on which daily policies decide.
    """

    outlook: Outlook
    settings: DecisionSettings
    session: int
    daily: bool


class Baseline(Protocol):
    """A policy without the engine's forecasts."""

    @property
    def name(self) -> str:
        """Name in the scoreboard."""

    @property
    def every_tick(self) -> bool:
        """Whether it decides at every tick, not once a day."""

    def decide(self, sight: Sight, carried: Carried, prepared: Prepared) -> list[Order]:
        """Orders on this snapshot."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Does nothing."""

    name: str = "hold"
    every_tick: bool = False

    def decide(self, sight: Sight, carried: Carried, prepared: Prepared) -> list[Order]:
        """No orders."""
        return []


@dataclass(frozen=True, slots=True)
class FixedLoss:
    """Sell what is down a fixed part of its basis, on every ``every``-th session."""

    name: str
    every: int
    every_tick: bool = False

    def decide(self, sight: Sight, carried: Carried, prepared: Prepared) -> list[Order]:
        """One order for each account and name past the line and free of a recent purchase."""
        if not sight.daily or sight.session % self.every:
            return []
        columns = prepared.columns
        price = sight.outlook.price[columns.security]
        down = price <= columns.basis_usd / columns.shares * (1.0 - FIXED_LOSS)
        chosen = np.flatnonzero(down & ~prepared.washed & ~prepared.kept)
        going = np.zeros(len(sight.outlook.names), dtype=np.bool_)
        going[columns.security[chosen]] = True
        groups: dict[tuple[str, str], list[Lot]] = {}
        for i in chosen:
            lot = prepared.lots[i]
            groups.setdefault((lot.account_id, lot.security_id), []).append(lot)
        found = (_swapped(sight, prepared, lots, going) for lots in groups.values())
        return [order for order in found if order is not None]


def _swapped(
    sight: Sight, prepared: Prepared, lots: Sequence[Lot], going: np.ndarray
) -> Order | None:
    """Lots of one name for its substitutes; none where nothing may be bought."""
    outlook = sight.outlook
    name = outlook.index[lots[0].security_id]
    allowed = prepared.buyable & ~going & (prepared.group != prepared.group[name])
    stand_in = choose(outlook.risk, name, allowed, sight.settings.substitutes)
    if stand_in is None:
        return None
    bid = outlook.quotes[lots[0].security_id].bid_usd
    raised = sum(((lot.shares * bid).quantize(CENT) for lot in lots), ZERO)
    each = (raised / len(stand_in.names)).quantize(CENT)
    return Order(
        lots[0].account_id,
        tuple((lot.lot_id, lot.shares) for lot in lots),
        tuple((outlook.names[i], each) for i in stand_in.names),
        f"down {FIXED_LOSS:.0%} or more",
    )


@dataclass(frozen=True, slots=True)
class Drift:
    """The legacy rebalancer, as its users know it."""

    name: str = "drift"
    every_tick: bool = False

    def decide(self, sight: Sight, carried: Carried, prepared: Prepared) -> list[Order]:
        """Sell back to target what has left its band, and put the cash into what is under."""
        if not sight.daily:
            return []
        found = []
        for account in prepared.household.accounts:
            if account.kind.taxed:
                found += _rebalanced(sight, carried, prepared, account.account_id)
        return found


def _rebalanced(sight: Sight, carried: Carried, prepared: Prepared, account_id: str) -> list[Order]:
    """One account back to target, first in first out."""
    outlook = sight.outlook
    mine = [lot for lot in prepared.lots if lot.account_id == account_id]
    worth = np.zeros(len(outlook.names))
    for lot in mine:
        worth[outlook.index[lot.security_id]] += as_float(lot.shares)
    worth *= np.nan_to_num(outlook.price)
    cash = as_float(carried.cash_usd(account_id))
    total = float(worth.sum()) + cash
    wanted = prepared.target * total
    over = worth > wanted * (1.0 + NAME_BAND)
    idle = cash / total > ASSET_CLASS_BAND if total > 0.0 else False
    if not (over.any() or idle):
        return []
    sales = _oldest_first(mine, np.where(over, worth - wanted, 0.0), outlook)
    raised = float(np.where(over, worth - wanted, 0.0).sum()) + (cash if idle else 0.0)
    short = np.where(prepared.buyable, np.maximum(wanted - worth, 0.0), 0.0)
    if not (sales or short.any()):
        return []
    share = short / short.sum() if short.any() else short
    buys = tuple(
        (outlook.names[i], dollars(raised * float(share[i])))
        for i in np.argsort(-share, kind="stable")
        if raised * share[i] >= float(LEAST_ORDER_USD)
    )
    return [Order(account_id, tuple(sales), buys, "outside its band")]


def _oldest_first(
    lots: Sequence[Lot], excess_usd: Floats, outlook: Outlook
) -> list[tuple[str, Decimal]]:
    """Lots, in part where need be, that make up the excess of each name, oldest first."""
    found = []
    left = excess_usd.copy()
    for lot in sorted(lots, key=lambda one: (one.acquired_on, one.lot_id)):
        i = outlook.index[lot.security_id]
        if left[i] < float(LEAST_ORDER_USD):
            continue
        price = float(outlook.price[i])
        part = min(lot.shares, dollars(left[i] / price))
        if part > 0:
            found.append((lot.lot_id, part))
            left[i] -= as_float(part) * price
    return found


def worth_approving(proposals: Sequence[Proposal]) -> Iterator[Order]:
    """Orders of the harvests whose band lies above zero, best first."""
    for proposal in proposals:
        if proposal.kind == "harvest" and proposal.alpha_low_usd > 0:
            yield Order(
                proposal.sales[0].account_id,
                tuple((sale.lot_id, sale.shares) for sale in proposal.sales),
                tuple(
                    (buy.security_id, (buy.shares * buy.est_price_usd).quantize(CENT) + CENT)
                    for buy in proposal.purchases
                ),
                proposal.reasons[0],
            )


BASELINES: tuple[Baseline, ...] = (
    Hold(),
    Drift(),
    FixedLoss("monthly", MONTH_SESSIONS),
    FixedLoss("daily5", 1),
)
