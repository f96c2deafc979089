"""The one gate from records (exact money) to kernels (float64 arrays), and back.

Nothing else in the engine turns a ``Decimal`` into a float or a float into money.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.records import CENT, MICRO, Lot, Quote


def dollars(amount: float) -> Decimal:
    """A float of dollars as exact money, half-even to the cent."""
    return Decimal(repr(float(amount))).quantize(CENT, rounding=ROUND_HALF_EVEN)


def share_count(amount: float) -> Decimal:
    """A float of shares on the book's scale, to the nearest millionth."""
    return Decimal(repr(float(amount))).quantize(MICRO, rounding=ROUND_HALF_EVEN)


def as_float(amount: Decimal) -> float:
    """Exact money as a float for a kernel."""
    return float(amount)


def as_floats(record: Any) -> Any:
    """A record of exact numbers for a kernel: the same named tuple of floats and arrays.

    Decimals become floats, plain tuples of them float64 arrays, named tuples are walked into;
    whole numbers and truth values stay what they are.
    """
    if isinstance(record, Decimal):
        return float(record)
    if isinstance(record, tuple) and hasattr(record, "_fields"):
        return type(record)(*(as_floats(part) for part in record))
    if isinstance(record, tuple):
        return np.array([float(part) for part in record], dtype=np.float64)
    return record


@dataclass(frozen=True, slots=True)
class LotArrays:
    """Lots as columns, shape (lots,) each.

    Attributes:
        lot_ids: Identities, in the order of the columns.
        security: Index of each lot's security in ``securities``.
        securities: Security ids, sorted.
        shares: Shares held.
        basis_usd: Adjusted basis, total.
        held_since: Proleptic ordinal of the start of the holding period.
    """

    lot_ids: tuple[str, ...]
    securities: tuple[str, ...]
    security: NDArray[np.int64]
    shares: NDArray[np.float64]
    basis_usd: NDArray[np.float64]
    held_since: NDArray[np.int64]


def lot_arrays(lots: Sequence[Lot], securities: Sequence[str] | None = None) -> LotArrays:
    """Columns of the lots; ``securities`` fixes the index order (default: those held, sorted)."""
    names = (
        tuple(securities)
        if securities is not None
        else tuple(sorted({x.security_id for x in lots}))
    )
    index = {name: i for i, name in enumerate(names)}
    return LotArrays(
        tuple(lot.lot_id for lot in lots),
        names,
        np.fromiter((index[lot.security_id] for lot in lots), np.int64, len(lots)),
        np.fromiter((float(lot.shares) for lot in lots), np.float64, len(lots)),
        np.fromiter((float(lot.basis_usd) for lot in lots), np.float64, len(lots)),
        np.fromiter((lot.held_since.toordinal() for lot in lots), np.int64, len(lots)),
    )


def price_array(quotes: Mapping[str, Quote], securities: Sequence[str]) -> NDArray[np.float64]:
    """Last price of each security in dollars, NaN where no quote above zero may be acted on."""
    prices = np.full(len(securities), np.nan)
    for i, name in enumerate(securities):
        quote = quotes.get(name)
        if quote is not None and quote.state.actionable and quote.last_usd > 0:
            prices[i] = float(quote.last_usd)
    return prices


def ordinal(day: date) -> int:
    """Proleptic ordinal of a date, the day number that kernels count in."""
    return day.toordinal()
