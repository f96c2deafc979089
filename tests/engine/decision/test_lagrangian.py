"""The kernels of the dual against plain numpy: slopes, bends, bounds."""

from pathlib import Path

import numpy as np
import pytest

from engine.decision.bound import exact_dual
from engine.decision.convex import solve_convex
from engine.decision.directions import search
from engine.decision.lagrangian import amounts, dual, maximise
from engine.decision.parts import BUY, FREE, SELL
from engine.decision.segments import Segments, open_ranges, segments
from tests.engine.decision.books import from_workload, random_book, workload


def value_at(cut: Segments, v: np.ndarray, tau: float) -> float:
    theta = np.zeros((2, cut.parts.start.size))
    return dual(
        cut.parts, v, cut.directions, tau, theta, np.zeros(v.size), np.zeros((v.size, v.size))
    )


@pytest.mark.parametrize("seed", [2, 5, 17])
def test_gradient_and_hessian_are_the_slopes_of_the_value(seed: int) -> None:
    problem = random_book(seed)
    cut = segments(problem, open_ranges(problem))
    r = np.random.default_rng(seed)
    v = np.abs(r.normal(0, 0.05, cut.lowest.size))
    tau, size = 1e-3, v.size
    gradient, hessian = np.zeros(size), np.zeros((size, size))
    theta = np.zeros((2, cut.parts.start.size))
    dual(cut.parts, v, cut.directions, tau, theta, gradient, hessian)
    step = 1e-6
    for f in range(size):
        up, down = v.copy(), v.copy()
        up[f] += step
        down[f] -= step
        slope = (value_at(cut, up, tau) - value_at(cut, down, tau)) / (2 * step)
        assert slope == pytest.approx(gradient[f], rel=2e-3, abs=2e-5)
    assert hessian == pytest.approx(hessian.T)
    assert np.linalg.eigvalsh(hessian).max() <= 1e-6 * np.abs(hessian).max()


def test_the_exact_dual_is_below_the_value_of_any_trades(shared: Path) -> None:
    problem = from_workload(workload(shared).gen(30))
    cut = segments(problem, open_ranges(problem))
    r = np.random.default_rng(4)
    feasible = solve_convex(cut, np.where(cut.directions == FREE, SELL, cut.directions))
    assert feasible is not None
    for _ in range(50):
        v = r.normal(0, 0.1, cut.lowest.size)
        v[cut.lowest == 0] = np.abs(v[cut.lowest == 0])
        v[-1] = 0.0
        lead, x = np.zeros(cut.directions.size), np.zeros(cut.lot.size)
        assert exact_dual(cut.parts, v, cut.directions, lead, x) <= feasible.value + 1e-12


def test_prices_and_clarabel_find_the_same_optimum(shared: Path) -> None:
    problem = from_workload(workload(shared).gen(40), te_cap=0.01, cash_need_usd=60_000.0)
    cut = segments(problem, open_ranges(problem))
    ways = search(cut, 1e-6).ways
    solved = solve_convex(cut, ways)
    assert solved is not None
    assert solved.solver == "CLARABEL"
    v, theta = np.zeros(cut.lowest.size), np.zeros((2, cut.parts.start.size))
    value, steps = maximise(cut.parts, v, cut.lowest, cut.highest, ways, 1e-7, 200, theta)
    assert steps < 60
    assert value == pytest.approx(solved.value, abs=1e-6)
    own = amounts(cut.parts, v, ways, theta)
    assert np.abs(own - solved.x).max() < 2e-4
    k = cut.parts.exposure.size
    assert v[k] == pytest.approx(solved.rows[0], rel=1e-3)
    assert v[-1] == pytest.approx(solved.variance, rel=1e-3)


def test_settling_and_branching_end_on_a_proven_choice(shared: Path) -> None:
    problem = from_workload(workload(shared).gen(60, seed=1))
    cut = segments(problem, open_ranges(problem))
    found = search(cut, 1e-7)
    assert set(np.unique(found.ways)) <= {SELL, BUY}
    assert found.bound <= found.value
    assert found.value - found.bound < 5e-6
