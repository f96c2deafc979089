"""Every taxed lot of a household at one tick, as columns: thresholds, losses, touch chances.

One pass over arrays: this is what all households of a practice go through at every tick.
"""

from dataclasses import dataclass

import numpy as np

from engine.decision.harvest_policy import HarvestTable
from engine.decision.outlook import Floats, Outlook
from engine.decision.prepare import Flags, Prepared, rates
from engine.decision.settings import DecisionSettings
from engine.market.touch_table import Touches


@dataclass(frozen=True, slots=True, eq=False)
class LotState:
    """Every taxed lot at the tick, shape (lots,) each.

    Attributes:
        price: Last price, NaN where it may not be acted on.
        threshold: Harvest price in dollars; 0 where a harvest never pays.
        loss: Unrealized loss in dollars, positive; 0 for a gain.
        ready: At or past the threshold and free to be sold.
        touches: Touch chances of the threshold.
        flag: Not ready, free to be sold, and likely to touch within the window.
    """

    price: Floats
    threshold: Floats
    loss: Floats
    ready: Flags
    touches: Touches
    flag: Flags


def lot_state(
    prepared: Prepared, outlook: Outlook, settings: DecisionSettings, table: HarvestTable
) -> LotState:
    """Thresholds, losses and touch chances of all taxed lots."""
    columns = prepared.columns
    name = columns.security
    price = outlook.price[name]
    basis = columns.basis_usd / columns.shares
    threshold = basis * (1.0 - loss_lines(prepared, outlook, table))
    with np.errstate(divide="ignore", invalid="ignore"):
        barrier = np.log(threshold / price)
    touches = outlook.touches(name, np.where(np.isfinite(barrier), barrier, -np.inf))
    free = np.isfinite(price) & ~prepared.washed & ~prepared.kept
    ready = free & (price <= threshold)
    likely = touches.probability >= settings.flag_probability
    return LotState(
        price,
        threshold,
        np.maximum(np.nan_to_num((basis - price) * columns.shares), 0.0),
        ready,
        touches,
        free & ~ready & likely & (threshold > 0.0),
    )


def loss_lines(prepared: Prepared, outlook: Outlook, table: HarvestTable) -> Floats:
    """Loss, as a fraction of basis, from which each lot is ready; 1 where it never pays, (lots,).

    The round trip costs two half spreads; the exit is taxed at the horizon unless stepped up.
    """
    name = prepared.columns.security
    horizon = prepared.household.horizon
    later = prepared.tax.use.gain_rate * prepared.tax.exit_gain
    return table.loss_fraction(
        outlook.vol_annual[name],
        np.full(name.size, horizon.years),
        rates(prepared),
        np.full(name.size, later),
        2.0 * outlook.half_spread[name],
    )
