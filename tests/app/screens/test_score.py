"""The scoreboard counts what was said before the fact, and refuses simulated evidence."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from app.book.findings import StampedForecast
from app.screens.score import calibration, score_view, wilson
from engine.proof.gate import NOTHING, gate
from engine.results import Forecast
from widgets.views import Mode

AT = datetime(2026, 10, 28, 14, 0, tzinfo=UTC)


def said(chance: float, touched: bool, days: int = 0, *, ready: bool = False) -> StampedForecast:
    at = AT + timedelta(days=days)
    forecast = Forecast(
        "lot", "sec", at + timedelta(hours=3), 3.0, 95.0, ready, chance, 0.0, chance, 0.2, False
    )
    return StampedForecast("evaluation", "home", at, forecast, touched)


def test_bins_hold_each_forecast_once_and_a_sure_one_in_the_last() -> None:
    chance = np.array([0.0, 0.05, 0.1, 0.55, 1.0])
    bins = calibration(chance, np.array([0.0, 1.0, 0.0, 1.0, 1.0]))
    assert [(b.low, b.count) for b in bins] == [(0.0, 2), (0.1, 1), (0.5, 1), (0.9, 1)]
    assert bins[0].predicted == pytest.approx(0.025)
    assert bins[0].realized == 0.5


def test_the_wilson_band_is_that_of_the_textbook() -> None:
    # Wilson interval of 8 in 10: 0.4902 to 0.9433 (Agresti and Coull 1998, formula 2)
    assert wilson(0.8, 10) == pytest.approx((0.4902, 0.9433), abs=5e-4)


def test_brier_and_flags_and_ready_lots_left_out() -> None:
    told = [said(0.9, False), said(0.1, True), said(0.9, True), said(1.0, True, ready=True)]
    view = score_view(1, told, {}, 0.8, Mode.SHADOW)
    assert view.forecasts == 3
    assert view.brier == pytest.approx((0.81 + 0.81 + 0.01) / 3)
    assert [f.kind for f in view.flags] == ["missed", "false"]


def test_the_gate_and_the_curves_are_those_of_the_newest_shadow_period() -> None:
    rows = [
        {"policy": name, "daily": [n, 2.0 * n]} for n, name in ((3.0, "predictive"), (1.0, "drift"))
    ]
    shadow = {"policies": rows, "days": ["2025-10-30", "2025-10-31"]}
    view = score_view(1, [], {}, 0.8, Mode.SHADOW, gate(NOTHING), shadow)
    assert [item.passed for item in view.gate] == [False] * len(gate(NOTHING))
    assert view.sessions == (date(2025, 10, 30), date(2025, 10, 31))
    assert view.captured_predictive_usd.tolist() == [3.0, 6.0]
    assert view.captured_drift_usd.tolist() == [1.0, 2.0]


def test_nothing_scored_yet_is_said_and_not_divided_by() -> None:
    view = score_view(1, [], {}, 0.8, Mode.SHADOW)
    assert view.forecasts == 0
    assert not view.bins
    assert view.sessions == ()
