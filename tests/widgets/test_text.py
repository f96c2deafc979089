from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets import text


@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        (text.money(Decimal("-1234.50"), 2), "−$1,234.50"),
        (text.signed_money(1940), "+$1,940"),
        (text.signed(-0.2), "0"),
        (text.number(Decimal("0.005"), 2), "0.00"),
        (text.percent(0.0084, 2), "0.84%"),
        (text.probability(0.0), "0%"),
        (text.probability(0.001), "<1%"),
        (text.probability(0.999), ">99%"),
        (text.probability(1.0), "100%"),
        (text.probability(float("nan")), "–"),
        (text.shares(Decimal("12.340000")), "12.34"),
        (text.hours(2.9), "2 h 54 m"),
        (text.hours(0.5), "30 m"),
        (text.countdown(7073), "1:57:53"),
        (text.age(252), "4 min"),
        (text.plural(1, "trade"), "1 trade"),
        (text.plural(1200, "trade"), "1,200 trades"),
    ],
)
def test_figures_read_as_an_advisor_writes_them(made: str, wanted: str) -> None:
    assert made == wanted


def test_times_are_those_of_new_york_in_winter_and_summer() -> None:
    assert text.clock(datetime(2026, 11, 23, 19, 2, 7, tzinfo=UTC)) == "14:02:07"
    assert text.clock(datetime(2026, 7, 1, 18, 0, tzinfo=UTC)) == "14:00:00"
    assert text.clock(datetime(2026, 7, 1, 18, 0)) == "14:00:00"  # noqa: DTZ001  # taken as UTC


@given(st.decimals(-(10**9), 10**9, places=2))
def test_a_sign_is_shown_exactly_when_the_figure_shown_is_not_zero(amount: Decimal) -> None:
    shown = text.signed(amount)
    assert "-" not in shown
    value = int(shown.replace(",", "").replace("−", "-"))
    assert value == int(amount.quantize(Decimal(1)))
    assert (shown[0] in "+−") == (value != 0)
