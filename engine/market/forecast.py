"""Positions, sectors and households on the shared paths of one scenario set.

"A sector reaches its threshold" means: the loss of all its lots together reaches a dollar amount at
any time in the window; not every name, and not the mean of their chances.
"""

import numpy as np
from numpy.typing import NDArray

from engine.market.first_passage import bridge_touch
from engine.market.lot_kernels import harvestable
from engine.market.scenarios import ScenarioSet

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def household_loss(
    prices: NDArray[np.float32], name: Ints, shares: Floats, basis_per_share: Floats
) -> NDArray[np.float32]:
    """Harvestable loss on each shared path, dollars, (shared,); its quantiles are the forecast."""
    out = np.empty(prices.shape[1], np.float32)
    harvestable(
        name.astype(np.int32),
        shares.astype(np.float32),
        basis_per_share.astype(np.float32),
        prices,
        out,
    )
    return out


def group_probability(
    scenarios: ScenarioSet,
    price_usd: Floats,
    sd: Floats,
    name: Ints,
    shares: Floats,
    basis_per_share: Floats,
    loss_usd: float,
) -> Floats:
    """Chance that the lots together lose ``loss_usd`` at any time, by step of the window.

    The value of the lots is walked along the shared paths; between step ends the touch of a
    Brownian bridge with the value's own step variance is added.

    Returns:
        Rising probabilities at the end of each step, shape (steps,).
    """
    held = np.bincount(name, shares, price_usd.size)
    mine = np.flatnonzero(held)
    grid = scenarios.shared_grid[mine].astype(np.float64) * sd[mine, None, None]
    value = np.tensordot(held[mine] * price_usd[mine], np.exp(grid), axes=(0, 0))
    start = np.full((1, value.shape[1]), float(held[mine] @ price_usd[mine]))
    barrier = float(np.sum(shares * basis_per_share)) - loss_usd
    return falls_to(np.vstack([start, value]), barrier)


def falls_to(value: Floats, barrier: float) -> Floats:
    """Chance that a walked value is at or below a barrier at any time, by step, (steps,).

    Args:
        value: Value now and at step ends on each path, shape (steps + 1, paths).
        barrier: In the same unit.

    Between step ends the touch of a Brownian bridge with the value's own step variance is added.
    """
    spread = np.diff(value, axis=0).var(axis=1, keepdims=True)
    near = bridge_touch(value[:-1], value[1:], barrier, np.maximum(spread, 1e-12))
    return np.asarray(1.0 - np.cumprod(1.0 - near, axis=0).mean(axis=1))


def joint_probability(scenarios: ScenarioSet, names: Ints, z: Floats, at_least: int = 1) -> float:
    """Chance that at least so many of the names touch barriers ``z`` sd below, (names,)."""
    hit = scenarios.shared_lows[names] <= -z[:, None].astype(np.float32)
    return float((hit.sum(axis=0) >= at_least).mean())
