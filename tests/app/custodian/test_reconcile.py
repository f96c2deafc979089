"""Fills back: lots closed to the cent, exceptions named, duplicates without effect."""

import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.custodian.fills import read_fills
from app.custodian.order_files import load_layout, match_until, write_orders
from app.custodian.order_values import Fill, FillStatus
from app.custodian.paper import Manner, Spread, paper_fills
from app.custodian.reconcile import Reconciled, lots_not_matched, reconcile, split
from app.custodian.relief import check_relief
from app.custodian.sniff import as_source
from engine.records import CENT, RealizedLot, Side, Term
from tests.app.custodian.orders_fixture import AT, orders

D = Decimal
SALE, BUY = orders()
QUOTES = {"NKE": Spread(D("64.58"), D("64.60")), "LULU": Spread(D("170.50"), D("170.55"))}


def sold(exec_id: str, shares: str, at: datetime = AT, **more: object) -> Fill:
    fill = Fill(
        exec_id, SALE.order_key, "1234-0123", "NKE", Side.SELL, D(shares), D("64.58"), D("0.30"), at
    )
    return replace(fill, **more)  # type: ignore[arg-type]


def test_a_partial_fill_consumes_the_approved_lots_in_sequence() -> None:
    """
    approved  60 L2 (basis 5116.80), then 40 L1 (basis 3812.00)
    filled    70 @ 64.58 = 4520.60, fee 0.30: 60 of L2, 10 of L1
    """
    found = reconcile([SALE, BUY], [sold("E1", "70")])
    assert [(c.lot_id, c.shares, c.basis_usd) for c in found.closes] == [
        ("L2", D(60), D("5116.80")),
        ("L1", D(10), D("953.00")),
    ]
    assert sum(c.proceeds_usd for c in found.closes) == D("4520.30")
    assert sum(c.fee_usd for c in found.closes) == D("0.30")
    assert found.closes[0].gain_usd == D("3874.54") - D("5116.80")
    assert found.exceptions == ()


def test_a_later_file_goes_on_where_the_earlier_stopped() -> None:
    first = reconcile([SALE], [sold("E1", "70")])
    second = reconcile([SALE], [sold("E2", "30")], {"E1"}, first.closes)
    assert [(c.lot_id, c.shares, c.basis_usd) for c in second.closes] == [
        ("L1", D(30), D("2859.00"))
    ]
    third = reconcile([SALE], [sold("E3", "1")], (), (*first.closes, *second.closes))
    assert [e.kind for e in third.exceptions] == ["over_fill"]


def test_a_purchase_becomes_a_lot_with_its_fee_in_the_basis() -> None:
    fill = Fill(
        "B1", BUY.order_key, "XXXX-0123", "LULU", Side.BUY, D(38), D("170.55"), D("0.11"), AT
    )
    (bought,) = reconcile([SALE, BUY], [fill]).bought
    assert bought.lot.basis_usd == D("6481.01")
    assert (bought.lot.account_id, bought.lot.acquired_on) == ("A1", date(2026, 10, 30))


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"order_key": "LOTL-0"}, "unmatched"),
        ({"order_key": ""}, "unmatched"),
        ({"account": "9999-0777"}, "wrong_account"),
        ({"symbol": "NIKE"}, "symbol_changed"),
        ({"side": Side.BUY}, "wrong_side"),
        ({"shares": D("100.5")}, "over_fill"),
        ({"lot_id": "L9"}, "other_lot"),
        ({"lot_id": "L2", "shares": D(61)}, "other_lot"),
        ({"status": FillStatus.REJECTED, "shares": D(0)}, "rejected"),
        ({"status": FillStatus.CANCELLED, "shares": D(0)}, "cancelled"),
    ],
)
def test_a_fill_that_does_not_fit_closes_nothing_and_is_named(
    change: dict[str, object], kind: str
) -> None:
    fill = replace(sold("E1", "40"), **change)  # type: ignore[arg-type]
    found = reconcile([SALE, BUY], [fill])
    assert (found.closes, found.bought, found.fills) == ((), (), ())
    (exception,) = found.exceptions
    assert exception.kind == kind
    assert exception.what
    assert exception.remedy


def test_an_unmatched_fill_is_told_which_order_it_looks_like() -> None:
    (exception,) = reconcile([SALE, BUY], [sold("E1", "40", order_key="")]).exceptions
    assert SALE.order_key in exception.remedy


def test_the_lot_that_the_custodian_names_is_taken_if_it_was_instructed() -> None:
    (close,) = reconcile([SALE], [sold("E1", "40", lot_id="L1")]).closes
    assert (close.lot_id, close.confirmed) == ("L1", True)


def test_an_execution_told_again_with_other_shares_is_an_exception() -> None:
    first = reconcile([SALE], [sold("E1", "70")])
    again = reconcile([SALE], [sold("E1", "60")], {"E1"}, first.closes)
    assert [e.kind for e in again.exceptions] == ["corrected"]
    assert again.closes == ()


@st.composite
def executions(draw: st.DrawFn) -> list[Fill]:
    cuts = draw(st.lists(st.integers(1, 99_999_999), max_size=6, unique=True))
    edges = [0, *sorted(cuts), 100_000_000]
    fills = []
    for number, (low, high) in enumerate(pairwise(edges)):
        price = draw(st.decimals(D("0.0001"), D("999"), places=4))
        fee = draw(st.decimals(D(0), D(9), places=2))
        shares = str(D(high - low) / 1_000_000)
        at = AT + timedelta(seconds=draw(st.integers(0, 5)))
        fills.append(sold(f"E{number}", shares, at, price_usd=price, fee_usd=fee))
    return fills


@settings(max_examples=150, deadline=None)
@given(executions(), st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_of_the_fills_gives_the_same_lots(
    fills: list[Fill], chance: random.Random
) -> None:
    straight = reconcile([SALE, BUY], fills)
    mixed = [*fills, *chance.choices(fills, k=3)]
    chance.shuffle(mixed)
    again = reconcile([SALE, BUY], mixed)
    assert again.closes == straight.closes
    assert (again.exceptions, len(again.duplicates)) == ((), 3)


@settings(max_examples=150, deadline=None)
@given(executions())
def test_shares_proceeds_fees_and_basis_are_conserved_to_the_cent(fills: list[Fill]) -> None:
    closes = reconcile([SALE], fills).closes
    for fill in fills:
        parts = [c for c in closes if c.exec_id == fill.exec_id]
        assert sum(c.shares for c in parts) == fill.shares
        assert sum(c.fee_usd for c in parts) == fill.fee_usd
        gross = (fill.shares * fill.price_usd).quantize(CENT)
        assert sum(c.proceeds_usd for c in parts) == gross - fill.fee_usd
    for lot in SALE.lots:
        parts = [c for c in closes if c.lot_id == lot.lot_id]
        assert sum(c.shares for c in parts) == lot.shares
        assert sum(c.basis_usd for c in parts) == lot.basis_usd


@settings(max_examples=100, deadline=None)
@given(executions(), st.integers(0, 7))
def test_fills_in_two_files_close_the_same_shares_of_each_lot(fills: list[Fill], at: int) -> None:
    first = reconcile([SALE], fills[at:])
    second = reconcile([SALE], fills, {f.exec_id for f in fills[at:]}, first.closes)
    closes = (*first.closes, *second.closes)
    for lot in SALE.lots:
        assert sum(c.shares for c in closes if c.lot_id == lot.lot_id) == lot.shares
        assert sum(c.basis_usd for c in closes if c.lot_id == lot.lot_id) == lot.basis_usd


@given(
    st.decimals(-9999, 9999, places=2),
    st.lists(st.decimals(D("0.000001"), D(9999), places=6), min_size=1, max_size=9),
)
def test_a_split_of_dollars_loses_no_cent(amount: Decimal, weights: list[Decimal]) -> None:
    parts = split(amount, weights)
    assert sum(parts) == amount
    assert all(
        abs(part - amount * weight / sum(weights)) < CENT
        for part, weight in zip(parts, weights, strict=True)
    )


def test_lots_wait_for_the_custodian_until_half_past_eight() -> None:
    found = reconcile([SALE], [sold("E1", "70"), sold("E2", "30", lot_id="L1")])
    waiting = lots_not_matched([SALE], found.closes, AT)
    assert [(w.lot_id, w.shares, w.late) for w in waiting] == [
        ("L1", D(10), False),
        ("L2", D(60), False),
    ]
    late = lots_not_matched([SALE], found.closes, match_until(AT) + timedelta(seconds=1))
    assert all(w.late for w in late)


def realized(acquired: date, shares: str, basis: str, proceeds: str, term: Term) -> RealizedLot:
    sold_on = date(2026, 10, 30)
    return RealizedLot(
        "S", "", "A1", "NKE", D(shares), D(proceeds), D(basis), acquired, acquired, sold_on, term
    )


def test_the_morning_check_is_silent_when_the_custodian_closed_the_instructed_lots() -> None:
    closes = reconcile([SALE], [sold("E1", "70")]).closes
    theirs = [
        realized(date(2026, 9, 19), "60", "5116.80", "3874.54", Term.SHORT),
        realized(date(2024, 6, 20), "10", "953.00", "645.76", Term.LONG),
    ]
    assert check_relief(closes, theirs) == ()


def test_first_in_first_out_instead_of_the_instructed_lots_is_a_break_with_both_results() -> None:
    """
    ours    60 of 2026-09-19 (held since 06-07), 10 of 2024-06-20
    theirs  60 of 2024-06-20, 10 of 2026-09-19
    """
    closes = reconcile([SALE], [sold("E1", "70")]).closes
    theirs = [
        realized(date(2024, 6, 20), "60", "5718.00", "3874.54", Term.LONG),
        realized(date(2026, 9, 19), "10", "852.80", "645.76", Term.SHORT),
    ]
    (found,) = check_relief(closes, theirs)
    assert "60 shares of the lot of 2024-06-20" in found.what
    assert (found.ours_st_usd, found.ours_lt_usd) == (D("-1242.26"), D("-307.24"))
    assert (found.theirs_st_usd, found.theirs_lt_usd) == (D("-207.04"), D("-1843.46"))
    (missing,) = check_relief(closes, [])
    assert "does not show this sale" in missing.what


ORDER_FILE = write_orders((SALE, BUY), load_layout("generic")).content.decode()


def settle(manner: Manner, seed: int = 7) -> Reconciled:
    text = paper_fills(ORDER_FILE, QUOTES, AT, seed, manner)
    fills, problems, rejected = read_fills(as_source("fills.csv", text.encode()))
    assert (problems, rejected) == ((), ())
    return reconcile((SALE, BUY), fills)


def test_the_paper_custodian_fills_whole_and_every_share_comes_back() -> None:
    found = settle(Manner())
    assert sum(c.shares for c in found.closes) == D(100)
    assert sum(b.lot.shares for b in found.bought) == D(38)
    assert found.exceptions == ()
    assert {c.price_usd for c in found.closes} == {D("64.58")}


def test_the_paper_custodian_can_fill_in_part_reject_and_take_another_lot() -> None:
    part = settle(Manner(partial=1.0))
    assert 0 < sum(c.shares for c in part.closes) < D(100)
    assert [e.kind for e in settle(Manner(rejected=1.0)).exceptions] == ["rejected"] * 2
    wrong = settle(Manner(wrong_lot=1.0))
    assert [e.kind for e in wrong.exceptions] == ["other_lot"]
    assert wrong.closes == ()
    assert sum(b.lot.shares for b in wrong.bought) == D(38)


def test_the_same_seed_fills_the_same_way_and_another_does_not() -> None:
    manner = Manner(partial=0.5, rejected=0.1)
    files = {seed: paper_fills(ORDER_FILE, QUOTES, AT, seed, manner) for seed in range(6)}
    assert paper_fills(ORDER_FILE, QUOTES, AT, 3, manner) == files[3]
    assert len(set(files.values())) > 1


def test_a_limit_that_is_not_reached_stays_open() -> None:
    low = {"NKE": Spread(D("64.50"), D("64.52")), "LULU": Spread(D("171"), D("171.10"))}
    text = paper_fills(ORDER_FILE, low, AT, 7, Manner())
    assert len(text.splitlines()) == 1
