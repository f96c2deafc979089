"""The year-end bill over scenarios."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from app.lawbook import load
from engine.law.liability import bill
from engine.law.projection import Draws, expected, project
from engine.law.twin import build
from engine.records import IncomeKind, PlannedGain, PlannedIncome, Term
from tests.tax_profiles import household

LAW = load()
AS_OF = date(2026, 6, 15)
PROFILE = household(2026, "mfj", "NY", wages=420_000, st_gain=40_000)
TWIN = build(PROFILE, LAW)
MARKET = np.random.default_rng(5).standard_normal(2_000)


def gain(planned_id: str, amount: int, sd: int = 0, on: date = date(2026, 11, 2)) -> PlannedGain:
    return PlannedGain(planned_id, on, Term.LONG, Decimal(amount), Decimal(sd))


def test_with_nothing_uncertain_the_projection_is_the_bill() -> None:
    rest = expected([gain("house", 30_000)], [], AS_OF, Draws(MARKET, 1))
    found = project(TWIN, rest, trade_st_usd=-10_000.0)
    exact = bill(PROFILE, LAW, lt_gain_usd=Decimal(30_000))
    traded = bill(PROFILE, LAW, lt_gain_usd=Decimal(30_000), st_gain_usd=Decimal(-10_000))
    assert found.without.p10_usd == found.without.p90_usd
    assert found.without.p50_usd == pytest.approx(float(exact.total_usd), abs=0.03)
    saving = float(exact.total_usd - traded.total_usd)
    assert found.saving.p50_usd == pytest.approx(saving, abs=0.03)


def test_the_percentiles_are_in_order_and_the_trade_is_compared_on_each_path() -> None:
    rest = expected([gain("sale", 200_000, 80_000)], [], AS_OF, Draws(MARKET, 1))
    found = project(TWIN, rest, trade_st_usd=-10_000.0)
    assert found.without.p10_usd < found.without.p50_usd < found.without.p90_usd
    assert 0 < found.saving.p10_usd <= found.saving.p90_usd <= 10_000
    assert found.saving.mean_usd == pytest.approx(
        found.without.mean_usd - found.with_trade.mean_usd
    )


def test_what_is_past_or_next_year_is_not_expected() -> None:
    planned = [gain("past", 5_000, on=AS_OF), gain("next", 7_000, on=date(2027, 1, 4))]
    assert expected(planned, [], AS_OF, Draws(MARKET, 1)).lt.sum() == 0


def test_another_item_changes_no_path_of_the_first() -> None:
    draws = Draws(MARKET, 9)
    first = gain("a", 10_000, 5_000)
    assert (draws.amount(first) == draws.amount(first)).all()
    alone = expected([first], [], AS_OF, draws).lt
    both = expected([gain("b", 1_000, 700), first], [], AS_OF, draws).lt
    assert both - draws.amount(gain("b", 1_000, 700)) == pytest.approx(alone)


def test_a_correlated_item_moves_with_the_market() -> None:
    draws = Draws(MARKET, 9, {"vest": 0.8})
    drawn = draws.amount(PlannedIncome("vest", AS_OF, IncomeKind.WAGES, Decimal(9), Decimal(2)))
    assert np.corrcoef(drawn, MARKET)[0, 1] == pytest.approx(0.8, abs=0.03)


def test_income_meets_the_taxes_of_its_kind() -> None:
    on = date(2026, 12, 1)
    items = [
        PlannedIncome("vest", on, IncomeKind.WAGES, Decimal(10_000)),
        PlannedIncome("coupon", on, IncomeKind.INTEREST, Decimal(2_000)),
        PlannedIncome("dividend", on, IncomeKind.QUALIFIED_DIVIDENDS, Decimal(3_000)),
    ]
    found = project(TWIN, expected([], items, AS_OF, Draws(MARKET, 1)))
    whole = household(
        2026, "mfj", "NY", wages=430_000, st_gain=40_000, taxable_interest=2_000,
        ordinary_dividends=3_000, qualified_dividends=3_000,
    )  # fmt: skip
    assert found.without.p50_usd == pytest.approx(float(bill(whole, LAW).total_usd), abs=0.03)
