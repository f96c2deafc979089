"""What a window may bring one lot: when it touches, whether the touch stays, what a limit fills.

All from one calibration map over z, the low of the window in standard deviations. Variance is the
clock: by the end of a step the low is that of a window of the variance passed (engine notes 1).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.market.calibration_map import GRID, PRIOR_DAYS, CalibrationMap
from engine.market.first_passage import BGK

Floats = NDArray[np.float64]
BAND_SD = 1.96
LIKELY = 0.8


@dataclass(frozen=True, slots=True, eq=False)
class LotWindow:
    """Forecast of one barrier.

    Attributes:
        probability: Chance of a touch that a resting limit catches.
        low: Lower end of the 95 % calibration band.
        high: Upper end.
        polled: Chance that one of the looks at even distances finds the price there.
        by_step: Chance of a touch by the end of each step, shape (steps,).
        gone: Chance that the price touches and is above the barrier again at the end.
    """

    probability: float
    low: float
    high: float
    polled: float
    by_step: Floats
    gone: float


def lot_window(learned: CalibrationMap, z: float, step_share: Floats, looks: int) -> LotWindow:
    """Forecast a barrier ``z`` standard deviations of the window below the price.

    Args:
        learned: Calibration map of the moment.
        z: Distance; at or below 0 the barrier is reached.
        step_share: Share of the window's variance in each step, adding to 1, shape (steps,).
        looks: Even looks of a desk that watches instead of resting a limit.
    """
    chance = float(learned.probability(np.array(z)))
    half = BAND_SD * np.sqrt(chance * (1.0 - chance) / (learned.days + PRIOR_DAYS))
    away = z + BGK / np.sqrt(max(looks, 1)) if z > 0.0 else z
    return LotWindow(
        chance,
        max(0.0, chance - half),
        min(1.0, chance + half),
        float(learned.probability(np.array(away))),
        touch_by(learned, z, step_share),
        gone_by_end(chance) if z > 0.0 else 0.0,
    )


def touch_by(learned: CalibrationMap, z: float, step_share: Floats) -> Floats:
    """Chance of a touch by the end of each step, shape (steps,)."""
    return learned.probability(z / np.sqrt(np.cumsum(step_share)))


def gone_by_end(probability: float) -> float:
    """Chance of a touch that is gone at the end: without drift half of the touches end below."""
    return 0.5 * probability


def distance(learned: CalibrationMap, probability: float, sd: Floats) -> Floats:
    """Fraction below the price that is touched with the probability, for each sd."""
    return np.asarray(-np.expm1(-learned.distance(probability) * sd))


def best_loss(
    learned: CalibrationMap, price: Floats, basis: Floats, sd: Floats
) -> NDArray[np.float64]:
    """Expected best loss a share in the window, E[(basis - lowest price)+], dollars, (lots,).

    The integral of the chance that the low is at or below k, over k below the basis.

    Args:
        learned: Calibration map of the moment.
        price: Price now, (lots,).
        basis: Basis a share, (lots,).
        sd: Standard deviation of the window, (lots,).
    """
    now = np.maximum(basis - price, 0.0)
    first = np.maximum(np.log(price / basis), 0.0) / sd
    z = np.maximum(GRID[None, :], first[:, None])
    weight = price[:, None] * sd[:, None] * np.exp(-z * sd[:, None])
    return np.asarray(now + np.trapezoid(learned.probability(z) * weight, z, axis=1))
