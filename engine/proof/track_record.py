"""The track record of touch forecasts: overall, by horizon, by volatility and by sector.

Each forecast was stamped before its window and scored after it. Intervals come from resampling
whole days. Two warnings: the calibration error, and an alarm when the newest days have left the
record of those before.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from engine.proof.calibration import (
    Band,
    Decile,
    bootstrap,
    brier,
    day_sums,
    expected_calibration_error,
    log_score,
    reliability,
)

Floats = NDArray[np.float64]
NEWEST_DAYS = 5
DRIFT_GAP = 0.03
DRIFT_SIGMAS = 2.58
HORIZONS = ((1.0, "under 1 h"), (2.0, "1 to 2 h"), (2.99, "2 to 3 h"), (np.inf, "3 h"))
VOL_STATES = ((0.25, "calm, under 25 %"), (0.50, "usual, 25 to 50 %"), (np.inf, "wild, over 50 %"))


@dataclass(frozen=True, slots=True)
class Scored:
    """One forecast and what came of it.

    Attributes:
        on: Day of the stamp in New York.
        security_id: Security.
        sector: Its sector, or "".
        hours: Session hours in the window.
        vol_annual: Volatility forecast.
        probability: Chance that was said.
        touched: Whether the threshold was touched.
    """

    on: date
    security_id: str
    sector: str
    hours: float
    vol_annual: float
    probability: float
    touched: bool


@dataclass(frozen=True, slots=True)
class GroupScore:
    """The record of one group of forecasts; ``gap`` is what was said less what happened."""

    kind: str
    label: str
    n: int
    said: float
    observed: float
    gap: Band
    brier: float
    log_score: float


@dataclass(frozen=True, slots=True)
class Drift:
    """Whether the newest days have left the record of the days before.

    Attributes:
        newest: Mean of said less happened over the newest days.
        before: The same over all days before.
        sigmas: The change in standard errors of a span of that many days.
        alarm: More than ``DRIFT_GAP`` and more than ``DRIFT_SIGMAS``.
    """

    newest: float
    before: float
    sigmas: float
    alarm: bool


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """Everything said of a set of scored forecasts.

    Attributes:
        n: Forecasts.
        days: Days on which they were stamped.
        base_rate: Share that came true.
        brier: Mean squared distance; ``climatology`` is that of always saying the base rate.
        skill: 1 - brier / climatology, with its interval.
        log_score: Mean -ln of the probability given to what happened.
        ece: Expected calibration error over tenths.
        sharpness: Standard deviation of the probabilities.
        deciles: Reliability by tenth of probability.
        groups: Records by horizon, volatility state and sector.
        drift: The alarm.
    """

    n: int
    days: int
    base_rate: float
    brier: float
    climatology: float
    skill: Band
    log_score: float
    ece: float
    sharpness: float
    deciles: tuple[Decile, ...]
    groups: tuple[GroupScore, ...]
    drift: Drift


def track_record(scored: Sequence[Scored], seed: int) -> TrackRecord | None:
    """Score forecasts; ``None`` where there is none.

    Args:
        scored: Forecasts with their outcomes, ready lots left out.
        seed: Seed of the resampling.
    """
    if not scored:
        return None
    p = np.array([s.probability for s in scored])
    y = np.array([s.touched for s in scored], dtype=np.float64)
    day = np.array([s.on.toordinal() for s in scored])
    rate = float(y.mean())
    return TrackRecord(
        n=len(scored),
        days=len(np.unique(day)),
        base_rate=rate,
        brier=brier(p, y),
        climatology=rate * (1.0 - rate),
        skill=_skill(p, y, day, seed),
        log_score=log_score(p, y),
        ece=expected_calibration_error(p, y),
        sharpness=float(p.std()),
        deciles=tuple(reliability(p, y, day, seed)),
        groups=_groups(scored, p, y, day, seed),
        drift=_drift(p, y, day),
    )


def _skill(p: Floats, y: Floats, day: NDArray[np.int64], seed: int) -> Band:
    """Brier skill over the base rate, days resampled."""

    def of(sums: Floats) -> Floats:
        n, happened, squares = sums[..., 0], sums[..., 1], sums[..., 2]
        rate = happened / n
        return np.asarray(1.0 - squares / n / np.maximum(rate * (1.0 - rate), 1e-12))

    return bootstrap(day_sums(day, np.ones_like(p), y, (p - y) ** 2), of, seed)


def _groups(
    scored: Sequence[Scored], p: Floats, y: Floats, day: NDArray[np.int64], seed: int
) -> tuple[GroupScore, ...]:
    """Records of every group that holds forecasts."""
    kinds: tuple[tuple[str, Callable[[Scored], str]], ...] = (
        ("horizon", lambda s: _step(s.hours, HORIZONS)),
        ("volatility", lambda s: _step(s.vol_annual, VOL_STATES)),
        ("sector", lambda s: s.sector or "no sector"),
    )
    found = []
    for kind, label in kinds:
        labels = np.array([label(s) for s in scored])
        for one in sorted(set(labels.tolist()), key=_order):
            mine = labels == one
            found.append(_group(kind, one, p[mine], y[mine], day[mine], seed))
    return tuple(found)


def _order(label: str) -> tuple[int, str]:
    """Steps in their own order, sectors by name."""
    steps = [name for _, name in (*HORIZONS, *VOL_STATES)]
    return (steps.index(label) if label in steps else 0, label)


def _step(value: float, steps: Sequence[tuple[float, str]]) -> str:
    """Name of the first step that the value lies under."""
    return next(name for edge, name in steps if value < edge)


def _group(
    kind: str, label: str, p: Floats, y: Floats, day: NDArray[np.int64], seed: int
) -> GroupScore:
    """One group."""
    sums = day_sums(day, np.ones_like(p), p - y)
    gap = bootstrap(sums, lambda s: np.asarray(s[..., 1] / s[..., 0]), seed)
    return GroupScore(
        kind, label, len(p), float(p.mean()), float(y.mean()), gap, brier(p, y), log_score(p, y)
    )


def _drift(p: Floats, y: Floats, day: NDArray[np.int64]) -> Drift:
    """Newest days against those before, in the scatter of whole days."""
    sums = day_sums(day, np.ones_like(p), p - y)
    daily = sums[:, 1] / sums[:, 0]
    if len(daily) < 2 * NEWEST_DAYS:
        return Drift(float(daily.mean()), float(daily.mean()), 0.0, False)
    newest, before = daily[-NEWEST_DAYS:], daily[:-NEWEST_DAYS]
    moved = float(newest.mean() - before.mean())
    error = float(before.std(ddof=1)) * np.sqrt(1.0 / NEWEST_DAYS + 1.0 / len(before))
    sigmas = moved / error if error > 0.0 else 0.0
    alarm = abs(float(newest.mean())) > DRIFT_GAP and abs(sigmas) > DRIFT_SIGMAS
    return Drift(float(newest.mean()), float(before.mean()), float(sigmas), alarm)
