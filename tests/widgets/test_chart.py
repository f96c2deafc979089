from hypothesis import given
from hypothesis import strategies as st

from widgets import text
from widgets.chart import axis_money, calm_range, nice_ticks, short_money

finite = st.floats(-1e7, 1e7)


@given(finite, st.floats(0.01, 1e7), st.integers(2, 12))
def test_ticks_are_round_lie_inside_and_are_no_more_than_asked(
    low: float, span: float, most: int
) -> None:
    ticks = nice_ticks(low, low + span, most, text.number)
    assert len(ticks) <= most + 1
    slack = span * 1e-6
    assert all(low - slack <= value <= low + span + slack for value, _ in ticks)


@given(st.tuples(finite, finite), finite, st.floats(0.1, 1e6))
def test_the_range_drawn_always_holds_the_data_and_stands_still_when_asked_again(
    now: tuple[float, float], low: float, span: float
) -> None:
    first = calm_range((min(now), max(now)), low, low + span)
    assert first[0] <= low
    assert low + span <= first[1]
    assert calm_range(first, low, low + span) == first


def test_dollars_on_an_axis_are_short() -> None:
    assert axis_money(1_180) == "$1.18k"
    assert axis_money(-2_500_000) == "−$2.5M"
    assert short_money(512_450) == "$512k"
    assert short_money(0) == "$0"
