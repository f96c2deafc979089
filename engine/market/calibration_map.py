"""From a barrier in standard deviations to a probability, as past windows had it.

Filtered historical simulation: every past window leaves z = -min / sqrt(v); the share of past
z at or above a barrier's is its probability. While days are few the map leans on a Student t
touch probability whose two figures were measured by ``lotlight forecast fit``.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.market.first_passage import touch_student

Floats = NDArray[np.float64]
FREEDOM = 6.0
PRIOR_DAYS = 120.0
TOP, CELLS = 8.0, 800
GRID = np.linspace(0.0, TOP, CELLS + 1)


def prior(z: Floats) -> Floats:
    """Touch probability z standard deviations away, before any window has been seen."""
    return touch_student(-z, 1.0, FREEDOM)


@dataclass(frozen=True, slots=True)
class CalibrationMap:
    """Probability on a grid of distances in standard deviations, pooled over names.

    Attributes:
        table: Probability at ``GRID``, falling from 1, shape (grid,).
        days: Days of windows behind it.
    """

    table: Floats
    days: int

    def probability(self, z: Floats) -> Floats:
        """Touch probability of barriers ``z`` standard deviations below the price."""
        return np.where(z <= 0.0, 1.0, np.interp(z, GRID, self.table, right=0.0))

    def distance(self, probability: float) -> float:
        """Standard deviations to the barrier that is touched with the probability."""
        return float(np.interp(-probability, -self.table, GRID))


def prior_map() -> CalibrationMap:
    """The map before any window has been seen."""
    return CalibrationMap(_closed(prior(GRID)), 0)


def learn(counts: Floats, days: int) -> CalibrationMap:
    """The map after ``days`` days whose windows fell into the cells as counted.

    Args:
        counts: Windows by cell of z, from ``cells``, summed over days, shape (cells + 1,).
        days: Days of windows; the past weighs days / (days + 120), windows of one day move
            together.
    """
    total = counts.sum()
    if not days or not total:
        return prior_map()
    beyond = np.append(np.cumsum(counts[::-1])[::-1][:CELLS], counts[CELLS]) / total
    weight = days / (days + PRIOR_DAYS)
    return CalibrationMap(_closed((1.0 - weight) * prior(GRID) + weight * beyond), days)


def cells(z: Floats) -> NDArray[np.int64]:
    """Cell of the grid of each z; z beyond the grid is in the last."""
    return np.minimum((np.maximum(z, 0.0) / (TOP / CELLS)).astype(np.int64), CELLS)


def _closed(table: Floats) -> Floats:
    """A table that starts at 1 and never rises."""
    return np.minimum.accumulate(np.append(1.0, table[1:]))
