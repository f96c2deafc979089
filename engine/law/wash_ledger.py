"""The matching of wash sales, share for share, on whole numbers.

The ledger of one identical group. Money is whole cents, days are ordinals, and shares are whole
*units*: the least common part of a share through all splits, so that a sale before a split and a
purchase after it are matched exactly.

A purchase is a ``Parcel``: its plain shares, which may still replace shares sold, and its adjusted
parts, which have served (Reg. 1.1091-1(e)) and carry a basis and a holding period of their own.
Sales go through in order of time, so every parcel has its final basis before it is sold itself;
no line ever has to be amended. Plain shares only ever become fewer, so a pointer over parcels
that have none left finds the next candidate in nearly constant time, whatever the history.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from engine.law.lots import apportion, part_of
from engine.records import Origin, Trade


@dataclass(slots=True)
class Part:
    """Shares with one basis and one holding period.

    Attributes:
        units: Shares in units.
        basis: Cents.
        gap: Cents by which the basis for a loss is lower (a gift), else 0.
        washed: Cents of the basis that are disallowed losses of earlier sales.
        since: Ordinal of the start of the holding period.
    """

    units: int
    basis: int
    gap: int
    washed: int
    since: int

    def cut(self, units: int) -> Part:
        """Take units out; the cents follow by largest remainder."""
        if units == self.units:
            taken = Part(units, self.basis, self.gap, self.washed, self.since)
            self.units = self.basis = self.gap = self.washed = 0
            return taken
        basis = part_of(self.basis, units, self.units)
        gap = part_of(self.gap, units, self.units) if self.gap else 0
        washed = part_of(self.washed, units, self.units) if self.washed else 0
        self.units -= units
        self.basis -= basis
        self.gap -= gap
        self.washed -= washed
        return Part(units, basis, gap, washed, self.since)


@dataclass(slots=True, eq=False)
class Parcel:
    """One purchase, or one lot held when the history begins.

    Attributes:
        lot_id: The purchase, or the opening lot.
        account_id: Account.
        security_id: Security.
        acquired_on: Trade date.
        origin: How the shares came.
        covered: Whether the custodian reports the basis.
        shares: Shares as acquired.
        rank: Place in time among all events of the household.
        day: Ordinal of the trade date.
        per_micro: Units in a millionth of a share of that day.
        plain: Shares that have not replaced any.
        adjusted: Parts that have, in the order in which they did.
        acquired: Whether it was acquired as the rule means it (no gift, inheritance, transfer).
        carries: Whether the account carries on a loss matched to it; else the loss is gone.
    """

    lot_id: str
    account_id: str
    security_id: str
    acquired_on: date
    origin: Origin
    covered: bool
    shares: Decimal
    rank: int
    day: int
    per_micro: int
    plain: Part
    acquired: bool
    carries: bool
    adjusted: list[Part] = field(default_factory=list)

    @property
    def held(self) -> int:
        """Units still held."""
        if not self.adjusted:
            return self.plain.units
        return self.plain.units + sum(part.units for part in self.adjusted)

    def take(self, units: int) -> list[Part]:
        """Sell units: adjusted parts first, in their order, then plain shares."""
        if not self.adjusted:
            return [self.plain.cut(units)]
        taken = []
        while units and self.adjusted:
            first = self.adjusted[0]
            taken.append(first.cut(min(units, first.units)))
            units -= taken[-1].units
            if not first.units:
                self.adjusted.pop(0)
        if units:
            taken.append(self.plain.cut(units))
        return taken


@dataclass(slots=True)
class Match:
    """Units of a parcel that replace units sold."""

    parcel: Parcel
    units: int
    disallowed: int
    basis_after: int
    since: int


@dataclass(slots=True)
class Sale:
    """A sale in units and cents; ``rank``, ``day`` and ``per_micro`` as of a parcel."""

    trade: Trade
    row: int
    rank: int
    day: int
    per_micro: int
    units: int
    proceeds: int


@dataclass(slots=True)
class Line:
    """A part sold, with its cents and what replaced it.

    Attributes:
        sale: The sale.
        parcel: Purchase it came from.
        part: Shares sold with their basis.
        proceeds: Cents.
        gain: Cents won (+) or lost (-).
        matches: Replacement shares.
    """

    sale: Sale
    parcel: Parcel
    part: Part
    proceeds: int
    gain: int
    matches: list[Match] = field(default_factory=list)


def gain_of(part: Part, proceeds: int) -> int:
    """Cents won (+) or lost (-); a gift between its two bases has neither (1015(a))."""
    gain = proceeds - part.basis
    return gain if gain >= 0 or not part.gap else min(0, gain + part.gap)


@dataclass(frozen=True, slots=True)
class Choices:
    """The open points of the law as the ledger needs them (``wash_sales.WashSettings``)."""

    window_days: int
    original_date: bool
    earlier_purchases_count: bool


class GroupLedger:
    """Parcels of one identical group, and the sales that go through them."""

    def __init__(self, parcels: Sequence[Parcel], choices: Choices) -> None:
        """Take every parcel of the group, also those bought after a sale."""
        self._choices = choices
        acquired = (parcel for parcel in parcels if parcel.acquired)
        self._parcels = sorted(acquired, key=lambda parcel: (parcel.day, parcel.rank))
        self._days = [parcel.day for parcel in self._parcels]
        self._next = list(range(len(self._parcels) + 1))

    def sell(self, sale: Sale, picks: Sequence[tuple[Parcel, int]], *, taxed: bool) -> list[Line]:
        """One order: its lines by original acquisition, losses matched share for share.

        The whole order leaves the parcels first, so that shares sold in it replace nothing.
        """
        if len(picks) > 1:
            picks = sorted(picks, key=lambda pick: pick[0].rank)
        sold = [(parcel, part) for parcel, units in picks for part in parcel.take(units)]
        cents = apportion(sale.proceeds, [part.units for _, part in sold])
        lines = [
            Line(sale, parcel, part, amount, gain_of(part, amount))
            for (parcel, part), amount in zip(sold, cents, strict=True)
        ]
        for line in lines:
            if taxed and line.gain < 0:
                self._match(line, sale.day)
        return lines

    def _match(self, line: Line, day: int) -> None:
        """Find the replacement of a loss and move the loss into it."""
        found, left = [], line.part.units
        last_day = day + self._choices.window_days
        i = self._candidate(bisect_left(self._days, day - self._choices.window_days))
        while left and i < len(self._days) and self._days[i] <= last_day:
            parcel = self._parcels[i]
            if self._may_replace(parcel, line.parcel):
                units = min(left, parcel.plain.units)
                found.append((parcel, units))
                left -= units
            i = self._candidate(i + 1)
        if found:
            cents = apportion(-line.gain, [*(units for _, units in found), left])
            since = line.part.since
            line.matches = [
                self._replace(parcel, units, loss, since, day - since)
                for (parcel, units), loss in zip(found, cents, strict=False)
            ]

    def _may_replace(self, parcel: Parcel, sold: Parcel) -> bool:
        """Not shares of the same purchase; earlier purchases only if the setting counts them."""
        if parcel is sold:
            return False
        return parcel.rank > sold.rank or self._choices.earlier_purchases_count

    def _replace(self, parcel: Parcel, units: int, loss: int, since: int, tacked: int) -> Match:
        """Part of a parcel becomes adjusted: its basis takes the loss, its holding is tacked."""
        part = parcel.plain.cut(units)
        if parcel.carries:
            part.basis += loss
            part.washed += loss
            part.since = since if self._choices.original_date else part.since - tacked
        parcel.adjusted.append(part)
        return Match(parcel, units, loss, part.basis, part.since)

    def _candidate(self, i: int) -> int:
        """First parcel from ``i`` on that has plain shares left (path halving)."""
        pointers, parcels, last = self._next, self._parcels, len(self._parcels)
        while i < last:
            if pointers[i] != i:
                pointers[i] = pointers[pointers[i]]
                i = pointers[i]
            elif parcels[i].plain.units == 0:
                pointers[i] = i + 1
                i += 1
            else:
                return i
        return last
