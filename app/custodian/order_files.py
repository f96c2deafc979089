"""Orders as files: one writer, layouts as data (``resources/orders``, or a TOML of your own).

The same orders give the same bytes. No cell can become a formula: see ``csv_out``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import Decimal
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from app.custodian.csv_out import csv_text, workbook
from app.custodian.order_values import ApprovedLot, ApprovedOrder
from app.custodian.orders import NEW_YORK
from engine.errors import UserError
from engine.records import CENT

FOLDER = files("resources") / "orders"
MATCH_UNTIL = time(20, 30)  # IBKR's Tax Optimizer, New York time, day of the trade
LOT_PRICE = Decimal("0.0001")


class LayoutError(UserError):
    """A layout that cannot be used, or an order that does not fit it."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an order file.

    Attributes:
        heading: Its heading.
        field: Field of the order, "" for a fixed value.
        value: The fixed value.
        codes: Our word -> the custodian's code.
        length: Most characters, 0 for any.
        decimals: Decimal places of a number, -1 for as many as needed.
        only: Order type that has this column, "" for all.
    """

    heading: str
    field: str = ""
    value: str = ""
    codes: Mapping[str, str] | None = None
    length: int = 0
    decimals: int = -1
    only: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """A custodian's order file.

    Attributes:
        name: Name of the layout.
        title: What a person calls it.
        columns: Columns, left to right.
        header: Whether there is a heading row.
        group_by: Field that starts a new heading row when it changes, "" for none.
        per_lot: Whether there is one row a lot, sales alone.
        symbol_style: What parts ticker and share class (``BRK.B``, ``BRK B``).
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    header: bool = True
    group_by: str = ""
    per_lot: bool = False
    symbol_style: str = "."


@dataclass(frozen=True, slots=True)
class OrderFile:
    """A written file and what the audit keeps of it."""

    name: str
    content: bytes
    sha256: str
    order_keys: tuple[str, ...]


def layout_names() -> list[str]:
    """Names of the shipped layouts."""
    return sorted(item.name[:-5] for item in FOLDER.iterdir() if item.name.endswith(".toml"))


def load_layout(name: str) -> Layout:
    """A shipped layout by name, or one of your own by its path.

    Raises:
        LayoutError: If there is none or it is not well formed.
    """
    try:
        path = Path(name) if name.endswith(".toml") else FOLDER / f"{name}.toml"
        entry = tomllib.loads(path.read_text("utf-8"))
        columns = tuple(Column(**column) for column in entry.pop("column"))
        return Layout(name=Path(name).stem, columns=columns, **entry)
    except FileNotFoundError:
        known = ", ".join(layout_names())
        raise LayoutError(f"no order layout {name}; there are {known}") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LayoutError(f"order layout {name} is not well formed: {error}") from None


def write_orders(
    orders: Sequence[ApprovedOrder], layout: Layout, *, xlsx: bool = False
) -> OrderFile:
    """Orders as one file of a layout.

    Raises:
        LayoutError: If a cell does not fit the layout (a code is missing, a text too long).
    """
    if xlsx:
        rows = _rows(orders, layout, layout.columns)
        content = workbook("orders", [column.heading for column in layout.columns], rows)
    else:
        content = csv_text(_blocks(orders, layout)).encode("utf-8")
    keys = tuple(order.order_key for order in orders)
    stamp = sha256("|".join(keys).encode()).hexdigest()[:12]
    name = f"{layout.name}-{stamp}.{'xlsx' if xlsx else 'csv'}"
    return OrderFile(name, content, sha256(content).hexdigest(), keys)


def _blocks(orders: Sequence[ApprovedOrder], layout: Layout) -> list[list[str]]:
    """All rows, with a heading row before each group."""
    groups: dict[str, list[ApprovedOrder]] = {}
    for order in orders:
        group = order_fields(order)[layout.group_by] if layout.group_by else ""
        groups.setdefault(group, []).append(order)
    rows: list[list[str]] = []
    for group, members in groups.items() if orders else [("", [])]:
        columns = tuple(c for c in layout.columns if not c.only or c.only == group)
        if layout.header:
            rows.append([column.heading for column in columns])
        rows += _rows(members, layout, columns)
    return rows


def _rows(
    orders: Sequence[ApprovedOrder], layout: Layout, columns: Sequence[Column]
) -> list[list[str]]:
    rows = []
    for order in orders:
        lots: Sequence[ApprovedLot | None] = order.lots if layout.per_lot else (None,)
        for lot in lots:
            fields = order_fields(order) | (_lot_fields(order, lot) if lot else {})
            fields["symbol"] = fields["symbol"].replace(".", layout.symbol_style)
            rows.append([_cell(column, fields, order) for column in columns])
    return rows


def _cell(column: Column, fields: Mapping[str, str], order: ApprovedOrder) -> str:
    if column.field and column.field not in fields:
        raise LayoutError(f"column {column.heading}: an order has no field {column.field!r}")
    text = fields[column.field] if column.field else column.value
    if column.codes is not None:
        if text not in column.codes:
            raise LayoutError(
                f"column {column.heading}: no code for {text!r}; add it to the layout"
            )
        text = column.codes[text]
    if column.decimals >= 0 and text:
        rounded = Decimal(text).quantize(Decimal(1).scaleb(-column.decimals))
        if rounded != Decimal(text):
            what = f"{text} needs more than {column.decimals} decimals"
            raise LayoutError(f"order {order.order_key}: {column.heading}: {what}")
        text = f"{rounded.normalize():f}"
    if column.length and len(text) > column.length:
        what = f"{text!r} is longer than {column.length}"
        raise LayoutError(f"order {order.order_key}: {column.heading}: {what}")
    return text


def order_fields(order: ApprovedOrder) -> dict[str, str]:
    """An order as text, field by field."""
    gains = order.est_gain_st_usd, order.est_gain_lt_usd
    return {
        "order_key": order.order_key,
        "account": order.account_number,
        "side": order.side.upper(),
        "symbol": order.symbol,
        "cusip": order.cusip,
        "shares": plain(order.shares),
        "order_type": "MKT" if order.limit_usd is None else "LMT",
        "limit_usd": "" if order.limit_usd is None else str(order.limit_usd.quantize(CENT)),
        "tif": order.tif,
        "lot_method": "SPECIFIC" if order.lots else "",
        "lot_ids": " ".join(lot.lot_id for lot in order.lots),
        "lot_open_dates": " ".join(lot.acquired_on.isoformat() for lot in order.lots),
        "lot_shares": " ".join(plain(lot.shares) for lot in order.lots),
        "lot_basis_usd": " ".join(str(lot.basis_usd) for lot in order.lots),
        "est_proceeds_usd": str((order.shares * order.est_price_usd).quantize(CENT)),
        "est_gain_st_usd": str(gains[0]) if order.lots else "",
        "est_gain_lt_usd": str(gains[1]) if order.lots else "",
        "wash_until": "" if order.wash_until is None else order.wash_until.isoformat(),
        "replacement": order.replacement,
        "approver": order.approver,
        "approved_at": moment(order.approved_at),
        "reason": order.reason,
    }


def _lot_fields(order: ApprovedOrder, lot: ApprovedLot) -> dict[str, str]:
    return {
        "lot_id": lot.lot_id,
        "lot_open_date": lot.acquired_on.isoformat(),
        "lot_shares": plain(lot.shares),
        "lot_unit_basis_usd": str((lot.basis_usd / lot.shares).quantize(LOT_PRICE)),
        "match_until": match_until(order.approved_at).astimezone(NEW_YORK).isoformat(),
    }


def match_until(traded_at: datetime) -> datetime:
    """Until when lots of a trade of that day can be matched: 20:30 in New York, as UTC."""
    local = traded_at.astimezone(NEW_YORK)
    return datetime.combine(local.date(), MATCH_UNTIL, NEW_YORK).astimezone(UTC)


def plain(value: Decimal) -> str:
    """A number without needless zeros or an exponent."""
    return f"{value.normalize():f}"


def moment(at: datetime) -> str:
    """An instant as ISO text to the second, UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def memoranda(orders: Sequence[ApprovedOrder], changes: Mapping[str, Sequence[str]]) -> OrderFile:
    """The order memoranda (Rule 204-2(a)(3) under the Advisers Act), one after another.

    Args:
        orders: The orders.
        changes: Modifications and cancellations by order key, in words.

    Raises:
        LayoutError: If a name that the rule asks for is empty.
    """
    text = "\n".join(_memorandum(order, changes.get(order.order_key, ())) for order in orders)
    content = text.encode("utf-8")
    keys = tuple(order.order_key for order in orders)
    stamp = sha256("|".join(keys).encode()).hexdigest()[:12]
    return OrderFile(f"order-memoranda-{stamp}.txt", content, sha256(content).hexdigest(), keys)


def _memorandum(order: ApprovedOrder, changes: Sequence[str]) -> str:
    for role in ("recommender", "approver", "placed_by", "account_number"):
        if not getattr(order, role).strip():
            raise LayoutError(f"order {order.order_key}: the {role} is not named")
    fields = order_fields(order)
    price = f"limit {fields['limit_usd']} USD" if fields["limit_usd"] else "at the market"
    terms = f"{fields['side']} {fields['shares']} {order.symbol}, {price}, {order.tif}"
    lines: list[tuple[str, Any]] = [
        ("Order", order.order_key),
        ("Terms and conditions", terms),
        ("Lots", fields["lot_ids"] or "none (purchase)"),
        ("Modifications", "; ".join(changes) or "none"),
        ("Account", order.account_number),
        ("Recommended by", order.recommender),
        ("Approved by", f"{order.approver} at {moment(order.approved_at)}"),
        ("Placed by", order.placed_by),
        ("Entered", moment(order.entered_at)),
        ("Discretionary", "yes" if order.discretionary else "no"),
        ("Reason", order.reason),
    ]
    head = "ORDER MEMORANDUM"
    body = "\n".join(f"{name + ':':22}{' '.join(str(value).split())}" for name, value in lines)
    return f"{head}\n{body}\n"
