from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.blotter import (
    BUST,
    CORRECT,
    FILL,
    STEPS,
    OrderEvent,
    OrderStatus,
    UnlawfulStepError,
    fold,
    proposal_step,
)
from engine.results import ProposalState

AT = datetime(2026, 10, 19, 14, 0, tzinfo=UTC)
ORDERED = Decimal(100)


def fill(number: int, shares: int) -> OrderEvent:
    at = AT + timedelta(seconds=number)
    return OrderEvent(f"X{number}", FILL, at, Decimal(shares), Decimal("20.5"))


words = st.sampled_from([status.value for status in OrderStatus if status != "filled"])
said = st.builds(
    lambda n, word: OrderEvent(f"S{n}", word, AT + timedelta(seconds=n)), st.integers(0, 9), words
)
fills = st.lists(st.integers(1, 40), max_size=5).map(
    lambda sizes: [fill(n, shares) for n, shares in enumerate(sizes)]
)


@given(fills, st.lists(said, max_size=6), st.randoms(use_true_random=False))
def test_quantities_conserve_whatever_is_told(fills, told, random) -> None:  # type: ignore[no-untyped-def]
    events = [*fills, *told]
    random.shuffle(events)
    for end in range(len(events) + 1):
        state = fold(ORDERED, events[:end])
        parts = state.filled_shares + state.leaves_shares + state.cancelled_shares
        assert parts == ORDERED
        assert state.filled_shares + state.over_shares == sum(f[1] for f in state.fills)


@given(fills, st.lists(said, max_size=6), st.lists(said, max_size=4))
def test_a_terminal_state_stays_terminal(fills, told, later) -> None:  # type: ignore[no-untyped-def]
    state = fold(ORDERED, [*fills, *told])
    if state.status.terminal:
        more = [OrderEvent(f"later {e.event_id}", e.kind, e.at) for e in later]
        assert fold(ORDERED, [*fills, *told, *more]).status is state.status


@given(fills, st.lists(said, max_size=4), st.data())
def test_any_order_and_repetition_of_fills_comes_to_the_same(fills, told, data) -> None:  # type: ignore[no-untyped-def]
    shuffled = data.draw(st.permutations(fills))
    again = data.draw(st.lists(st.sampled_from(fills), max_size=5)) if fills else []
    assert fold(ORDERED, [*shuffled, *told, *again]) == fold(ORDERED, [*fills, *told])


def test_a_bust_takes_a_fill_out_of_a_filled_order() -> None:
    events = [fill(1, 60), fill(2, 40), OrderEvent("B1", BUST, AT, refers_to="X2")]
    state = fold(ORDERED, events)
    assert (state.status, state.filled_shares) == (OrderStatus.PARTIALLY_FILLED, Decimal(60))


def test_a_correction_replaces_what_a_fill_said() -> None:
    right = OrderEvent("C1", CORRECT, AT, Decimal(50), Decimal(21), refers_to="X1")
    state = fold(ORDERED, [fill(1, 60), right])
    assert state.fills == (("X1", Decimal(50), Decimal(21)),)


def test_a_cancelled_order_may_hold_fills_that_come_late() -> None:
    state = fold(ORDERED, [OrderEvent("S", "cancelled", AT), fill(1, 30)])
    assert (state.status, state.filled_shares) == (OrderStatus.CANCELLED, Decimal(30))
    assert (state.leaves_shares, state.cancelled_shares) == (Decimal(0), Decimal(70))


@pytest.mark.parametrize("state", ["rejected", "expired", "withdrawn", "exported"])
@pytest.mark.parametrize("step", STEPS)
def test_nothing_leads_out_of_an_end(state: str, step: str) -> None:
    with pytest.raises(UnlawfulStepError, match=f"P1 is {state}: it cannot {step}"):
        proposal_step("P1", ProposalState(state), step)
