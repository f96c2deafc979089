"""Which share of a session's variance falls where in the day: the U-shape, measured.

A profile is cumulative: entry m is the share that has fallen by minute m of the New York day.
"""

import numpy as np

from engine.market.name_days import DAY_MINUTES, Floats, Ints, NameDays

LEAST_SESSIONS = 5


def daily_shares(found: NameDays, days: Ints, whole: Floats) -> Floats:
    """Sum over names of the share of each minute, for every day in ``days``.

    Args:
        found: Name-days.
        days: Sorted ordinals.
        whole: 1 where the day is a full session, 0 where it is left out (half days), (days,).

    Returns:
        Shape (days, 1441); the last column counts the names.
    """
    bars = found.stop - found.start
    row = np.repeat(np.searchsorted(days, found.day), bars)
    total = np.repeat(found.variance, bars)
    share = np.divide(found.squared, total, out=np.zeros_like(total), where=total > 0.0)
    cells = np.bincount(row * DAY_MINUTES + found.minute, share, days.size * DAY_MINUTES)
    moved = (found.variance > 0.0).astype(np.float64)
    count = np.bincount(np.searchsorted(days, found.day), moved, days.size)
    both = np.column_stack([cells.reshape(days.size, DAY_MINUTES), count])
    return np.asarray(both * whole[:, None])


def profiles(shares: Floats, whole: Floats, shipped: Floats) -> Floats:
    """Cumulative profile known before each day: the mean of all earlier full sessions.

    Args:
        shares: From ``daily_shares``.
        whole: As there; before ``LEAST_SESSIONS`` full sessions the shipped profile is used.
        shipped: Cumulative profile, shape (1440,).

    Returns:
        Shape (days, 1440).
    """
    before = np.cumsum(shares, axis=0) - shares
    enough = np.cumsum(whole) - whole >= LEAST_SESSIONS
    mean = before[:, :-1] / np.maximum(before[:, -1:], 1.0)
    return np.where(enough[:, None], np.cumsum(mean, axis=1), shipped)
