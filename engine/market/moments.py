"""Moments of past sessions: what was known at each, what followed, what a forecast makes of it.

The one way to a forecast: the desk at its tick and ``lotlight forecast score`` on the bars of a
file use the same state, terms of today and calibration map.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from engine.market.calendar import FULL_DAY_MINUTES
from engine.market.calibration_map import (
    CELLS,
    KINDS,
    CalibrationMaps,
    cells,
    kind_of,
    learn_kinds,
)
from engine.market.diurnal import OPEN_MINUTE, Diurnal, diurnal
from engine.market.name_days import DAY_MINUTES, Floats, Ints, NameDays
from engine.market.session_history import SessionHistory
from engine.market.volatility import (
    RECENT_MINUTES,
    TERMS,
    DailyState,
    Today,
    terms,
    window_variance,
)

NO_PRICE = "no bar of the day is known at the decision"
NO_WINDOW = "no bar between the decision and the end of the window"
SHUT = "decision at or after the close"
LESSON_MINUTES = tuple(range(600, 960, 30))
AFTER_ALL = 0
LATE_MINUTES = 30
"""A first bar that ends later than this after the open leaves the time before it unseen."""


@dataclass(frozen=True, slots=True)
class Moments:
    """Name-days looked at, at decision minutes; shape (moments,) each.

    Attributes:
        row: Index of the name-day.
        minute: Decision, minute of the New York day.
        until: End of the window.
        price: Last price known.
        today: What is known of the session; the gap is left to the history.
        low: Lowest low of the window: what is to be forecast.
        window: Squared bar returns of the window, summed: what the weights are fitted to.
        returned: Log return of the window: what signals are measured on.
        pooled_share: Share of the session's variance in the window, as all names have it.
        pooled_so_far: The same up to the decision.
        to_close: Whether the close cuts the window.
    """

    row: Ints
    minute: Ints
    until: Ints
    price: Floats
    today: Today
    low: Floats
    window: Floats
    returned: Floats
    pooled_share: Floats
    pooled_so_far: Floats
    to_close: NDArray[np.bool_]


def moments(
    found: NameDays,
    scored: NDArray[np.bool_],
    close_minute: Ints,
    decisions: Sequence[int],
    hours: float,
    shipped: Floats,
) -> tuple[Moments, dict[str, int]]:
    """Look at every name-day at every decision; what cannot be looked at is counted by reason.

    Args:
        found: Name-days.
        scored: Name-days that count; reasons are counted for these alone.
        close_minute: Close of each name-day's session, shape (name_days,).
        decisions: Decision minutes.
        hours: Length of the window, cut at the close.
        shipped: Cumulative profile used before five sessions are known, shape (1440,).
    """
    at = np.searchsorted(np.unique(found.day), found.day)
    shape = shapes(found, close_minute, shipped)
    parts, skipped = [], {SHUT: 0, NO_PRICE: 0, NO_WINDOW: 0}
    for minute in decisions:
        until = np.minimum(minute + round(hours * 60.0), close_minute)
        bar = found.last_bar(minute)
        low = found.low_between(minute, until)
        is_open, known, watched = minute < close_minute, bar >= 0, np.isfinite(low)
        skipped[SHUT] += int((scored & ~is_open).sum())
        skipped[NO_PRICE] += int((scored & is_open & ~known).sum())
        skipped[NO_WINDOW] += int((scored & is_open & known & ~watched).sum())
        row = np.flatnonzero(is_open & known & watched)
        cut = minute + round(hours * 60.0) > close_minute
        parts.append(_look(found, row, at[row], minute, until, low, cut, shape))
    return _join(parts), skipped


def shapes(
    found: NameDays, close_minute: Ints, shipped: Floats, names: int | None = None
) -> Diurnal:
    """Diurnal shapes known before each day of the bars, and before a day after all of them."""
    days, at = np.unique(found.day, return_inverse=True)
    whole = np.zeros(days.size)
    whole[at] = close_minute - OPEN_MINUTE >= FULL_DAY_MINUTES
    held = int(found.name.max(initial=-1)) + 1 if names is None else names
    return diurnal(found, days, whole, held, shipped)


def _look(
    found: NameDays,
    row: Ints,
    day: Ints,
    minute: int,
    until: Ints,
    low: Floats,
    cut: NDArray[np.bool_],
    shape: Diurnal,
) -> Moments:
    """One decision minute of the name-days ``row``, whose days are the shape's ``day``."""
    bar, last = found.last_bar(minute)[row], found.last_bar(until)[row]
    before = found.last_bar(minute - RECENT_MINUTES)[row]
    earlier = np.where(before >= 0, found.running[np.maximum(before, 0)], 0.0)
    realised, name = found.running[bar], found.name[row]
    so_far = shape.at(name, day, minute)
    today = Today(
        shape.at(name, day, until[row]) - so_far,
        so_far,
        realised,
        so_far - shape.at(name, day, minute - RECENT_MINUTES),
        realised - earlier,
        np.full(row.size, np.nan),
        np.log(found.close[bar] / found.open[row]),
        so_far - _missed(found, row, day, shape),
    )
    window = found.running[last] - realised
    returned = np.log(found.close[last] / found.close[bar])
    minutes, price = np.full(row.size, minute), found.close[bar]
    pooled, all_names = shape.pooled[day, until[row]], shape.pooled[day, minute]
    return Moments(
        row, minutes, until[row], price, today, low[row], window, returned,
        pooled - all_names, all_names, cut[row],
    )  # fmt: skip


def variances(found: NameDays, history: SessionHistory, looks: Moments) -> Floats:
    """Window variance of every moment, NaN where the name has no history."""
    state, today, moment = known_at(found, history, looks)
    return window_variance(state, today, moment)


def kinds(found: NameDays, history: SessionHistory, looks: Moments) -> Ints:
    """Kind of every moment, by which its calibration map is chosen."""
    state, today, moment = known_at(found, history, looks)
    return kind_of(looks.to_close, terms(state, today, moment)[:, TERMS.index("market")])


def taught(
    found: NameDays, history: SessionHistory, close_minute: Ints, hours: float, shipped: Floats
) -> dict[int, CalibrationMaps]:
    """The maps that every half hour of the sessions before each day teaches; 0: all sessions.

    Args:
        found: Name-days; all of them teach.
        history: Session variances of the same names.
        close_minute: Close of each name-day's session, shape (name_days,).
        hours: Length of the window, cut at the close.
        shipped: Cumulative shape used before five sessions are known, shape (1440,).
    """
    every = np.ones(found.name.size, dtype=np.bool_)
    looks, _ = moments(found, every, close_minute, LESSON_MINUTES, hours, shipped)
    z = -np.log(looks.low / looks.price) / np.sqrt(variances(found, history, looks))
    return learned_maps(found.day[looks.row], kinds(found, history, looks), z)


def known_at(
    found: NameDays, history: SessionHistory, looks: Moments
) -> tuple[DailyState, Today, Ints]:
    """State, today with its gap, and the number of the moment of each row."""
    name, day = found.name[looks.row], found.day[looks.row]
    at = np.searchsorted(history.days, day)
    _, moment = np.unique(day * DAY_MINUTES + looks.minute, return_inverse=True)
    today = replace(looks.today, gap=history.gap[name, at])
    return history.state().at(name, at), today, moment


@dataclass(slots=True)
class Lessons:
    """Windows seen so far, by kind and cell: what the calibration maps are made of.

    Attributes:
        counts: Windows, shape (kinds, cells + 1).
        days: Days on which each kind was seen, shape (kinds,).
        all_days: Days seen.
    """

    counts: Floats
    days: Ints
    all_days: int

    def take(self, kind: Ints, cell: Ints) -> None:
        """Add the windows of one day."""
        if kind.size:
            whole = np.bincount(kind * (CELLS + 1) + cell, minlength=self.counts.size)
            self.counts = self.counts + whole.reshape(self.counts.shape)
            self.days = self.days + (np.bincount(kind, minlength=KINDS) > 0)
            self.all_days += 1

    def maps(self) -> CalibrationMaps:
        """What they teach."""
        return learn_kinds(self.counts, self.days, self.all_days)


def _missed(found: NameDays, row: Ints, day: Ints, shape: Diurnal) -> Floats:
    """Share of the session that had fallen before the first bar of a name that began late."""
    first = found.minute[found.start[row]]
    late = first > OPEN_MINUTE + LATE_MINUTES
    return shape.at(found.name[row], day, np.where(late, first, OPEN_MINUTE))


def learned_maps(day: Ints, kind: Ints, z: Floats) -> dict[int, CalibrationMaps]:
    """The maps known before each day and, at key 0, after all: windows of earlier days alone.

    Args:
        day: Day of each moment.
        kind: Its kind.
        z: Its low in standard deviations, NaN where nothing can be learned.
    """
    found: dict[int, CalibrationMaps] = {}
    past = Lessons(np.zeros((KINDS, CELLS + 1)), np.zeros(KINDS, np.int64), 0)
    teaches = np.isfinite(z)
    cell = cells(np.where(teaches, z, 0.0))
    for today in np.unique(day):
        found[int(today)] = past.maps()
        inside = (day == today) & teaches
        past.take(kind[inside], cell[inside])
    found[AFTER_ALL] = past.maps()
    return found


def _join(parts: Sequence[Moments]) -> Moments:
    """Moments of several decisions as one."""
    todays = [part.today for part in parts]
    today = Today(*(np.concatenate([getattr(t, f.name) for t in todays]) for f in fields(Today)))
    columns = {
        f.name: np.concatenate([getattr(part, f.name) for part in parts])
        for f in fields(Moments)
        if f.name != "today"
    }
    return Moments(today=today, **columns)
