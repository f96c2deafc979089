"""What a window brings a lot, against closed forms and against paths."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import ndtr

from engine.market.calibration_map import GRID, CalibrationMap, prior_map
from engine.market.first_passage import bridge_touch, distance_for, expected_loss, touch_polled
from engine.market.forecast import falls_to
from engine.market.lot_window import best_loss, distance, gone_by_end, lot_window, touch_by
from engine.market.scenarios import ScenarioSet, Shape, simulate

REFLECTION = CalibrationMap(2.0 * ndtr(-GRID), 10_000)
PATHS = 25_600
SHARE = np.array([0.3, 0.2, 0.15, 0.12, 0.11, 0.12])


@pytest.fixture(scope="module")
def one() -> ScenarioSet:
    alone = (np.zeros((1, 1), np.float32), np.ones(1, np.float32))
    return simulate(Shape(np.array([5], np.uint32), *alone, SHARE), 4, PATHS, shared=PATHS)


def chances(found: ScenarioSet, z: float) -> NDArray[np.float64]:
    """Chance of a touch by the end of each step on each path, shape (steps, paths)."""
    at = np.vstack([np.zeros(PATHS), found.shared_grid[0].astype(np.float64)])
    near = bridge_touch(at[:-1], at[1:], -z, SHARE[:, None])
    return np.asarray(1.0 - np.cumprod(1.0 - near, axis=0))


@pytest.mark.parametrize("z", [0.4, 1.0, 1.8])
def test_the_time_of_touch_is_that_of_the_paths(one: ScenarioSet, z: float) -> None:
    said = touch_by(REFLECTION, z, SHARE)
    seen = chances(one, z)
    error = seen.std(axis=1) / np.sqrt(PATHS / 2)
    assert (np.abs(said - seen.mean(axis=1)) < 4.0 * error + 5e-4).all()
    assert (np.diff(said) > 0.0).all()
    assert said[-1] == pytest.approx(2.0 * ndtr(-z), abs=1e-4)


@pytest.mark.parametrize("z", [0.4, 1.0, 1.8])
def test_half_of_the_touches_are_gone_at_the_end_as_on_the_paths(
    one: ScenarioSet, z: float
) -> None:
    above = one.shared_grid[0, -1] > -z
    gone = chances(one, z)[-1] * above
    said = gone_by_end(2.0 * float(ndtr(-z)))
    assert abs(said - gone.mean()) < 4.0 * gone.std() / np.sqrt(PATHS / 2)


def test_the_distance_of_a_chance_is_that_of_the_closed_form() -> None:
    for sd in (0.00642, 0.0107, 0.0171):  # 15, 25 and 40 % a year, three hours
        said = float(distance(REFLECTION, 0.8, np.array(sd)))
        assert said == pytest.approx(distance_for(0.8, sd), rel=2e-4)


@pytest.mark.parametrize("basis", [95.0, 99.5, 103.0])
def test_the_expected_best_loss_is_that_of_the_closed_form_and_of_the_paths(
    one: ScenarioSet, basis: float
) -> None:
    sd = 0.01
    said = float(best_loss(REFLECTION, *(np.array([x]) for x in (100.0, basis, sd)))[0])
    on_paths = np.maximum(basis - 100.0 * np.exp(sd * one.lows[0].astype(np.float64)), 0.0)
    error = on_paths.std() / np.sqrt(PATHS / 2)
    assert abs(said - on_paths.mean()) < 4.0 * error + 1e-6
    assert said == pytest.approx(expected_loss(100.0, basis, sd, at_low=True), rel=0.02, abs=2e-5)


def test_looking_now_and_then_sees_less_than_a_resting_limit() -> None:
    for looks in (6, 36, 180):
        found = lot_window(REFLECTION, 1.0, SHARE, looks)
        assert found.polled < found.probability
        assert found.polled == pytest.approx(float(touch_polled(-1.0, 1.0, looks)), abs=1e-4)


def test_the_band_is_wide_while_days_are_few() -> None:
    few, many = prior_map(), CalibrationMap(prior_map().table, 400)
    one, other = (lot_window(learned, 1.0, SHARE, 36) for learned in (few, many))
    assert one.low < other.low < other.probability < other.high < one.high


def test_a_ready_lot_is_no_forecast() -> None:
    found = lot_window(REFLECTION, -0.2, SHARE, 36)
    assert found.probability == found.polled == found.low == found.high == 1.0
    assert found.gone == 0.0


def test_a_value_walked_in_steps_falls_as_often_as_one_watched_all_the_time(
    one: ScenarioSet,
) -> None:
    value = 100.0 * np.exp(0.01 * np.vstack([np.zeros(PATHS), one.shared_grid[0]]))
    by_step = falls_to(value, 99.0)
    exact = 2.0 * float(ndtr(np.log(0.99) / 0.01))
    assert abs(by_step[-1] - exact) < 4.0 * np.sqrt(exact * (1 - exact) / PATHS) + 2e-3
    assert (value.min(axis=0) <= 99.0).mean() < by_step[-1] - 0.03  # the ends alone miss many
