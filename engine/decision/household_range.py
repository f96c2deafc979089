"""The household on the shared paths: what it could harvest in the window and by the year's end.

Every household is held against the same paths. To the year's end a path's last move is scaled to
the sessions left, without expected return; the bill is that of the whole year if the losses of the
path's last day were harvested then.
"""

import numpy as np
from numpy.typing import NDArray

from engine.decision.outlook import Floats, Outlook
from engine.decision.prepare import Prepared
from engine.law import twin
from engine.law.holding import long_from
from engine.market.forecast import household_loss
from engine.market.touch_table import TouchTable
from engine.results import HouseholdRange, Spread

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
YEAR_DAYS = 252.0


def household_range(prepared: Prepared, outlook: Outlook) -> HouseholdRange | None:
    """Distributions of harvestable loss and of the year-end bill; None without a touch model.

    Args:
        prepared: The household.
        outlook: The market at the tick; ``sessions_left`` counts to the year's end.
    """
    table = outlook.touches
    if not isinstance(table, TouchTable):
        return None
    known = np.isfinite(outlook.price[prepared.columns.security])
    price = np.where(np.isfinite(outlook.price), outlook.price, 0.0)
    lows = price[:, None] * np.exp(table.scenarios.shared_lows * table.sd[:, None])
    ends = price[:, None] * np.exp(table.scenarios.shared_grid[:, -1] * table.sd[:, None])
    last = price[:, None] * _year_end(outlook, table.scenarios.shared_grid[:, -1])
    late = _long_by_year_end(prepared)
    short, long = _loss(prepared, last, known & ~late), _loss(prepared, last, known & late)
    base = prepared.tax.base
    out = prepared.tax.twin.evaluate(float(base.short_usd) - short, float(base.long_usd) - long)
    return HouseholdRange(
        hours=outlook.window_hours,
        sessions_left=outlook.sessions_left,
        paths=int(lows.shape[1]),
        best_in_window=_spread(_loss(prepared, lows, known)),
        at_window_end=_spread(_loss(prepared, ends, known)),
        at_year_end=_spread(short + long),
        bill=_spread(out[..., twin.FEDERAL] + out[..., twin.STATE]),
    )


def _year_end(outlook: Outlook, moves: NDArray[np.float32]) -> Floats:
    """Price relatives at the year's end on each path, mean 1, shape (names, paths)."""
    sd = outlook.risk.volatility() * np.sqrt(outlook.sessions_left / YEAR_DAYS)
    return np.asarray(np.exp(moves * sd[:, None] - 0.5 * sd[:, None] ** 2))


def _long_by_year_end(prepared: Prepared) -> NDArray[np.bool_]:
    """Which lots are long-term on the last day of the tax year, shape (lots,)."""
    last = prepared.today.replace(month=12, day=31)
    return np.array([long_from(lot.held_since) <= last for lot in prepared.lots], dtype=np.bool_)


def _loss(prepared: Prepared, prices: Floats, chosen: NDArray[np.bool_]) -> Floats:
    """Harvestable loss of the chosen lots on each path, dollars, shape (paths,)."""
    columns = prepared.columns
    basis = columns.basis_usd[chosen] / columns.shares[chosen]
    found = household_loss(
        prices.astype(np.float32), columns.security[chosen], columns.shares[chosen], basis
    )
    return found.astype(np.float64)


def _spread(values: Floats) -> Spread:
    """Mean and quantiles."""
    return Spread(float(values.mean()), tuple(float(q) for q in np.quantile(values, QUANTILES)))
