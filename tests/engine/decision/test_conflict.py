"""What is said when no trades keep every limit."""

from dataclasses import replace
from pathlib import Path

import pytest

from engine.decision.optimize import solve
from tests.engine.decision.books import from_workload, workload


def test_cash_and_tracking_that_cannot_hold_together_are_named_with_both_ways_out(
    shared: Path,
) -> None:
    problem = from_workload(workload(shared).gen(40), cash_need_usd=300_000.0, te_cap=0.01)
    found = solve(problem)
    assert found.status == "infeasible"
    assert set(found.conflict) == {"cash_need", "te_cap"}
    assert {way.limit for way in found.ways_out} == {"cash_need", "te_cap"}
    for way in found.ways_out:
        field = {"cash_need": "cash_need_usd"}.get(way.limit, way.limit)
        room = {"cash_need": -10.0, "te_cap": 1e-5}[way.limit]
        assert solve(replace(problem, **{field: way.reachable + room})).status == "solved"
        assert solve(replace(problem, **{field: way.reachable - 20 * room})).status != "solved"


def test_a_limit_out_of_reach_alone_is_the_whole_conflict(shared: Path) -> None:
    w = workload(shared).gen(30)
    gain = solve(from_workload(w, gain_cap_usd=-900_000.0, te_cap=0.1))
    assert gain.conflict == ("gain_cap",)
    assert gain.ways_out[0].reachable == pytest.approx(
        -float((from_workload(w).lot_shares * -from_workload(w).lot_gain_usd)[
            from_workload(w).lot_harvest
        ].sum()),
        rel=1e-4,
    )  # fmt: skip


def test_trades_that_are_too_small_to_place_are_part_of_the_conflict(shared: Path) -> None:
    problem = from_workload(workload(shared).gen(30), cash_need_usd=50_000.0)
    held = replace(problem, min_trade_usd=200_000.0)
    assert solve(problem).status == "solved"
    assert set(solve(held).conflict) == {"cash_need", "min_trade"}


def test_nothing_is_relaxed_silently(shared: Path) -> None:
    found = solve(from_workload(workload(shared).gen(20), cash_need_usd=3e6))
    assert found.status == "infeasible"
    assert not found.trades.sells.any()
    assert not found.trades.buys.any()
