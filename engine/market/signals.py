"""Signals on the direction of a window: named, bounded, and worth nothing until shown otherwise.

Drift is 0 by default. A signal with information coefficient IC (rank correlation with what the
window then returned) would shift a barrier by IC standard deviations; |IC| is held to 0.05, and a
signal counts only where the 95 % day-block interval of its IC, measured on the user's own bars,
leaves 0 out. Otherwise it is shown as "no evidence".
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

Floats = NDArray[np.float64]
LARGEST_IC = 0.05
LEAST_DAYS = 20
EXPLAINED = {
    "name_move": "the name's own return since the open, in standard deviations",
    "market_move": "mean return of all names since the open, in standard deviations",
    "sector_move": "mean return of the sector's names since the open, in standard deviations",
    "gap": "return over the night, in standard deviations",
    "unrest": "today's realised variance over the expected, all names, log",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was measured of one signal.

    Attributes:
        name: The signal.
        meaning: What it is, in words.
        ic: Mean daily rank correlation with the window's return.
        low: Lower end of its 95 % interval, days resampled.
        high: Upper end.
        days: Days measured.
    """

    name: str
    meaning: str
    ic: float
    low: float
    high: float
    days: int

    @property
    def counts(self) -> bool:
        """Whether the interval leaves 0 out, on enough days."""
        return self.days >= LEAST_DAYS and (self.low > 0.0 or self.high < 0.0)

    @property
    def weight(self) -> float:
        """Standard deviations that the barrier is shifted for a signal of 1; 0 = no evidence."""
        return float(np.clip(self.ic, -LARGEST_IC, LARGEST_IC)) if self.counts else 0.0

    @property
    def verdict(self) -> str:
        """One sentence for the advisor."""
        found = f"IC {self.ic:+.3f} [{self.low:+.3f}, {self.high:+.3f}] on {self.days} days"
        return (
            f"{self.meaning}: {found}" if self.counts else f"{self.meaning}: no evidence, {found}"
        )


def measure(
    signals: Mapping[str, Floats],
    returned: Floats,
    day: NDArray[np.int64],
    seed: int,
    draws: int = 2000,
) -> tuple[Evidence, ...]:
    """Measure signals against the return of the window, in standard deviations.

    Args:
        signals: Value of each signal at each moment, (moments,), known at the moment.
        returned: Return of the window that followed over its standard deviation, (moments,).
        day: Ordinal of each moment's day; days are what is resampled.
        seed: Seed of the resampling.
        draws: Resamples.
    """
    days, row = np.unique(day, return_inverse=True)
    picks = np.random.default_rng(seed).integers(0, days.size, (draws, days.size))
    ranked = _ranks(returned)
    found = []
    for name, values in signals.items():
        product = np.bincount(row, _ranks(values) * ranked) / np.bincount(row)
        low, high = np.quantile(product[picks].mean(axis=1), [0.025, 0.975])
        meaning = EXPLAINED.get(name, name)
        mean = float(product.mean())
        found.append(Evidence(name, meaning, mean, float(low), float(high), days.size))
    return tuple(found)


def drift_sd(evidence: tuple[Evidence, ...], values: Mapping[str, Floats]) -> Floats:
    """Shift of the window's mean in standard deviations, bounded, shape of the values.

    Args:
        evidence: What was measured.
        values: Signals of now in standard deviations, each held to [-2, 2].
    """
    total = sum((e.weight * np.clip(values[e.name], -2.0, 2.0) for e in evidence), np.zeros(1))
    return np.asarray(np.clip(total, -2.0 * LARGEST_IC, 2.0 * LARGEST_IC))


def _ranks(values: Floats) -> Floats:
    """Ranks scaled to mean 0 and variance 1."""
    ranks = rankdata(values)
    spread = ranks.std()
    return np.asarray((ranks - ranks.mean()) / spread if spread > 0.0 else ranks * 0.0)
