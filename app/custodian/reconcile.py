"""Fills against approved orders: which lots are closed, which are bought, what a person must see.

A fill consumes the lots of its order in the approved sequence, or the lot the custodian names if
it is one of them and holds enough. Dollars are split by shares with the largest remainder, so the
parts of a fill add up to the fill and the parts of a lot to the lot, to the cent. A fill that does
not fit (no such order, other account, side or symbol, more than is left, another lot) closes
nothing and becomes an exception; an execution id seen before does nothing at all.

Fills of one call are taken in the order of their time and id, so a file may list them in any
order and twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal

from app.custodian.match import digest, fits
from app.custodian.order_files import match_until
from app.custodian.order_values import (
    ApprovedLot,
    ApprovedOrder,
    BoughtLot,
    Fill,
    FillStatus,
    LotClose,
    ReconcileException,
)
from app.custodian.orders import NEW_YORK
from engine.records import CENT, ZERO, Lot, Side


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a set of fills comes to.

    Attributes:
        closes: Shares sold, lot by lot.
        bought: Lots bought.
        exceptions: Fills that a person must look at.
        fills: Fills that were applied; with ``exceptions`` and ``duplicates`` they are all fills.
        duplicates: Execution ids that had been seen before.
    """

    closes: tuple[LotClose, ...]
    bought: tuple[BoughtLot, ...]
    exceptions: tuple[ReconcileException, ...]
    fills: tuple[Fill, ...]
    duplicates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LotDeadline:
    """A sold lot that the custodian has not confirmed yet, and until when it can be told."""

    order_key: str
    account_number: str
    symbol: str
    lot_id: str
    shares: Decimal
    match_until: datetime
    late: bool


def reconcile(
    orders: Iterable[ApprovedOrder],
    fills: Iterable[Fill],
    seen: Collection[str] = (),
    closes: Iterable[LotClose] = (),
    bought: Iterable[BoughtLot] = (),
) -> Reconciled:
    """Hold fills against orders.

    Args:
        orders: Every approved order that may still fill.
        fills: Fills as read, in any order.
        seen: Execution ids applied or set aside before.
        closes: What earlier fills of these orders have closed.
        bought: What earlier fills of these orders have bought.
    """
    work = _Work({order.order_key: _Open(order) for order in orders}, set(seen))
    for close in closes:
        work.recall(close.order_key, close.exec_id, close.lot_id, close.shares, close.basis_usd)
    for lot in bought:
        work.recall(lot.order_key, lot.exec_id, "", lot.lot.shares, ZERO)
    for fill in sorted(fills, key=lambda fill: (fill.filled_at, fill.exec_id, repr(fill))):
        work.take(fill)
    return Reconciled(
        tuple(work.closes),
        tuple(work.bought),
        tuple(work.exceptions),
        tuple(work.fills),
        tuple(work.duplicates),
    )


@dataclass(slots=True)
class _Open:
    """An order and what of it is consumed: shares in all, shares and basis by lot."""

    order: ApprovedOrder
    shares: Decimal = ZERO
    by_lot: dict[str, Decimal] = field(default_factory=dict)
    basis: dict[str, Decimal] = field(default_factory=dict)

    def left(self, lot: ApprovedLot) -> Decimal:
        return lot.shares - self.by_lot.get(lot.lot_id, ZERO)

    def use(self, lot_id: str, shares: Decimal, basis: Decimal) -> None:
        self.shares += shares
        self.by_lot[lot_id] = self.by_lot.get(lot_id, ZERO) + shares
        self.basis[lot_id] = self.basis.get(lot_id, ZERO) + basis


@dataclass(slots=True)
class _Work:
    open: dict[str, _Open]
    seen: set[str]
    told: dict[str, Decimal] = field(default_factory=dict)
    closes: list[LotClose] = field(default_factory=list)
    bought: list[BoughtLot] = field(default_factory=list)
    exceptions: list[ReconcileException] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)

    def recall(self, key: str, exec_id: str, lot_id: str, shares: Decimal, basis: Decimal) -> None:
        """Count what an earlier fill has consumed."""
        self.seen.add(exec_id)
        self.told[exec_id] = self.told.get(exec_id, ZERO) + shares
        if key in self.open:
            self.open[key].use(lot_id, shares, basis)

    def take(self, fill: Fill) -> None:
        """Apply one fill, or set it aside."""
        if fill.exec_id in self.seen:
            if self.told.get(fill.exec_id, fill.shares) != fill.shares:
                was = f"{self.told[fill.exec_id].normalize():f}"
                what = f"Execution {fill.exec_id} was told with {was} shares before."
                self._set_aside("corrected", fill, what, "Ask the custodian which one stands.")
            else:
                self.duplicates.append(fill.exec_id)
            return
        self.seen.add(fill.exec_id)
        self.told[fill.exec_id] = fill.shares
        found = self.open.get(fill.order_key)
        if found is None:
            what = f"No approved order has the key {fill.order_key or '(none)'}."
            self._set_aside("unmatched", fill, what, self._candidates(fill))
        elif (trouble := _misfit(found, fill)) is not None:
            self._set_aside(trouble[0], fill, trouble[1], trouble[2])
        elif fill.side is Side.SELL:
            self._sell(found, fill)
        else:
            self._buy(found, fill)

    def _set_aside(self, kind: str, fill: Fill, what: str, remedy: str) -> None:
        self.exceptions.append(ReconcileException(kind, fill, what, remedy))

    def _candidates(self, fill: Fill) -> str:
        keys = [
            key
            for key, found in self.open.items()
            if (found.order.symbol, found.order.side) == (fill.symbol, fill.side)
            and fits(fill.account, found.order.account_number)
        ]
        remedy = "Ask the custodian what was traded."
        if not keys:
            return remedy
        return f"It looks like {', '.join(keys)}; resolve it with --order KEY if so."

    def _sell(self, found: _Open, fill: Fill) -> None:
        parts = _parts(found, fill)
        weights = [shares for _, shares in parts]
        gross = (fill.shares * fill.price_usd).quantize(CENT)
        fees = split(fill.fee_usd, weights)
        proceeds = split(gross - fill.fee_usd, weights)
        for (lot, shares), fee, net in zip(parts, fees, proceeds, strict=True):
            done = found.by_lot.get(lot.lot_id, ZERO) + shares
            basis = (lot.basis_usd * done / lot.shares).quantize(CENT)
            basis -= found.basis.get(lot.lot_id, ZERO)
            found.use(lot.lot_id, shares, basis)
            self.closes.append(
                LotClose(
                    exec_id=fill.exec_id,
                    order_key=fill.order_key,
                    lot_id=lot.lot_id,
                    account_id=found.order.account_id,
                    security_id=found.order.security_id,
                    shares=shares,
                    price_usd=fill.price_usd,
                    proceeds_usd=net,
                    fee_usd=fee,
                    basis_usd=basis,
                    acquired_on=lot.acquired_on,
                    held_since=lot.held_since,
                    closed_at=fill.filled_at,
                    confirmed=bool(fill.lot_id),
                )
            )
        self.fills.append(fill)

    def _buy(self, found: _Open, fill: Fill) -> None:
        found.use("", fill.shares, ZERO)
        bought_on = fill.filled_at.astimezone(NEW_YORK).date()
        lot = Lot(
            lot_id=f"lot-{digest('fill', fill.exec_id, fill.order_key)}",
            account_id=found.order.account_id,
            security_id=found.order.security_id,
            shares=fill.shares,
            basis_usd=(fill.shares * fill.price_usd).quantize(CENT) + fill.fee_usd,
            acquired_on=bought_on,
            held_since=bought_on,
        )
        self.bought.append(
            BoughtLot(
                fill.exec_id, fill.order_key, lot, fill.price_usd, fill.fee_usd, fill.filled_at
            )
        )
        self.fills.append(fill)


def _misfit(found: _Open, fill: Fill) -> tuple[str, str, str] | None:
    """Why a fill does not fit its order: kind, sentence, remedy."""
    order = found.order
    if fill.status is not FillStatus.FILL:
        what = f"The custodian says {fill.status}: {fill.note or 'no reason given'}."
        return fill.status.value, what, "Withdraw the order or send it again."
    if not fits(fill.account, order.account_number):
        what = f"Filled in account {fill.account}, ordered in {order.account_number}."
        return "wrong_account", what, "Have the custodian move the trade (as-of correction)."
    if fill.symbol != order.symbol:
        what = f"Filled as {fill.symbol}, ordered as {order.symbol}."
        return "symbol_changed", what, "Process the corporate action, then reconcile again."
    if fill.side is not order.side:
        return "wrong_side", f"A {fill.side} for a {order.side} order.", "Call the custodian now."
    left = order.shares - found.shares
    if fill.shares > left:
        what = f"{fill.shares.normalize():f} shares filled, {left.normalize():f} are left to fill."
        return "over_fill", what, "Have the custodian bust or correct the execution."
    if fill.lot_id and fill.side is Side.SELL:
        named = [lot for lot in order.lots if lot.lot_id == fill.lot_id]
        if not named or found.left(named[0]) < fill.shares:
            what = f"The custodian took lot {fill.lot_id}, which was not instructed for this."
            return "other_lot", what, "Change the lots by 20:30 New York time, or accept theirs."
    return None


def _parts(found: _Open, fill: Fill) -> list[tuple[ApprovedLot, Decimal]]:
    """The lots a sale takes from, with shares: the named one, or in the approved sequence."""
    if fill.lot_id:
        return [(lot, fill.shares) for lot in found.order.lots if lot.lot_id == fill.lot_id]
    parts = []
    wanted = fill.shares
    for lot in found.order.lots:
        shares = min(wanted, found.left(lot))
        if shares > 0:
            parts.append((lot, shares))
            wanted -= shares
    return parts


def split(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Dollars shared out by weight, to the cent, by largest remainder; they add up exactly.

    Args:
        amount: Dollars to the cent.
        weights: Weights, > 0.
    """
    total = sum(weights, ZERO)
    exact = [amount * weight / total for weight in weights]
    parts = [value.quantize(CENT, ROUND_FLOOR) for value in exact]
    cents = int((amount - sum(parts, ZERO)) / CENT)
    by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for place in by_remainder[:cents]:
        parts[place] += CENT
    return parts


def lots_not_matched(
    orders: Iterable[ApprovedOrder], closes: Iterable[LotClose], now: datetime
) -> tuple[LotDeadline, ...]:
    """Sold lots that the custodian has not confirmed, the nearest deadline first.

    Most venues take no lots on the order: lots are matched after the trade, until 20:30 New York
    time of the same day (IBKR Tax Optimizer), else the account's default method applies.
    """
    by_key = {order.order_key: order for order in orders}
    waiting = [
        LotDeadline(
            order_key=close.order_key,
            account_number=by_key[close.order_key].account_number,
            symbol=by_key[close.order_key].symbol,
            lot_id=close.lot_id,
            shares=close.shares,
            match_until=match_until(close.closed_at),
            late=now > match_until(close.closed_at),
        )
        for close in closes
        if not close.confirmed and close.order_key in by_key
    ]
    return tuple(sorted(waiting, key=lambda row: (row.match_until, row.order_key, row.lot_id)))
