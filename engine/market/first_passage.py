"""Chance that a log price touches a barrier: closed forms, shape as the inputs broadcast.

Barriers are log returns from now; at or above 0 they are already there, probability 1.
Sources: reflection principle; Broadie, Glasserman and Kou 1997 (Mathematical Finance 7) for
looking at the price now and then instead of always.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import log_ndtr, ndtr, stdtr

Floats = NDArray[np.float64]
BGK = 0.5825971579390107  # -zeta(1/2) / sqrt(2 pi)


def touch(barrier: ArrayLike, sd: ArrayLike, drift: ArrayLike = 0.0) -> Floats:
    """Continuous touch of a Brownian log price: Phi((b-m)/s) + exp(2mb/s^2) Phi((b+m)/s).

    Args:
        barrier: Log return b.
        sd: Standard deviation s of the window's log return, >= 0.
        drift: Mean m of the window's log return.
    """
    b, s, m = (np.asarray(x, dtype=np.float64) for x in (barrier, sd, drift))
    with np.errstate(divide="ignore", invalid="ignore"):
        image = np.exp(2.0 * m * b / s**2 + log_ndtr((b + m) / s))
        found = ndtr((b - m) / s) + image
    still = np.where(m <= b, 1.0, 0.0)
    found = np.where(s > 0.0, np.clip(found, 0.0, 1.0), still)
    return np.where(b >= 0.0, 1.0, found)


def touch_polled(
    barrier: ArrayLike, sd: ArrayLike, looks: ArrayLike, drift: ArrayLike = 0.0
) -> Floats:
    """Touch seen in ``looks`` even looks: the barrier moves away by 0.5826 s / sqrt(looks)."""
    b, s = np.asarray(barrier, dtype=np.float64), np.asarray(sd, dtype=np.float64)
    moved = touch(b - BGK * s / np.sqrt(np.asarray(looks, dtype=np.float64)), s, drift)
    return np.where(b >= 0.0, 1.0, moved)


def terminal(barrier: ArrayLike, sd: ArrayLike, drift: ArrayLike = 0.0) -> Floats:
    """Chance to end at or below the barrier, Phi((b-m)/s)."""
    b, s, m = (np.asarray(x, dtype=np.float64) for x in (barrier, sd, drift))
    return np.asarray(ndtr((b - m) / s))


def touch_student(barrier: ArrayLike, variance: ArrayLike, freedom: float) -> Floats:
    """Touch when the window's variance is itself random: 2 T_nu(b/s'), s'^2 = v (nu-2)/nu."""
    b = np.asarray(barrier, dtype=np.float64)
    scale = np.sqrt(np.asarray(variance, dtype=np.float64) * (freedom - 2.0) / freedom)
    return np.where(b >= 0.0, 1.0, np.minimum(1.0, 2.0 * stdtr(freedom, b / scale)))


def bridge_touch(
    start: ArrayLike, end: ArrayLike, barrier: ArrayLike, variance: ArrayLike
) -> Floats:
    """Touch of a Brownian bridge between two known log prices: exp(-2 (a-b)(c-b)/w)."""
    a, c, b, w = (np.asarray(x, dtype=np.float64) for x in (start, end, barrier, variance))
    return np.where((a <= b) | (c <= b), 1.0, np.exp(-2.0 * (a - b) * (c - b) / w))


def expected_loss(spot: float, basis: float, sd: float, *, at_low: bool) -> float:
    """Expected harvestable loss a share, E[(basis - S)+], of a driftless price.

    Args:
        spot: Price now, dollars.
        basis: Basis a share.
        sd: Standard deviation of the window's log return (its drift is -sd^2/2).
        at_low: At the running low (a resting order that always gets it) or at the window's end.
    """
    ratio = np.log(basis / spot)
    high = (ratio + sd**2 / 2.0) / sd
    if not at_low:
        return float(basis * ndtr(high) - spot * ndtr(high - sd))
    return float(_loss_at_low(spot, basis, sd))


def _loss_at_low(spot: float, basis: float, sd: float) -> float:
    """E[(basis - min S)+]: the integral of P(min <= k) over k below the basis, in logs."""
    top = min(0.0, np.log(basis / spot))
    nodes, weights = np.polynomial.legendre.leggauss(200)
    low = top - 12.0 * sd
    x = 0.5 * (top - low) * nodes + 0.5 * (top + low)
    chance = touch(np.minimum(x, -1e-300), sd, -(sd**2) / 2.0)
    area = 0.5 * (top - low) * np.sum(weights * chance * spot * np.exp(x))
    return float(area + max(0.0, basis - spot))


def distance_for(probability: float, sd: float, drift: float = 0.0) -> float:
    """Fraction below the price that is touched with the given probability, by bisection."""
    low, high = -12.0 * sd - abs(drift), 0.0
    for _ in range(100):
        middle = 0.5 * (low + high)
        if float(touch(middle, sd, drift)) < probability:
            low = middle
        else:
            high = middle
    return float(-np.expm1(high))
