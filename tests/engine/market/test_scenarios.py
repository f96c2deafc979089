import json
import threading
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom, kstest, norm

from engine.errors import InputError
from engine.market.first_passage import touch
from engine.market.forecast import group_probability, household_loss, joint_probability
from engine.market.paths import normals, philox_words
from engine.market.scenarios import ScenarioSet, Shape, simulate


def one_factor(names: int, rho: float, steps: int) -> Shape:
    loading = np.full((names, 1), np.sqrt(rho), np.float32)
    own = np.full(names, np.sqrt(1.0 - rho), np.float32)
    return Shape(np.arange(names, dtype=np.uint32), loading, own, np.full(steps, 1.0 / steps))


@pytest.fixture(scope="module")
def market() -> ScenarioSet:
    return simulate(one_factor(12, 0.3, 6), seed=11, paths=10240)


def test_philox_gives_the_words_of_its_test_vectors(shared: Path) -> None:
    reference = json.loads((shared / "reference/quant_reference.json").read_text())
    for case in reference["philox4x32_10"]:
        counter, key, out = (
            np.array([int(word, 16) for word in case[field].split()], np.uint32)
            for field in ("counter", "key", "out")
        )
        assert philox_words(counter, key).tolist() == out.tolist()


def test_the_normals_are_normal_also_far_out() -> None:
    out = np.empty((4, 500_000), np.float32)
    normals(np.uint64(3), np.int64(0), 5, 0, 0, out)
    values = out.ravel().astype(np.float64)
    assert kstest(values[:100_000], "norm").pvalue > 1e-4
    assert abs(values.mean()) < 4.0 / np.sqrt(values.size)
    for z in (2.0, 3.0, 4.0):
        expected = 2.0 * norm.sf(z) * values.size
        assert abs((np.abs(values) > z).sum() - expected) < 5.0 * np.sqrt(expected)
    assert np.abs(values).max() > 4.5


def test_threads_do_not_change_a_bit(market: ScenarioSet) -> None:
    for threads in (2, 8):
        twin = simulate(one_factor(12, 0.3, 6), seed=11, paths=10240, threads=threads)
        assert twin.lows.tobytes() == market.lows.tobytes()
        assert twin.ends.tobytes() == market.ends.tobytes()
        assert twin.shared_grid.tobytes() == market.shared_grid.tobytes()


def test_a_name_keeps_its_paths_whatever_names_stand_beside_it(market: ScenarioSet) -> None:
    shape = one_factor(12, 0.3, 6)
    part = Shape(shape.key[4:7], shape.loading[4:7], shape.own[4:7], shape.step_share)
    alone = simulate(part, seed=11, paths=10240)
    assert alone.lows.tobytes() == np.ascontiguousarray(market.lows[4:7]).tobytes()
    assert alone.shared_lows.tobytes() == np.ascontiguousarray(market.shared_lows[4:7]).tobytes()


def test_another_seed_is_another_market(market: ScenarioSet) -> None:
    assert simulate(one_factor(2, 0.3, 6), seed=12, paths=256).lows[0, 0] != market.lows[0, 0]


@pytest.mark.parametrize("steps", [1, 2, 5, 6])
def test_the_sampled_bridge_touches_as_the_closed_form_says(steps: int) -> None:
    found = simulate(one_factor(8, 0.3, steps), seed=5, paths=10240)
    for z in (0.25, 1.0, 2.0):
        exact = float(touch(-z, 1.0))
        stderr = np.sqrt(exact * (1.0 - exact) / found.paths)
        for name in range(8):
            assert abs(found.touched(name, z) - exact) < 4.5 * stderr


def test_looking_at_step_ends_agrees_with_the_quadrature_of_the_reference(shared: Path) -> None:
    reference = json.loads((shared / "reference/quant_reference.json").read_text())
    (case,) = reference["first_passage_discrete"]["cases"]
    z = -case["b"] / (case["sigma"] * np.sqrt(case["T"]))
    grid = simulate(one_factor(16, 0.0, case["steps"]), seed=5, paths=10240, bridge=False)
    found = float(np.mean([grid.touched(name, z) for name in range(16)]))
    assert abs(found - case["p"]) < 4.0 * np.sqrt(0.2 / (16 * 10240))


def test_a_profile_of_the_variance_agrees_with_the_reference(shared: Path) -> None:
    reference = json.loads((shared / "reference/quant_reference.json").read_text())
    (case,) = reference["first_passage_variance_profile"]["cases"]
    shape = one_factor(16, 0.0, len(case["profile"]))
    share = np.array(case["profile"]) / np.sum(case["profile"])
    bent = Shape(shape.key, shape.loading, shape.own, share)
    z = -case["b"] / np.sqrt(case["total_variance"])
    polled = simulate(bent, seed=5, paths=10240, bridge=False)
    always = simulate(bent, seed=5, paths=10240)
    for found, exact in ((polled, case["p_discrete"]), (always, case["p_continuous"])):
        mean = float(np.mean([found.touched(name, z) for name in range(16)]))
        assert abs(mean - exact) < 4.0 * np.sqrt(0.2 / (16 * 10240))


@pytest.mark.parametrize("case", [0, 1])
def test_two_names_touch_together_as_the_bessel_series_says(shared: Path, case: int) -> None:
    reference = json.loads((shared / "reference/quant_reference.json").read_text())
    exact = reference["joint_first_passage_two_names"]["cases"][case]
    shape = one_factor(2, exact["rho"], 64)
    found = simulate(shape, seed=3, paths=51200, shared=51200)
    z = np.array([exact["a1"], exact["a2"]], dtype=float)
    pair = np.array([0, 1])
    for at_least, p in ((2, exact["p_both"]), (1, exact["p_any"])):
        got = joint_probability(found, pair, z, at_least)
        assert abs(got - p) < 4.0 * np.sqrt(p * (1.0 - p) / 51200) + 0.002


def test_a_count_of_names_agrees_with_the_copula_of_the_reference(shared: Path) -> None:
    reference = json.loads((shared / "reference/quant_reference.json").read_text())
    (case,) = reference["sector_terminal_count"]["cases"]
    found = simulate(one_factor(case["n"], case["rho"], 6), seed=3, paths=51200)
    below = (found.ends <= norm.ppf(case["p"])).sum(axis=0)
    got = float((below >= case["m"]).mean())
    exact = case["prob_at_least_m"]
    assert abs(got - exact) < 4.0 * np.sqrt(exact * (1.0 - exact) / 51200)
    assert got > binom.sf(case["m"] - 1, case["n"], case["p"])


def test_a_group_of_one_lot_touches_like_the_lot(market: ScenarioSet) -> None:
    price, sd = np.full(12, 100.0), np.full(12, 0.01)
    by_step = group_probability(
        market, price, sd, np.array([3]), np.array([50.0]), np.array([101.0]), loss_usd=100.0
    )
    assert (np.diff(by_step) >= 0.0).all()
    exact = float(touch(np.log(99.0 / 100.0), 0.01))
    assert abs(by_step[-1] - exact) < 4.0 * np.sqrt(exact * (1 - exact) / 1024)


def test_the_household_pass_equals_its_plain_twin(market: ScenarioSet) -> None:
    rng = np.random.default_rng(2)
    prices = np.exp(0.02 * market.shared_lows) * 100.0
    name = rng.integers(0, 12, 200)
    shares, basis = rng.uniform(1, 10, 200), rng.uniform(90, 110, 200)
    twin = (shares[:, None] * np.maximum(basis[:, None] - prices[name], 0.0)).sum(axis=0)
    np.testing.assert_allclose(household_loss(prices, name, shares, basis), twin, rtol=1e-4)


def test_each_thread_is_settled_once_at_its_start() -> None:
    settled: list[str] = []
    simulate(
        one_factor(2, 0.3, 6),
        seed=1,
        paths=2048,
        threads=2,
        settle=lambda: settled.append(threading.current_thread().name),
    )
    assert settled
    assert all(name.startswith("paths") for name in settled)


def test_an_odd_number_of_paths_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="paths: read 1000; give a multiple of 256"):
        simulate(one_factor(2, 0.3, 6), seed=1, paths=1000)
