"""Dividing to the cent, choosing lots, and closing them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.errors import InputError, OverdrawnLotError
from engine.law.lots import Relief, apportion, apportion_usd, close, identified, in_order, pick
from engine.records import Lot, Origin

weights = st.lists(st.integers(0, 10**12), min_size=1, max_size=8).filter(lambda w: sum(w) > 0)
money = st.decimals("0", "1000000", places=2)
shares = st.decimals("0.000001", "10000", places=6)


@given(st.integers(-(10**12), 10**12), weights)
def test_parts_add_up_and_are_within_a_unit_of_their_share(total: int, parts: list[int]) -> None:
    found = apportion(total, parts)
    assert sum(found) == total
    for part, weight in zip(found, parts, strict=True):
        assert abs(part * sum(parts) - total * weight) < sum(parts)


@given(st.integers(0, 10**12), st.integers(0, 10**12), st.integers(1, 10**12))
def test_two_parts_are_divided_as_any_number_of_parts_is(total: int, one: int, two: int) -> None:
    assert apportion(total, [one, two]) == apportion(total, [one, two, 0])[:2]


def test_cents_left_over_go_to_the_largest_remainders() -> None:
    assert apportion(100, [1, 1, 1]) == [34, 33, 33]
    assert apportion(10, [15, 25, 60]) == [2, 2, 6]
    assert apportion(-100, [1, 1, 1]) == [-34, -33, -33]


@given(money, st.lists(shares, min_size=1, max_size=6))
def test_dollars_are_divided_without_losing_a_cent(total: Decimal, parts: list[Decimal]) -> None:
    assert sum(apportion_usd(total, parts)) == total


def lot(name: str, day: int, held: int, basis: int) -> Lot:
    on = date(2024, 1, 1) + timedelta(days=day)
    return Lot(name, "A", "X", Decimal(held), Decimal(basis), on, on)


LOTS = (lot("old", 0, 10, 100), lot("dear", 10, 10, 300), lot("new", 20, 10, 200))


@pytest.mark.parametrize(
    ("relief", "first"), [(Relief.FIFO, "old"), (Relief.LIFO, "new"), (Relief.HIFO, "dear")]
)
def test_a_standing_order_says_which_lot_goes_first(relief: Relief, first: str) -> None:
    picked = pick(in_order(LOTS, relief), Decimal(15))
    assert picked[0][0].lot_id == first
    assert [part for _, part in picked] == [10, 5]


def test_more_than_is_held_is_refused_by_name() -> None:
    with pytest.raises(OverdrawnLotError, match=r"old \+ dear \+ new holds 30 shares, 31 were"):
        pick(LOTS, Decimal(31))
    with pytest.raises(OverdrawnLotError, match="lot dear holds 10 shares, 11 were"):
        identified(LOTS, [("dear", Decimal(6)), ("dear", Decimal(5))])
    with pytest.raises(InputError, match="lot: read 'none'"):
        identified(LOTS, [("none", Decimal(6))])


@given(money, money, shares, st.floats(0.01, 0.99), money)
def test_a_partial_sale_conserves_basis_and_proceeds(
    one: Decimal, two: Decimal, held: Decimal, part: float, proceeds: Decimal
) -> None:
    on = date(2024, 1, 1)
    lots = [Lot(name, "A", "X", held, basis, on, on) for name, basis in (("a", one), ("b", two))]
    asked = (held * Decimal(str(part))).quantize(Decimal("0.000001"))
    assume(0 < asked < held)
    kept, lines = close(pick(lots, held + asked), proceeds, date(2024, 6, 3), "s")
    basis = sum(line.basis_usd for line in lines) + sum(rest.basis_usd for rest in kept)
    assert basis == one + two
    assert sum(line.proceeds_usd for line in lines) == proceeds


def test_a_gift_between_its_bases_is_sold_without_gain_or_loss() -> None:
    gift = Lot(
        "g",
        "A",
        "X",
        Decimal(10),
        Decimal(90),
        date(2025, 1, 2),
        date(2020, 1, 2),
        Origin.GIFTED,
        loss_basis_usd=Decimal(60),
    )
    for proceeds, result in ((100, 10), (70, 0), (50, -10)):
        _, lines = close(((gift, gift.shares),), Decimal(proceeds), date(2025, 3, 3), "s")
        assert lines[0].recognized_usd == result
