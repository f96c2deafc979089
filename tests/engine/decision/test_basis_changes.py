"""A gift and a death as changes of lots."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.decision.basis_changes import given_away, stepped_up
from engine.law.holding import term
from engine.records import Household, Lot, Term
from tests.engine.decision.plan_books import TODAY, lots_of, market
from tests.engine.decision.plan_books import home as book

MARKET = market()


def worth(lots: tuple[Lot, ...]) -> Decimal:
    return sum((x.shares * MARKET.quotes[x.security_id].last_usd for x in lots), Decimal(0))


@pytest.fixture
def home() -> Household:
    return replace(book(MARKET), lots=lots_of(MARKET))


def test_a_gift_takes_the_value_asked_from_the_lowest_basis(home: Household) -> None:
    left = given_away(home, MARKET, Decimal(30_000))
    assert worth(home.lots) - worth(left) == pytest.approx(Decimal(30_000), abs=Decimal(1))
    after = {lot.lot_id: lot for lot in left}
    gone = [x for x in home.lots if x.lot_id not in after or after[x.lot_id].shares < x.shares]
    kept = [
        x
        for x in left
        if x not in gone and term(x.held_since, TODAY) is Term.LONG and worth((x,)) > x.basis_usd
    ]
    assert all(term(x.held_since, TODAY) is Term.LONG for x in gone)
    highest = max(x.basis_usd / worth((x,)) for x in gone)
    assert highest <= min(x.basis_usd / worth((x,)) for x in kept) + Decimal("0.000001")


def test_a_step_up_leaves_no_gain_and_no_loss(home: Household) -> None:
    stepped = stepped_up(home.lots, MARKET)
    assert all(x.unrealized_gain(MARKET.quotes[x.security_id].last_usd) == 0 for x in stepped)
    assert all(term(x.held_since, TODAY) is Term.LONG for x in stepped)
    assert [x.shares for x in stepped] == [x.shares for x in home.lots]
