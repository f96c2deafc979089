"""What a file's lots change in a book: new, changed, unchanged, closed.

The natural key of a lot is (account, custodian's lot id) where the custodian has one, else
(account, security, open date, shares, basis, ordinal among equals); the lot's id derives from it,
so two lots that are truly identical stay two. A lot whose shares or basis have changed has another
key, so lots of one account, security and open date are then paired: first those with the same
shares, then in order. What is left over is new on one side and closed on the other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.custodian.match import digest
from app.custodian.values import LotChange
from engine.records import Lot


@dataclass(frozen=True, slots=True)
class LotDiff:
    """The four kinds; each lot of either side is in exactly one of them."""

    new: tuple[Lot, ...]
    changed: tuple[LotChange, ...]
    unchanged: tuple[str, ...]
    closed: tuple[Lot, ...]


def with_ids(lots: Iterable[tuple[str, Lot]]) -> list[Lot]:
    """Lots with ids from their natural keys; the text beside each is the custodian's lot id."""
    seen: dict[str, int] = defaultdict(int)
    named = []
    for custodian_id, lot in lots:
        key = digest(lot.account_id, "id", custodian_id) if custodian_id else digest(*content(lot))
        ordinal = seen[key]
        seen[key] += 1
        named.append(replace(lot, lot_id=f"lot-{digest(key, ordinal)}"))
    return named


def content(lot: Lot) -> tuple[object, ...]:
    """What makes a lot of a custodian's file the same lot."""
    return (
        lot.account_id,
        lot.security_id,
        lot.acquired_on,
        lot.shares.normalize(),
        lot.basis_usd.normalize(),
    )


def diff(held: Sequence[Lot], told: Sequence[Lot]) -> LotDiff:
    """Pair the lots held (all that the file could speak of) with the lots told."""
    left = {lot.lot_id: lot for lot in held}
    pairs: list[tuple[Lot, Lot]] = []
    rest = list(told)
    for key in (_lot_id, content, _same_shares, _same_day):
        rest = _pair(left, rest, key, pairs)
    changes = []
    unchanged = []
    for before, told_lot in pairs:
        after = _merge(before, told_lot)
        if after == before:
            unchanged.append(before.lot_id)
        else:
            changes.append(LotChange(before, after))
    return LotDiff(tuple(rest), tuple(changes), tuple(unchanged), tuple(left.values()))


def _lot_id(lot: Lot) -> object:
    return lot.lot_id


def _same_shares(lot: Lot) -> object:
    return (lot.account_id, lot.security_id, lot.acquired_on, lot.shares.normalize())


def _same_day(lot: Lot) -> object:
    return (lot.account_id, lot.security_id, lot.acquired_on)


def _pair(
    left: dict[str, Lot], rest: list[Lot], key: Callable[[Lot], Any], pairs: list[tuple[Lot, Lot]]
) -> list[Lot]:
    """Pair what has the same key, in order; returns what is still without a partner."""
    waiting: dict[object, list[Lot]] = defaultdict(list)
    for lot in left.values():
        waiting[key(lot)].append(lot)
    unpaired = []
    for lot in rest:
        partners = waiting.get(key(lot))
        if partners:
            partner = partners.pop(0)
            del left[partner.lot_id]
            pairs.append((partner, lot))
        else:
            unpaired.append(lot)
    return unpaired


def _merge(before: Lot, told: Lot) -> Lot:
    """The held lot with the custodian's figures; what a custodian never tells stays ours."""
    return replace(
        told,
        lot_id=before.lot_id,
        origin=before.origin,
        loss_basis_usd=before.loss_basis_usd,
    )
