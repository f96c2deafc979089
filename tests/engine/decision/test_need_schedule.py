"""A later cash need is met today or on its day, whichever costs less, and says so."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from engine.decision.need_schedule import Provision, provisions
from engine.decision.prepare import Prepared, prepare
from engine.decision.settings import DecisionSettings
from engine.records import CashNeed, Lot
from tests.engine.decision.plan_books import LAW, TODAY, home, lots_of, market

MARKET = market()
NEAR = CashNeed("near", date(2026, 11, 20), Decimal(5_000))
LATE = CashNeed("late", date(2027, 3, 1), Decimal(60_000))


def house(*needs: CashNeed, lots: tuple[Lot, ...] | None = None) -> Prepared:
    return prepare(replace(home(MARKET, lots=lots), cash_needs=needs), LAW, MARKET)


def asked(prepared: Prepared) -> tuple[Provision, ...]:
    return provisions(prepared, MARKET, DecisionSettings())


def test_gains_that_turn_long_before_the_day_are_worth_waiting_for() -> None:
    bought = TODAY - timedelta(days=330)
    young = tuple(
        replace(x, acquired_on=bought, held_since=bought, basis_usd=x.basis_usd / 2)
        for x in lots_of(MARKET)
    )
    (found,) = asked(house(NEAR, LATE, lots=young))
    assert found.need == LATE
    assert not found.now
    assert found.later_usd < found.now_usd - 1000
    assert "sell on its day" in found.says
    assert found.risk_usd > 0


def test_one_need_is_the_plans_own_and_needs_no_schedule() -> None:
    assert asked(house(NEAR)) == ()
    assert asked(house()) == ()


def test_what_cannot_be_raised_is_said() -> None:
    (found,) = asked(house(NEAR, replace(LATE, amount_usd=Decimal(90_000_000))))
    assert "cannot be raised" in found.says
