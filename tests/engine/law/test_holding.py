"""The holding period by calendar (tax-rules section 7)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.law.holding import days_to_long, long_from, term, term_of
from engine.records import Lot, Origin, Term

days = st.dates(date(1950, 1, 1), date(2090, 1, 1))


@pytest.mark.parametrize(
    ("acquired", "long"),
    [
        ("2024-01-31", "2025-02-01"),
        ("2024-02-28", "2025-03-01"),
        ("2024-02-29", "2025-03-01"),
        ("2023-02-28", "2024-03-01"),
        ("2025-03-10", "2026-03-11"),
    ],
)
def test_the_table_of_the_rules(acquired: str, long: str) -> None:
    assert long_from(date.fromisoformat(acquired)) == date.fromisoformat(long)


def test_a_sale_on_leap_day_is_short_for_shares_of_the_28th_a_year_before() -> None:
    assert term(date(2023, 2, 28), date(2024, 2, 29)) is Term.SHORT


@given(days, st.integers(0, 800))
def test_term_and_days_to_long_agree(held_since: date, later: int) -> None:
    on = held_since + timedelta(days=later)
    assert (term(held_since, on) is Term.LONG) == (days_to_long(held_since, on) == 0)
    assert on + timedelta(days=days_to_long(held_since, on)) >= long_from(held_since)


@given(days)
def test_more_than_a_year_is_never_less_than_366_days(held_since: date) -> None:
    assert (long_from(held_since) - held_since).days in (366, 367)


@given(days, days)
def test_who_bought_later_is_never_long_earlier(one: date, other: date) -> None:
    first, second = sorted((one, other))
    assert long_from(first) <= long_from(second)


def test_inherited_shares_are_long_on_the_first_day() -> None:
    on = date(2025, 1, 2)
    lot = Lot("L", "A", "X", Decimal(1), Decimal(9), on, on, Origin.INHERITED)
    assert term_of(lot, on) is Term.LONG


def test_a_gift_sold_at_a_loss_is_held_from_the_gift() -> None:
    lot = Lot(
        "L",
        "A",
        "X",
        Decimal(10),
        Decimal(900),
        date(2025, 1, 2),
        date(2020, 1, 2),
        Origin.GIFTED,
        loss_basis_usd=Decimal(600),
    )
    assert term_of(lot, date(2025, 3, 3), Decimal(50)) is Term.SHORT
    assert term_of(lot, date(2025, 3, 3), Decimal(95)) is Term.LONG


def test_the_years_of_the_statute_are_those_of_the_law() -> None:
    from app.lawbook import load
    from engine.law.holding import STATUTE_YEARS

    assert load().long_term_years == STATUTE_YEARS
    assert long_from(date(2024, 2, 28), 4) == date(2028, 2, 29)
    assert long_from(date(2024, 2, 28), 2) == date(2026, 3, 1)
