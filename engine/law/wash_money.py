"""From the whole numbers of the wash-sale ledger back to exact money, shares and dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from engine.law.holding import term
from engine.law.wash_intake import ShareScale
from engine.law.wash_ledger import Line, Match, Parcel, Part
from engine.records import CENT, MICRO, ZERO, Lot, Origin, RealizedLot, Term
from engine.wash_results import OpenLot, WashLine, WashMatch


def told(line: Line) -> WashLine:
    """A line of the ledger as exact money."""
    part, sale, parcel = line.part, line.sale, line.parcel
    since, disallowed, lost = date.fromordinal(part.since), 0, 0
    for match in line.matches:
        disallowed += match.disallowed
        lost += 0 if match.parcel.carries else match.disallowed
    whole = part.units == sale.units
    realized = RealizedLot(
        sale.trade.trade_id,
        parcel.lot_id,
        parcel.account_id,
        parcel.security_id,
        sale.trade.shares if whole else _shares(part.units, sale.per_micro),
        _usd(line.proceeds),
        _usd(line.proceeds - line.gain),
        parcel.acquired_on,
        since,
        sale.trade.traded_on,
        _term(parcel, since, sale.trade.traded_on, part.gap > 0 and line.gain < 0),
        _usd(disallowed) if disallowed else ZERO,
    )
    if not line.matches:
        return WashLine(realized)
    matches = tuple([_match(match) for match in line.matches])
    return WashLine(realized, _usd(lost) if lost else ZERO, matches)


def _term(parcel: Parcel, since: date, sold_on: date, gift_at_a_loss: bool) -> Term:
    """Term of a part sold; see ``holding.term_of`` for inheritances and gifts."""
    if parcel.origin is Origin.INHERITED:
        return Term.LONG
    return term(parcel.acquired_on if gift_at_a_loss else since, sold_on)


def _match(match: Match) -> WashMatch:
    """A match of the ledger as exact money."""
    parcel = match.parcel
    return WashMatch(
        parcel.lot_id,
        parcel.account_id,
        parcel.security_id,
        parcel.acquired_on,
        _shares(match.units, parcel.per_micro),
        _usd(match.disallowed),
        not parcel.carries,
        _usd(match.basis_after),
        date.fromordinal(match.since),
    )


def open_lots(parcels: Sequence[Parcel], scale: ShareScale) -> list[OpenLot]:
    """Parts still held, by parcel; adjusted ones first, in the order they were adjusted."""
    found: list[OpenLot] = []
    for parcel in parcels:
        if not parcel.held:
            continue
        per_micro = scale.per_micro(parcel.security_id, None)
        found += [
            _open_lot(parcel, part, per_micro, f"{parcel.lot_id}/{number}")
            for number, part in enumerate(parcel.adjusted, start=1)
        ]
        if parcel.plain.units:
            found.append(_open_lot(parcel, parcel.plain, per_micro, parcel.lot_id))
    return found


def _open_lot(parcel: Parcel, part: Part, per_micro: int, lot_id: str) -> OpenLot:
    """A part still held as a lot; an adjusted part has a number of its own behind the id."""
    lot = Lot(
        lot_id,
        parcel.account_id,
        parcel.security_id,
        _shares(part.units, per_micro),
        _usd(part.basis),
        parcel.acquired_on,
        date.fromordinal(part.since),
        parcel.origin,
        _usd(part.washed),
        _usd(part.basis - part.gap) if part.gap else None,
        parcel.covered,
    )
    return OpenLot(parcel.lot_id, lot)


def _usd(cents: int) -> Decimal:
    """Cents as dollars."""
    return Decimal(cents) * CENT


def _shares(units: int, per_micro: int) -> Decimal:
    """Units as shares, to the millionth."""
    if units % per_micro:
        return (Decimal(units) / per_micro * MICRO).quantize(MICRO)
    return Decimal(units // per_micro) * MICRO
