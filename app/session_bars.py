"""The bars of the running session as they form from quotes, however often those come.

A price belongs to the bar that its time falls in; bars are as long as those of the past, so that
today's variance is measured as yesterday's was.
"""

import numpy as np
from numpy.typing import NDArray

from engine.market.calendar import FULL_DAY_MINUTES
from engine.market.diurnal import OPEN_MINUTE
from engine.market.morning import Morning
from engine.market.name_days import NO_BARS, BarTable
from engine.market.session_history import LARGEST_GAP
from engine.market.volatility import RECENT_MINUTES, Today

Floats = NDArray[np.float64]
COVERED = 0.7
"""A session teaches nothing of a name of which fewer than this share of the bars were seen."""


class SessionBars:
    """Bars of one session, kept as prices arrive.

    Attributes:
        opened: First price of each name, NaN before it, shape (names,).
        last: Newest price of each name, NaN before the first, shape (names,).
    """

    def __init__(self, names: int, bar_minutes: int) -> None:
        """Nothing is seen yet."""
        self._length = bar_minutes
        cells = (names, FULL_DAY_MINUTES // bar_minutes + 2)
        self._close, self._low = np.full(cells, np.nan), np.full(cells, np.inf)
        self._squared = np.zeros(cells)
        self._bar, self._before = np.zeros(names, np.int64), np.full(names, np.nan)
        self._since = np.full(names, float(FULL_DAY_MINUTES))
        self.opened, self.last = np.full(names, np.nan), np.full(names, np.nan)
        self._blind = False

    def take(
        self, name: int, minute: float, price: float, low: float, opened: float | None
    ) -> None:
        """A price.

        Args:
            name: Place of the name.
            minute: Minutes since the open at which it was made.
            price: The price.
            low: Lowest trade since the price before.
            opened: First trade of the bar, where the price is a bar's close.
        """
        bar = int(np.clip(np.ceil(minute / self._length), 0, self._close.shape[1] - 1))
        if np.isnan(self.last[name]):
            first = price if opened is None else opened
            self.opened[name] = self.last[name] = self._before[name] = first
            whole = minute if opened is None else minute - self._length
            self._since[name] = max(whole, 0.0)
        if bar > self._bar[name]:
            self._bar[name], self._before[name] = bar, self.last[name]
        self._squared[name, bar] = np.log(price / self._before[name]) ** 2
        self._close[name, bar] = self.last[name] = price
        self._low[name, bar] = min(self._low[name, bar], low)

    def forget(self) -> None:
        """Nothing is known of the movement before now: today counts as a usual day."""
        self._blind = True

    def today(self, morning: Morning, before: Floats, now: float, until: float) -> Today:
        """What is known of the session at a moment.

        Args:
            morning: Shapes of the day.
            before: Close of the session before, (names,).
            now: Minutes since the open.
            until: End of the window, minutes since the open.
        """
        recent = int(np.floor((now - RECENT_MINUTES) / self._length)) + 1
        start, here = float(OPEN_MINUTE), OPEN_MINUTE + now
        so_far = morning.share(start, here)
        unseen = morning.shape_until(start + self._since)
        realised = np.where(self._blind, np.nan, self._squared.sum(axis=1))
        return Today(
            share=morning.share(here, OPEN_MINUTE + until),
            share_so_far=so_far,
            realised=realised,
            recent_share=morning.share(max(here - RECENT_MINUTES, start), here),
            recent=np.where(self._blind, np.nan, self._squared[:, max(recent, 0) :].sum(axis=1)),
            gap=_gap(self.opened, before),
            moved=np.log(self.last / self.opened),
            share_seen=so_far - unseen,
        )

    def table(self, day: int, length: int) -> BarTable:
        """The bars of the names that were watched through the session, for the past.

        Args:
            day: Proleptic ordinal of the session.
            length: Its minutes.
        """
        seen = np.isfinite(self._close)
        whole = seen.sum(axis=1) >= COVERED * length / self._length
        name, bar = np.nonzero(seen & whole[:, None])
        if not name.size or self._blind:
            return NO_BARS
        close = self._close[name, bar]
        first = np.ones(name.size, dtype=np.bool_)
        first[1:] = name[1:] != name[:-1]
        opened = np.where(first, self.opened[name], np.append(close[:1], close[:-1]))
        minute = OPEN_MINUTE + self._length * bar
        low = np.minimum(self._low[name, bar], close)
        return BarTable(name, np.full(name.size, day), minute, opened, low, close)


def _gap(opened: Floats, before: Floats) -> Floats:
    """Log return over the night; one of a quarter or more may be a split and is left out."""
    gap = np.log(opened / before)
    return np.where(np.abs(gap) < LARGEST_GAP, gap, np.nan)
