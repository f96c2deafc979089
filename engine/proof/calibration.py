"""Scores of probabilities and of distributions, and their honest intervals.

Windows overlap and names move together, so that intervals come from resampling whole days, never
from n independent forecasts.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import beta, ndtr, stdtr

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
CLIP = 1e-4
BINS = 10


def brier(probability: ArrayLike, happened: ArrayLike) -> float:
    """Mean squared distance of probability and outcome."""
    p, y = np.asarray(probability, float), np.asarray(happened, float)
    return float(np.mean((p - y) ** 2))


def log_score(probability: ArrayLike, happened: ArrayLike) -> float:
    """Mean of -ln of the probability given to what happened, clipped to [1e-4, 1 - 1e-4]."""
    p = np.clip(np.asarray(probability, float), CLIP, 1.0 - CLIP)
    y = np.asarray(happened, float)
    return float(-np.mean(y * np.log(p) + (1.0 - y) * np.log1p(-p)))


def expected_calibration_error(probability: Floats, happened: Floats, bins: int = BINS) -> float:
    """Sum over tenths of probability of n_k |mean p - mean y| / n."""
    cell = bin_of(probability, bins)
    return float(np.abs(np.bincount(cell, probability - happened, bins)).sum() / probability.size)


def bin_of(probability: Floats, bins: int = BINS) -> Ints:
    """Bin of each probability: [0, 0.1), ... [0.9, 1]."""
    return np.minimum((probability * bins).astype(np.int64), bins - 1)


def crps_normal(mu: float, sigma: float, x: float) -> float:
    """Continuous ranked probability score of N(mu, sigma) (Gneiting and Raftery 2007)."""
    z = (x - mu) / sigma
    density = np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi)
    return float(sigma * (z * (2.0 * ndtr(z) - 1.0) + 2.0 * density - 1.0 / np.sqrt(np.pi)))


def crps_student(df: float, loc: float, scale: float, x: float) -> float:
    """CRPS of a Student t with df > 1 (Jordan, Krueger and Lerch 2019)."""
    z = (x - loc) / scale
    density = (1.0 + z * z / df) ** (-(df + 1.0) / 2.0) / (np.sqrt(df) * beta(0.5, df / 2.0))
    tail = 2.0 * np.sqrt(df) / (df - 1.0) * beta(0.5, df - 0.5) / beta(0.5, df / 2.0) ** 2
    inside = z * (2.0 * stdtr(df, z) - 1.0) + 2.0 * density * (df + z * z) / (df - 1.0)
    return float(scale * (inside - tail))


def crps_ensemble(members: ArrayLike, x: float) -> float:
    """CRPS of an empirical distribution: E|X - x| - E|X - X'| / 2."""
    m = np.sort(np.asarray(members, float))
    n = m.size
    spread = 2.0 * np.sum((2.0 * np.arange(1, n + 1) - n - 1.0) * m) / n**2
    return float(np.mean(np.abs(m - x)) - 0.5 * spread)


def pit_distance(values: Floats) -> float:
    """Greatest distance of the PIT values from the uniform distribution (Kolmogorov)."""
    u = np.sort(values)
    n = u.size
    steps = np.arange(1, n + 1) / n
    return float(max(np.max(steps - u), np.max(u - steps + 1.0 / n)))


@dataclass(frozen=True, slots=True)
class Band:
    """A value with its 95 % interval by day-block bootstrap."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Decile:
    """Forecasts of one tenth of probability against what happened."""

    forecast: float
    observed: float
    low: float
    high: float
    n: int

    @property
    def sound(self) -> bool:
        """Within 3 points of what happened, or inside its interval."""
        return abs(self.forecast - self.observed) <= 0.03 or self.low <= self.forecast <= self.high


def day_sums(day: Ints, *columns: Floats) -> Floats:
    """Sum of each column by day, shape (days, columns): the blocks that are resampled."""
    _, row = np.unique(day, return_inverse=True)
    return np.column_stack([np.bincount(row, column) for column in columns])


def bootstrap(
    sums: Floats, statistic: Callable[[Floats], Floats], seed: int, draws: int = 2000
) -> Band:
    """Resample days with replacement.

    Args:
        sums: From ``day_sums``, shape (days, columns).
        statistic: Takes column totals, shape (..., columns), and gives values, shape (...).
        seed: Seed of the resampling.
        draws: Resamples.
    """
    days = sums.shape[0]
    picks = np.random.default_rng(seed).integers(0, days, (draws, days))
    weight = np.apply_along_axis(np.bincount, 1, picks, minlength=days)
    found = statistic(weight @ sums)
    low, high = np.nanquantile(found, [0.025, 0.975]) if draws else (np.nan, np.nan)
    return Band(float(statistic(sums.sum(axis=0))), float(low), float(high))


def reliability(probability: Floats, happened: Floats, day: Ints, seed: int) -> list[Decile]:
    """Each tenth of probability that holds forecasts, with the interval of what happened."""
    found = []
    cell = bin_of(probability)
    for k in np.unique(cell):
        inside = (cell == k).astype(np.float64)
        sums = day_sums(day, inside * happened, inside)
        band = bootstrap(sums, lambda s: s[..., 0] / np.maximum(s[..., 1], 1e-12), seed)
        p = float(probability[cell == k].mean())
        found.append(Decile(p, band.value, band.low, band.high, int(inside.sum())))
    return found


def skill(brier_score: float, climatology: float) -> float:
    """1 - Brier / Brier of the climatology."""
    return 1.0 - brier_score / climatology
