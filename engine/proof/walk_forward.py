"""Touch forecasts walked forward over real bars, each made from what was known at its moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.market.calibration_map import CalibrationMaps
from engine.market.first_passage import touch
from engine.market.moments import Moments, kinds, known_at, variances
from engine.market.name_days import Floats, Ints, NameDays
from engine.market.session_history import SessionHistory
from engine.market.volatility import TERMS, terms

SESSIONS_NEEDED = 20
FEW_SESSIONS = "fewer than 20 earlier sessions"


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


def walk(
    found: NameDays,
    history: SessionHistory,
    looks: Moments,
    distances: Sequence[float],
    scored: NDArray[np.bool_],
    skipped: dict[str, int],
    maps: Mapping[int, CalibrationMaps],
) -> Walked:
    """Forecast every moment in order of days and keep those that are to be scored.

    Args:
        found: Name-days of all bars.
        history: Session variances of the same names.
        looks: From ``moments``.
        distances: Fractions below the price.
        scored: Name-days that count (the others only teach), shape (name_days,).
        skipped: Counts so far, in moments.
        maps: Calibration maps known before each day, from ``taught``.
    """
    name, day = found.name[looks.row], found.day[looks.row]
    at = np.searchsorted(history.days, day)
    enough = history.sessions_before()[name, at] >= SESSIONS_NEEDED
    variance = variances(found, history, looks)
    base = baseline_variance(history, looks, name, at)
    chosen = scored[looks.row] & enough & np.isfinite(variance) & np.isfinite(base)
    kind = kinds(found, history, looks)
    drop = np.log1p(-np.asarray(distances))
    parts = []
    for today, sort in np.unique(np.column_stack([day, kind])[chosen], axis=0):
        rows = np.flatnonzero(chosen & (day == today) & (kind == sort))
        z = -drop[None, :] / np.sqrt(variance[rows, None])
        parts.append((rows, maps[int(today)].at(int(sort)).probability(z)))
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
    state, today, moment = known_at(found, history, looks)
    usual = np.log(np.maximum(today.share, 1e-9)) + state.expected
    use = chosen & (looks.window > 0.0) & np.isfinite(usual)
    target = np.clip(np.log(looks.window[use]) - usual[use], -3.0, 3.0)
    design = np.column_stack([terms(state, today, moment)[use], np.ones(int(use.sum()))])
    weights, *_ = np.linalg.lstsq(design, target, rcond=None)
    rest = float(np.std(target - design @ weights))
    return {**dict(zip((*TERMS, "level"), map(float, weights), strict=True)), "residual": rest}


def baseline_variance(history: SessionHistory, looks: Moments, name: Ints, at: Ints) -> Floats:
    """The baseline of the contract, v = S (D + D R / E) / 2."""
    usual = history.mean_before(SESSIONS_NEEDED)[name, at]
    expected = usual * looks.pooled_so_far
    pace = np.divide(looks.today.realised, expected, out=np.ones_like(usual), where=expected > 0.0)
    return np.asarray(looks.pooled_share * (usual + usual * pace) / 2.0)
