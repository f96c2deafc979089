"""One touch probability, simulated beside its closed form."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.market.calendar import YEAR_HOURS
from engine.market.first_passage import touch, touch_polled
from engine.market.paths import normals

BLOCK = 8192
BRIDGE_STEPS = 8


@dataclass(frozen=True, slots=True)
class Probe:
    """A simulated touch probability.

    Attributes:
        probability: Mean over paths.
        stderr: Its standard error.
        closed_form: Continuous formula, or with the shift of Broadie, Glasserman and Kou.
        paths: Paths simulated.
    """

    probability: float
    stderr: float
    closed_form: float
    paths: int


def probe_touch(
    vol: float,
    distance: float,
    hours: float,
    drift: float = 0.0,
    *,
    minutely: bool,
    paths: int,
    seed: int,
) -> Probe:
    """Simulate a geometric Brownian price against a barrier ``distance`` below it.

    Args:
        vol: Annual volatility, 252 days of 6.5 hours.
        distance: Fraction below the price.
        hours: Length of the window in session hours.
        drift: Yearly drift of the price; the log drift is drift - vol^2 / 2.
        minutely: Look once a minute; else continuously (bridge between eight steps).
        paths: Paths, rounded up to an even number of mirrored pairs.
        seed: Seed.
    """
    years = hours / YEAR_HOURS
    steps = max(1, round(hours * 60.0)) if minutely else BRIDGE_STEPS
    barrier, sd = float(np.log1p(-distance)), vol * np.sqrt(years)
    mean = (drift - 0.5 * vol**2) * years
    pairs = (paths + 1) // 2
    if sd == 0.0 or barrier >= 0.0:
        sure = float(touch(barrier, sd, mean))
        return Probe(sure, 0.0, sure, 2 * pairs)
    total, squares = 0.0, 0.0
    for first in range(0, pairs, BLOCK):
        size = min(BLOCK, pairs - first)
        both = _pair_chance(seed, first, size, steps, sd, mean, barrier, minutely)
        total += float(both.sum())
        squares += float((both**2).sum())
    p = total / pairs
    spread = max(squares / pairs - p * p, 0.0)
    exact = touch_polled(barrier, sd, steps, mean) if minutely else touch(barrier, sd, mean)
    return Probe(p, float(np.sqrt(spread / pairs)), float(exact), 2 * pairs)


def _pair_chance(
    seed: int,
    first: int,
    size: int,
    steps: int,
    sd: float,
    mean: float,
    barrier: float,
    minutely: bool,
) -> NDArray[np.float64]:
    """Mean touch chance of each path and its mirror, shape (size,)."""
    shocks = np.empty((4, size), np.float32)
    at = np.zeros((2, size))
    alive = np.ones((2, size))
    own, drift, w = sd / np.sqrt(steps), mean / steps, sd**2 / steps
    for step in range(steps):
        if step % 4 == 0:
            normals(np.uint64(seed), np.int64(first), 0, step, 0, shocks)
        shock = own * shocks[step % 4].astype(np.float64)
        to = at + drift + np.stack([shock, -shock])
        if minutely:
            alive *= to > barrier
        else:
            near = (at - barrier) * (to - barrier)
            alive *= np.where(to > barrier, -np.expm1(-2.0 * np.maximum(near, 0.0) / w), 0.0)
        at = to
    return np.asarray(1.0 - alive.mean(axis=0))
