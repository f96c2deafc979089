"""A custodian of paper: takes a generic order file and writes a fills file, for demo and tests.

It fills at the given bid or ask, keeps limits, and can be told to misbehave as real ones do: fill
a part only, reject, or take another lot than instructed. What it does to an order depends on the
seed and the order's key alone, so the same file fills the same way.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_FLOOR, Decimal

from app.custodian.csv_out import csv_text
from app.custodian.match import digest
from app.custodian.order_files import moment, plain
from engine.records import CENT, ZERO

HEADER = (
    "exec_id",
    "order_id",
    "account",
    "symbol",
    "side",
    "quantity",
    "price",
    "fee",
    "filled_at",
    "lot_id",
    "status",
    "note",
)
TICK = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Manner:
    """How often the custodian does what, as chances that add up to at most 1; the rest fills whole.

    Attributes:
        partial: Fills a part now, and says nothing of the rest.
        rejected: Rejects the order.
        wrong_lot: Fills whole, from a lot that was not instructed.
        pieces: Most executions a whole fill is cut into.
        fee_per_share_usd: Fee of a share.
    """

    partial: float = 0.0
    rejected: float = 0.0
    wrong_lot: float = 0.0
    pieces: int = 3
    fee_per_share_usd: Decimal = Decimal("0.003")


@dataclass(frozen=True, slots=True)
class Spread:
    """Bid and ask of a symbol."""

    bid_usd: Decimal
    ask_usd: Decimal


def paper_fills(
    order_file: str, quotes: Mapping[str, Spread], at: datetime, seed: int, manner: Manner
) -> str:
    """The fills file for an order file of layout ``generic``.

    Args:
        order_file: Text of the order file.
        quotes: Bid and ask by symbol as the order file writes it; other symbols are rejected.
        at: When the orders arrive, UTC; executions follow a second apart.
        seed: Chance of this day.
        manner: How the custodian behaves.

    Returns:
        CSV text that the ``fills`` profile reads.
    """
    rows = [list(HEADER)]
    for order in csv.DictReader(io.StringIO(order_file, newline="")):
        chance = random.Random(f"{seed}:{order['order_id']}")
        rows += _answer(order, quotes.get(order["symbol"]), at, chance, manner)
    return csv_text(rows)


def _answer(
    order: Mapping[str, str],
    quote: Spread | None,
    at: datetime,
    chance: random.Random,
    manner: Manner,
) -> Iterator[list[str]]:
    """The rows that answer one order; none while its limit is not reached."""
    draw = chance.random()
    if quote is None:
        yield _row(order, 0, ZERO, ZERO, at, manner, status="rejected", note="unknown symbol")
        return
    if draw < manner.rejected:
        yield _row(order, 0, ZERO, ZERO, at, manner, status="rejected", note="rejected by desk")
        return
    selling = order["side"] == "SELL"
    price = quote.bid_usd if selling else quote.ask_usd
    limit = Decimal(order["limit"]) if order["limit"] else price
    if (price < limit) if selling else (price > limit):
        return
    draw -= manner.rejected
    whole = Decimal(order["quantity"])
    wanted = whole
    if draw < manner.partial:
        wanted = _portion(whole, Decimal(str(round(chance.uniform(0.2, 0.8), 3))))
    wrong = manner.partial <= draw < manner.partial + manner.wrong_lot and selling
    lot = f"lot-{digest('not instructed', order['order_id'])}" if wrong else ""
    for number, shares in enumerate(_cut(wanted, chance, 1 if wrong else manner.pieces), start=1):
        filled_at = at + timedelta(seconds=number)
        yield _row(order, number, shares, price.quantize(TICK), filled_at, manner, lot=lot)


def _portion(shares: Decimal, part: Decimal) -> Decimal:
    """A part of the shares, whole shares where the order is in whole shares, never none."""
    unit = Decimal(1) if shares == shares.to_integral_value() else Decimal("0.001")
    return max(min(unit, shares), (shares * part).quantize(unit, ROUND_FLOOR))


def _cut(shares: Decimal, chance: random.Random, pieces: int) -> Iterator[Decimal]:
    """The shares in one or more executions."""
    for left in range(chance.randint(1, pieces) - 1, 0, -1):
        piece = _portion(shares, Decimal(1) / (left + 1))
        if piece >= shares:
            break
        yield piece
        shares -= piece
    yield shares


def _row(
    order: Mapping[str, str],
    number: int,
    shares: Decimal,
    price: Decimal,
    at: datetime,
    manner: Manner,
    *,
    lot: str = "",
    status: str = "fill",
    note: str = "",
) -> list[str]:
    fee = (shares * manner.fee_per_share_usd).quantize(CENT)
    return [
        f"PAPER-{digest(order['order_id'], number, status)[:12]}",
        order["order_id"],
        order["account"],
        order["symbol"],
        order["side"],
        plain(shares),
        plain(price),
        str(fee),
        moment(at),
        lot,
        status,
        note,
    ]
