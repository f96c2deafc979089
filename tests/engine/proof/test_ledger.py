import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.proof.ledger import Ledger


def ledger(names: int = 3, cash: float = 100_000.0) -> Ledger:
    return Ledger(names, cash, np.full(names, 5e-4))


def test_a_round_trip_costs_two_half_spreads() -> None:
    book = ledger()
    book.buy(1, 0, 10_000.0, 50.0)
    lots = book.open_lots()
    book.sell(2, lots, book.shares[lots], 50.0)
    assert book.cash_usd == pytest.approx(100_000 - 10_000 * (1 - 0.9995 / 1.0005))
    assert book.last_loss_sale[0] == 2


@given(st.lists(st.tuples(st.floats(100, 5000), st.floats(0.05, 1.0)), min_size=1, max_size=12))
def test_cash_and_lots_account_for_every_dollar(trades: list[tuple[float, float]]) -> None:
    book = ledger()
    for day, (value, part) in enumerate(trades):
        book.buy(day, day % 3, value, 20.0 + day)
        lots = book.open_lots()
        mine = lots[book.name[lots] == day % 3]
        book.sell(day, mine, book.shares[mine] * part, 21.0 + day)
    paid = sum(b.cost_usd for b in book.bought)
    got = sum(s.proceeds_usd for s in book.sold)
    held_basis = float((book.shares * book.basis_usd).sum())
    assert book.cash_usd == pytest.approx(100_000 - paid + got)
    assert held_basis + sum(s.basis_usd for s in book.sold) == pytest.approx(paid)


def test_a_split_and_a_spin_off_keep_the_basis() -> None:
    book = ledger()
    book.buy(1, 0, 10_000.0, 50.0)
    book.split(np.array([4.0, 1.0, 1.0]))
    assert float(book.shares[0] * book.basis_usd[0]) == pytest.approx(10_000)
    before = book.value(np.array([12.5, 1.0, 1.0]))
    gain = book.spin_off(np.array([1.25, 1.0, 1.0]), np.array([10.0, 1.0, 1.0]))
    assert book.value(np.array([10.0, 1.0, 1.0])) == pytest.approx(before)
    assert float(book.shares[0] * book.basis_usd[0]) == pytest.approx(8_000)
    assert gain == pytest.approx(book.shares[0] * 2.5 - 2_000)


def test_the_columns_grow_without_losing_a_lot() -> None:
    book = ledger(cash=1e9)
    for day in range(3000):
        book.buy(day, day % 3, 1000.0, 10.0)
    assert book.count == 3000
    assert float((book.shares * book.basis_usd).sum()) == pytest.approx(3e6)
