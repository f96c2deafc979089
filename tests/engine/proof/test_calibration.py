import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

from engine.proof import calibration as cal


@pytest.fixture(scope="module")
def scores(shared: Path) -> Any:
    return json.loads((shared / "reference/quant_reference.json").read_text())["scores"]


def test_brier_and_log_score_agree_with_the_reference(scores: Any) -> None:
    assert cal.brier(scores["p"], scores["y"]) == pytest.approx(scores["brier"], rel=1e-12)
    assert cal.log_score(scores["p"], scores["y"]) == pytest.approx(scores["log"], rel=1e-12)


def test_the_ranked_scores_agree_with_the_reference(scores: Any) -> None:
    for case in scores["crps_normal"]:
        found = cal.crps_normal(case["mu"], case["sigma"], case["x"])
        assert found == pytest.approx(case["crps"], rel=1e-9)
    for case in scores["crps_t"]:
        found = cal.crps_student(case["df"], case["loc"], case["scale"], case["x"])
        assert found == pytest.approx(case["crps"], rel=1e-8)
    case = scores["crps_ensemble"]
    assert cal.crps_ensemble(case["members"], case["x"]) == pytest.approx(case["crps"], rel=1e-12)


def test_the_calibration_error_is_zero_for_a_truthful_forecast() -> None:
    p = np.repeat([0.25, 0.75], 400)
    y = np.tile([1.0, 0.0, 0.0, 0.0], 100)
    assert cal.expected_calibration_error(p, np.concatenate([y, 1.0 - y])) < 1e-12
    assert cal.expected_calibration_error(np.full(400, 0.5), y) == pytest.approx(0.25)


def test_days_that_move_together_widen_the_interval() -> None:
    rng = np.random.default_rng(5)
    day = np.repeat(np.arange(60), 50)
    shocks = rng.random(60)[day]
    together = (shocks < 0.3).astype(float)
    apart = (rng.random(day.size) < 0.3).astype(float)
    widths = []
    for happened in (together, apart):
        (decile,) = cal.reliability(np.full(day.size, 0.3), happened, day, seed=1)
        widths.append(decile.high - decile.low)
        assert decile.sound
    assert widths[0] > 4.0 * widths[1]


def test_a_bootstrap_covers_the_truth_about_as_often_as_it_says() -> None:
    hits = 0
    for trial in range(100):
        rng = np.random.default_rng(trial)
        days = rng.normal(1.0, 1.0, (40, 1))
        sums = np.column_stack([days[:, 0], np.ones(40)])
        band = cal.bootstrap(sums, lambda s: s[..., 0] / s[..., 1], seed=trial, draws=400)
        hits += band.low <= 1.0 <= band.high
    assert 86 <= hits <= 99


def test_the_transform_of_the_truth_is_uniform_and_of_a_lie_is_not() -> None:
    values = np.random.default_rng(3).normal(size=4000)
    assert cal.pit_distance(norm.cdf(values)) < 0.03
    assert cal.pit_distance(norm.cdf(values / 1.5)) > 0.05
