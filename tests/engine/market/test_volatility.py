import numpy as np
import pytest
from numpy.typing import NDArray

from engine.market.calibration_map import CELLS, cells, learn, prior_map
from engine.market.volatility import BASES, Basis, Today, daily_state, window_variance


def history(names: int = 6, days: int = 90, seed: int = 1) -> NDArray[np.float64]:
    return np.log(2e-4) + 0.4 * np.random.default_rng(seed).normal(size=(names, days))


def today(names: int, **changes: float) -> Today:
    usual = {
        "share": 0.4, "share_so_far": 0.4, "realised": 0.8e-4, "recent_share": 0.05,
        "recent": 1e-5, "gap": 0.004, "moved": 0.0, "share_seen": 0.4,
    }  # fmt: skip
    return Today(**{key: np.full(names, value) for key, value in (usual | changes).items()})


def test_each_name_says_what_its_variance_rests_on() -> None:
    logs = history()
    logs[1, :-30] = np.nan
    logs[2, :-1] = np.nan
    logs[3, :] = np.nan
    state = daily_state(logs).today
    assert [BASES[i] for i in state.basis[:4]] == [
        Basis.LOG_HAR,
        Basis.EWMA,
        Basis.ONE_DAY,
        Basis.NONE,
    ]
    variance = window_variance(state, today(6))
    assert np.isnan(variance[3])
    assert (np.delete(variance, 3) > 0.0).all()


def test_one_wild_day_of_history_is_drawn_to_the_other_names() -> None:
    logs = history()
    logs[2, :-1] = np.nan
    logs[2, -1] = np.log(2e-4) + 4.0
    state = daily_state(logs).today
    assert np.log(2e-4) + 1.0 < state.base[2] < np.log(2e-4) + 2.5


def test_a_state_walked_forward_knows_nothing_of_its_own_day() -> None:
    logs = history()
    changed = logs.copy()
    changed[:, 70:] += 5.0
    one, other = daily_state(logs), daily_state(changed)
    np.testing.assert_array_equal(one.expected[:, :71], other.expected[:, :71])
    assert (one.expected[:, 71] != other.expected[:, 71]).all()


@pytest.mark.parametrize(
    ("field", "value"), [("realised", 3e-4), ("recent", 1e-4), ("gap", 0.05), ("share", 0.6)]
)
def test_a_livelier_day_widens_the_window(field: str, value: float) -> None:
    state = daily_state(history()).today
    usual = window_variance(state, today(6))
    assert (window_variance(state, today(6, **{field: value})) > usual).all()


def test_unrest_of_all_names_reaches_one_that_has_not_traded() -> None:
    state = daily_state(history()).today
    calm, wild = today(6), today(6, realised=8e-4)
    for seen in (calm, wild):
        seen.realised[0] = 0.0
    assert window_variance(state, wild)[0] > window_variance(state, calm)[0]


def test_a_bad_tick_or_nothing_known_leaves_a_finite_variance() -> None:
    state = daily_state(history()).today
    for seen in (
        today(6, realised=50.0, recent=50.0),
        today(6, realised=np.nan, recent=np.nan, gap=np.nan, moved=np.nan),
        today(6, share_so_far=0.0, share_seen=0.0, realised=0.0, recent=0.0, recent_share=0.0),
    ):
        variance = window_variance(state, seen)
        assert np.isfinite(variance).all()
        assert (variance < 0.1).all()


def test_the_map_starts_at_one_falls_and_learns_from_windows() -> None:
    first = prior_map()
    z = np.linspace(0.0, 8.0, 300)
    assert first.probability(z)[0] == 1.0
    assert (np.diff(first.probability(z)) <= 0.0).all()
    calm = np.abs(np.random.default_rng(1).normal(size=20_000)) * 0.5
    learned = learn(np.bincount(cells(calm), minlength=CELLS + 1).astype(float), days=500)
    for at in (0.5, 1.0):
        truth = float((calm >= at).mean())
        got, prior = (float(m.probability(np.array([at]))[0]) for m in (learned, first))
        assert abs(got - truth) < 0.3 * abs(prior - truth)
    assert first.distance(0.8) == pytest.approx(0.216, abs=0.005)  # 0.265 sqrt(4/6), t of 6
