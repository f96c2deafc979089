"""F7: forecasts against what happened, and what the switch to ACTIVE still wants."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.book.findings import StampedForecast
from engine.proof.gate import Criterion
from engine.records import Security
from widgets.views import CalibrationBin, GateItem, Mode, ScoredFlag, ScoreView

EDGES = np.linspace(0.0, 1.0, 11)
Z95 = 1.959964
MOST_FLAGS = 200


def score_view(
    seq: int,
    scored: Sequence[StampedForecast],
    securities: dict[str, Security],
    flag_probability: float,
    mode: Mode,
    gate: Sequence[Criterion] = (),
    shadow: Mapping[str, Any] | None = None,
) -> ScoreView:
    """Everything F7 shows; forecasts of ready lots said nothing and do not count."""
    told = [s for s in scored if not s.forecast.ready and s.touched is not None]
    chance = np.array([s.forecast.probability for s in told])
    came = np.array([bool(s.touched) for s in told], dtype=float)
    bins = calibration(chance, came)
    rate = float(came.mean()) if told else 0.0
    sessions, ours, drift = captured(shadow)
    return ScoreView(
        seq=seq,
        bins=bins,
        brier=float(np.mean((chance - came) ** 2)) if told else 0.0,
        brier_drift=float("nan"),
        brier_base=rate * (1.0 - rate),
        sessions=sessions,
        captured_predictive_usd=ours,
        captured_drift_usd=drift,
        flags=_flags(told, securities, flag_probability),
        gate=gate_items(gate),
        forecasts=len(told),
        mode=mode,
    )


def calibration(
    chance: NDArray[np.float64], came: NDArray[np.float64]
) -> tuple[CalibrationBin, ...]:
    """Ten bins of forecast chance with the share that came true and its Wilson 95 % band."""
    place = np.minimum((chance * 10.0).astype(int), 9)
    found = []
    for i in range(10):
        mine = place == i
        count = int(mine.sum())
        if not count:
            continue
        share = float(came[mine].mean())
        low, high = wilson(share, count)
        predicted = float(chance[mine].mean())
        found.append(
            CalibrationBin(float(EDGES[i]), float(EDGES[i + 1]), predicted, share, low, high, count)
        )
    return tuple(found)


def wilson(share: float, count: int) -> tuple[float, float]:
    """95 % band of a share (Wilson 1927)."""
    middle = (share + Z95**2 / (2.0 * count)) / (1.0 + Z95**2 / count)
    half = (
        Z95
        * np.sqrt(share * (1.0 - share) / count + Z95**2 / (4.0 * count**2))
        / (1.0 + Z95**2 / count)
    )
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def _flags(
    told: Sequence[StampedForecast], securities: dict[str, Security], line: float
) -> tuple[ScoredFlag, ...]:
    """Flags that did not come true, and touches that were not flagged; newest first."""
    found = []
    for item in reversed(told):
        said, flagged = item.forecast, item.forecast.probability >= line
        if flagged == bool(item.touched):
            continue
        security = securities.get(said.security_id)
        why = (
            f"${said.threshold_usd:,.2f} was not reached in {said.window_hours:.1f} h"
            if flagged
            else f"${said.threshold_usd:,.2f} was touched at {said.probability:.0%}"
        )
        kind = "false" if flagged else "missed"
        symbol = said.security_id if security is None else security.symbol
        found.append(ScoredFlag(item.stamped_at, symbol, kind, said.probability, None, why))
    return tuple(found[:MOST_FLAGS])


def gate_items(criteria: Sequence[Criterion]) -> tuple[GateItem, ...]:
    """The gate as F7 shows it."""
    return tuple(GateItem(c.name, c.wanted, c.found, c.passed) for c in criteria)


def captured(
    shadow: Mapping[str, Any] | None,
) -> tuple[tuple[date, ...], NDArray[np.float64], NDArray[np.float64]]:
    """Sessions of the newest shadow period, and what the engine and the drift rule kept by each.

    Kept: tax saved, less what the lower basis gives back, less the spread.
    """
    if shadow is None:
        return (), np.zeros(0), np.zeros(0)
    daily = {row["policy"]: np.array(row["daily"]) for row in shadow["policies"]}
    days = tuple(date.fromisoformat(day) for day in shadow["days"])
    return days, daily["predictive"], daily["drift"]
