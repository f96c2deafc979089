"""What to buy in the place of a harvested name.

A substitute must not be substantially identical, must be buyable (no loss sale of it in the last
30 days anywhere in the household) and should not spoil the household's own harvests: buying a name
washes every loss in it for 30 days. Among those left, the basket that tracks the sold name best by
the risk model is taken, one name at a time while the tracking error falls.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.market.risk import RiskModel


@dataclass(frozen=True, slots=True)
class Substitute:
    """A basket that stands in for a sold name.

    Attributes:
        names: Indices into the risk model, equal weights.
        tracking_error: Yearly standard deviation of (basket - sold name), a fraction.
    """

    names: tuple[int, ...]
    tracking_error: float


def choose(risk: RiskModel, sold: int, allowed: NDArray[np.bool_], most: int) -> Substitute | None:
    """The basket of at most ``most`` names that tracks ``sold`` best; None if nothing is allowed.

    Names are added greedily while the tracking error falls by at least a hundredth.
    """
    candidates = np.flatnonzero(allowed)
    candidates = candidates[candidates != sold]
    if candidates.size == 0:
        return None
    chosen: list[int] = []
    best = np.inf
    for _ in range(min(most, candidates.size)):
        free = np.array([i for i in candidates if i not in chosen])
        if free.size == 0:
            break
        errors = _errors_with(risk, sold, chosen, free)
        pick = int(np.argmin(errors))
        if errors[pick] > best * 0.99:
            break
        best = float(errors[pick])
        chosen.append(int(free[pick]))
    return Substitute(tuple(chosen), best)


def _errors_with(
    risk: RiskModel, sold: int, chosen: Collection[int], free: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Tracking error of chosen + each free name, equal weights, shape (free,)."""
    share = 1.0 / (len(chosen) + 1)
    held = list(chosen)
    base = share * risk.loadings[held].sum(axis=0) - risk.loadings[sold]
    exposure = base[None, :] + share * risk.loadings[free]
    specific = risk.specific_vol**2
    fixed = share**2 * specific[held].sum() + specific[sold]
    variance = (exposure**2) @ risk.factor_variances + fixed + share**2 * specific[free]
    result: NDArray[np.float64] = np.sqrt(variance)
    return result
