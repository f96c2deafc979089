"""The constraint matrix: limits that hold in every plan, with what they cost."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from engine.decision.constraints import BookMap, ConstraintRow, apply, matrix, raising
from engine.decision.optimize import Settings, Solution, solve
from engine.decision.problem import Problem
from engine.errors import InputError
from engine.records import Constraint, Rule, Scope
from tests.engine.decision.books import from_workload, workload


@pytest.fixture(scope="module")
def problem(shared: Path) -> Problem:
    return from_workload(workload(shared).gen(60, seed=21))


@pytest.fixture(scope="module")
def book(problem: Problem) -> BookMap:
    lots = problem.lot_name.size
    return BookMap(
        tuple(f"S{i}" for i in range(60)),
        tuple(("tech", "banks", "energy")[i % 3] for i in range(60)),
        tuple(("A1", "A2")[i % 2] for i in range(lots)),
        np.arange(lots) % 700,
    )


def limit(rule: Rule, value: str, **more: object) -> Constraint:
    return Constraint(f"C-{rule.value}", rule, Decimal(value), **more)  # type: ignore[arg-type]


def planned(
    problem: Problem, book: BookMap, *limits: Constraint, realised: float = 0.0
) -> tuple[Problem, Solution, tuple[ConstraintRow, ...]]:
    held = apply(problem, limits, book, realised)
    found = solve(held, Settings(gap=1e-8))
    assert found.status == "solved"
    return held, found, matrix(held, found, limits, book, realised)


def test_fifty_thousand_in_three_months_holds_and_changes_the_plan(
    problem: Problem, book: BookMap
) -> None:
    need = limit(Rule.CASH_NEED_USD, "50000", by_on=date(2026, 9, 22))
    _, free, _ = planned(problem, book)
    _, found, (row,) = planned(problem, book, need)
    assert found.found.cash_usd >= 50_000
    assert row.used == found.found.cash_usd
    _, more, (dearer,) = planned(problem, book, replace(need, limit=Decimal(150_000)))
    assert more.found.cash_usd >= 150_000
    assert dearer.binding
    assert dearer.price_usd > 0
    assert more.found.objective_usd > found.found.objective_usd >= free.bound_usd - 0.01
    assert "saves about" in raising(dearer, Decimal(1000))


def test_at_most_ten_thousand_of_gains_holds_and_its_price_is_what_a_dollar_more_saves(
    problem: Problem, book: BookMap
) -> None:
    realised = 10_000.0 - 1.03 * solve(problem).found.net_gain_usd
    ten = limit(Rule.NET_GAIN_MAX_USD, "10000")
    _, found, (row,) = planned(problem, book, ten, realised=realised)
    assert row.used <= 10_000
    assert row.binding
    assert row.price_usd > 0
    _, less, (tight,) = planned(problem, book, replace(ten, limit=Decimal(9900)), realised=realised)
    _, more, (loose,) = planned(
        problem, book, replace(ten, limit=Decimal(10_100)), realised=realised
    )
    assert tight.used <= 9900
    assert loose.used <= 10_100
    gained = (found.found.objective_usd - more.found.objective_usd) / 100
    lost = (less.found.objective_usd - found.found.objective_usd) / 100
    assert 0 < gained <= 1.03 * row.price_usd
    assert row.price_usd <= 1.03 * lost


def test_sector_position_and_turnover_limits_hold_with_their_rows(
    problem: Problem, book: BookMap
) -> None:
    held = problem.held
    sector = sum(held[i] for i in range(0, 60, 3))
    limits = (
        limit(Rule.SECTOR_MAX_WEIGHT, f"{0.9 * sector:.4f}", scope=Scope.SECTOR, scope_id="tech"),
        limit(Rule.POSITION_MAX_WEIGHT, f"{0.9 * held.max():.4f}"),
        limit(Rule.TURNOVER_MAX, "0.40"),
        limit(Rule.TRACKING_ERROR_MAX, "0.04"),
    )
    _, _, rows = planned(problem, book, *limits)
    for row in rows:
        assert row.used <= row.limit + 1e-6
    assert rows[0].binding
    assert rows[0].price_usd > 0


def test_never_buy_never_sell_and_holding_periods_are_kept(problem: Problem, book: BookMap) -> None:
    limits = (
        limit(Rule.NEVER_BUY, "1", scope=Scope.SECTOR, scope_id="banks"),
        limit(Rule.NEVER_SELL, "1", scope=Scope.ACCOUNT, scope_id="A2"),
        limit(Rule.NEVER_SELL, "1", scope=Scope.SECURITY, scope_id="S4"),
        limit(Rule.MIN_HOLDING_DAYS, "60"),
        limit(Rule.LOSS_HARVEST_ONLY, "1"),
    )
    held, found, _ = planned(problem, book, *limits)
    sold = found.trades.sells > 0
    assert sold.any()
    assert not np.any(sold & (np.array(book.lot_accounts) == "A2"))
    assert not np.any(sold & (held.lot_name == 4))
    assert not np.any(sold & (book.lot_days_held < 60))
    assert not np.any(sold & (held.lot_gain_usd > 0))
    assert not np.any((found.trades.buys > 0) & (np.array(book.sectors) == "banks"))


def test_a_soft_limit_is_charged_and_not_enforced(problem: Problem, book: BookMap) -> None:
    soft = limit(Rule.TURNOVER_MAX, "0.01", hard=False, price=Decimal(5000))
    held, found, (row,) = planned(problem, book, soft)
    assert np.isinf(held.turnover_cap_usd)
    assert row.charge_usd == pytest.approx((row.used - 0.01) * 5000)
    assert found.found.turnover_usd > 0.01 * problem.value_usd


def test_what_the_optimiser_cannot_keep_is_refused_by_name(problem: Problem, book: BookMap) -> None:
    with pytest.raises(InputError, match="tax_max_usd"):
        apply(problem, [limit(Rule.TAX_MAX_USD, "5000")], book)
    with pytest.raises(InputError, match="no such security"):
        apply(problem, [limit(Rule.NEVER_BUY, "1", scope=Scope.SECURITY, scope_id="XX")], book)
    with pytest.raises(InputError, match="household"):
        apply(problem, [limit(Rule.CASH_NEED_USD, "5", scope=Scope.ACCOUNT, scope_id="A1")], book)
