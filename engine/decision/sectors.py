"""The chance that a whole sector of a household reaches its loss threshold, hour by hour.

A sector touches when the losses of its taxed lots together (lots above their basis count nothing:
their gain need not be sold) reach the threshold as a part of the sector's basis at any time, at the
ends of steps or on the way between them. Not every name, not the average of their chances; shared
paths carry the co-movement.
"""

import numpy as np

from engine.decision.outlook import Floats, Outlook
from engine.decision.prepare import Prepared
from engine.decision.settings import DecisionSettings
from engine.market.forecast import falls_to

PATHS = 512


def sector_probability(
    prepared: Prepared, outlook: Outlook, settings: DecisionSettings
) -> dict[str, tuple[float, ...]]:
    """Chance of a touch up to each simulated step, by sector, sectors by name."""
    loss: dict[str, Floats] = {}
    basis: dict[str, float] = {}
    columns = prepared.columns
    order = np.argsort(columns.security, kind="stable")
    names, starts = np.unique(columns.security[order], return_index=True)
    for name, lots in zip(names, np.split(order, starts[1:]), strict=True):
        sector = outlook.securities[outlook.names[name]].sector
        if not sector or not np.isfinite(outlook.price[name]):
            continue
        moved = outlook.relatives[:PATHS, :, name].astype(np.float64)
        prices = outlook.price[name] * np.column_stack([np.ones(len(moved)), moved])
        here = losses(columns.shares[lots], columns.basis_usd[lots], prices)
        loss[sector] = loss.get(sector, np.zeros_like(here)) + here
        basis[sector] = basis.get(sector, 0.0) + float(columns.basis_usd[lots].sum())
    return {
        sector: _chances(loss[sector], settings.default_threshold * basis[sector])
        for sector in sorted(loss)
    }


def losses(shares: Floats, basis_usd: Floats, prices: Floats) -> Floats:
    """Sum over lots of max(basis - shares x price, 0), for an array of prices; shape as prices.

    Lots sorted by basis a share make the sum a difference of running totals.
    """
    a_share = basis_usd / shares
    order = np.argsort(a_share)
    held = np.concatenate([[0.0], np.cumsum(shares[order])])
    paid = np.concatenate([[0.0], np.cumsum(basis_usd[order])])
    below = np.searchsorted(a_share[order], prices, side="right")
    return np.asarray((paid[-1] - paid[below]) - prices * (held[-1] - held[below]))


def _chances(loss: Floats, threshold_usd: float) -> tuple[float, ...]:
    """Chance of a touch up to each step; ``loss`` is (paths, steps + 1), now first."""
    return tuple(float(chance) for chance in falls_to(-loss.T, -threshold_usd))
