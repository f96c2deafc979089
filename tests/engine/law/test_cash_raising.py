"""Gains of raising cash, against selling lot by lot in plain loops."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.law.cash_raising import Sellable, raised_gains
from engine.law.holding import term_of
from engine.law.projection import Draws
from engine.records import CashNeed, Lot, Term

AS_OF, DUE = date(2026, 6, 1), date(2026, 12, 1)
FLAT = Draws(np.zeros(3), 1)
D = Decimal
rows = st.lists(
    st.tuples(st.integers(1, 60), st.integers(100, 9000), st.booleans()), min_size=1, max_size=6
)


def held(found: list[tuple[int, int, bool]], cash: float = 0.0, vol: float = 0.0) -> Sellable:
    lots = [
        Lot(
            f"L{i}", "A", "X", D(shares), D(basis),
            *[date(2020, 1, 2) if long else date(2026, 5, 4)] * 2,
        )
        for i, (shares, basis, long) in enumerate(found)
    ]  # fmt: skip
    return Sellable(lots, [D(50)] * len(lots), cash, vol)


def need(amount: int, on: date = DUE, name: str = "n", sd: int = 0) -> CashNeed:
    return CashNeed(name, on, D(amount), sd_usd=D(sd))


def by_hand(found: Sellable, amount: float) -> dict[Term, float]:
    """Sell whole or part lots, the least gain in a dollar first."""
    gains = dict.fromkeys(Term, 0.0)
    order = sorted(found.lots, key=lambda lot: (-lot.basis_usd / (lot.shares * 50), lot.lot_id))
    for lot in order:
        worth = float(lot.shares) * 50
        part = min(1.0, amount / worth)
        gains[term_of(lot, DUE, D(50))] += part * (worth - float(lot.basis_usd))
        amount -= part * worth
    return gains


@given(rows, st.integers(1, 20_000))
@settings(deadline=None)
def test_a_need_sells_the_lots_with_the_least_gain_first(
    found: list[tuple[int, int, bool]], amount: int
) -> None:
    lots = held(found)
    short, long = raised_gains([need(amount)], lots, AS_OF, FLAT)
    expected = by_hand(lots, float(amount))
    assert short == pytest.approx(np.full(3, expected[Term.SHORT]), abs=1e-6)
    assert long == pytest.approx(np.full(3, expected[Term.LONG]), abs=1e-6)


@given(rows, st.integers(1, 5_000), st.integers(1, 5_000))
@settings(deadline=None)
def test_two_needs_together_sell_what_one_of_their_sum_sells(
    found: list[tuple[int, int, bool]], first: int, second: int
) -> None:
    lots = held(found, cash=300.0)
    both = raised_gains([need(first, name="a"), need(second, name="b")], lots, AS_OF, FLAT)
    one = raised_gains([need(first + second)], lots, AS_OF, FLAT)
    assert both[0] == pytest.approx(one[0], abs=1e-6)
    assert both[1] == pytest.approx(one[1], abs=1e-6)


def test_cash_is_spent_first_and_money_coming_in_or_next_year_sells_nothing() -> None:
    lots = held([(100, 2000, True)], cash=1000.0)
    for needs in ([need(900)], [need(-5000)], [need(5000, date(2027, 1, 4))], [need(1, AS_OF)]):
        short, long = raised_gains(needs, lots, AS_OF, FLAT)
        assert not short.any()
        assert not long.any()


def test_after_a_fall_more_is_sold_at_less_gain() -> None:
    draws = Draws(np.array([-2.0, 0.0, 2.0]), 1)
    short, long = raised_gains([need(2000)], held([(100, 2000, True)], vol=0.3), AS_OF, draws)
    assert not short.any()
    assert long[0] < long[1] < long[2]


def test_an_uncertain_need_spreads_the_gain() -> None:
    draws = Draws(np.zeros(400), 4)
    _, long = raised_gains([need(2000, sd=500)], held([(100, 2000, True)]), AS_OF, draws)
    assert long.mean() == pytest.approx(1200, rel=0.1)
    assert long.std() == pytest.approx(300, rel=0.2)
