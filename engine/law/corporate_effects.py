"""What a corporate action does to lots: new lots, and what it realises.

Pure functions on the lots of one household. Shares are counted by account, as the custodian does:
the account's total is converted, its lots share the result by largest remainder, and the fraction
of the total is kept, paid, or rounded up. A fraction that is paid is a sale of the oldest shares.
No action loses basis: what is in the new lots and in the lines is what was in the old lots, less
what was returned and plus what was recognised.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction
from itertools import groupby

from engine.law.corporate_actions import (
    CorporateAction,
    Fractions,
    Merger,
    ReturnOfCapital,
    SpinOff,
    Split,
    SymbolChange,
    Worthless,
)
from engine.law.holding import term_of
from engine.law.lots import (
    ACQUIRED,
    Relief,
    apportion,
    apportion_usd,
    close,
    in_order,
    pick,
    realize,
)
from engine.records import CENT, MICRO, ZERO, Lot, Origin, RealizedLot, Security


@dataclass(frozen=True, slots=True)
class Applied:
    """Lots after an action, and the lines of Form 8949 that it makes."""

    lots: tuple[Lot, ...]
    realized: tuple[RealizedLot, ...] = ()


def apply(action: CorporateAction, lots: Iterable[Lot]) -> Applied:
    """Book an action on the lots of a household; lots of other securities stay as they are."""
    held: list[Lot] = []
    found: list[Lot] = []
    realized: list[RealizedLot] = []
    for lot in lots:
        (held if lot.security_id == action.security_id else found).append(lot)
    for _, members in groupby(sorted(held, key=_place), key=lambda lot: lot.account_id):
        done = _booked(action, tuple(members))
        found += done.lots
        realized += done.realized
    return Applied(tuple(found), tuple(realized))


def renamed(security: Security, change: SymbolChange) -> Security:
    """The same security under its new ticker and CUSIP."""
    return replace(security, symbol=change.symbol, cusip=change.cusip or security.cusip)


def _place(lot: Lot) -> tuple[str, date, str]:
    """Lots of an account together, oldest first."""
    return (lot.account_id, lot.acquired_on, lot.lot_id)


def _booked(action: CorporateAction, lots: tuple[Lot, ...]) -> Applied:
    """An action on the lots of one account."""
    if isinstance(action, Split):
        return _split(action, lots)
    if isinstance(action, SpinOff):
        return _spin_off(action, lots)
    if isinstance(action, Merger):
        return _merger(action, lots)
    if isinstance(action, ReturnOfCapital):
        return _return_of_capital(action, lots)
    if isinstance(action, Worthless):
        last_day = date(action.effective_on.year, 12, 31)
        gone = tuple(realize(lot, ZERO, last_day, action.action_id) for lot in lots)
        return Applied((), gone)
    return Applied(lots)


def _split(action: Split, lots: Sequence[Lot]) -> Applied:
    """Shares by the ratio; total basis and dates stay."""
    return _converted(action, lots)


def _spin_off(action: SpinOff, lots: Sequence[Lot]) -> Applied:
    """Basis divided between parent and child; the child's shares are not a purchase."""
    parents, children = [], []
    for lot in lots:
        parent, child = _divided(lot, action.kept_fraction)
        origin = Origin.TRANSFERRED if lot.origin in ACQUIRED else lot.origin
        lot_id = f"{lot.lot_id}/{action.child_id}"
        parents.append(parent)
        children.append(replace(child, lot_id=lot_id, security_id=action.child_id, origin=origin))
    handed_out = _converted(action, children)
    return Applied((*parents, *handed_out.lots), handed_out.realized)


def _merger(action: Merger, lots: Sequence[Lot]) -> Applied:
    """Old shares for a successor's, for cash, or for both."""
    if not action.numerator:
        sold = (
            realize(
                lot, _dollars(lot.shares * action.cash_usd), action.effective_on, action.action_id
            )
            for lot in lots
        )
        return Applied((), tuple(sold))
    if action.taxable:
        return _taxable_exchange(action, lots)
    after_cash = (
        [_boot(action, lot) for lot in lots] if action.cash_usd else [(lot, None) for lot in lots]
    )
    successors = [replace(lot, security_id=action.successor_id) for lot, _ in after_cash]
    exchanged = _converted(action, successors)
    cash_lines = tuple(line for _, line in after_cash if line is not None)
    return Applied(exchanged.lots, (*cash_lines, *exchanged.realized))


def _taxable_exchange(action: Merger, lots: Sequence[Lot]) -> Applied:
    """A sale for shares at market value and cash, and a purchase of those shares on that day."""
    on, ratio = action.effective_on, Decimal(action.numerator) / action.denominator
    bought, lines = [], []
    for lot in lots:
        value = _dollars(lot.shares * ratio * action.price_usd)
        cash = _dollars(lot.shares * action.cash_usd)
        lines.append(realize(lot, value + cash, on, action.action_id))
        bought.append(
            Lot(
                f"{lot.lot_id}/{action.successor_id}",
                lot.account_id,
                action.successor_id,
                lot.shares,
                value,
                on,
                on,
                covered=lot.covered,
            )
        )
    exchanged = _converted(action, bought)
    return Applied(exchanged.lots, (*lines, *exchanged.realized))


def _boot(action: Merger, lot: Lot) -> tuple[Lot, RealizedLot | None]:
    """Cash in a reorganisation: gain up to the cash, no loss; the rest lowers the basis (358)."""
    cash = _dollars(lot.shares * action.cash_usd)
    ratio = Decimal(action.numerator) / action.denominator
    value = _dollars(lot.shares * ratio * action.price_usd) + cash
    gain = min(cash, max(ZERO, value - lot.basis_usd))
    basis = lot.basis_usd - cash + gain
    kept = replace(
        lot,
        basis_usd=basis,
        wash_adjustment_usd=min(lot.wash_adjustment_usd, basis),
        loss_basis_usd=None if lot.loss_basis_usd is None else max(ZERO, lot.loss_basis_usd - cash),
    )
    return kept, _paid(lot, cash, cash - gain, action.effective_on, action.action_id)


def _return_of_capital(action: ReturnOfCapital, lots: Sequence[Lot]) -> Applied:
    """The basis is returned first; what is left is a gain of the lot's own term."""
    kept, lines = [], []
    for lot in lots:
        paid = _dollars(lot.shares * action.per_share_usd)
        basis = max(ZERO, lot.basis_usd - paid)
        loss = None if lot.loss_basis_usd is None else max(ZERO, lot.loss_basis_usd - paid)
        washed = min(lot.wash_adjustment_usd, basis)
        kept.append(replace(lot, basis_usd=basis, wash_adjustment_usd=washed, loss_basis_usd=loss))
        if paid > lot.basis_usd:
            excess = paid - lot.basis_usd
            lines.append(_paid(lot, excess, ZERO, action.effective_on, action.action_id))
    return Applied(tuple(kept), tuple(lines))


def _paid(lot: Lot, paid: Decimal, basis: Decimal, on: date, action_id: str) -> RealizedLot:
    """A line for cash that a lot received without being sold."""
    return RealizedLot(
        action_id,
        lot.lot_id,
        lot.account_id,
        lot.security_id,
        lot.shares,
        paid,
        basis,
        lot.acquired_on,
        lot.held_since,
        on,
        term_of(lot, on),
    )


def _converted(action: Split | SpinOff | Merger, lots: Sequence[Lot]) -> Applied:
    """Shares of one account by the action's ratio, fractions as the action says.

    A lot of which less than a millionth of a share would be left keeps that, with its basis.
    """
    ratio = Fraction(action.numerator, action.denominator)
    total = sum((Fraction(lot.shares) for lot in lots), Fraction(0)) * ratio
    micros = total.numerator * 1_000_000 // total.denominator
    parts = apportion(micros, [int(lot.shares / MICRO) for lot in lots])
    new = tuple(
        replace(lot, shares=max(1, part) * MICRO) for lot, part in zip(lots, parts, strict=True)
    )
    held = sum((lot.shares for lot in new), ZERO)
    fraction = held - held.to_integral_value(ROUND_FLOOR)
    if not fraction or action.fractions is Fractions.KEEP:
        return Applied(new)
    if action.fractions is Fractions.ROUND_UP:
        more = held.to_integral_value(ROUND_CEILING) - held
        return Applied((*new[:-1], replace(new[-1], shares=new[-1].shares + more)))
    cash = _dollars(fraction * action.in_lieu_usd)
    picks = pick(in_order(new, Relief.FIFO), fraction)
    rest, lines = close(picks, cash, action.effective_on, action.action_id)
    touched = {lot.lot_id for lot, _ in picks}
    return Applied((*rest, *(lot for lot in new if lot.lot_id not in touched)), lines)


def _divided(lot: Lot, kept_fraction: Decimal) -> tuple[Lot, Lot]:
    """The basis of a lot in two, to the cent; shares and dates stay on both sides."""
    weights = (kept_fraction, 1 - kept_fraction)
    basis = apportion_usd(lot.basis_usd, weights)
    washed = apportion_usd(lot.wash_adjustment_usd, weights)
    loss = (
        (None, None) if lot.loss_basis_usd is None else apportion_usd(lot.loss_basis_usd, weights)
    )
    parent, child = (
        replace(lot, basis_usd=basis[i], wash_adjustment_usd=washed[i], loss_basis_usd=loss[i])
        for i in (0, 1)
    )
    return parent, child


def _dollars(amount: Decimal) -> Decimal:
    """To the cent, half-even."""
    return amount.quantize(CENT)
