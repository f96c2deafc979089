"""One lot in the window ahead: time of touch, what stays of it, what a resting limit would fill."""

import numpy as np

from engine.arrays import as_float
from engine.decision.outlook import Outlook
from engine.market.lot_window import LIKELY, best_loss, distance, lot_window
from engine.market.touch_table import TouchTable
from engine.records import Lot
from engine.results import Fill, Opportunity

LADDER = (0.25, 0.5, 1.0, 1.5, 2.0)
"""Standard deviations below the price at which a resting limit is shown."""


def opportunity(outlook: Outlook, lot: Lot, threshold_usd: float) -> Opportunity | None:
    """What the window may bring a lot.

    Args:
        outlook: The market at the tick.
        lot: The lot.
        threshold_usd: Price at or below which it is ready.

    Returns:
        None where the lot's name has no price or no variance: there is no forecast.
    """
    table, place = outlook.touches, outlook.index.get(lot.security_id)
    if place is None or not isinstance(table, TouchTable) or threshold_usd <= 0.0:
        return None
    price, sd = float(outlook.price[place]), float(table.sd[place])
    if not np.isfinite(price) or sd <= 0.0:
        return None
    z = float(np.log(price / threshold_usd) / sd)
    found = lot_window(table.learned, z, table.scenarios.step_share, table.looks)
    likely = float(distance(table.learned, LIKELY, np.array(sd)))
    shares, basis = as_float(lot.shares), as_float(lot.basis_usd / lot.shares)
    lowest = best_loss(table.learned, *(np.array([x]) for x in (price, basis, sd)))
    prices = sorted({*(price * float(np.exp(-step * sd)) for step in LADDER), threshold_usd})
    return Opportunity(
        lot_id=lot.lot_id,
        ready=z <= 0.0,
        probability=found.probability,
        low=found.low,
        high=found.high,
        polled=found.polled,
        hours=tuple(float(hour) for hour in outlook.hours),
        touch_by=tuple(float(chance) for chance in found.by_step),
        likely_distance=likely,
        likely_price_usd=price * (1.0 - likely),
        gone_by_end=found.gone,
        loss_now_usd=shares * max(basis - price, 0.0),
        best_loss_usd=shares * float(lowest[0]),
        fills=tuple(
            _fill(table, at, price, sd, shares * (basis - at))
            for at in reversed(prices)
            if at < price
        ),
    )


def _fill(table: TouchTable, at: float, price: float, sd: float, loss_usd: float) -> Fill:
    """A limit that rests at a price through the window."""
    z = np.array(np.log(price / at) / sd)
    return Fill(at, float(table.learned.probability(z)), loss_usd)
