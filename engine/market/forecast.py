"""Touch forecasts of lots, positions, sectors and households from one scenario set.

A lot *ready* is past its threshold and has nothing to forecast; the others have a probability to
touch it within the window: the calibrated one is shown, the simulated one with its standard error
stands beside it. "Sector hits its threshold" means: the loss of all its lots together reaches a
dollar amount at any time in the window.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.market.calibration_map import CELLS, TOP, CalibrationMap
from engine.market.first_passage import bridge_touch
from engine.market.lot_kernels import harvestable, look_up
from engine.market.scenarios import ScenarioSet

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
FLAG = 0.8


@dataclass(frozen=True, slots=True)
class Touch:
    """Forecasts of lots, shape (lots,) each.

    Attributes:
        ready: Already past the threshold.
        probability: Calibrated chance of a touch within the window; 1 when ready.
        simulated: Share of simulated paths that touch.
        stderr: Standard error of ``simulated``.
        next_session: Calibrated chance within the next whole session.
        flag: Not ready, and probability at or above the setting.
    """

    ready: NDArray[np.bool_]
    probability: Floats
    simulated: Floats
    stderr: Floats
    next_session: Floats
    flag: NDArray[np.bool_]


def touch(
    scenarios: ScenarioSet,
    learned: CalibrationMap,
    name: Ints,
    threshold_usd: Floats,
    price_usd: Floats,
    variance: Floats,
    session_variance: Floats,
    flag_at: float = FLAG,
) -> Touch:
    """Forecast lots.

    Args:
        scenarios: Standardised paths of the names.
        learned: Calibration map of the horizon.
        name: Index of each lot's name, (lots,).
        threshold_usd: Price at or below which each lot is ready, (lots,).
        price_usd: Last price of each name, (names,), NaN where there is none.
        variance: Variance of each name's window, (names,).
        session_variance: Variance of each name's next whole session, night included, (names,).
        flag_at: Probability from which a lot is flagged.

    Returns:
        NaN probability where a name has no price or no history: no forecast, by its basis.
    """
    ready = threshold_usd >= price_usd[name]
    probability = _calibrated(learned, name, threshold_usd, price_usd, variance)
    later = _calibrated(learned, name, threshold_usd, price_usd, session_variance)
    with np.errstate(divide="ignore", invalid="ignore"):
        barrier = np.log(threshold_usd / price_usd[name]) / np.sqrt(variance[name])
    known = np.isfinite(barrier)
    simulated = scenarios.probability(name, np.where(known, barrier, -np.inf))
    simulated = np.where(known, simulated, np.nan)
    simulated = np.where(ready, 1.0, simulated)
    stderr = np.sqrt(simulated * (1.0 - simulated) / scenarios.paths)
    flag = ~ready & (probability >= flag_at)
    return Touch(ready, probability, simulated, stderr, later, flag)


def _calibrated(
    learned: CalibrationMap, name: Ints, threshold: Floats, price: Floats, variance: Floats
) -> Floats:
    """Probabilities by table look-up, NaN where a name's price or variance is unknown."""
    out = np.empty(name.size, np.float32)
    known = (price > 0.0) & (variance > 0.0)
    look_up(
        name.astype(np.int32),
        np.log(threshold).astype(np.float32),
        np.log(np.where(known, price, 1.0)).astype(np.float32),
        (1.0 / np.sqrt(np.where(known, variance, 1.0))).astype(np.float32),
        learned.table.astype(np.float32),
        CELLS / TOP,
        out,
    )
    return np.where(known[name], out.astype(np.float64), np.nan)


def shared_lows_usd(scenarios: ScenarioSet, price_usd: Floats, sd: Floats) -> NDArray[np.float32]:
    """Lowest price of each name on each shared path, (names, shared) dollars."""
    low = np.exp(scenarios.shared_lows * sd[:, None].astype(np.float32))
    return np.asarray(low * price_usd[:, None].astype(np.float32))


def shared_ends_usd(scenarios: ScenarioSet, price_usd: Floats, sd: Floats) -> NDArray[np.float32]:
    """Price of each name at the end of each shared path, (names, shared) dollars."""
    end = np.exp(scenarios.shared_grid[:, -1] * sd[:, None].astype(np.float32))
    return np.asarray(end * price_usd[:, None].astype(np.float32))


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
    value = np.vstack([start, value])
    barrier = float(np.sum(shares * basis_per_share)) - loss_usd
    spread = np.diff(value, axis=0).var(axis=1, keepdims=True)
    near = bridge_touch(value[:-1], value[1:], barrier, np.maximum(spread, 1e-12))
    return np.asarray(1.0 - np.cumprod(1.0 - near, axis=0).mean(axis=1))


def joint_probability(scenarios: ScenarioSet, names: Ints, z: Floats, at_least: int = 1) -> float:
    """Chance that at least so many of the names touch barriers ``z`` sd below, (names,)."""
    hit = scenarios.shared_lows[names] <= -z[:, None].astype(np.float32)
    return float((hit.sum(axis=0) >= at_least).mean())


def distance_for(learned: CalibrationMap, probability: float, sd: Floats) -> Floats:
    """Fraction below the price that is touched with the probability, for each sd."""
    return np.asarray(-np.expm1(-learned.distance(probability) * sd))


def touch_time(learned: CalibrationMap, z: float, step_share: Floats) -> Floats:
    """Chance of a touch by the end of each step, shape (steps,): variance time runs by step."""
    passed = np.sqrt(np.cumsum(step_share))
    return learned.probability(z / passed)


def gone_by_close(probability: float, terminal: float) -> float:
    """Chance that a touch of the window is gone at its end: touched, and ended above."""
    return max(probability - terminal, 0.0)
