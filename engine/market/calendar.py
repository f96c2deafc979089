"""Sessions of the exchange as arrays: lookups of instants in microseconds, days and DST exact.

Instants are int64 nanoseconds UTC, so that a change of daylight saving time moves the open and
not the arithmetic. Windows are counted in regular session hours and end at the close.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import EngineError

Ints = NDArray[np.int64]
MINUTE_NS = 60_000_000_000
HOUR_NS = 60 * MINUTE_NS
FULL_DAY_MINUTES = 390
YEAR_HOURS = 252 * FULL_DAY_MINUTES / 60.0  # 1,638 trading hours


class OutsideCalendarError(EngineError):
    """An instant or a date lies outside the years that the calendar knows."""

    def __init__(self, what: object, first: date, last: date) -> None:
        """Say what was asked and what is known."""
        super().__init__(
            f"{what} is outside the exchange calendar ({first} to {last}); "
            "use a newer calendar table, or correct the date"
        )


@dataclass(frozen=True, slots=True)
class Window:
    """Where forecast windows end, one entry for each instant asked.

    Attributes:
        session: Session that holds the window, index; the next one before an open.
        start_ns: Start: the instant, or the open where it lies before it.
        end_ns: End, UTC: the hours asked later, or the close.
        hours: Session hours inside.
        at_close: Whether the close cut it short.
    """

    session: Ints
    start_ns: Ints
    end_ns: Ints
    hours: NDArray[np.float64]
    at_close: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Calendar:
    """Regular sessions in order, shape (sessions,) each.

    Attributes:
        day: Proleptic ordinal of the New York date.
        open_ns: Open, UTC.
        close_ns: Close, UTC.
        open_minute: Open as minute of the New York day (570 is 9:30).
        close_minute: Close as minute of the New York day (960, or 780 on a half day).
    """

    day: Ints
    open_ns: Ints
    close_ns: Ints
    open_minute: Ints
    close_minute: Ints

    @property
    def first_on(self) -> date:
        """First session known."""
        return date.fromordinal(int(self.day[0]))

    @property
    def last_on(self) -> date:
        """Last session known."""
        return date.fromordinal(int(self.day[-1]))

    def is_session(self, days: ArrayLike) -> NDArray[np.bool_]:
        """Whether each ordinal is a session."""
        days = np.asarray(days, dtype=np.int64)
        at = np.minimum(np.searchsorted(self.day, days), self.day.size - 1)
        return np.asarray(self.day[at] == days)

    def session_on(self, on: date) -> int:
        """Index of the session on a date, or -1 where the exchange is shut.

        Raises:
            OutsideCalendarError: If the date is before the first or after the last session.
        """
        ordinal = on.toordinal()
        if not self.day[0] <= ordinal <= self.day[-1]:
            raise OutsideCalendarError(on, self.first_on, self.last_on)
        at = int(np.searchsorted(self.day, ordinal))
        return at if int(self.day[at]) == ordinal else -1

    def session_of(self, at_ns: ArrayLike) -> Ints:
        """Session that holds each instant (open and close included), or -1 outside all.

        Raises:
            OutsideCalendarError: If an instant lies outside the calendar.
        """
        instants = self._known(at_ns)
        at = np.searchsorted(self.close_ns, instants)
        inside = self.open_ns[at] <= instants
        return np.where(inside, at, -1)

    def next_session(self, at_ns: ArrayLike) -> Ints:
        """First session that opens after each instant.

        Raises:
            OutsideCalendarError: If there is none.
        """
        instants = self._known(at_ns)
        at = np.searchsorted(self.open_ns, instants, side="right")
        if np.any(at >= self.day.size):
            raise OutsideCalendarError("the next session", self.first_on, self.last_on)
        return np.asarray(at, dtype=np.int64)

    def minutes_left(self, at_ns: ArrayLike) -> NDArray[np.float64]:
        """Minutes to the close of the running session, 0 outside sessions."""
        instants = np.asarray(at_ns, dtype=np.int64)
        session = self.session_of(instants)
        left = (self.close_ns[session] - instants) / MINUTE_NS
        return np.where(session >= 0, left, 0.0)

    def is_half_day(self, session: ArrayLike) -> NDArray[np.bool_]:
        """Whether each session is shorter than the regular 390 minutes."""
        length = self.close_minute - self.open_minute
        return np.asarray(length[np.asarray(session)] < FULL_DAY_MINUTES)

    def window(self, at_ns: ArrayLike, hours: float) -> Window:
        """The next session hours after each instant, cut at the close.

        Outside sessions, and at a close itself, the window is in the next session.
        """
        instants = self._known(at_ns)
        session = np.searchsorted(self.close_ns, instants, side="right")
        if np.any(session >= self.day.size):
            raise OutsideCalendarError("the window", self.first_on, self.last_on)
        start = np.maximum(instants, self.open_ns[session])
        asked = start + round(hours * HOUR_NS)
        end = np.minimum(asked, self.close_ns[session])
        return Window(session, start, end, (end - start) / HOUR_NS, asked > self.close_ns[session])

    def session_hours(self, from_ns: int, to_ns: int) -> float:
        """Regular session hours between two instants, over nights and holidays."""
        first, last = self._known([from_ns, to_ns])
        i, j = (int(np.searchsorted(self.close_ns, t)) for t in (first, last))
        opens = np.clip(self.open_ns[i : j + 1], first, last)
        closes = np.clip(self.close_ns[i : j + 1], first, last)
        return float(np.sum(closes - opens)) / HOUR_NS

    def sessions_left_in_year(self, on: date) -> int:
        """Sessions after a date up to 31 December."""
        after = np.searchsorted(self.day, on.toordinal(), side="right")
        until = np.searchsorted(self.day, date(on.year, 12, 31).toordinal(), side="right")
        return int(until - after)

    def _known(self, at_ns: ArrayLike) -> Ints:
        """Instants as an array, all inside the calendar."""
        instants = np.asarray(at_ns, dtype=np.int64)
        day = instants // (24 * HOUR_NS) + date(1970, 1, 1).toordinal()
        if np.any(day < self.day[0]) or np.any(instants > self.close_ns[-1]):
            bad = date.fromordinal(int(np.min(day) if np.any(day < self.day[0]) else np.max(day)))
            raise OutsideCalendarError(bad, self.first_on, self.last_on)
        return instants
