"""Spend a budget so that the portfolio comes as close to its target as it can.

minimise (a + b)' S (a + b) over b >= 0, sum b = budget, b = 0 where buying is not allowed, with
S = L diag(f) L' + diag(d) of the risk model and a the active weights before. Accelerated projected
gradient on the simplex (Beck & Teboulle 2009; projection by sorting, Held, Wolfe & Crowder 1974).
"""

import numpy as np
from numpy.typing import NDArray

from engine.kernel import kernel

Floats = NDArray[np.float64]


@kernel
def project_simplex(point: Floats, budget: float) -> Floats:
    """Nearest point of {x >= 0, sum x = budget}, shape as given."""
    falling = np.sort(point)[::-1]
    total = 0.0
    shift = 0.0
    for k in range(falling.size):
        total += falling[k]
        level = (total - budget) / (k + 1)
        if falling[k] - level > 0.0:
            shift = level
    return np.maximum(point - shift, 0.0)


@kernel
def _descend(
    active: Floats,
    loadings: Floats,
    factor_variances: Floats,
    specific_variance: Floats,
    pull: Floats,
    budget: float,
    rounds: int,
) -> Floats:
    """The minimiser over the allowed names; ``pull`` is the factor exposure of all others."""
    count = active.size
    lipschitz = specific_variance.max()
    for j in range(factor_variances.size):
        lipschitz += factor_variances[j] * (loadings[:, j] ** 2).sum()
    bought = np.full(count, budget / count)
    ahead = bought.copy()
    momentum = 1.0
    for _ in range(rounds):
        moved = active + ahead
        exposure = factor_variances * (loadings.T @ moved + pull)
        gradient = loadings @ exposure + specific_variance * moved
        following = project_simplex(ahead - gradient / lipschitz, budget)
        faster = 0.5 * (1.0 + np.sqrt(1.0 + 4.0 * momentum * momentum))
        ahead = following + ((momentum - 1.0) / faster) * (following - bought)
        bought = following
        momentum = faster
    return bought


def refill(
    active: Floats,
    loadings: Floats,
    factor_variances: Floats,
    specific_vol: Floats,
    allowed: NDArray[np.bool_],
    budget: float,
    rounds: int = 60,
) -> Floats:
    """Weights to buy, shape (names,), summing to ``budget`` (0 where nothing is allowed).

    Args:
        active: Portfolio weights less target weights, shape (names,).
        loadings: Factor loadings, shape (names, factors).
        factor_variances: Yearly, shape (factors,).
        specific_vol: Yearly, shape (names,).
        allowed: Names that may be bought.
        budget: Weight to spend, >= 0.
        rounds: Gradient steps; the result is deterministic.
    """
    bought = np.zeros_like(active)
    free = np.flatnonzero(allowed)
    if free.size == 0 or budget <= 0.0:
        return bought
    fixed = active.copy()
    fixed[free] = 0.0
    bought[free] = _descend(
        active[free],
        loadings[free],
        factor_variances,
        specific_vol[free] ** 2,
        loadings.T @ fixed,
        budget,
        rounds,
    )
    return bought
