"""Bars of many names cut into name-days: what one name did in one session.

Everything here is asked at a minute of the New York day and uses bars that ended by then; only
``low_between`` looks ahead, for scoring.
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
DAY_MINUTES = 1440


@dataclass(frozen=True, slots=True)
class NameDays:
    """Sessions of names, in the order of the bars; shape (name_days,) unless said.

    Attributes:
        name: Index of the name.
        day: Proleptic ordinal of the date.
        start: First bar of each name-day.
        stop: One past its last bar.
        key: ``name_day * 1440 + end_minute`` of each bar, rising, shape (bars,).
        squared: Squared log return of each bar, the first of a session from its open, (bars,).
        running: Sum of squared returns of the session up to each bar, shape (bars,).
        open: First price of the session.
        close: Last price of each bar, shape (bars,).
        low: Lowest price of each bar, shape (bars,).
    """

    name: Ints
    day: Ints
    start: Ints
    stop: Ints
    key: Ints
    squared: Floats
    running: Floats
    open: Floats
    close: Floats
    low: Floats

    @property
    def variance(self) -> Floats:
        """Realised variance of each whole session."""
        return self.running[self.stop - 1]

    @property
    def minute(self) -> Ints:
        """End minute of each bar, shape (bars,)."""
        return self.key % DAY_MINUTES

    def last_bar(self, minute: Ints | int) -> Ints:
        """Last bar of each name-day that ended by ``minute``, -1 where there is none."""
        asked = np.arange(self.name.size, dtype=np.int64) * DAY_MINUTES + minute
        at = np.searchsorted(self.key, asked, side="right") - 1
        return np.where(at >= self.start, at, -1)

    def low_between(self, after: Ints | int, until: Ints) -> Floats:
        """Lowest low of the bars that end in (after, until], NaN where there are none."""
        first = np.maximum(self.last_bar(after) + 1, self.start)
        last = self.last_bar(until)
        full = last >= first
        found = np.full(self.name.size, np.nan)
        if full.any():
            edges = np.column_stack([first[full], last[full] + 1]).ravel()
            low = np.append(self.low, np.inf)
            found[full] = np.minimum.reduceat(low, edges)[::2]
        return found


@dataclass(frozen=True, slots=True, eq=False)
class BarTable:
    """Bars of names in any order, shape (bars,) each; known at ``end_minute`` of the day.

    Attributes:
        name: Index of the name.
        day: Proleptic ordinal of the New York date.
        end_minute: End of the bar as minute of the New York day.
        open: First price, dollars.
        low: Lowest price.
        close: Last price.
    """

    name: Ints
    day: Ints
    end_minute: Ints
    open: Floats
    low: Floats
    close: Floats

    def joined(self, more: "BarTable") -> "BarTable":
        """These bars and more of them."""
        return BarTable(
            *(
                np.concatenate([getattr(self, field.name), getattr(more, field.name)])
                for field in fields(BarTable)
            )
        )

    def cut(self) -> NameDays:
        """The bars as name-days."""
        order = np.lexsort((self.end_minute, self.day, self.name))
        columns = (getattr(self, field.name)[order] for field in fields(BarTable))
        return name_days(*columns)


_NONE, _NO_PRICE = np.zeros(0, np.int64), np.zeros(0)
NO_BARS = BarTable(_NONE, _NONE, _NONE, _NO_PRICE, _NO_PRICE, _NO_PRICE)


def name_days(
    name: Ints | NDArray[np.int32],
    day: Ints,
    end_minute: Ints,
    open_: Floats,
    low: Floats,
    close: Floats,
) -> NameDays:
    """Cut bars, sorted by name and end, into name-days; each argument has shape (bars,)."""
    fresh = np.ones(name.size, dtype=np.bool_)
    fresh[1:] = (np.diff(name) != 0) | (np.diff(day) != 0)
    start = np.flatnonzero(fresh)
    stop = np.append(start, name.size)[1:]
    log_close = np.log(close)
    before = np.empty_like(log_close)
    before[1:] = log_close[:-1]
    before[start] = np.log(open_[start])
    squared = (log_close - before) ** 2
    running = np.empty_like(squared)
    for first, last in zip(start, stop, strict=True):
        # each session on its own: a sum over all bars would carry rounding from name to name
        np.cumsum(squared[first:last], out=running[first:last])
    which = np.cumsum(fresh) - 1
    return NameDays(
        name[start].astype(np.int64),
        day[start],
        start,
        stop,
        which * DAY_MINUTES + end_minute,
        squared,
        running,
        open_[start],
        close,
        low,
    )
