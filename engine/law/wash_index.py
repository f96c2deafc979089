"""What a household bought and sold at a loss of late, ready to be asked about the next trade.

Built once per household; a staged trade gives a new index that shares everything but the identical
group it touches, so that re-checking costs the group and not the book.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal

from engine.law.identical import IdenticalGroups
from engine.law.lots import ACQUIRED, realize
from engine.law.wash_settings import WashSettings, WashStatute
from engine.records import (
    CENT,
    MICRO,
    AccountKind,
    Household,
    Lot,
    PersonRole,
    RealizedLot,
    Side,
    Trade,
)
from engine.results import Purchase

STAGED = "staged"


@dataclass(frozen=True, slots=True)
class Bought:
    """Shares acquired and still held that have not replaced any, as far as is known.

    Attributes:
        purchase_id: The purchase: a lot, or a trade where no lot tells of it.
        account_id: Account.
        security_id: Security.
        on: Trade date.
        shares: Shares that may still replace others.
    """

    purchase_id: str
    account_id: str
    security_id: str
    on: date
    shares: Decimal


@dataclass(frozen=True, slots=True)
class LossSold:
    """Shares sold at a loss that nothing has replaced so far.

    Attributes:
        line: The sale.
        shares: Shares without a replacement.
        loss_usd: Their loss, positive.
    """

    line: RealizedLot
    shares: Decimal
    loss_usd: Decimal


@dataclass(frozen=True, slots=True)
class Group:
    """One identical group of a household; each tuple by date."""

    bought: tuple[Bought, ...] = ()
    sold: tuple[LossSold, ...] = ()
    lots: tuple[Lot, ...] = ()


@dataclass(frozen=True, slots=True)
class WashIndex:
    """A household by identical group.

    Attributes:
        window_days: Days before and after a sale.
        identical: Identical groups.
        groups: Recent purchases, losses and lots by group.
        swallows: Accounts in which a loss is lost for good.
        related: Accounts of the spouse or an entity, while the statute does not name them.
        part_of: Purchase of each lot that is a part which has served as a replacement.
        earlier_count: Whether shares bought before the lot sold count (``WashSettings``).
    """

    window_days: int
    identical: IdenticalGroups
    groups: Mapping[str, Group]
    swallows: frozenset[str]
    related: frozenset[str]
    part_of: Mapping[str, str]
    earlier_count: bool = True

    def group(self, security_id: str) -> Group:
        """Group of a security; empty when the household never held it."""
        return self.groups.get(self.identical.group(security_id), Group())

    def bought(self, purchase: Purchase, on: date, purchase_id: str = STAGED) -> WashIndex:
        """The index after a purchase."""
        fresh = Bought(purchase_id, purchase.account_id, purchase.security_id, on, purchase.shares)
        group = self.group(purchase.security_id)
        bought = tuple(sorted((*group.bought, fresh), key=lambda x: x.on))
        return self._with(purchase.security_id, replace(group, bought=bought))

    def sold(
        self, lot_id: str, shares: Decimal, price_usd: Decimal, on: date, sale_id: str = STAGED
    ) -> WashIndex:
        """The index after shares of a lot are sold; their loss, if any, is open to replacement.

        Raises:
            KeyError: If the household holds no such lot.
            OverdrawnLotError: If the lot holds fewer shares.
        """
        lot = self.lot(lot_id)
        group = self.group(lot.security_id)
        taken, rest = (lot, None) if shares == lot.shares else lot.split(shares)
        others = tuple(x for x in group.lots if x.lot_id != lot_id)
        lots = (*others, rest) if rest else others
        left = lot.shares - shares
        bought = tuple(
            replace(x, shares=left) if x.purchase_id == lot_id else x
            for x in group.bought
            if x.purchase_id != lot_id or left
        )
        sold = group.sold
        if lot.account_id not in self.swallows:
            proceeds = (shares * price_usd).quantize(CENT)
            line = realize(taken, proceeds, on, sale_id)
            sold = tuple(sorted((*sold, *_open_losses([line])), key=lambda x: x.line.sold_on))
        return self._with(lot.security_id, Group(bought, sold, lots))

    def replacing(self, lot: Lot, on: date) -> list[Bought]:
        """Purchases of the window up to a day that would replace shares of a lot sold then."""
        first = on - timedelta(days=self.window_days)
        return [
            bought
            for bought in self.group(lot.security_id).bought
            if first <= bought.on <= on
            and not self._same_purchase(bought, lot)
            and (self.earlier_count or bought.on >= lot.acquired_on)
        ]

    def _same_purchase(self, bought: Bought, lot: Lot) -> bool:
        """Whether both are shares of one purchase (Rev. Rul. 56-602).

        A part that has served is told by ``part_of``; where nothing tells of it, by account,
        security and day.
        """
        if bought.purchase_id == self.part_of.get(lot.lot_id, lot.lot_id):
            return True
        here = (lot.account_id, lot.security_id, lot.acquired_on)
        unknown = bool(lot.wash_adjustment_usd) and lot.lot_id not in self.part_of
        return unknown and here == (bought.account_id, bought.security_id, bought.on)

    def lot(self, lot_id: str) -> Lot:
        """A lot of the household.

        Raises:
            KeyError: If the household holds no such lot.
        """
        for group in self.groups.values():
            for lot in group.lots:
                if lot.lot_id == lot_id:
                    return lot
        raise KeyError(lot_id)

    def _with(self, security_id: str, group: Group) -> WashIndex:
        """The same index with one group changed."""
        return replace(self, groups={**self.groups, self.identical.group(security_id): group})


def index(
    household: Household,
    window_days: int,
    identical: IdenticalGroups | None = None,
    part_of: Mapping[str, str] | None = None,
    settings: WashSettings | None = None,
    statute: WashStatute | None = None,
) -> WashIndex:
    """Index a household.

    A recent purchase is known by its lot, or by its trade where no lot tells of it (an account
    whose lots are not in the book). A lot that carries a disallowed loss has served and replaces
    nothing. Whether a plan's lot has served is seen in ``part_of`` alone; without, it counts.

    Args:
        household: Lots, trades and realized lots; those of one day in the order of the law.
        window_days: Days before and after a sale (``Law.wash_window_days``).
        identical: Identical groups; by default each security is its own.
        part_of: Purchase of each lot that has served (``WashScan.part_of``).
        settings: Choices where the law is open.
        statute: The rule where it is not that of present law on securities alone.
    """
    settings, statute = settings or WashSettings(), statute or WashStatute(window_days)
    identical, part_of = identical or IdenticalGroups(), part_of or {}
    bought: dict[str, list[Bought]] = {}
    sold: dict[str, list[LossSold]] = {}
    lots: dict[str, list[Lot]] = {}
    for purchase in (*_from_lots(household.lots, part_of), *_from_trades(household)):
        if purchase.security_id in statute.outside:
            continue
        bought.setdefault(identical.group(purchase.security_id), []).append(purchase)
    reached = (x for x in household.realized if x.security_id not in statute.outside)
    for loss in _open_losses(reached):
        sold.setdefault(identical.group(loss.line.security_id), []).append(loss)
    for lot in household.lots:
        lots.setdefault(identical.group(lot.security_id), []).append(lot)
    roles = {person.person_id: person.role for person in household.people}
    related = (PersonRole.SPOUSE, PersonRole.ENTITY)
    return WashIndex(
        window_days,
        identical,
        {
            key: Group(
                tuple(sorted(bought.get(key, ()), key=lambda x: x.on)),
                tuple(sorted(sold.get(key, ()), key=lambda x: x.line.sold_on)),
                tuple(lots.get(key, ())),
            )
            for key in sorted({*bought, *sold, *lots})
        },
        frozenset(a.account_id for a in household.accounts if a.kind.swallows_losses),
        frozenset(
            a.account_id
            for a in household.accounts
            if not statute.related_named
            and (a.kind is AccountKind.ENTITY or roles.get(a.person_id) in related)
        ),
        part_of,
        settings.earlier_purchases_count,
    )


def _from_lots(lots: Iterable[Lot], part_of: Mapping[str, str]) -> list[Bought]:
    """Lots that were bought and have not served."""
    return [
        Bought(lot.lot_id, lot.account_id, lot.security_id, lot.acquired_on, lot.shares)
        for lot in lots
        if lot.origin in ACQUIRED and not lot.wash_adjustment_usd and lot.lot_id not in part_of
    ]


def _from_trades(household: Household) -> list[Bought]:
    """Purchases of positions that no lot tells of, less what was sold there since."""
    known = {(lot.account_id, lot.security_id) for lot in household.lots}
    by_position: dict[tuple[str, str], list[Trade]] = {}
    for trade in sorted(household.trades, key=lambda t: (t.traded_on, t.seq, t.trade_id)):
        place = (trade.account_id, trade.security_id)
        if place not in known:
            by_position.setdefault(place, []).append(trade)
    return [held for trades in by_position.values() for held in _held(trades)]


def _held(trades: Iterable[Trade]) -> list[Bought]:
    """What is left of purchases of one position, first in first out."""
    held: list[Bought] = []
    for trade in trades:
        if trade.side is not Side.SELL:
            place = (trade.account_id, trade.security_id)
            held.append(Bought(trade.trade_id, *place, trade.traded_on, trade.shares))
            continue
        left = trade.shares
        while held and left:
            taken = min(left, held[0].shares)
            left -= taken
            rest = replace(held[0], shares=held[0].shares - taken)
            held[0:1] = [rest] if rest.shares else []
    return held


def _open_losses(lines: Iterable[RealizedLot]) -> list[LossSold]:
    """Losses, or the part of them, that nothing has replaced so far."""
    found = []
    for line in lines:
        loss = line.basis_usd - line.proceeds_usd
        if loss > 0 and line.recognized_usd < 0:
            part = -line.recognized_usd / loss
            shares = (line.shares * part).quantize(MICRO, rounding=ROUND_DOWN)
            found.append(LossSold(line, shares, -line.recognized_usd))
    return found
