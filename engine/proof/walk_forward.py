"""Touch forecasts walked forward over real bars, each made from what was known at its moment."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from engine.market.calibration_map import CELLS, CalibrationMap, cells, learn
from engine.market.diurnal import daily_shares, profiles
from engine.market.first_passage import touch
from engine.market.name_days import DAY_MINUTES, Floats, Ints, NameDays
from engine.market.session_history import SessionHistory
from engine.market.signals import Evidence, measure
from engine.market.volatility import (
    RECENT_MINUTES,
    TERMS,
    DailyState,
    Today,
    moment_mean,
    terms,
    window_variance,
)

SESSIONS_NEEDED = 20
FEW_SESSIONS = "fewer than 20 earlier sessions"
NO_PRICE = "no bar of the day is known at the decision"
NO_WINDOW = "no bar between the decision and the end of the window"
SHUT = "decision at or after the close"


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
    """

    row: Ints
    minute: Ints
    until: Ints
    price: Floats
    today: Today
    low: Floats
    window: Floats
    returned: Floats


@dataclass(frozen=True, slots=True)
class Walked:
    """Scored forecasts, shape (forecasts,) each.

    Attributes:
        name: Index of the name.
        day: Ordinal of the day.
        distance: Fraction below the price.
        happened: 1 where the low reached it.
        probability: Lotlight's forecast.
        baseline: The baseline's forecast.
        skipped: Rows not scored, by reason.
    """

    name: Ints
    day: Ints
    distance: Floats
    happened: Floats
    probability: Floats
    baseline: Floats
    skipped: dict[str, int]


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
    days, at = np.unique(found.day, return_inverse=True)
    whole = np.zeros(days.size)
    whole[at] = close_minute - 570 >= 390
    profile = profiles(daily_shares(found, days, whole), whole, shipped)
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
        parts.append(_look(found, row, at[row], minute, until, low, profile))
    return _join(parts), skipped


def _look(
    found: NameDays,
    row: Ints,
    day: Ints,
    minute: int,
    until: Ints,
    low: Floats,
    profile: Floats,
) -> Moments:
    """One decision minute of the name-days ``row``, whose days are the profile's ``day``."""
    bar, last = found.last_bar(minute)[row], found.last_bar(until)[row]
    before = found.last_bar(minute - RECENT_MINUTES)[row]
    earlier = np.where(before >= 0, found.running[np.maximum(before, 0)], 0.0)
    realised, so_far = found.running[bar], profile[day, minute]
    today = Today(
        profile[day, until[row]] - so_far,
        so_far,
        realised,
        so_far - profile[day, max(minute - RECENT_MINUTES, 0)],
        realised - earlier,
        np.full(row.size, np.nan),
        np.log(found.close[bar] / found.open[row]),
    )
    window = found.running[last] - realised
    returned = np.log(found.close[last] / found.close[bar])
    minutes, price = np.full(row.size, minute), found.close[bar]
    return Moments(row, minutes, until[row], price, today, low[row], window, returned)


def walk(
    found: NameDays,
    history: SessionHistory,
    looks: Moments,
    distances: Sequence[float],
    scored: NDArray[np.bool_],
    skipped: dict[str, int],
) -> Walked:
    """Forecast every moment in order of days and keep those that are to be scored.

    Args:
        found: Name-days of all bars.
        history: Session variances of the same names.
        looks: From ``moments``.
        distances: Fractions below the price.
        scored: Name-days that count (the others only teach), shape (name_days,).
        skipped: Counts so far, in moments.
    """
    name, day = found.name[looks.row], found.day[looks.row]
    at = np.searchsorted(history.days, day)
    enough = history.sessions_before()[name, at] >= SESSIONS_NEEDED
    variance = variances(found, history, looks)
    z_low = -np.log(looks.low / looks.price) / np.sqrt(variance)
    base = baseline_variance(history, looks, name, at)
    chosen = scored[looks.row] & enough & np.isfinite(variance) & np.isfinite(base)
    teaches = np.isfinite(z_low)
    maps = _maps(day, z_low, teaches)
    drop = np.log1p(-np.asarray(distances))
    parts = []
    for today in np.unique(day[chosen]):
        rows = np.flatnonzero(chosen & (day == today))
        z = -drop[None, :] / np.sqrt(variance[rows, None])
        parts.append((rows, maps[int(today)].probability(z)))
    rows = np.concatenate([r for r, _ in parts]) if parts else np.zeros(0, np.int64)
    probability = np.concatenate([p for _, p in parts]) if parts else np.zeros((0, drop.size))
    n = drop.size
    counts = {reason: count * n for reason, count in skipped.items()}
    counts[FEW_SESSIONS] = int((scored[looks.row] & ~enough).sum()) * n
    happened = looks.low[rows, None] <= (1.0 - np.asarray(distances)) * looks.price[rows, None]
    return Walked(
        np.repeat(name[rows], n),
        np.repeat(day[rows], n),
        np.tile(np.asarray(distances), rows.size),
        happened.astype(np.float64).ravel(),
        probability.ravel(),
        touch(drop[None, :], np.sqrt(base[rows, None])).ravel(),
        {reason: count for reason, count in counts.items() if count},
    )


def variances(found: NameDays, history: SessionHistory, looks: Moments) -> Floats:
    """Window variance of every moment, NaN where the name has no history."""
    state, today, moment = _known(found, history, looks)
    return window_variance(state, today, moment)


def fit(
    found: NameDays, history: SessionHistory, looks: Moments, chosen: NDArray[np.bool_]
) -> dict[str, float]:
    """Least squares of the window's log realised variance on the terms of today.

    Args:
        found: Name-days of all bars.
        history: Session variances of the same names.
        looks: From ``moments``.
        chosen: Moments to fit on, shape (moments,).

    Returns:
        Weight of each term, the ``level`` left over and the ``residual`` standard deviation.
    """
    state, today, moment = _known(found, history, looks)
    usual = np.log(np.maximum(today.share, 1e-9)) + state.expected
    use = chosen & (looks.window > 0.0) & np.isfinite(usual)
    target = np.clip(np.log(looks.window[use]) - usual[use], -3.0, 3.0)
    design = np.column_stack([terms(state, today, moment)[use], np.ones(int(use.sum()))])
    weights, *_ = np.linalg.lstsq(design, target, rcond=None)
    rest = float(np.std(target - design @ weights))
    return {**dict(zip((*TERMS, "level"), map(float, weights), strict=True)), "residual": rest}


def evidence(
    found: NameDays,
    history: SessionHistory,
    looks: Moments,
    chosen: NDArray[np.bool_],
    seed: int,
) -> tuple[Evidence, ...]:
    """Whether signals known at the moment told which way the window went.

    Args:
        found: Name-days of all bars.
        history: Session variances of the same names.
        looks: From ``moments``.
        chosen: Name-days to measure on, shape (name_days,).
        seed: Seed of the resampling of days.
    """
    state, today, moment = _known(found, history, looks)
    sd = np.exp(0.5 * state.expected)
    way, gap = today.moved / sd, today.gap / sd
    seen = np.isfinite(way)
    market = moment_mean(np.where(seen, way, 0.0), seen, moment)
    unrest = terms(state, today, moment)[:, TERMS.index("market")]
    use = chosen[looks.row] & seen & np.isfinite(gap)
    signals = {"name_move": way, "market_move": market, "gap": gap, "unrest": unrest}
    known = {name: values[use] for name, values in signals.items()}
    return measure(known, (looks.returned / sd)[use], found.day[looks.row][use], seed)


def _known(
    found: NameDays, history: SessionHistory, looks: Moments
) -> tuple[DailyState, Today, Ints]:
    """State, today with its gap, and the number of the moment of each row."""
    name, day = found.name[looks.row], found.day[looks.row]
    at = np.searchsorted(history.days, day)
    _, moment = np.unique(day * DAY_MINUTES + looks.minute, return_inverse=True)
    today = replace(looks.today, gap=history.gap[name, at])
    return history.state().at(name, at), today, moment


def baseline_variance(history: SessionHistory, looks: Moments, name: Ints, at: Ints) -> Floats:
    """The baseline of the contract, v = S (D + D R / E) / 2."""
    usual = history.mean_before(SESSIONS_NEEDED)[name, at]
    expected = usual * looks.today.share_so_far
    pace = np.divide(looks.today.realised, expected, out=np.ones_like(usual), where=expected > 0.0)
    return np.asarray(looks.today.share * (usual + usual * pace) / 2.0)


def _maps(day: Ints, z: Floats, teaches: NDArray[np.bool_]) -> dict[int, CalibrationMap]:
    """The calibration map known before each day: windows of earlier days alone."""
    found: dict[int, CalibrationMap] = {}
    counts, seen = np.zeros(CELLS + 1), 0
    cell = cells(np.where(teaches, z, 0.0))
    for today in np.unique(day):
        found[int(today)] = learn(counts, seen)
        inside = (day == today) & teaches
        counts = counts + np.bincount(cell[inside], minlength=CELLS + 1)
        seen += int(inside.any())
    return found


def _join(parts: Sequence[Moments]) -> Moments:
    """Moments of several decisions as one."""
    todays = [part.today for part in parts]
    today = Today(*(np.concatenate([getattr(t, f.name) for t in todays]) for f in fields(Today)))
    row, minute, until, price, low, window, returned = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("row", "minute", "until", "price", "low", "window", "returned")
    )
    return Moments(row, minute, until, price, today, low, window, returned)
