"""Lot relief side by side: least tax is never worse, and exact where the bill is straight."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InputError
from engine.law.lots import close, pick
from engine.law.relief import MINIMUM_TAX, compare
from engine.records import Lot, Term

ON = date(2026, 3, 3)


def lots_of(rows: list[tuple[int, int, bool]]) -> list[Lot]:
    found = []
    for number, (shares, basis, long) in enumerate(rows):
        day = ON - timedelta(days=(500 if long else 100) + number)
        found.append(Lot(f"l{number}", "A", "X", Decimal(shares), Decimal(basis), day, day))
    return found


def flat(st_rate: str, lt_rate: str) -> object:
    def tax(st_gain: Decimal, lt_gain: Decimal) -> Decimal:
        return st_gain * Decimal(st_rate) + lt_gain * Decimal(lt_rate)

    return tax


def bent(st_gain: Decimal, lt_gain: Decimal) -> Decimal:
    """37 % and 20 % after netting, losses beyond 3,000 worth nothing now."""
    if st_gain < 0 < lt_gain or lt_gain < 0 < st_gain:
        net = st_gain + lt_gain
        st_gain, lt_gain = (net, Decimal(0)) if (net > 0) == (st_gain > 0) else (Decimal(0), net)
    if st_gain + lt_gain < 0:
        return max(Decimal(-3000), st_gain + lt_gain) * Decimal("0.37")
    return st_gain * Decimal("0.37") + lt_gain * Decimal("0.2")


rows = st.lists(
    st.tuples(st.integers(1, 50), st.integers(10, 6000), st.booleans()), min_size=1, max_size=5
)


@given(rows, st.floats(0.05, 1), st.sampled_from([("0.37", "0.2"), ("0.24", "0.15"), ("0.3", "0")]))
@settings(deadline=None)
def test_least_tax_is_the_least_of_all_orders_of_a_straight_bill(
    held: list[tuple[int, int, bool]], part: float, rates: tuple[str, str]
) -> None:
    lots, tax = lots_of(held), flat(*rates)
    shares = max(Decimal(1), Decimal(int(part * sum(row[0] for row in held))))
    best = min(
        tax(  # type: ignore[operator]
            sum((x.recognized_usd for x in lines if x.term is Term.SHORT), Decimal(0)),
            sum((x.recognized_usd for x in lines if x.term is Term.LONG), Decimal(0)),
        )
        for order in permutations(lots)
        for _, lines in [close(pick(order, shares), shares * 50, ON, "s")]
    )
    found = compare(lots, shares, Decimal(50), ON, tax)  # type: ignore[arg-type]
    least = next(way for way in found if way.method == MINIMUM_TAX)
    assert abs(least.tax_usd - best) <= Decimal("0.02")


@given(rows, st.floats(0.05, 1))
@settings(deadline=None)
def test_least_tax_is_never_worse_than_an_order_shown(
    held: list[tuple[int, int, bool]], part: float
) -> None:
    lots = lots_of(held)
    shares = max(Decimal(1), Decimal(int(part * sum(row[0] for row in held))))
    named = [(lot.lot_id, part) for lot, part in pick(lots[::-1], shares)]
    found = compare(lots, shares, Decimal(50), ON, bent, named)
    assert found[0].method == MINIMUM_TAX
    assert {way.method for way in found} == {"fifo", "lifo", "hifo", "specific", "minimum_tax"}
    for way in found:
        assert way.tax_usd >= found[0].tax_usd
        assert sum(part for _, part in way.picks) == shares


def test_highest_cost_is_not_least_tax() -> None:
    """A long-term gain of 1,000 at 20 % beats a short-term one of 900 at 37 %."""
    lots = lots_of([(100, 4100, False), (100, 4000, True)])
    found = compare(lots, Decimal(100), Decimal(50), ON, bent)
    by_method = {way.method: way for way in found}
    assert by_method["hifo"].tax_usd == Decimal("333.00")
    assert by_method[MINIMUM_TAX].tax_usd == Decimal("200.0")
    assert by_method[MINIMUM_TAX].picks == (("l1", Decimal(100)),)


def test_a_lot_that_is_not_held_is_refused() -> None:
    with pytest.raises(InputError, match="name lots for 2 shares in all"):
        compare(lots_of([(10, 10, True)]), Decimal(2), Decimal(5), ON, bent, [("l0", Decimal(1))])
    with pytest.raises(InputError, match="lot: read 'x'"):
        compare(lots_of([(10, 10, True)]), Decimal(1), Decimal(5), ON, bent, [("x", Decimal(1))])
