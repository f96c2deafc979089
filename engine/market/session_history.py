"""Session variances of names day by day, from bars where there are any, else from daily rows."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from engine.market.name_days import Floats, Ints, NameDays
from engine.market.range_variance import ewma, garman_klass
from engine.market.volatility import FLOOR, DailyState, daily_state, trailing_mean

NIGHT_TO_SESSION = 0.73  # variance of the night over that of the session (engine notes)
SESSION_SHARE = 1.0 / (1.0 + NIGHT_TO_SESSION)  # of a whole day's variance
RATIO_PRIOR = 100.0
LARGEST_GAP = 0.25


@dataclass(frozen=True, slots=True)
class DailyTable:
    """Daily prices laid out by name and day, shape (names, days), NaN where there is no row.

    ``split`` holds new shares for an old share at the day's open.
    """

    open: Floats
    high: Floats
    low: Floats
    close: Floats
    split: Floats

    def with_close(self, close: Floats) -> "DailyTable":
        """The table with one more day of which the closes alone are known, shape (names,)."""
        nothing = np.full(close.shape, np.nan)
        row = {"close": close, "split": np.ones(close.shape)}
        return DailyTable(
            *(
                np.column_stack([getattr(self, f.name), row.get(f.name, nothing)])
                for f in fields(DailyTable)
            )
        )

    def laid_out(self, own: Ints, days: Ints) -> "DailyTable":
        """The same rows on other days, which hold the table's own; NaN on the rest."""
        if np.array_equal(own, days):
            return self
        wide = np.full((len(self.close), days.size), np.nan)
        columns = []
        for field in fields(DailyTable):
            laid = wide.copy()
            laid[:, np.searchsorted(days, own)] = getattr(self, field.name)
            columns.append(laid)
        return DailyTable(*columns)


@dataclass(frozen=True, slots=True)
class SessionHistory:
    """What the past of each name was, shape (names, days).

    Attributes:
        days: Sorted ordinals, shape (days,).
        variance: Session variance: squared bar returns, or a daily row's range.
        from_bars: Whether it came from bars.
        gap: Log return over the night before, splits taken out; NaN where unknown.
        ratio: Log of bar variance over range variance of the days before, shape (days + 1,).
    """

    days: Ints
    variance: Floats
    from_bars: NDArray[np.bool_]
    gap: Floats
    ratio: Floats

    def sessions_before(self) -> Floats:
        """Sessions known of each name before each day, shape (names, days + 1)."""
        return trailing_mean(self.variance, self.days.size)[1]

    def mean_before(self, sessions: int) -> Floats:
        """Mean variance of each name's last sessions before each day, shape (names, days)."""
        found = np.full(self.variance.shape, np.nan)
        for name, row in enumerate(self.variance):
            known = np.flatnonzero(np.isfinite(row))
            total = np.concatenate([[0.0], np.cumsum(row[known])])
            count = np.searchsorted(known, np.arange(self.days.size))
            first = np.maximum(count - sessions, 0)
            with np.errstate(invalid="ignore", divide="ignore"):
                found[name] = (total[count] - total[first]) / (count - first)
        return found

    def state(self) -> DailyState:
        """Volatility known before each day, shape (names, days + 1), in the measure of bars."""
        logs = np.log(np.maximum(self.variance, FLOOR))
        level = np.where(self.from_bars, 0.0, self.ratio[:-1])
        return daily_state(np.where(np.isfinite(logs), logs + level, np.nan))


def session_history(found: NameDays, days: Ints, daily: DailyTable) -> SessionHistory:
    """Join bars and daily rows; ``daily`` is laid out on ``days``, which hold every bar's day."""
    at = np.searchsorted(days, found.day)
    bars = np.full(daily.close.shape, np.nan)
    bars[found.name, at] = found.variance
    bars = np.where(bars > 0.0, bars, np.nan)
    ranges = _daily_variance(daily)
    from_bars = np.isfinite(bars)
    variance = np.where(from_bars, bars, ranges)
    return SessionHistory(days, variance, from_bars, _gaps(found, at, daily), _ratio(bars, ranges))


def _daily_variance(daily: DailyTable) -> Floats:
    """Garman-Klass, or a share of the EWMA of close returns where a row has no range."""
    with np.errstate(invalid="ignore", divide="ignore"):
        ranges = np.where(
            daily.low < daily.high,
            garman_klass(daily.open, daily.high, daily.low, daily.close),
            np.nan,
        )
        closes = np.full(daily.close.shape, np.nan)
        grown = daily.close[:, 1:] * daily.split[:, 1:] / daily.close[:, :-1]
        closes[:, 1:] = np.log(grown) ** 2
    smooth = np.where(np.isfinite(daily.close), ewma(closes) * SESSION_SHARE, np.nan)
    return np.where(np.isfinite(ranges) & (ranges > 0.0), ranges, smooth)


def _gaps(found: NameDays, at: Ints, daily: DailyTable) -> Floats:
    """Night returns from daily rows, else from bars (a leap of a quarter may be a split: NaN)."""
    opens, closes = (np.full(daily.close.shape, np.nan) for _ in range(2))
    opens[found.name, at] = found.open
    closes[found.name, at] = found.close[found.stop - 1]
    gap = np.full(daily.close.shape, np.nan)
    with np.errstate(invalid="ignore"):
        bars = np.log(opens[:, 1:] / closes[:, :-1])
        rows = np.log(daily.open[:, 1:] * daily.split[:, 1:] / daily.close[:, :-1])
    bars = np.where(np.abs(bars) < LARGEST_GAP, bars, np.nan)
    gap[:, 1:] = np.where(np.isfinite(bars), bars, rows)
    return gap


def _ratio(bars: Floats, ranges: Floats) -> Floats:
    """Mean log of bar over range variance of the days before, drawn to 0 while they are few."""
    with np.errstate(invalid="ignore", divide="ignore"):
        log = np.log(bars / ranges)
    both = np.isfinite(log)
    total = np.concatenate([[0.0], np.cumsum(np.where(both, log, 0.0).sum(axis=0))])
    count = np.concatenate([[0.0], np.cumsum(both.sum(axis=0))])
    return np.asarray(total / (count + RATIO_PRIOR))
