"""From a household's trades to the parcels and sales of the wash-sale ledger.

Order in time is trade date, then the order within the day, then purchases before sales, then the
identity (shorter first, so that b9 comes before b10): never the order of the rows. What cannot be
read is refused by name and row, and all of it at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import lcm

from engine.law.corporate_actions import Split
from engine.law.identical import IdenticalGroups
from engine.law.lots import ACQUIRED
from engine.law.wash_ledger import Parcel, Part, Sale
from engine.records import ZERO, Lot, Origin, Side, Trade
from engine.results import Problem

HUNDRED, MILLION = Decimal(100), Decimal(1_000_000)
# Beyond these a number is a slip of the pen, and dates could leave the calendar.
LARGEST = Decimal(1_000_000_000_000)
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)


@dataclass(frozen=True, slots=True)
class Intake:
    """Events of one identical group in order of time: purchases with opening lots, and sales."""

    parcels: list[Parcel]
    sales: list[Sale]


class ShareScale:
    """Units of every security: the least part of a share that stays whole through all splits."""

    def __init__(self, splits: Sequence[Split], identical: IdenticalGroups) -> None:
        """Find the common denominator of each identical group."""
        self._identical = identical
        self._steps: dict[str, list[tuple[date, Fraction]]] = {}
        self._common: dict[str, int] = {}
        for split in sorted(splits, key=lambda s: s.effective_on, reverse=True):
            steps = self._steps.setdefault(split.security_id, [])
            before = steps[-1][1] if steps else Fraction(1)
            factor = before * Fraction(split.numerator, split.denominator)
            steps.append((split.effective_on, factor))
            group = identical.group(split.security_id)
            self._common[group] = lcm(self._common.get(group, 1), factor.denominator)

    def per_micro(self, security_id: str, on: date | None) -> int:
        """Units in a millionth of a share traded on a day; ``None`` = after all splits."""
        if not self._steps:
            return 1
        common = self._common.get(self._identical.group(security_id), 1)
        factor = Fraction(1)
        for effective_on, cumulative in self._steps.get(security_id, ()):
            if on is not None and on < effective_on:
                factor = cumulative
        return int(factor * common)


def micro(shares: Decimal) -> int:
    """Shares in millionths."""
    return int(shares * MILLION)


def cents(amount_usd: Decimal) -> int:
    """Dollars in cents, half-even."""
    return round(amount_usd * HUNDRED)


def read(
    rows: Iterable[int],
    trades: Sequence[Trade],
    opening: Iterable[Lot],
    carries: Mapping[str, bool],
    scale: ShareScale,
) -> Intake:
    """Put purchases and sales of one identical group in order of time, in units and cents.

    Args:
        rows: Rows of the group's trades, from 1.
        trades: The whole history.
        opening: The group's lots held before it.
        carries: For each account, whether a loss matched to a purchase there is carried on.
        scale: Units of each security.
    """
    held = sorted(
        (lot for lot in opening if lot.account_id in carries),
        key=lambda lot: (lot.acquired_on, lot.lot_id),
    )
    parcels = [
        _opening(lot, rank - len(held), scale.per_micro(lot.security_id, date.min), carries)
        for rank, lot in enumerate(held)
    ]
    sales = []
    for rank, row in enumerate(sorted(rows, key=lambda row: _time(trades[row - 1]))):
        trade = trades[row - 1]
        per_micro = scale.per_micro(trade.security_id, trade.traded_on)
        if trade.side is Side.SELL:
            sales.append(_sale(trade, row, rank, per_micro))
        else:
            parcels.append(_bought(trade, rank, per_micro, carries))
    return Intake(parcels, sales)


def _time(trade: Trade) -> tuple[date, int, bool, int, str]:
    """Place of a trade in time, the same whatever the order of the rows."""
    sells = trade.side is Side.SELL
    return (trade.traded_on, trade.seq, sells, len(trade.trade_id), trade.trade_id)


def _bought(trade: Trade, rank: int, per_micro: int, carries: Mapping[str, bool]) -> Parcel:
    """A purchase on the ledger."""
    day = trade.traded_on.toordinal()
    units, cost = micro(trade.shares) * per_micro, cents(trade.shares * trade.price_usd)
    return Parcel(
        trade.trade_id,
        trade.account_id,
        trade.security_id,
        trade.traded_on,
        Origin.REINVESTED if trade.side is Side.REINVEST else Origin.BOUGHT,
        True,
        trade.shares,
        rank,
        day,
        per_micro,
        Part(units, cost, 0, 0, day),
        True,
        carries[trade.account_id],
    )


def _opening(lot: Lot, rank: int, per_micro: int, carries: Mapping[str, bool]) -> Parcel:
    """A lot on the ledger; one that carries a disallowed loss has served as a replacement."""
    gap = ZERO if lot.loss_basis_usd is None else lot.basis_usd - lot.loss_basis_usd
    return Parcel(
        lot.lot_id,
        lot.account_id,
        lot.security_id,
        lot.acquired_on,
        lot.origin,
        lot.covered,
        lot.shares,
        rank,
        lot.acquired_on.toordinal(),
        per_micro,
        Part(
            micro(lot.shares) * per_micro,
            cents(lot.basis_usd),
            cents(gap),
            cents(lot.wash_adjustment_usd),
            lot.held_since.toordinal(),
        ),
        lot.origin in ACQUIRED and not lot.wash_adjustment_usd,
        carries[lot.account_id],
    )


def _sale(trade: Trade, row: int, rank: int, per_micro: int) -> Sale:
    """A sale on the ledger."""
    units = micro(trade.shares) * per_micro
    proceeds = cents(trade.shares * trade.price_usd)
    return Sale(trade, row, rank, trade.traded_on.toordinal(), per_micro, units, proceeds)


def refused(
    trades: Sequence[Trade], opening: Sequence[Lot], carries: Mapping[str, bool], as_of: date | None
) -> Iterator[Problem]:
    """What is wrong with a trade by itself, by row from 1; opening lots have row 0."""
    seen = {lot.lot_id for lot in opening}
    for lot in opening:
        if lot.account_id not in carries:
            yield problem(0, "account", lot.account_id, "unknown account", "add the account")
    for row, trade in enumerate(trades, start=1):
        if trade.trade_id in seen:
            yield problem(row, "id", trade.trade_id, "duplicate id", "give each event its own id")
        seen.add(trade.trade_id)
        if trade.account_id not in carries:
            yield problem(row, "account", trade.account_id, "unknown account", "add the account")
        if trade.shares <= 0:
            remedy = "give a positive number of shares; the type says buy or sell"
            yield problem(row, "qty", trade.shares, "not above zero", remedy)
        elif trade.shares <= LARGEST and trade.shares * MILLION % 1:
            remedy = "round to a millionth of a share, as custodians do"
            yield problem(row, "qty", trade.shares, "finer than 0.000001 share", remedy)
        elif odd := [lot for lot, part in trade.lots if not 0 < part <= trade.shares]:
            rule = "named for nothing, or for more shares than are sold"
            yield problem(row, "lots", odd[0], rule, "make the lots add up to the sale")
        if trade.price_usd < 0:
            yield problem(row, "price", trade.price_usd, "below zero", "give the net price a share")
        if max(trade.shares, trade.price_usd) > LARGEST:
            field = "qty" if trade.shares > LARGEST else "price"
            value = max(trade.shares, trade.price_usd)
            yield problem(row, field, value, f"above {LARGEST:,}", "check the number")
        if not FIRST_DAY <= trade.traded_on <= LAST_DAY:
            rule = "not between 1900 and 2199"
            yield problem(row, "date", trade.traded_on, rule, "check the year")
        if as_of is not None and trade.traded_on > as_of:
            remedy = f"leave out trades after {as_of}, or move the as-of date"
            yield problem(row, "date", trade.traded_on, "in the future", remedy)


def problem(row: int, field: str, value: object, rule: str, remedy: str) -> Problem:
    """A problem of a trade; whoever read the file puts its name in."""
    return Problem("trades", row, field, str(value), rule, remedy)
