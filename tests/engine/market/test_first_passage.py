import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.market import first_passage as fp
from engine.market.lot_kernels import closed_form

YEAR = 1638.0


@pytest.fixture(scope="module")
def reference(shared: Path) -> Any:
    return json.loads((shared / "reference/quant_reference.json").read_text())


def test_the_continuous_touch_agrees_with_the_reference(reference: Any) -> None:
    for case in reference["first_passage_continuous"]["cases"]:
        sd, mean = case["sigma"] * np.sqrt(case["T"]), case["nu"] * case["T"]
        assert fp.touch(case["b"], sd, mean) == pytest.approx(case["p"], abs=1e-12)


def test_the_polled_touch_agrees_with_the_reference(reference: Any) -> None:
    (case,) = reference["first_passage_discrete"]["cases"]
    sd = case["sigma"] * np.sqrt(case["T"])
    assert fp.touch(case["b"], sd) == pytest.approx(case["p_continuous"], abs=1e-9)
    # the reference rounds the shift of Broadie, Glasserman and Kou to 0.5826
    polled = float(fp.touch_polled(case["b"], sd, case["steps"]))
    assert polled == pytest.approx(case["p_bgk"], abs=1e-6)
    assert abs(polled - case["p"]) < 0.003


def test_a_variance_profile_leaves_the_touch_as_the_total_variance_has_it(reference: Any) -> None:
    (case,) = reference["first_passage_variance_profile"]["cases"]
    found = fp.touch(case["b"], np.sqrt(case["total_variance"]))
    assert found == pytest.approx(case["p_continuous"], abs=1e-12)


def test_the_student_touch_agrees_with_the_reference(reference: Any) -> None:
    (case,) = reference["first_passage_student"]["cases"]
    assert fp.touch_student(case["b"], case["v"], case["nu"]) == pytest.approx(case["p"], abs=1e-9)


def test_the_bridge_agrees_with_the_reference(reference: Any) -> None:
    (case,) = reference["bridge"]["cases"]
    found = fp.bridge_touch(case["x0"], case["x1"], case["b"], case["v"])
    assert found == pytest.approx(case["p"], abs=1e-12)


def test_the_expected_harvestable_loss_agrees_with_the_reference(reference: Any) -> None:
    for case in reference["expected_harvestable_loss_per_share"]["cases"]:
        sd = case["sigma"] * np.sqrt(case["T"])
        at_end = fp.expected_loss(case["S0"], case["basis"], sd, at_low=False)
        at_low = fp.expected_loss(case["S0"], case["basis"], sd, at_low=True)
        assert at_end == pytest.approx(case["e_loss_at_T"], rel=1e-9)
        assert at_low == pytest.approx(case["e_loss_at_running_low"], rel=1e-8)


@pytest.mark.parametrize(("vol", "percent"), [(0.15, 0.163), (0.25, 0.272), (0.40, 0.437)])
def test_the_distances_touched_with_80_percent_in_three_hours(vol: float, percent: float) -> None:
    years = 3.0 / YEAR
    found = fp.distance_for(0.8, vol * np.sqrt(years), -0.5 * vol**2 * years)
    assert 100 * found == pytest.approx(percent, abs=5e-4)


barriers = st.floats(-0.2, -1e-4)
sds = st.floats(1e-3, 0.2)
drifts = st.floats(-0.3, 0.3)


@given(b=barriers, s=sds, m=drifts)
def test_a_touch_is_a_chance_and_never_less_likely_than_the_end(
    b: float, s: float, m: float
) -> None:
    touched = float(fp.touch(b, s, m))
    assert float(fp.terminal(b, s, m)) - 1e-12 <= touched <= 1.0


@given(b=barriers, s=sds, m=drifts)
def test_a_wider_window_a_nearer_barrier_and_a_steadier_eye_touch_more(
    b: float, s: float, m: float
) -> None:
    assert fp.touch(b, s) <= fp.touch(b, 1.1 * s) + 1e-12
    assert fp.touch(b, s, m) <= fp.touch(0.9 * b, s, m) + 1e-12
    assert fp.touch_polled(b, s, 36, m) <= fp.touch(b, s, m) + 1e-12


@given(b=barriers, s=sds)
def test_without_drift_half_of_the_touches_end_below(b: float, s: float) -> None:
    assert fp.terminal(b, s) == pytest.approx(0.5 * float(fp.touch(b, s)), rel=1e-9, abs=1e-300)


def test_the_limits_hold() -> None:
    assert fp.touch(-0.01, 0.0) == 0.0
    assert fp.touch(-0.01, 0.0, -0.02) == 1.0
    assert fp.touch(0.0, 0.02) == 1.0
    assert fp.touch(-0.01, 0.02, -50.0) == pytest.approx(1.0)
    assert fp.touch(-0.01, 0.001, 5.0) == pytest.approx(0.0)


@settings(deadline=None)
@given(st.lists(st.tuples(barriers, drifts, sds), min_size=1, max_size=20))
def test_the_compiled_closed_form_equals_its_twin(rows: list[tuple[float, float, float]]) -> None:
    b, m, s = (np.array(column) for column in zip(*rows, strict=True))
    out = np.empty(b.size)
    closed_form(b, m, s, out)
    np.testing.assert_allclose(out, fp.touch(b, s, m), atol=1e-9)
