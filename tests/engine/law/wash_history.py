"""Random trade histories of a household, and a share-by-share twin of the wash-sale rule."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from engine.records import Account, AccountKind, Person, PersonRole, Side, Trade

START = date(2024, 12, 1)
WINDOW_DAYS = 30
ACCOUNTS = (
    Account("T1", "client", "taxable", AccountKind.TAXABLE),
    Account("T2", "client", "joint", AccountKind.JOINT),
    Account("SP", "spouse", "spouse", AccountKind.TAXABLE),
    Account("IRA", "client", "IRA", AccountKind.IRA),
)
PEOPLE = (
    Person("client", "client", PersonRole.CLIENT),
    Person("spouse", "spouse", PersonRole.SPOUSE),
)


@st.composite
def histories(draw: st.DrawFn, whole: bool = True, most: int = 14) -> tuple[Trade, ...]:
    """Purchases in four accounts, and sales of lots that are held by then."""
    price = st.integers(1, 9).map(Decimal) if whole else st.decimals("0.01", "99", places=4)
    count = st.integers(1, 6).map(Decimal) if whole else st.decimals("0.01", "99", places=6)
    trades: list[Trade] = []
    held: dict[str, tuple[str, Decimal]] = {}
    on = START
    for number in range(draw(st.integers(2, most))):
        on += timedelta(days=draw(st.sampled_from([0, 0, 1, 3, 9, 20, 31])))
        if held and draw(st.booleans()):
            account = draw(st.sampled_from(sorted({a for a, _ in held.values()})))
            lots = []
            for lot in [name for name, (a, _) in held.items() if a == account]:
                if draw(st.booleans()):
                    left = held[lot][1]
                    part = left if draw(st.booleans()) else draw(_part(left, whole))
                    lots.append((lot, part))
                    held[lot] = (account, left - part)
            held = {name: row for name, row in held.items() if row[1]}
            total = sum((shares for _, shares in lots), Decimal(0))
            if lots:
                trades.append(
                    Trade(
                        f"s{number}",
                        account,
                        "X",
                        Side.SELL,
                        total,
                        draw(price),
                        on,
                        number,
                        tuple(lots),
                    )
                )
            continue
        account, shares = draw(st.sampled_from(ACCOUNTS)).account_id, draw(count)
        side = draw(st.sampled_from([Side.BUY, Side.REINVEST]))
        trades.append(Trade(f"b{number}", account, "X", side, shares, draw(price), on, number))
        held[f"b{number}"] = (account, shares)
    return tuple(trades)


def _part(left: Decimal, whole: bool) -> st.SearchStrategy[Decimal]:
    if whole:
        return st.integers(1, int(left)).map(Decimal)
    return st.integers(1, int(left * 1_000_000)).map(lambda n: Decimal(n) / 1_000_000)


@dataclass
class Share:
    """One share, from purchase to sale."""

    purchase: Trade
    basis: int
    since: date
    served: int = 0
    sold: bool = False


@dataclass
class Twin:
    """The rule, one share at a time: slow, and plain to read.

    ``lines`` maps (sale, lot) to [gain, disallowed, lost]; ``open`` maps a lot to its open shares
    as (basis, since), sorted.
    """

    lines: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    open: dict[str, list[tuple[int, date]]] = field(default_factory=dict)


def twin(trades: Sequence[Trade]) -> Twin:
    """Apply W1 to W7 of the rules to whole shares at whole-dollar prices."""
    order = sorted(trades, key=lambda t: (t.traded_on, t.seq))
    shares = [
        Share(t, int(t.price_usd), t.traded_on)
        for t in order
        if t.side is not Side.SELL
        for _ in range(int(t.shares))
    ]
    found, serial = Twin(), 0
    for place, sale in enumerate(order):
        if sale.side is not Side.SELL:
            continue
        gone = [share for lot, n in sale.lots for share in _named(shares, lot, int(n))]
        for share in gone:
            share.sold = True
        if sale.account_id == "IRA":
            continue
        gone.sort(key=lambda share: order.index(share.purchase))
        for share in gone:
            gain = int(sale.price_usd) - share.basis
            line = found.lines.setdefault((sale.trade_id, share.purchase.trade_id), [0, 0, 0])
            line[0] += gain
            other = _replacement(shares, order, place, share) if gain < 0 else None
            if other is None:
                continue
            serial += 1
            other.served = serial
            line[1] -= gain
            if other.purchase.account_id == "IRA":
                line[2] -= gain
            else:
                other.basis -= gain
                other.since -= sale.traded_on - share.since
    for share in shares:
        if not share.sold:
            held = found.open.setdefault(share.purchase.trade_id, [])
            held.append((share.basis, share.since))
            held.sort()
    return found


def _named(shares: list[Share], lot: str, count: int) -> list[Share]:
    """Shares of a lot: those that have served first, in the order in which they did."""
    held = [s for s in shares if s.purchase.trade_id == lot and not s.sold]
    held.sort(key=lambda s: s.served or 10**9)
    return held[:count]


def _replacement(shares: list[Share], order: list[Trade], place: int, sold: Share) -> Share | None:
    """The first share in time that may replace the one sold."""
    for other in shares:
        days = abs((other.purchase.traded_on - order[place].traded_on).days)
        bought_later = order.index(other.purchase) > place
        if (
            days <= WINDOW_DAYS
            and other.purchase is not sold.purchase
            and not other.served
            and (bought_later or not other.sold)
        ):
            return other
    return None


def scan_arguments() -> dict[str, Any]:
    """What every scan of such a history is called with."""
    return {"accounts": ACCOUNTS, "people": PEOPLE, "window_days": WINDOW_DAYS}
