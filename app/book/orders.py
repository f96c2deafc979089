"""Orders out and fills back: what was signed, what the custodian said, which lots it closed.

A fill changes lots, trades, realised results, cash and the order's state in one transaction. What
cannot be matched is never mended by itself: it lies in the exception queue until a person resolves
it. Orders, events and closes only grow.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from app.blotter import FILL, OrderEvent, OrderState, OrderStatus, fold
from app.book.change import Change
from app.book.codec import dumps, instant, loads, read_instant
from app.book.connect import Connection
from app.book.findings import decide, signatures
from app.book.rows import from_row, scaled, to_row, unscaled
from app.custodian.order_values import ApprovedOrder, BoughtLot, Fill, LotClose, ReconcileException
from app.custodian.reconcile import Reconciled
from engine.errors import UserError
from engine.law.lots import realize
from engine.records import MICRO, ZERO, Cash, Lot, RealizedLot, Side, Trade

NEW_YORK = ZoneInfo("America/New_York")
_CLOSING = {"rejected": OrderStatus.REJECTED, "cancelled": OrderStatus.CANCELLED}


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order of the book with where it stands.

    Attributes:
        order: As signed.
        file_name: File it went out in.
        file_sha256: Digest of that file.
        exported_at: When, UTC.
        state: What its events come to.
    """

    order: ApprovedOrder
    file_name: str
    file_sha256: str
    exported_at: datetime
    state: OrderState


@dataclass(frozen=True, slots=True)
class OpenException:
    """A fill that a person must look at, until it is resolved."""

    exception_id: str
    opened_at: datetime
    found: ReconcileException


def export(
    change: Change,
    orders: Sequence[ApprovedOrder],
    file_name: str,
    file_sha256: str,
    user_id: str,
) -> None:
    """Write down what goes to the custodian; its proposals become exported.

    Raises:
        UserError: An order was exported before, or its approver did not sign the proposal.
    """
    for order in orders:
        if change.get("orders", order.order_key) is not None:
            raise UserError(f"order {order.order_key} was exported before; it is not sent twice")
        if order.approver not in signatures(change.connection, order.proposal_id):
            raise UserError(f"order {order.order_key}: {order.approver} did not sign its proposal")
        change.append("orders", _order_row(order, file_name, file_sha256, change.at))
        event = OrderEvent("exported", OrderStatus.EXPORTED.value, change.at)
        put_event(change, order.order_key, event)
    for proposal_id in dict.fromkeys(order.proposal_id for order in orders):
        decide(change, proposal_id, "export", user_id, reason=file_name)


def _order_row(order: ApprovedOrder, name: str, sha256: str, at: datetime) -> dict[str, object]:
    return {
        "order_key": order.order_key,
        "proposal_id": order.proposal_id,
        "household_id": order.household_id,
        "account_id": order.account_id,
        "security_id": order.security_id,
        "side": order.side.value,
        "shares_e6": scaled(order.shares, 6, "shares"),
        "recommender": order.recommender,
        "approver": order.approver,
        "placed_by": order.placed_by,
        "discretionary": int(order.discretionary),
        "entered_at": instant(order.entered_at),
        "approved_at": instant(order.approved_at),
        "file_name": name,
        "file_sha256": sha256,
        "exported_at": instant(at),
        "status": OrderStatus.EXPORTED.value,
        "body": dumps(order),
    }


def put_event(change: Change, order_key: str, event: OrderEvent) -> None:
    """Add what was said of an order, once, and bring its status up to date."""
    if change.get("order_events", order_key, event.kind, event.event_id) is not None:
        return
    (count,) = change.connection.execute(
        "SELECT count(*) FROM order_events WHERE order_key=?", (order_key,)
    ).fetchone()
    row = to_row(event) | {"order_key": order_key, "n": count}
    change.append("order_events", row)
    kept = change.get("orders", order_key)
    if kept is None:
        raise UserError(f"the book has no order {order_key}")
    state = fold(unscaled(kept["shares_e6"], 6), events(change.connection, order_key))
    change.put("orders", kept | {"status": state.status.value})


def events(connection: Connection, order_key: str) -> tuple[OrderEvent, ...]:
    """What was said of an order, in the order it was written down."""
    cursor = connection.execute(
        "SELECT * FROM order_events WHERE order_key=? ORDER BY n", (order_key,)
    )
    names = [column[0] for column in cursor.description]
    return tuple(from_row(OrderEvent, dict(zip(names, row, strict=True))) for row in cursor)


def orders(connection: Connection, household_id: str | None) -> tuple[OrderRow, ...]:
    """Orders with their state, in the order they went out."""
    rows = connection.execute(
        "SELECT body, file_name, file_sha256, exported_at, order_key FROM orders "
        "WHERE ?1 IS NULL OR household_id=?1 ORDER BY exported_at, order_key",
        (household_id,),
    ).fetchall()
    found = []
    for body, name, sha256, at, key in rows:
        order = loads(ApprovedOrder, body)
        state = fold(order.shares, events(connection, key))
        found.append(OrderRow(order, name, sha256, read_instant(at), state))
    return tuple(found)


def closes(connection: Connection) -> tuple[LotClose, ...]:
    """Every lot closed by a fill, in the order of the fills."""
    cursor = connection.execute("SELECT * FROM lot_closes ORDER BY closed_at, exec_id, lot_id")
    names = [column[0] for column in cursor.description]
    return tuple(from_row(LotClose, dict(zip(names, row, strict=True))) for row in cursor)


def bought(connection: Connection) -> tuple[BoughtLot, ...]:
    """Every lot bought by a fill."""
    rows = connection.execute("SELECT body FROM lots_bought ORDER BY exec_id")
    return tuple(loads(BoughtLot, body) for (body,) in rows)


def executions(connection: Connection) -> frozenset[str]:
    """Execution ids that the book has applied or set aside."""
    applied = connection.execute("SELECT exec_id FROM fills").fetchall()
    aside = connection.execute(
        "SELECT json_extract(body, '$.fill.exec_id') FROM exceptions"
    ).fetchall()
    return frozenset(key for (key,) in (*applied, *aside))


def fills(connection: Connection) -> tuple[Fill, ...]:
    """Every fill that was applied, by time."""
    rows = connection.execute("SELECT body FROM fills ORDER BY filled_at, exec_id")
    return tuple(loads(Fill, body) for (body,) in rows)


def record_fills(change: Change, found: Reconciled) -> int:
    """Apply reconciled fills; how many were new.

    Each close takes its shares and its basis from the lot; a close of the whole lot takes it out.
    A close that the lot cannot bear any more goes to the exception queue instead.
    """
    new = [fill for fill in found.fills if change.get("fills", fill.exec_id) is None]
    fresh = {fill.exec_id for fill in new}
    for fill in new:
        change.append(
            "fills",
            {
                "exec_id": fill.exec_id,
                "order_key": fill.order_key,
                "filled_at": instant(fill.filled_at),
                "recorded_at": instant(change.at),
                "body": dumps(fill),
            },
        )
        event = OrderEvent(fill.exec_id, FILL, fill.filled_at, fill.shares, fill.price_usd)
        put_event(change, fill.order_key, event)
        sold = [close for close in found.closes if close.exec_id == fill.exec_id]
        for close in sold:
            _close(change, fill, close)
        if sold:
            _trade(change, fill, sold)
    for item in found.bought:
        if item.exec_id in fresh:
            _buy(change, item)
    for exception in found.exceptions:
        put_exception(change, exception)
    return len(new)


def _close(change: Change, fill: Fill, close: LotClose) -> None:
    change.append("lot_closes", to_row(close))
    row = change.get("lots", close.lot_id)
    lot = None if row is None else from_row(Lot, row)
    if row is None or lot is None or lot.shares < close.shares:
        held = "is gone" if lot is None else f"holds {lot.shares.normalize():f} shares"
        what = f"Lot {close.lot_id} {held}; the fill sold {close.shares.normalize():f} of it."
        remedy = "Import the custodian's lots file; its figures win."
        put_exception(change, ReconcileException("other_lot", fill, what, remedy))
        return
    household_id = row["household_id"]
    if lot.shares == close.shares:
        change.remove("lots", close.lot_id)
    else:
        kept = replace(lot.split(close.shares)[1], basis_usd=lot.basis_usd - close.basis_usd)
        change.put("lots", row | to_row(kept))
    realized = _realized(lot, close)
    add_child(change, "realized", household_id, realized)
    _move_cash(change, household_id, close.account_id, close.proceeds_usd)


def _realized(lot: Lot, close: LotClose) -> RealizedLot:
    """The line of Form 8949, with the lot's origin in mind: a gift has two bases (1015(a))."""
    sold = lot if lot.shares == close.shares else lot.split(close.shares)[0]
    sold = replace(sold, basis_usd=close.basis_usd)
    return realize(sold, close.proceeds_usd, _day(close.closed_at), close.exec_id)


def _trade(change: Change, fill: Fill, sold: Sequence[LotClose]) -> None:
    first = sold[0]
    shares = sum((close.shares for close in sold), ZERO)
    proceeds = sum((close.proceeds_usd for close in sold), ZERO)
    trade = Trade(
        trade_id=fill.exec_id,
        account_id=first.account_id,
        security_id=first.security_id,
        side=Side.SELL,
        shares=shares,
        price_usd=(proceeds / shares).quantize(MICRO),
        traded_on=_day(fill.filled_at),
        lots=tuple((close.lot_id, close.shares) for close in sold),
    )
    add_child(change, "trades", _household_of(change, first.account_id), trade)


def _buy(change: Change, item: BoughtLot) -> None:
    lot = item.lot
    household_id = _household_of(change, lot.account_id)
    row = {"exec_id": item.exec_id, "order_key": item.order_key, "lot_id": lot.lot_id}
    change.append("lots_bought", row | {"body": dumps(item)})
    add_child(change, "lots", household_id, lot)
    trade = Trade(
        trade_id=item.exec_id,
        account_id=lot.account_id,
        security_id=lot.security_id,
        side=Side.BUY,
        shares=lot.shares,
        price_usd=(lot.basis_usd / lot.shares).quantize(MICRO),
        traded_on=_day(item.bought_at),
    )
    add_child(change, "trades", household_id, trade)
    _move_cash(change, household_id, lot.account_id, -lot.basis_usd)


def _move_cash(change: Change, household_id: str, account_id: str, amount: Decimal) -> None:
    """Cash of a trade is unsettled until the custodian says otherwise."""
    row = change.get("cash", household_id, account_id)
    held = Cash(account_id, ZERO) if row is None else from_row(Cash, row)
    moved = replace(held, unsettled_usd=held.unsettled_usd + amount)
    if row is None:
        add_child(change, "cash", household_id, moved)
    else:
        change.put("cash", row | to_row(moved))


def add_child(change: Change, table: str, household_id: str, record: object) -> None:
    """Write a record of a household; a new one comes after those there."""
    row = to_row(record)
    kept = change.get(table, *(row.get(c, household_id) for c in change.shape[table].key))
    if kept is None:
        (position,) = change.connection.execute(
            f"SELECT coalesce(max(position), -1) + 1 FROM {table} WHERE household_id=?",  # noqa: S608
            (household_id,),
        ).fetchone()
        kept = {"position": position}
    change.put(table, row | {"household_id": household_id, "position": kept["position"]})


def _household_of(change: Change, account_id: str) -> str:
    row = change.get("accounts", account_id)
    if row is None:
        raise UserError(f"the book has no account {account_id!r}; import its household first")
    return str(row["household_id"])


def put_exception(change: Change, found: ReconcileException) -> None:
    """Add to the queue, once; a rejection or a cancel also closes the order it speaks of."""
    told = f"{found.kind}|{found.fill.exec_id}|{found.fill.order_key}"
    key = hashlib.sha256(told.encode()).hexdigest()[:26]
    if change.get("exceptions", key) is not None:
        return
    change.append(
        "exceptions",
        {
            "exception_id": key,
            "kind": found.kind,
            "opened_at": instant(change.at),
            "body": dumps(found),
            "resolved_at": None,
            "resolved_by": None,
            "resolution": None,
        },
    )
    closing = _CLOSING.get(found.kind)
    if closing is not None and change.get("orders", found.fill.order_key) is not None:
        event = OrderEvent(
            found.fill.exec_id, closing.value, found.fill.filled_at, note=found.fill.note
        )
        put_event(change, found.fill.order_key, event)


def exceptions(connection: Connection) -> tuple[OpenException, ...]:
    """What waits in the queue, oldest first."""
    rows = connection.execute(
        "SELECT exception_id, opened_at, body FROM exceptions WHERE resolved_at IS NULL "
        "ORDER BY opened_at, exception_id"
    )
    return tuple(
        OpenException(key, read_instant(at), loads(ReconcileException, body))
        for key, at, body in rows
    )


def resolve(change: Change, exception_id: str, user_id: str, resolution: str) -> None:
    """Close an exception with the words of whoever looked at it.

    Raises:
        UserError: There is no such open exception, or no words were given.
    """
    row = change.get("exceptions", exception_id)
    if row is None or row["resolved_at"] is not None:
        raise UserError(f"there is no open exception {exception_id!r}")
    if not resolution.strip():
        raise UserError("say how the exception was resolved")
    told = {"resolved_by": user_id, "resolution": resolution}
    change.put("exceptions", row | told | {"resolved_at": instant(change.at)})


def _day(at: datetime) -> date:
    """The date in New York: tax dates are dates there."""
    return at.astimezone(NEW_YORK).date()
