"""Lots: dividing basis without losing a cent, choosing lots for a sale, and closing them.

Shares are taken first-in first-out unless the lots are identified by settlement; a standing order
(highest cost, last in, least tax) is such an identification (Reg. 1.1012-1(c)). Whatever a whole
is divided into (basis over parts of a lot, proceeds of an order over its lots), the parts are
rounded to the cent by largest remainder and add up to the whole again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum

from engine.errors import InputError, OverdrawnLotError
from engine.law.holding import term_of
from engine.records import CENT, Lot, Origin, RealizedLot

Picks = tuple[tuple[Lot, Decimal], ...]

# Origins that are an acquisition as the wash-sale rule means it (26 U.S.C. 1091(a)).
ACQUIRED = (Origin.BOUGHT, Origin.REINVESTED)


class Relief(StrEnum):
    """Standing orders for which lots of a position are sold first."""

    FIFO = "fifo"
    LIFO = "lifo"
    HIFO = "hifo"


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Divide whole units over weights; the parts add up to the total.

    Each part is the exact share rounded down, and the units left over go to the largest
    remainders, earlier ones first (Hamilton's method).

    Args:
        total: Units (cents) to divide, of either sign.
        weights: Not negative, with a positive sum.
    """
    if len(weights) == 1:
        return [total]
    if len(weights) == 2 and total >= 0:
        first = part_of(total, weights[0], weights[0] + weights[1])
        return [first, total - first]
    whole = sum(weights)
    sign, units = (-1, -total) if total < 0 else (1, total)
    parts = [units * weight // whole for weight in weights]
    left = units - sum(parts)
    if left:
        by_remainder = sorted(range(len(weights)), key=lambda i: -(units * weights[i] % whole))
        for i in by_remainder[:left]:
            parts[i] += 1
    return parts if sign > 0 else [-part for part in parts]


def part_of(total: int, weight: int, whole: int) -> int:
    """The first of two parts by largest remainder: the nearest whole number, a half upwards.

    Args:
        total: Units to divide, not negative.
        weight: Weight of the first part.
        whole: Weight of both.
    """
    part, remainder = divmod(total * weight, whole)
    return part + (2 * remainder >= whole)


def apportion_usd(total_usd: Decimal, weights: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """Divide dollars over weights (shares, values) to the cent; the parts add up to the total."""
    scale = min((int(w.as_tuple().exponent) for w in weights), default=0)
    whole = [int(weight.scaleb(-scale)) for weight in weights]
    cents = int((total_usd / CENT).to_integral_value())
    return tuple(Decimal(part) * CENT for part in apportion(cents, whole))


def in_order(lots: Iterable[Lot], relief: Relief) -> tuple[Lot, ...]:
    """The lots in the order in which they are sold under a standing order.

    HIFO ranks by adjusted basis of a share; equals follow the date of acquisition, then the id.
    """
    known = sorted(lots, key=lambda lot: (lot.acquired_on, lot.lot_id))
    if relief is Relief.LIFO:
        return tuple(reversed(known))
    if relief is Relief.HIFO:
        return tuple(sorted(known, key=lambda lot: -(lot.basis_usd / lot.shares)))
    return tuple(known)


def pick(lots: Sequence[Lot], shares: Decimal) -> Picks:
    """Take shares from lots in the order given.

    Raises:
        OverdrawnLotError: If the lots hold fewer shares than asked for, or none are asked for.
    """
    held = sum((lot.shares for lot in lots), Decimal(0))
    if not 0 < shares <= held:
        raise OverdrawnLotError(" + ".join(lot.lot_id for lot in lots), held, shares)
    found = []
    for lot in lots:
        taken = min(lot.shares, shares)
        found.append((lot, taken))
        shares -= taken
        if not shares:
            break
    return tuple(found)


def identified(lots: Sequence[Lot], wanted: Sequence[tuple[str, Decimal]]) -> Picks:
    """Lots named one by one (specific identification).

    Raises:
        InputError: If a lot is not among those given.
        OverdrawnLotError: If more shares are named than a lot holds.
    """
    by_id = {lot.lot_id: lot for lot in lots}
    asked: dict[str, Decimal] = {}
    for lot_id, shares in wanted:
        if lot_id not in by_id:
            raise InputError("lot", lot_id, "name a lot that the account holds")
        asked[lot_id] = asked.get(lot_id, Decimal(0)) + shares
        if not 0 < asked[lot_id] <= by_id[lot_id].shares:
            raise OverdrawnLotError(lot_id, by_id[lot_id].shares, asked[lot_id])
    return tuple((by_id[lot_id], shares) for lot_id, shares in asked.items())


def close(
    picks: Picks, proceeds_usd: Decimal, sold_on: date, sale_id: str
) -> tuple[tuple[Lot, ...], tuple[RealizedLot, ...]]:
    """Sell what was picked: the lots left over, and one line of Form 8949 a lot.

    Args:
        picks: Lots with the shares to take of each.
        proceeds_usd: Net proceeds of the whole order, divided over the lots to the cent.
        sold_on: Trade date.
        sale_id: Identity of the sale.
    """
    kept, lines = [], []
    proceeds = apportion_usd(proceeds_usd, [shares for _, shares in picks])
    for (lot, shares), amount in zip(picks, proceeds, strict=True):
        sold = lot
        if shares != lot.shares:
            sold, rest = lot.split(shares)
            kept.append(rest)
        lines.append(realize(sold, amount, sold_on, sale_id))
    return tuple(kept), tuple(lines)


def realize(sold: Lot, proceeds_usd: Decimal, sold_on: date, sale_id: str) -> RealizedLot:
    """The line of Form 8949 for a whole lot sold.

    The basis of a gift depends on the result: the donor's for a gain, the lower market value at
    the gift for a loss, and the proceeds themselves in between (26 U.S.C. 1015(a)).
    """
    basis = sold.basis_usd
    if sold.loss_basis_usd is not None and proceeds_usd < basis:
        basis = max(sold.loss_basis_usd, proceeds_usd)
    return RealizedLot(
        sale_id,
        sold.lot_id,
        sold.account_id,
        sold.security_id,
        sold.shares,
        proceeds_usd,
        basis,
        sold.acquired_on,
        sold.held_since,
        sold_on,
        term_of(sold, sold_on, proceeds_usd / sold.shares),
    )
