"""A household carried forward under one policy: what it would hold, owe and have sold.

Orders are decided on one snapshot and filled on a later one, sales at the bid and purchases at the
ask. The wash-sale rule runs over the policy's own trades from the lots of the first morning, so
that each policy has its own disallowed losses. Money is exact.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_FLOOR, Decimal

from engine.law import wash_sales
from engine.law.identical import IdenticalGroups
from engine.law.rules import Law
from engine.records import CENT, MICRO, ZERO, Cash, Household, Lot, Quote, Side, Trade


@dataclass(frozen=True, slots=True)
class Order:
    """What a policy wants done in one account: lots to sell, and names to buy for dollars.

    Attributes:
        account_id: Account.
        sales: (lot id, shares) to be sold.
        buys: (security id, dollars) to be bought; cut to the cash that is there.
        why: Reason in words.
    """

    account_id: str
    sales: tuple[tuple[str, Decimal], ...]
    buys: tuple[tuple[str, Decimal], ...]
    why: str

    def securities(self, household: Household) -> frozenset[str]:
        """Every security the order touches."""
        sold = {lot_id for lot_id, _ in self.sales}
        held = {lot.security_id for lot in household.lots if lot.lot_id in sold}
        return frozenset(held | {name for name, _ in self.buys})


@dataclass(frozen=True, slots=True)
class Carried:
    """One policy's household, now.

    Attributes:
        start: The household on the first morning.
        household: The household now: lots, realized lots, trades, cash.
        trades: Trades of the policy, in order.
        part_of: Purchase of each open lot that a wash sale has cut out of it.
        cost_usd: Spread paid, both legs.
        traded_usd: Gross value traded.
        disallowed_usd: Losses taken away by wash sales.
        washed: Sale lines that lost something to a wash sale.
    """

    start: Household
    household: Household
    trades: tuple[Trade, ...] = ()
    part_of: Mapping[str, str] = field(default_factory=dict)
    cost_usd: Decimal = ZERO
    traded_usd: Decimal = ZERO
    disallowed_usd: Decimal = ZERO
    washed: int = 0

    def cash_usd(self, account_id: str) -> Decimal:
        """Settled and unsettled cash of an account."""
        mine = (c for c in self.household.cash if c.account_id == account_id)
        return sum((c.settled_usd + c.unsettled_usd for c in mine), ZERO)


def begin(household: Household) -> Carried:
    """A ledger on the first morning."""
    return Carried(household, household)


def fill(
    carried: Carried,
    orders: Sequence[Order],
    quotes: Mapping[str, Quote],
    on: date,
    law: Law,
    identical: IdenticalGroups,
) -> Carried:
    """Fill orders at these quotes; an order of which a leg has no actionable quote is left out.

    Args:
        carried: The ledger.
        orders: Decided earlier.
        quotes: Newest quote by security.
        on: Trade date.
        law: The law (wash-sale window).
        identical: Substantially identical groups.
    """
    made: list[Trade] = []
    cost, gross = carried.cost_usd, carried.traded_usd
    cash = {c.account_id: carried.cash_usd(c.account_id) for c in carried.household.cash}
    for order in orders:
        if not actionable(order, carried.household, quotes):
            continue
        for trade in _trades(carried, order, quotes, cash, on, len(made)):
            quote = quotes[trade.security_id]
            value = (trade.shares * trade.price_usd).quantize(CENT)
            cash[order.account_id] += value if trade.side is Side.SELL else -value
            middle = (trade.shares * quote.last_usd).quantize(CENT)
            cost, gross = cost + abs(value - middle), gross + middle
            made.append(trade)
    if not made:
        return carried
    return _after(
        replace(carried, trades=(*carried.trades, *made), cost_usd=cost, traded_usd=gross),
        cash,
        law,
        identical,
    )


def actionable(order: Order, household: Household, quotes: Mapping[str, Quote]) -> bool:
    """Whether every security of the order has a quote that may be acted on."""
    return all(s in quotes and quotes[s].state.actionable for s in order.securities(household))


def _trades(
    carried: Carried,
    order: Order,
    quotes: Mapping[str, Quote],
    cash: Mapping[str, Decimal],
    on: date,
    made: int,
) -> list[Trade]:
    """The trades of one order: sales first, then purchases with the cash that is there."""
    lots = {lot.lot_id: lot for lot in carried.household.lots}
    found: list[Trade] = []
    money = cash.get(order.account_id, ZERO)
    for security_id, parts in _by_security(order, lots).items():
        price = quotes[security_id].bid_usd
        shares = sum((part for _, part in parts), ZERO)
        named = tuple((carried.part_of.get(lot_id, lot_id), part) for lot_id, part in parts)
        seq = len(carried.trades) + made + len(found) + 1
        found.append(
            Trade(
                f"shadow-{seq}", order.account_id, security_id, Side.SELL, shares, price, on, seq,
                _joined(named),
            )
        )  # fmt: skip
        money += (shares * price).quantize(CENT)
    for security_id, dollars in order.buys:
        price = quotes[security_id].ask_usd
        shares = (min(dollars, money) / price).quantize(MICRO, rounding=ROUND_FLOOR)
        if shares <= 0:
            continue
        seq = len(carried.trades) + made + len(found) + 1
        found.append(
            Trade(
                f"shadow-{seq}", order.account_id, security_id, Side.BUY, shares, price, on, seq
            )
        )  # fmt: skip
        money -= (shares * price).quantize(CENT)
    return found


def _by_security(order: Order, lots: Mapping[str, Lot]) -> dict[str, list[tuple[str, Decimal]]]:
    """Parts to sell that are still held, by security."""
    found: dict[str, list[tuple[str, Decimal]]] = {}
    for lot_id, shares in order.sales:
        if lot_id in lots:
            part = (lot_id, min(shares, lots[lot_id].shares))
            found.setdefault(lots[lot_id].security_id, []).append(part)
    return found


def _joined(parts: Sequence[tuple[str, Decimal]]) -> tuple[tuple[str, Decimal], ...]:
    """Parts of one purchase as one."""
    found: dict[str, Decimal] = {}
    for lot_id, shares in parts:
        found[lot_id] = found.get(lot_id, ZERO) + shares
    return tuple(found.items())


def _after(
    carried: Carried, cash: Mapping[str, Decimal], law: Law, identical: IdenticalGroups
) -> Carried:
    """The household after its trades, by the exact rule over all of them."""
    start = carried.start
    scan = wash_sales.scan(
        carried.trades,
        start.accounts,
        window_days=law.wash_window_days,
        people=start.people,
        opening=start.lots,
        identical=identical,
    )
    household = replace(
        start,
        lots=tuple(one.lot for one in scan.open_lots),
        realized=(*start.realized, *(line.realized for line in scan.lines)),
        trades=(*start.trades, *carried.trades),
        cash=tuple(Cash(account_id, amount) for account_id, amount in cash.items()),
    )
    return replace(
        carried,
        household=household,
        part_of=scan.part_of,
        disallowed_usd=scan.disallowed_usd,
        washed=sum(1 for line in scan.lines if line.realized.disallowed_usd > 0),
    )
