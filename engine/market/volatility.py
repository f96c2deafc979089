"""Variance of a name's window: its own past days, the hour, and how lively today has been.

    ln v = ln share + expected + level + the terms of ``Weights``

``expected`` is the log-HAR of session variances (Corsi 2009, Journal of Financial Econometrics 7):
the mean log variance of 22 days, moved towards those of 1, 5 and 66 days. The terms say how today
differs: its realised variance over what the past days and the hour led to expect (``surprise``),
the same over the last 45 minutes, the mean surprise of all names (a shock that reaches every name
moves also those that have not traded on it), the gap over the night, the way gone since the open.
Log realised variance of the window is what the weights are fitted to, by least squares.
"""

from dataclasses import dataclass, fields
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from engine.market.range_variance import LAMBDA, ewma

Floats = NDArray[np.float64]
FLOOR = 1e-8
HAR_DAYS = 60


class Basis(StrEnum):
    """What a name's variance rests on."""

    LOG_HAR = "log-HAR of 60 sessions or more"
    EWMA = "EWMA of fewer than 60 sessions"
    ONE_DAY = "one session, drawn to the other names"
    NONE = "no history: no forecast"


BASES = tuple(Basis)


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of the terms of today, as ``lotlight forecast fit`` measures them.

    Least squares on odd days of two files (five-minute bars of 2025 once, minute bars of 2018
    half), rounded; even days were kept for the score. The measure of a term is in its line.

    Attributes:
        surprise: Log of today's pace over the expected, at the middle of the day's variance.
        surprise_later: How that weight grows from open to close.
        market: Mean surprise of all names of the moment.
        recent: Surprise of the last 45 minutes over that of the day.
        gap: Log of the squared overnight gap over a day's variance.
        fallen: Return since the open where it is negative, in standard deviations of a session.
        moved: Size of the return since the open, in standard deviations of a session.
        later: Share of the session's variance gone, from -1/2 to 1/2.
    """

    surprise: float = 0.29
    surprise_later: float = 0.30
    market: float = 0.27
    recent: float = 0.19
    gap: float = 0.04
    fallen: float = -0.06
    moved: float = 0.05
    later: float = -0.22


WEIGHTS = Weights()
TERMS = tuple(field.name for field in fields(Weights))
DAY_WEIGHT, WEEK_WEIGHT, QUARTER_WEIGHT = 0.15, 0.25, 0.10
RECENT_MINUTES = 45
GAP_FLOOR, GAP_CENTRE = 0.01, -1.9
MOVED_CENTRE = 0.5
FEW_NAMES = 5.0
WILDEST = 3.0
LEVEL = 0.26  # log of terminal over realised variance: bars miss what happens inside them


@dataclass(frozen=True, slots=True)
class Today:
    """What is known of the session at a moment, shape (rows,) each; NaN or 0 where unknown.

    Attributes:
        share: Share of a session's variance that falls in the window.
        share_so_far: Share that has usually fallen by now, 0 before the open.
        realised: Sum of squared bar returns so far.
        recent_share: Share that usually falls in the last 45 minutes.
        recent: Sum of squared bar returns of the last 45 minutes.
        gap: Log return over the night.
        moved: Log return since the open.
        share_seen: Share that has usually fallen while the name was watched; less than
            ``share_so_far`` where its prices began late.
    """

    share: Floats
    share_so_far: Floats
    realised: Floats
    recent_share: Floats
    recent: Floats
    gap: Floats
    moved: Floats
    share_seen: Floats


@dataclass(frozen=True, slots=True)
class DailyState:
    """What the days before say of each name; shape (names,), or (names, days) walked forward.

    Attributes:
        base: Mean log session variance of the month.
        expected: Log session variance expected today, the HAR.
        basis: Index into ``BASES``.
    """

    base: Floats
    expected: Floats
    basis: NDArray[np.int64]

    def at(self, name: NDArray[np.int64], day: NDArray[np.int64]) -> "DailyState":
        """Entries of a walked state at (name, day) pairs."""
        return DailyState(self.base[name, day], self.expected[name, day], self.basis[name, day])

    @property
    def today(self) -> "DailyState":
        """The last column: what is known before the session to come."""
        return DailyState(self.base[:, -1], self.expected[:, -1], self.basis[:, -1])


def daily_state(log_variance: Floats) -> DailyState:
    """State known before each session, from log session variances of the sessions before it.

    Args:
        log_variance: Shape (names, days), NaN where a name did not trade.

    Returns:
        Shape (names, days + 1): column d uses columns before d alone.
    """
    means = {days: trailing_mean(log_variance, days)[0] for days in (1, 5, 22, 66)}
    _, count = trailing_mean(log_variance, log_variance.shape[1])
    base = means[22]
    short = np.full_like(base, np.nan)
    short[:, 1:] = ewma(log_variance, LAMBDA)
    base = np.where(count >= HAR_DAYS, base, short)
    har = (
        base
        + DAY_WEIGHT * (means[1] - base)
        + WEEK_WEIGHT * (means[5] - base)
        + QUARTER_WEIGHT * (means[66] - base)
    )
    basis = np.where(count >= HAR_DAYS, 0, np.where(count >= 2, 1, np.where(count == 1, 2, 3)))
    centre = _median(np.where(basis <= 1, base, np.nan))
    lone = np.where(np.isnan(centre), base, centre + 0.4 * (base - centre))
    base = np.where(basis == 2, lone, base)
    return DailyState(base, np.where(basis == 2, lone, har), basis)


def trailing_mean(values: Floats, days: int) -> tuple[Floats, Floats]:
    """Mean and count of the finite values in the ``days`` columns before each, (names, days+1)."""
    finite = np.isfinite(values)
    zero = np.zeros((values.shape[0], 1))
    total = np.hstack([zero, np.cumsum(np.where(finite, values, 0.0), axis=1)])
    count = np.hstack([zero, np.cumsum(finite, axis=1)])
    last = np.arange(values.shape[1] + 1)
    first = np.maximum(last - days, 0)
    n = count[:, last] - count[:, first]
    mean = np.divide(total[:, last] - total[:, first], n, out=np.full(n.shape, np.nan), where=n > 0)
    return mean, n


def window_variance(
    state: DailyState,
    today: Today,
    moment: NDArray[np.int64] | None = None,
    weights: Weights = WEIGHTS,
) -> Floats:
    """Variance of the log return over each window, (rows,); NaN where a name has no history.

    Args:
        state: What the days before say, shape (rows,).
        today: What is known of the session.
        moment: Rows of one moment share a number (default: all rows are of one moment).
        weights: Weights of the terms.
    """
    weight = np.array([getattr(weights, term) for term in TERMS])
    usual = np.log(np.maximum(today.share, 1e-9)) + state.expected
    return np.asarray(np.exp(usual + LEVEL + terms(state, today, moment) @ weight))


def terms(state: DailyState, today: Today, moment: NDArray[np.int64] | None = None) -> Floats:
    """The terms of today in the order of ``TERMS``, shape (rows, terms); 0 where unknown."""
    opened = today.share_so_far > 1e-3
    later = np.where(opened, today.share_so_far - 0.5, 0.0)
    surprise, seen = _surprise(today.realised, today.share_seen, state.expected)
    recent, lively = _surprise(today.recent, today.recent_share, state.expected)
    recent = np.where(lively & seen, recent - surprise, 0.0)
    gap = np.log(GAP_FLOOR + today.gap**2 / np.exp(state.base)) - GAP_CENTRE
    way = np.where(seen, today.moved / np.exp(0.5 * state.expected), 0.0)
    columns = (
        surprise,
        surprise * later,
        moment_mean(surprise, seen, moment),
        recent,
        np.where(np.isfinite(gap), gap, 0.0),
        np.minimum(way, 0.0),
        np.where(seen, np.abs(way) - MOVED_CENTRE, 0.0),
        later,
    )
    return np.column_stack([np.where(np.isfinite(column), column, 0.0) for column in columns])


def _surprise(
    realised: Floats, share: Floats, expected: Floats
) -> tuple[Floats, NDArray[np.bool_]]:
    """Log of realised over expected variance, and where it can be said (0 elsewhere)."""
    seen = (realised > 0.0) & (share > 1e-3) & np.isfinite(expected)
    pace = np.log(np.where(seen, realised, 1.0) / np.where(seen, share, 1.0))
    return np.where(seen, np.clip(pace - expected, -WILDEST, WILDEST), 0.0), seen


def moment_mean(
    values: Floats, seen: NDArray[np.bool_], moment: NDArray[np.int64] | None
) -> Floats:
    """Mean of the seen values of the same moment for each row, drawn to 0 while they are few."""
    group = np.zeros(values.size, dtype=np.int64) if moment is None else moment
    total = np.bincount(group, np.where(seen, values, 0.0))
    count = np.bincount(group, seen.astype(np.float64))
    return np.asarray((total / (count + FEW_NAMES))[group])


def _median(values: Floats) -> Floats:
    """Median over names of each day, NaN where no name has a value; shape (1, days)."""
    found = np.full((1, values.shape[1]), np.nan)
    some = np.isfinite(values).any(axis=0)
    found[0, some] = np.nanmedian(values[:, some], axis=0)
    return found
