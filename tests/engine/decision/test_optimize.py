"""The optimiser against enumeration, against its own bound, and against moved limits."""

import itertools
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.decision.convex import objective, solve_convex
from engine.decision.optimize import Settings, solve
from engine.decision.parts import BUY, FREE, SELL
from engine.decision.problem import Problem, nothing, worth
from engine.decision.rounding import kept, misses
from engine.decision.segments import open_ranges, segments
from engine.errors import InputError
from tests.engine.decision.books import from_workload, random_book, workload

FINE = Settings(gap=1e-8)


def enumerated(problem: Problem) -> float:
    """Least objective over every direction of every open group, each solved exactly."""
    cut = segments(problem, open_ranges(problem))
    free = np.flatnonzero(cut.directions == FREE)
    best = np.inf
    for choice in itertools.product((SELL, BUY), repeat=free.size):
        ways = cut.directions.copy()
        ways[free] = choice
        found = solve_convex(cut, ways)
        if found is not None:
            best = min(best, objective(cut.parts, found.x))
    return (best + problem.te_penalty * problem.exposure_variance) * problem.value_usd


def test_the_reference_problem_of_six_names_reaches_its_enumerated_optimum(shared: Path) -> None:
    """quant_reference.json, lot_qp: two solvers agree on it to 1e-7."""
    block = json.loads((shared / "reference" / "quant_reference.json").read_text())["lot_qp"]
    value, rates = 1e6, block["rates"]
    gain, lots = np.array(block["gain_fraction"]), np.array(block["lot_value"])
    name, target = np.array(block["lot_name"]), np.array(block["weights"])
    rate = np.where(block["long_term"], rates["long"], rates["short"]) * rates["discount"]
    n = target.size
    held = np.bincount(name, lots, n)
    problem = Problem(
        value_usd=value,
        cash_usd=0.0,
        price_usd=np.ones(n),
        benchmark=target,
        loadings=np.array(block["B"]),
        factor_variances=np.array(block["F_diag"]),
        specific_vol=np.sqrt(block["specific_var"]),
        lot_name=name,
        lot_shares=lots * value,
        lot_tax_usd=rate * gain,
        lot_gain_usd=gain,
        lot_harvest=gain < 0,
        lot_most_shares=lots * value,
        blocked=np.zeros(n, bool),
        group=np.arange(n),
        cost_rate=np.full(n, block["half_spread"]),
        weight_min=np.full(n, -np.inf),
        weight_max=held + 0.1,
        te_penalty=block["lam"],
        cash_most_usd=0.1,
        exposure=np.zeros(2),
        band=np.zeros((0, n)),
    )
    found = solve(problem, FINE)
    assert found.found.objective_usd / value == pytest.approx(block["objective_optimum"], abs=3e-7)
    assert found.bound_usd / value == pytest.approx(block["objective_optimum"], abs=3e-7)
    assert found.trades.sells / value == pytest.approx(np.array(block["sells"]), abs=2e-5)
    assert found.trades.buys / value == pytest.approx(np.array(block["buys"]), abs=2e-5)


@pytest.mark.parametrize("seed", range(6))
def test_a_small_book_is_within_a_thousandth_of_enumeration(shared: Path, seed: int) -> None:
    limits = [{}, {"te_cap": 0.02}, {"cash_need_usd": 150_000.0}][seed % 3]
    problem = from_workload(workload(shared).gen(8, lots=4, seed=seed), **limits)
    best = enumerated(problem)
    found = solve(problem)
    assert found.found.objective_usd <= best + 1e-3 * abs(best)
    assert found.bound_usd <= best + 0.01


@pytest.mark.parametrize("start", range(0, 200, 50))
def test_no_random_book_breaks_a_hard_limit(start: int) -> None:
    for seed in range(start, start + 50):
        _keeps_every_limit(seed)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("start", range(200, 10_000, 100))
def test_no_random_book_of_ten_thousand_breaks_a_hard_limit(start: int) -> None:
    for seed in range(start, min(start + 100, 10_000)):
        _keeps_every_limit(seed)


def _keeps_every_limit(seed: int) -> None:
    problem = random_book(seed)
    found = solve(problem)
    if found.status == "infeasible":
        assert found.conflict, seed
        assert not kept(misses(problem, nothing(problem), found.hold)), seed
        return
    judged = worth(problem, found.trades)
    assert kept(misses(problem, found.trades, judged)), seed
    assert judged.wash_violations == 0, seed
    assert np.all(found.trades.sells <= problem.lot_most_shares + 1e-9), seed
    assert found.bound_usd <= judged.objective_usd, seed
    idle = misses(problem, nothing(problem), found.hold)
    assert not kept(idle) or judged.objective_usd <= found.hold.objective_usd, seed
    usd = np.concatenate(
        [found.trades.sells * problem.lot_price, found.trades.buys * problem.price_usd]
    )
    assert np.all(usd[usd > 0] >= problem.min_trade_usd * (1 - 1e-6)), seed
    if problem.whole_shares:
        assert np.all(np.concatenate([found.trades.sells, found.trades.buys]) % 1 == 0), seed


@pytest.mark.parametrize(
    ("field", "limit", "step"),
    [
        ("cash_need_usd", 150_000.0, -500.0),
        ("gain_cap_usd", -91_500.0, 50.0),
        ("te_cap", 0.008, 0.0002),
        ("turnover_cap_usd", 200_000.0, 500.0),
    ],
)
def test_a_limit_is_worth_what_moving_it_saves(
    shared: Path, field: str, limit: float, step: float
) -> None:
    problem = from_workload(workload(shared).gen(100), **{field: limit})
    found = solve(problem, FINE)
    tight = solve(replace(problem, **{field: limit - step}), FINE)
    loose = solve(replace(problem, **{field: limit + step}), FINE)
    unit = abs(step) / (1e-4 if field == "te_cap" else 1)
    price = getattr(found.prices, field.removesuffix("_usd"))
    gained = (found.found.objective_usd - loose.found.objective_usd) / unit
    lost = (tight.found.objective_usd - found.found.objective_usd) / unit
    assert 0 < gained < lost
    assert 0.97 * gained <= price <= 1.03 * lost


def test_a_limit_that_does_not_bind_costs_nothing(shared: Path) -> None:
    found = solve(from_workload(workload(shared).gen(50), te_cap=0.5, gain_cap_usd=1e6))
    assert (found.prices.te_cap, found.prices.gain_cap, found.prices.cash_need) == (0, 0, 0)


def test_adding_a_limit_never_helps(shared: Path) -> None:
    problem = from_workload(workload(shared).gen(60, seed=5))
    free = solve(problem, FINE)
    for limit in (
        {"te_cap": 0.01},
        {"gain_cap_usd": -120_000.0},
        {"cash_need_usd": 60_000.0},
        {"turnover_cap_usd": 100_000.0},
        {"whole_shares": True},
        {"min_trade_usd": 400.0},
    ):
        held = solve(replace(problem, **limit), FINE)
        assert held.found.objective_usd >= free.bound_usd - 0.01
        assert held.bound_usd >= free.bound_usd - 0.05


def test_the_order_of_names_and_lots_does_not_matter(shared: Path) -> None:
    problem = from_workload(workload(shared).gen(60, seed=6))
    r = np.random.default_rng(1)
    names, lots = r.permutation(60), r.permutation(problem.lot_name.size)
    where = np.argsort(names)
    by_name = ("price_usd", "benchmark", "loadings", "specific_vol", "blocked", "cost_rate")
    by_lot = ("lot_shares", "lot_tax_usd", "lot_gain_usd", "lot_harvest", "lot_most_shares")
    mixed = replace(
        problem,
        lot_name=where[problem.lot_name[lots]],
        **{field: getattr(problem, field)[names] for field in by_name},
        **{field: getattr(problem, field)[lots] for field in by_lot},
    )
    first, second = solve(problem, FINE), solve(mixed, FINE)
    assert second.found.objective_usd == pytest.approx(first.found.objective_usd, abs=2.0)
    assert first.trades.sells[lots] == pytest.approx(second.trades.sells, abs=1.0)


def test_two_halves_of_a_lot_are_worth_the_lot(shared: Path) -> None:
    problem = from_workload(workload(shared).gen(40, seed=7))
    fields = ("lot_name", "lot_tax_usd", "lot_gain_usd", "lot_harvest")
    halves = replace(
        problem,
        lot_shares=np.repeat(problem.lot_shares / 2, 2),
        lot_most_shares=np.repeat(problem.lot_most_shares / 2, 2),
        **{field: np.repeat(getattr(problem, field), 2) for field in fields},
    )
    one, two = solve(problem, FINE), solve(halves, FINE)
    assert two.found.objective_usd == pytest.approx(one.found.objective_usd, abs=2.0)


def test_a_book_ten_times_the_size_trades_ten_times_as_much(shared: Path) -> None:
    problem = from_workload(workload(shared).gen(40, seed=8))
    tenfold = replace(
        problem,
        value_usd=10 * problem.value_usd,
        cash_usd=10 * problem.cash_usd,
        lot_shares=10 * problem.lot_shares,
        lot_most_shares=10 * problem.lot_most_shares,
    )
    one, ten = solve(problem, FINE), solve(tenfold, FINE)
    assert ten.found.objective_usd == pytest.approx(10 * one.found.objective_usd, rel=3e-4)
    assert ten.found.turnover_usd == pytest.approx(10 * one.found.turnover_usd, rel=3e-3)


def test_without_a_price_of_risk_every_loss_that_pays_its_cost_is_sold(shared: Path) -> None:
    problem = replace(from_workload(workload(shared).gen(40, seed=9)), te_penalty=0.0)
    found = solve(problem)
    pays = problem.lot_tax_usd + problem.cost_rate[problem.lot_name] * problem.lot_price < -1e-6
    worth_it = pays & (problem.lot_shares * problem.lot_price > 2)
    assert found.trades.sells[worth_it] == pytest.approx(problem.lot_shares[worth_it], rel=1e-3)


def test_with_a_huge_price_of_risk_the_index_is_tracked_as_closely_as_can_be(
    shared: Path,
) -> None:
    problem = from_workload(workload(shared).gen(40, seed=10))
    plain, tracked = solve(problem), solve(replace(problem, te_penalty=1e5))
    closest = solve(replace(problem, te_penalty=1e7))
    assert tracked.found.tracking_error < 0.5 * plain.found.tracking_error
    assert tracked.found.tracking_error == pytest.approx(closest.found.tracking_error, rel=1e-3)


def test_identical_names_are_not_bought_while_a_loss_in_one_is_taken(shared: Path) -> None:
    problem = from_workload(workload(shared).gen(30, seed=11))
    twins = replace(problem, group=np.arange(30) // 2)
    found = solve(twins)
    harvested = (found.trades.sells > 0) & twins.lot_harvest
    bought = found.trades.buys > 0
    assert harvested.any()
    assert bought.any()
    assert not set(twins.group[twins.lot_name[harvested]]) & set(twins.group[bought])
    assert worth(twins, found.trades).wash_violations == 0


def test_fixed_exposure_elsewhere_is_hedged_and_counted(shared: Path) -> None:
    problem = from_workload(workload(shared).gen(40, seed=12))
    outside = replace(problem, exposure=0.3 * problem.loadings[0], exposure_variance=0.01)
    found = solve(outside)
    assert found.hold.risk_usd > solve(problem).hold.risk_usd
    assert found.found.risk_usd < found.hold.risk_usd
    assert found.gap_usd < 10


def test_a_similar_problem_starts_from_the_prices_of_the_last(shared: Path) -> None:
    problem = from_workload(workload(shared).gen(80, seed=13))
    first = solve(problem)
    edited = replace(problem, cash_need_usd=15_000.0)
    warm, cold = solve(edited, warm=first.warm), solve(edited)
    assert warm.found.objective_usd == pytest.approx(cold.found.objective_usd, abs=2.0)


def test_arrays_that_do_not_fit_are_refused_by_field(shared: Path) -> None:
    problem = from_workload(workload(shared).gen(10))
    with pytest.raises(InputError, match="benchmark"):
        solve(replace(problem, benchmark=np.zeros(3)))
    with pytest.raises(InputError, match="price_usd"):
        solve(replace(problem, price_usd=-problem.price_usd))
    with pytest.raises(InputError, match="lot_tax_usd"):
        solve(replace(problem, lot_tax_usd=problem.lot_tax_usd * np.nan))


def test_a_tracking_limit_that_leaves_no_room_is_told_and_not_a_solver_failure() -> None:
    """Book 6179: the way out moves the limit to where it just can be kept, a cone of no inside."""
    _keeps_every_limit(6179)
    found = solve(random_book(6179))
    assert found.status == "infeasible"
    assert {"cash_need", "te_cap"} <= set(found.conflict)
