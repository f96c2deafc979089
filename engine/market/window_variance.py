"""Variance of the rest of a session, and of the next one, for many names at once.

Day variance = mean of the last 20 squared returns (fewer where there are fewer). The part of a
session that a window covers is its share of the diurnal profile; what today has done so far against
what was expected of it moves the rest of the day half-way:

    v = S x (D + D x R / E) / 2

with D the session variance, R today's sum of squared returns, E = D x the share expected by now,
S the share of the window.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DAYS = 20
NIGHT_SHARE = 0.42
"""Share of a close-to-close variance that falls into the night, where opens are not known."""
LONGEST_RATIO = 9.0


@dataclass(frozen=True, slots=True, eq=False)
class DayVariance:
    """What the days before say of each name, shape (names,); NaN without any history.

    Attributes:
        session: Variance of a session, open to close.
        whole: Variance of a day, close to close.
    """

    session: Floats
    whole: Floats


def day_variance(returns: Floats) -> DayVariance:
    """Mean squared close-to-close returns of the last days.

    Args:
        returns: Log returns, NaN where a name did not trade, shape (days, names).
    """
    last = returns[-DAYS:]
    counts = np.isfinite(last).sum(axis=0)
    total = np.nansum(np.where(np.isfinite(last), last, 0.0) ** 2, axis=0)
    whole = np.where(counts > 0, total / np.maximum(counts, 1), np.nan)
    return DayVariance(whole * (1.0 - NIGHT_SHARE), whole)


def window_variance(day: DayVariance, so_far: Floats, share_now: float, share_end: float) -> Floats:
    """Variance from now to the end of the window, shape (names,).

    Args:
        day: The days before.
        so_far: Today's sum of squared returns up to now, shape (names,).
        share_now: Share of a session's variance that is expected by now.
        share_end: The same at the end of the window.
    """
    ratio = np.ones_like(so_far)
    if share_now > 0.0:
        ratio = np.minimum(so_far / (day.session * share_now), LONGEST_RATIO)
    return (
        (share_end - share_now)
        * day.session
        * (1.0 + np.where(np.isfinite(ratio), ratio, 1.0))
        / 2.0
    )
