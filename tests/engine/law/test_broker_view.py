"""Broker and taxpayer side by side, and the rows of Form 8949 that mend the difference."""

from datetime import date
from decimal import Decimal

from hypothesis import given, settings

from app.lawbook import load
from engine.law.broker_view import broker_lines, side_by_side
from engine.law.form_8949 import Reported, rows, schedule_d, totals
from engine.law.liability import bill
from engine.law.wash_sales import scan
from engine.records import Side, Term, Trade
from tests.engine.law.wash_history import ACCOUNTS, histories, scan_arguments
from tests.tax_profiles import household

ARGUMENTS = scan_arguments()


def trade(name: str, side: Side, on: date, price: int, account: str, lot: str = "") -> Trade:
    lots = ((lot, Decimal(10)),) if lot else ()
    return Trade(name, account, "X", side, Decimal(10), Decimal(price), on, 0, lots)


HISTORY = (
    trade("b1", Side.BUY, date(2025, 1, 2), 100, "T1"),
    trade("s1", Side.SELL, date(2025, 3, 3), 90, "T1", "b1"),
    trade("b2", Side.BUY, date(2025, 3, 10), 92, "T2"),
    trade("s2", Side.SELL, date(2025, 6, 16), 105, "T2", "b2"),
)


def test_the_broker_never_sees_a_wash_across_accounts() -> None:
    """
    2025-01-02 buy   T1 10 @ 100
    2025-03-03 sell  T1 10 @  90    1099-B: loss 100;  return: 0, disallowed 100
    2025-03-10 buy   T2 10 @  92                        basis 102 each
    2025-06-16 sell  T2 10 @ 105    1099-B: gain 130;  return: gain 30
    """
    broker = broker_lines(HISTORY, ACCOUNTS, window_days=30)
    first, second = side_by_side(broker, scan(HISTORY, **ARGUMENTS).lines)
    assert (first.broker.disallowed_usd, first.taxpayer.disallowed_usd) == (0, 100)
    assert (first.broker.gain_usd, first.taxpayer.gain_usd) == (-100, 0)
    assert (second.broker.basis_usd, second.taxpayer.basis_usd) == (920, 1020)
    assert first.difference_usd + second.difference_usd == 0
    assert not first.agrees
    assert not second.agrees


def test_the_form_mends_a_reported_basis_and_washes_in_one_row() -> None:
    found = scan(HISTORY, **ARGUMENTS)
    reported = {("s1", "b1"): Reported(Decimal(1000)), ("s2", "b2"): Reported(Decimal(920))}
    first, second = rows([x.realized for x in found.lines], {"X": "XYZ"}, reported=reported)
    assert (first.box, first.description, first.code) == ("A", "10 sh XYZ", "W")
    assert (first.basis_usd, first.adjustment_usd, first.gain_usd) == (1000, 100, 0)
    assert (second.code, second.basis_usd, second.adjustment_usd) == ("B", 920, -100)
    assert second.gain_usd == 30


def test_a_basis_that_was_not_reported_is_simply_right() -> None:
    found = scan(HISTORY, **ARGUMENTS)
    reported = {("s2", "b2"): Reported(Decimal(920), Term.LONG)}
    lines = [x.realized for x in found.lines]
    _, second = rows(lines, {}, uncovered={"b1", "b2"}, reported=reported)
    assert (second.box, second.code, second.basis_usd, second.gain_usd) == ("B", "", 1020, 30)
    _, none = rows(lines, {}, no_form={"T1", "T2"})
    assert none.box == "C"


def test_a_term_that_the_broker_has_wrong_is_code_t_with_a_note() -> None:
    """b2 takes over 273 days of b1: sold on 2025-06-16 it is long, the broker says short."""
    history = (
        trade("b1", Side.BUY, date(2024, 6, 3), 100, "T1"),
        trade("s1", Side.SELL, date(2025, 3, 3), 90, "T1", "b1"),
        trade("b2", Side.BUY, date(2025, 3, 10), 92, "T2"),
        trade("s2", Side.SELL, date(2025, 6, 16), 110, "T2", "b2"),
    )
    lines = [x.realized for x in scan(history, **ARGUMENTS).lines]
    shown = {("s2", "b2"): Reported(Decimal(920), Term.SHORT)}
    row = next(r for r in rows(lines, {}, reported=shown) if r.sold_on == date(2025, 6, 16))
    assert (row.box, row.code, row.gain_usd) == ("D", "BT", 80)
    assert "2024-06-10" in row.note


@given(histories(whole=False))
@settings(deadline=None)
def test_the_form_adds_up_to_the_return_whatever_the_broker_says(
    trades: tuple[Trade, ...],
) -> None:
    found = scan(trades, **ARGUMENTS)
    broker = broker_lines(trades, ACCOUNTS, window_days=30)
    views = side_by_side(broker, found.lines)
    reported = {(v.sale_id, v.lot_id): Reported(v.broker.basis_usd) for v in views}
    made = rows([x.realized for x in found.lines], {}, reported=reported)
    assert sum(row.gain_usd for row in made) == found.reported_usd
    assert sum(box.gain_usd for box in totals(made)) == found.reported_usd
    for row in made:
        assert row.gain_usd == row.proceeds_usd - row.basis_usd + row.adjustment_usd
        assert (row.code == "") == (row.adjustment_usd == 0) or "B" in row.code
    assert {v.sale_id for v in views} == {x.realized.sale_id for x in broker}


@given(histories(whole=False))
@settings(deadline=None)
def test_a_single_account_and_security_looks_the_same_from_both_sides(
    trades: tuple[Trade, ...],
) -> None:
    mine = [t for t in trades if t.account_id == "T1"]
    views = side_by_side(
        broker_lines(mine, ACCOUNTS, window_days=30), scan(mine, **ARGUMENTS).lines
    )
    assert all(view.agrees for view in views)


@given(histories(whole=False))
@settings(max_examples=40, deadline=None)
def test_the_lines_of_schedule_d_are_the_totals_of_the_boxes_and_make_the_bill(
    trades: tuple[Trade, ...],
) -> None:
    """8949 boxes A to F go to lines 1b, 2, 3, 8b, 9, 10, and those to lines 7 and 15."""
    sold = [line.realized for line in scan(trades, **ARGUMENTS).lines]
    uncovered = {line.lot_id for number, line in enumerate(sold) if number % 2}
    made = rows(sold, {}, uncovered=uncovered, no_form={"T2"})
    sheet = schedule_d(made)
    assert {line.line for line in sheet.lines} <= {"1b", "2", "3", "8b", "9", "10"}
    for line in sheet.lines:
        mine = [row for row in made if row.box == line.box]
        assert line.gain_usd == sum(row.gain_usd for row in mine)
        assert line.gain_usd == line.proceeds_usd - line.basis_usd + line.adjustment_usd
    short = sum((x.recognized_usd for x in sold if x.term is Term.SHORT), Decimal(0))
    long = sum((x.recognized_usd for x in sold if x.term is Term.LONG), Decimal(0))
    assert (sheet.short_usd, sheet.long_usd) == (short, long)
    found = bill(
        household(2026, wages=90_000),
        load(),
        st_gain_usd=sheet.short_usd,
        lt_gain_usd=sheet.long_usd,
    )
    lines = {line.key: line.amount_usd for line in found.lines}
    assert (lines["sched_d_line7"], lines["sched_d_line15"]) == (short, long)
