"""One set of correlated price paths that every household is valued against.

Log prices move over a few steps by factors and a shock of their own; the minimum inside a step is
drawn exactly from the Brownian bridge between its ends,

    m = (a + c - sqrt((c - a)^2 - 2 w ln U)) / 2,

so the minimum of the window has the right law for any number of steps. Without log drift minima
scale with the standard deviation: they are kept standardised, and a tick only moves barriers.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.market.risk import RiskModel

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
SHARED_PATHS = 1024


@dataclass(frozen=True, slots=True, eq=False)
class Scenarios:
    """Simulated once for a window.

    Attributes:
        minima: Lowest standardised log return of each path, ascending, shape (names, paths).
        moves: Standardised log returns at the step ends of the shared paths,
            shape (shared paths, steps, names).
        paths: Paths behind ``minima``.
    """

    minima: Singles
    moves: Singles
    paths: int

    def probability(self, name: NDArray[np.int64], barrier_sd: Floats) -> Floats:
        """Share of paths whose minimum is at or below the barrier, shape (barriers,)."""
        found = np.empty(len(name))
        order = np.argsort(name, kind="stable")
        names, starts = np.unique(name[order], return_index=True)
        for i, place in zip(names, np.split(order, starts[1:]), strict=True):
            found[place] = np.searchsorted(self.minima[i], barrier_sd[place], side="right")
        return found / self.paths


def simulate(risk: RiskModel, shares: Floats, seed: int, paths: int) -> Scenarios:
    """Draw the paths; antithetic, so half of them are the other half turned over.

    Args:
        risk: Factor model; only its correlations matter here.
        shares: Share of the window's variance in each step, shape (steps,), sum 1.
        seed: Seed; the same seed gives the same set.
        paths: Even number of paths.
    """
    rng = np.random.Generator(np.random.Philox(key=seed))
    vol = risk.volatility()
    common = (risk.loadings * np.sqrt(risk.factor_variances)) / vol[:, None]
    own = risk.specific_vol / vol
    half, names, steps = paths // 2, len(vol), len(shares)
    minima = np.zeros((2, half, names), np.float32)
    kept = min(SHARED_PATHS, half)
    moves = np.empty((2 * kept, steps, names), np.float32)
    level = np.zeros((half, names), np.float32)
    for step, share in enumerate(shares):
        shock = rng.standard_normal((half, common.shape[1]), dtype=np.float32) @ common.T.astype(
            np.float32
        )
        shock += rng.standard_normal((half, names), dtype=np.float32) * own.astype(np.float32)
        following = level + np.float32(np.sqrt(share)) * shock
        bend = np.sqrt(
            (following - level) ** 2
            - 2.0 * np.float32(share) * np.log(rng.random((half, names), dtype=np.float32) + 1e-12)
        )
        np.minimum(minima[0], 0.5 * (level + following - bend), out=minima[0])
        np.minimum(minima[1], -0.5 * (level + following + bend), out=minima[1])
        moves[:kept, step], moves[kept:, step] = following[:kept], -following[:kept]
        level = following
    flat = np.sort(minima.reshape(paths, names).T, axis=1)
    return Scenarios(np.ascontiguousarray(flat), moves, paths)
