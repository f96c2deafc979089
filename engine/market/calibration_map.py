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
KIND_PRIOR_DAYS = 1000.0
"""Days of one kind of moment at which it weighs as much as all moments together."""
CALM, WILD = -0.25, 0.25
"""Mean log surprise of all names' variance below or above which a moment is calm or wild."""
STATES = ("calm", "usual", "wild")
KINDS = 2 * len(STATES)
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


@dataclass(frozen=True, slots=True)
class CalibrationMaps:
    """A map for each kind of moment: whether the close cuts the window, and how lively the day is.

    Attributes:
        kinds: One map each, in the order of ``kind_of``.
    """

    kinds: tuple[CalibrationMap, ...]

    def at(self, kind: int) -> CalibrationMap:
        """The map of a kind of moment."""
        return self.kinds[kind]


def kind_of(to_close: NDArray[np.bool_], unrest: Floats) -> NDArray[np.int64]:
    """Kind of moments, shape as given.

    Args:
        to_close: Whether the close cuts the window.
        unrest: Mean log surprise of today's variance, all names.
    """
    state = np.searchsorted([CALM, WILD], unrest)
    return np.asarray(np.where(to_close, len(STATES), 0) + state, dtype=np.int64)


def learn(
    counts: Floats, days: int, before: Floats | None = None, prior_days: float = PRIOR_DAYS
) -> CalibrationMap:
    """The map after ``days`` days whose windows fell into the cells as counted.

    Args:
        counts: Windows by cell of z, from ``cells``, summed over days, shape (cells + 1,).
        days: Days of windows; the past weighs days / (days + prior days), windows of one
            day move together.
        before: Table that is leant on while days are few; the Student touch by default.
        prior_days: Days at which both weigh the same.
    """
    base = _closed(prior(GRID)) if before is None else before
    total = counts.sum()
    if not days or not total:
        return CalibrationMap(base, 0)
    beyond = np.append(np.cumsum(counts[::-1])[::-1][:CELLS], counts[CELLS]) / total
    weight = days / (days + prior_days)
    return CalibrationMap(_closed((1.0 - weight) * base + weight * beyond), days)


def learn_kinds(counts: Floats, days: NDArray[np.int64], all_days: int) -> CalibrationMaps:
    """Maps by kind, each leaning on the map of all moments while its own days are few.

    Args:
        counts: Windows by kind and cell, shape (kinds, cells + 1).
        days: Days on which each kind was seen, shape (kinds,).
        all_days: Days on which any was.
    """
    pooled = learn(counts.sum(axis=0), all_days)
    found = (
        CalibrationMap(learn(own, int(n), pooled.table, KIND_PRIOR_DAYS).table, all_days)
        for own, n in zip(counts, days, strict=True)
    )
    return CalibrationMaps(tuple(found))


def cells(z: Floats) -> NDArray[np.int64]:
    """Cell of the grid of each z; z beyond the grid is in the last."""
    return np.minimum((np.maximum(z, 0.0) / (TOP / CELLS)).astype(np.int64), CELLS)


def _closed(table: Floats) -> Floats:
    """A table that starts at 1 and never rises."""
    return np.minimum.accumulate(np.append(1.0, table[1:]))
