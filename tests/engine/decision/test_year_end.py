"""The year-end bill over scenarios: plans, income and cash needs move it as the exact bill does."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from engine.decision.household_tax import YearResults, open_year
from engine.decision.prepare import prepare
from engine.decision.year_end import year_end
from engine.law.liability import bill
from engine.records import CashNeed, IncomeKind, PlannedGain, PlannedIncome, Term
from engine.results import LotSale
from tests.engine.decision.plan_books import LAW, NAMES, TODAY, home, market

D = Decimal
FLAT = market()
PATHS = np.exp(np.random.default_rng(3).normal(0.0, 0.01, (512, 1, len(NAMES)))).astype(np.float32)
MOVING = replace(FLAT, relatives=PATHS)
VEST = PlannedIncome("vest", date(2026, 12, 1), IncomeKind.WAGES, D(80_000), D(20_000))


def test_with_nothing_uncertain_it_is_the_bill_and_the_trade_is_the_difference() -> None:
    found = prepare(home(FLAT), LAW, FLAT)
    sale = LotSale("L000", "A1", NAMES[0], D(1), D(1), Term.LONG, D(-9_000))
    year = year_end(found, FLAT, (sale,))
    exact, saved, _ = found.tax.exact(YearResults(long_usd=sale.est_gain_usd))
    assert year.without.p10_usd == year.without.p90_usd
    assert year.without.p50_usd == pytest.approx(float(found.tax.bill.total_usd), abs=0.05)
    assert year.with_trade.p50_usd == pytest.approx(float(exact.total_usd), abs=0.05)
    assert year.saving.p50_usd == pytest.approx(float(saved), abs=0.05)


def test_an_expected_vest_is_in_the_bill_and_its_rates_and_spreads_the_year() -> None:
    plain = home(FLAT)
    vesting = replace(plain, planned_income=(VEST,))
    paid = replace(plain.profile, wages_usd=plain.profile.wages_usd + 80_000)
    tax = open_year(vesting, LAW)
    assert tax.bill.total_usd == bill(paid, LAW).total_usd
    year = year_end(prepare(vesting, LAW, MOVING), MOVING)
    assert year.without.p10_usd < year.without.p50_usd < year.without.p90_usd
    assert year.without.p50_usd == pytest.approx(float(tax.bill.total_usd), rel=0.02)


def test_a_cash_need_brings_the_gain_that_raises_it() -> None:
    needy = home(FLAT, cash="0")
    before = year_end(prepare(needy, LAW, MOVING), MOVING).without
    needy = replace(needy, cash_needs=(CashNeed("house", date(2026, 12, 15), D(600_000)),))
    after = year_end(prepare(needy, LAW, MOVING), MOVING).without
    assert after.p50_usd > before.p50_usd + 5_000
    assert after.p10_usd < after.p90_usd


def test_a_planned_gain_is_counted_once() -> None:
    gain = PlannedGain("house", date(2026, 12, 1), Term.LONG, D(50_000))
    found = prepare(home(FLAT, planned_gains=(gain,)), LAW, FLAT)
    year = year_end(found, FLAT)
    assert year.without.p50_usd == pytest.approx(float(found.tax.bill.total_usd), abs=0.05)
    assert TODAY.year == found.tax.bill.year
