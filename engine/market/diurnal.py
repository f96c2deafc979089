"""Which share of a session's variance falls where in the day: the U-shape, measured.

The shape of all names is known to the minute; each name's own departs from it by half hours, as far
as its sessions tell. A shape is cumulative: entry m is the share that has fallen by minute m of the
New York day.
"""

from dataclasses import dataclass

import numpy as np

from engine.market.name_days import DAY_MINUTES, Floats, Ints, NameDays

LEAST_SESSIONS = 5
OPEN_MINUTE, BUCKET_MINUTES, BUCKETS = 570, 30, 13
EDGES = OPEN_MINUTE + BUCKET_MINUTES * np.arange(BUCKETS + 1)
OWN_PRIOR = 60.0
"""Sessions of a name at which its own half hours weigh as much as those of all names."""


@dataclass(frozen=True, slots=True, eq=False)
class Diurnal:
    """Shapes known before each day.

    Attributes:
        pooled: Cumulative shape of all names, shape (days, 1440).
        own: Share of each name fallen by the edge of each half hour, shape (names, days, 14).
    """

    pooled: Floats
    own: Floats

    def at(self, name: Ints, day: Ints, minute: Ints | int) -> Floats:
        """Share of a name's session that has fallen by a minute, shape as the inputs broadcast."""
        minute = np.clip(minute, OPEN_MINUTE, int(EDGES[-1]))
        bucket = np.minimum((minute - OPEN_MINUTE) // BUCKET_MINUTES, BUCKETS - 1)
        low, high = self.pooled[day, EDGES[bucket]], self.pooled[day, EDGES[bucket + 1]]
        part = np.divide(
            self.pooled[day, minute] - low, high - low, out=np.ones_like(low), where=high > low
        )
        fallen, next_ = self.own[name, day, bucket], self.own[name, day, bucket + 1]
        return np.asarray(fallen + (next_ - fallen) * part)

    @property
    def newest(self) -> "Diurnal":
        """The shapes known before the last day alone."""
        return Diurnal(self.pooled[-1:], self.own[:, -1:])


def diurnal(found: NameDays, days: Ints, whole: Floats, names: int, shipped: Floats) -> Diurnal:
    """Shapes known before each day, and in the last place before a day after all of them.

    Args:
        found: Name-days.
        days: Sorted ordinals that hold every name-day's.
        whole: 1 where the day is a full session, 0 where it is left out (half days), (days,).
        names: Number of names.
        shipped: Cumulative shape used before ``LEAST_SESSIONS`` full sessions, shape (1440,).
    """
    pooled = _pooled(_shares(found, days, whole), whole, shipped)
    own = _own(found, days, whole, names)
    every = np.diff(pooled[:, EDGES], axis=1)
    every /= every.sum(axis=1, keepdims=True)
    count = own.sum(axis=2, keepdims=True)
    halves = (own + OWN_PRIOR * every) / (count + OWN_PRIOR)
    return Diurnal(pooled, np.pad(np.cumsum(halves, axis=2), ((0, 0), (0, 0), (1, 0))))


def _shares(found: NameDays, days: Ints, whole: Floats) -> Floats:
    """Sum over names of the share of each minute, with the count of names, (days, 1441)."""
    row = np.repeat(np.searchsorted(days, found.day), _bars(found))
    cells = np.bincount(row * DAY_MINUTES + found.minute, _share(found), days.size * DAY_MINUTES)
    moved = (found.variance > 0.0).astype(np.float64)
    count = np.bincount(np.searchsorted(days, found.day), moved, days.size)
    both = np.column_stack([cells.reshape(days.size, DAY_MINUTES), count])
    return np.asarray(both * whole[:, None])


def _share(found: NameDays) -> Floats:
    """Share of its session's variance of each bar, shape (bars,)."""
    total = np.repeat(found.variance, _bars(found))
    return np.divide(found.squared, total, out=np.zeros_like(total), where=total > 0.0)


def _pooled(shares: Floats, whole: Floats, shipped: Floats) -> Floats:
    """The mean of all earlier full sessions, shape (days + 1, 1440)."""
    before, sessions = _before(shares, 0), _before(whole, 0)
    mean = before[:, :-1] / np.maximum(before[:, -1:], 1.0)
    return np.where(sessions[:, None] >= LEAST_SESSIONS, np.cumsum(mean, axis=1), shipped)


def _own(found: NameDays, days: Ints, whole: Floats, names: int) -> Floats:
    """Sum of each name's half-hour shares over its earlier full sessions, (names, days + 1, 13)."""
    row = np.repeat(found.name * days.size + np.searchsorted(days, found.day), _bars(found))
    bucket = np.clip((found.minute - OPEN_MINUTE - 1) // BUCKET_MINUTES, 0, BUCKETS - 1)
    cells = np.bincount(row * BUCKETS + bucket, _share(found), names * days.size * BUCKETS).reshape(
        names, days.size, BUCKETS
    )
    return _before(cells * whole[None, :, None], 1)


def _bars(found: NameDays) -> Ints:
    """Bars of each name-day."""
    return found.stop - found.start


def _before(values: Floats, axis: int) -> Floats:
    """Sums over all days before each day, and over all days in one more place at the end."""
    none = list(values.shape)
    none[axis] = 1
    return np.concatenate([np.zeros(none), np.cumsum(values, axis=axis)], axis=axis)
