"""The way back after a harvest, the names that stay buyable, and selling closer to a need."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from engine.decision.household_problem import Rates
from engine.decision.need_by_date import waits
from engine.decision.switch_back import guard, switch_back
from engine.records import RealizedLot, Term
from engine.results import LotSale
from tests.engine.decision.plan_books import NAMES, TODAY, laid_out, market

D = Decimal
MARKET = market()
HOME = laid_out(MARKET)


def test_the_original_comes_back_on_the_first_clear_day() -> None:
    back = switch_back(HOME, TODAY, 10_000, 0.08, 4e-4, 0.0)
    assert back.buy_from == TODAY + timedelta(days=31)
    assert back.expected_gain_usd == pytest.approx(10_000 * np.expm1(0.08 * 31 / 365))
    assert back.cost_usd == pytest.approx(4)
    assert not back.worth_it


def test_going_back_is_worth_it_once_the_tracking_it_saves_costs_more() -> None:
    early = date(2026, 2, 2)
    calm = switch_back(HOME, early, 10_000, 0.05, 4e-4, 5.0)
    wide = switch_back(HOME, early, 10_000, 0.05, 4e-4, 500.0)
    assert not calm.worth_it
    assert wide.worth_it
    assert wide.tax_usd == calm.tax_usd


def test_names_harvested_today_are_out_for_the_window_and_then_back() -> None:
    found = guard(HOME, NAMES, ("S00", "S01"), 0.9)
    assert found.names[0] == len(NAMES) - 2
    assert found.names[30] == len(NAMES) - 2
    assert found.names[31] == len(NAMES)
    assert found.least_weight == pytest.approx(38 / 40)
    assert found.enough


def test_harvesting_most_of_the_index_is_said_to_be_too_much() -> None:
    found = guard(HOME, NAMES, NAMES[:30])
    assert not found.enough
    assert found.least_weight == pytest.approx(10 / 40)


def test_an_earlier_loss_lifts_on_its_own_day() -> None:
    sold = TODAY - timedelta(days=10)
    line = RealizedLot(
        "S", "gone", "A1", "S07", D(10), D(1000), D(2000), date(2020, 1, 2), date(2020, 1, 2),
        sold, Term.LONG,
    )  # fmt: skip
    found = guard(laid_out(MARKET, realized=(line,)), NAMES, ())
    assert found.names[20] == len(NAMES) - 1
    assert found.names[21] == len(NAMES)


def test_a_lot_about_to_turn_long_is_worth_waiting_for_and_a_loss_is_not() -> None:
    lot = replace(HOME.lots[0], held_since=TODAY - timedelta(days=350))
    home = replace(HOME, lots=(lot, *HOME.lots[1:]))
    sale = LotSale(lot.lot_id, "A1", lot.security_id, lot.shares, D(1000), Term.SHORT, D(2000))
    rates = Rates(0.35, 0.15)
    (wait,) = waits(home, MARKET, [sale], rates, TODAY + timedelta(days=40))
    assert wait.sell_on == lot.held_since.replace(year=lot.held_since.year + 1) + timedelta(days=1)
    assert wait.saves_usd == pytest.approx(400)
    assert wait.risk_usd > 0
    assert waits(home, MARKET, [sale], rates, TODAY + timedelta(days=5)) == ()
    lost = replace(sale, est_gain_usd=D(-2000))
    assert waits(home, MARKET, [lost], rates, TODAY + timedelta(days=400)) == ()
    (late,) = waits(home, MARKET, [sale], rates, date(2027, 1, 28))
    assert late.sell_on == date(2027, 1, 1)
    assert late.saves_usd == pytest.approx(400 + 2000 * 0.15 * 0.04 / 1.04)
