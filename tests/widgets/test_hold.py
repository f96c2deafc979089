from hypothesis import given
from hypothesis import strategies as st

from widgets.hold import HeldOrder, Pending

ids = st.lists(st.sampled_from("abcdefgh"), unique=True)


def test_while_held_nothing_moves_and_what_waits_is_counted() -> None:
    order = HeldOrder()
    order.take(["a", "b", "c"], held=False)
    assert order.take(["x", "c", "b", "y"], held=True) == ("a", "b", "c")
    assert order.pending == Pending(new=2, moved=2)
    assert str(order.pending) == "2 new, 2 moved"
    assert order.accept() == ("x", "c", "b", "y")
    assert str(order.pending) == ""


def test_a_row_that_was_decided_may_leave_although_the_order_is_held() -> None:
    order = HeldOrder()
    order.take(["a", "b", "c"], held=False)
    assert order.take(["b", "c"], held=True, dropped=frozenset("a")) == ("b", "c")


@given(ids, st.lists(ids, min_size=1))
def test_no_row_ever_changes_its_place_while_held(first: list[str], later: list[list[str]]) -> None:
    order = HeldOrder()
    order.take(first, held=False)
    for newest in later:
        assert order.take(newest, held=True) == tuple(first)
