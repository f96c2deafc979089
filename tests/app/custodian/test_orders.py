"""Orders out: keys, layouts, the memorandum, and cells that no sheet will run."""

import csv
import io
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.custodian.csv_out import csv_text, neutral
from app.custodian.order_files import (
    LayoutError,
    layout_names,
    load_layout,
    match_until,
    memoranda,
    write_orders,
)
from app.custodian.orders import OrderError, approved_orders
from engine.records import Side
from engine.results import ProposalState
from tests.app.custodian.orders_fixture import HOUSEHOLD, SECURITIES, SIGNED, orders, proposal

D = Decimal


def table(text: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.decode(), newline="")))


def test_lots_of_one_security_are_one_sale_in_the_approved_sequence() -> None:
    sale, buy = orders()
    assert (sale.side, sale.shares, sale.limit_usd) == (Side.SELL, D(100), D("64.55"))
    assert [(lot.lot_id, lot.shares) for lot in sale.lots] == [("L2", D(60)), ("L1", D(40))]
    assert (sale.est_gain_st_usd, sale.est_gain_lt_usd) == (D("-1241.40"), D("-1228.40"))
    assert sale.est_price_usd == D("64.59")
    assert (buy.side, buy.symbol, buy.limit_usd) == (Side.BUY, "LULU", D("170.60"))
    assert sale.wash_until == date(2026, 11, 30)
    assert buy.wash_until is None


def test_the_same_approval_gives_the_same_keys_and_bytes_and_another_gives_others() -> None:
    first, second = orders(), orders()
    assert [o.order_key for o in first] == [o.order_key for o in second]
    assert all(len(o.order_key) == 31 and o.order_key.startswith("LOTL-") for o in first)
    other = approved_orders(
        replace(proposal(), proposal_id="P-2"), HOUSEHOLD, SECURITIES, SIGNED, wash_window_days=30
    )
    assert {o.order_key for o in first}.isdisjoint(o.order_key for o in other)
    for name in layout_names():
        layout = load_layout(name)
        assert write_orders(first, layout) == write_orders(second, layout)
        sheets = [write_orders(o, layout, xlsx=True).content for o in (first, second)]
        assert sheets[0] == sheets[1]


@pytest.mark.parametrize("role", ["recommender", "approver", "placed_by"])
def test_an_order_without_a_name_behind_it_is_refused(role: str) -> None:
    nobody = replace(SIGNED, **{role: " "})
    with pytest.raises(OrderError, match=role.replace("_", " ")):
        approved_orders(proposal(), HOUSEHOLD, SECURITIES, nobody, wash_window_days=30)
    with pytest.raises(LayoutError, match=role):
        memoranda([replace(orders()[0], **{role: ""})], {})


@pytest.mark.parametrize("state", [s for s in ProposalState if s is not ProposalState.APPROVED])
def test_only_an_approved_proposal_becomes_an_order(state: ProposalState) -> None:
    with pytest.raises(OrderError, match="not approved"):
        approved_orders(proposal(state), HOUSEHOLD, SECURITIES, SIGNED, wash_window_days=30)


def test_a_lot_that_has_shrunk_since_is_refused() -> None:
    smaller = replace(HOUSEHOLD, lots=(HOUSEHOLD.lots[0],))
    with pytest.raises(OrderError, match="lot L2 is gone or too small"):
        approved_orders(proposal(), smaller, SECURITIES, SIGNED, wash_window_days=30)


def test_the_generic_file_holds_the_agreed_columns() -> None:
    sale, buy = table(write_orders(orders(), load_layout("generic")).content)
    assert list(sale) == [
        *("order_id", "account", "side", "symbol", "cusip", "quantity", "order_type", "limit"),
        *("tif", "lot_method", "lot_ids", "lot_open_dates", "lot_qty", "lot_basis"),
        *("est_proceeds", "est_gain_st", "est_gain_lt", "wash_window_until"),
        *("replacement_symbol", "approver", "approved_at", "reason"),
    ]
    assert sale["lot_ids"] == "L2 L1"
    assert sale["lot_open_dates"] == "2026-09-19 2024-06-20"
    assert sale["est_gain_st"] == "-1241.40"
    assert sale["replacement_symbol"] == "LULU"
    assert (buy["lot_method"], buy["lot_ids"]) == ("", "")


def test_the_ibkr_basket_has_a_heading_row_for_each_order_type_and_ib_symbols() -> None:
    sale, buy = orders()
    market = replace(buy, limit_usd=None, symbol="BRK.B")
    text = write_orders((sale, market), load_layout("ibkr-basket")).content.decode()
    assert text.splitlines() == [
        "Action,Quantity,Symbol,SecType,Exchange,Currency,TimeInForce,OrderType,LmtPrice,Account,BasketTag,OrderRef",
        f"SELL,100,NKE,STK,SMART,USD,DAY,LMT,64.55,1234-0123,{sale.order_key},{sale.order_key}",
        "Action,Quantity,Symbol,SecType,Exchange,Currency,TimeInForce,OrderType,Account,BasketTag,OrderRef",
        f"BUY,38,BRK B,STK,SMART,USD,DAY,MKT,1234-0123,{buy.order_key},{buy.order_key}",
    ]
    assert ", " not in text
    assert " ," not in text


def test_the_wealthscape_file_has_eight_columns_and_refuses_what_does_not_fit() -> None:
    layout = load_layout("fidelity-wealthscape")
    sale, buy = orders()
    rows = write_orders((sale, buy), layout).content.decode().splitlines()
    assert rows == ["1234-0123,1,S,100,NKE,L,D,64.55", "1234-0123,1,B,38,LULU,L,D,170.60"]
    with pytest.raises(LayoutError, match="more than 3 decimals"):
        write_orders((replace(sale, shares=D("1.2345")),), layout)
    with pytest.raises(LayoutError, match="no code for 'IOC'"):
        write_orders((replace(sale, tif="IOC"),), layout)
    with pytest.raises(LayoutError, match="longer than 20"):
        write_orders((replace(sale, account_number="9" * 21),), layout)


def test_the_lot_instructions_name_each_lot_and_the_hour_until_it_can_be_matched() -> None:
    rows = table(write_orders(orders(), load_layout("lot-instructions")).content)
    assert [(r["lot_id"], r["lot_quantity"], r["lot_cost_per_share"]) for r in rows] == [
        ("L2", "60", "85.2800"),
        ("L1", "40", "95.3000"),
    ]
    assert {r["match_until"] for r in rows} == {"2026-10-30T20:30:00-04:00"}


def test_the_deadline_is_half_past_eight_in_new_york_on_either_side_of_the_clock_change() -> None:
    assert match_until(datetime(2026, 10, 30, 15, tzinfo=UTC)) == datetime(
        2026, 10, 31, 0, 30, tzinfo=UTC
    )
    assert match_until(datetime(2026, 11, 2, 15, tzinfo=UTC)) == datetime(
        2026, 11, 3, 1, 30, tzinfo=UTC
    )


def test_the_memorandum_says_who_what_when_and_whether_by_discretion() -> None:
    sale, _ = orders()
    text = memoranda([sale], {sale.order_key: ["limit 64.55 -> 64.50"]}).content.decode()
    for wanted in (
        "Recommended by:       engine",
        "Approved by:          ann at 2026-10-30T15:00:00Z",
        "Placed by:            bob",
        "Discretionary:        no",
        "Account:              1234-0123",
        "Modifications:        limit 64.55 -> 64.50",
        "SELL 100 NKE, limit 64.55 USD, DAY",
    ):
        assert wanted in text


HOSTILE = ['=HYPERLINK("http://x","y")', "+1+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3", "\t=1", "\0=1"]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_that_a_sheet_would_run_is_text(text: str) -> None:
    risky = [
        replace(o, reason=text, replacement=text, symbol=text, approver=text) for o in orders()
    ]
    generic = load_layout("generic")
    for row in csv.reader(io.StringIO(write_orders(risky, generic).content.decode(), newline="")):
        assert all(not cell.startswith(("=", "+", "@", "\t", "\0")) for cell in row)
        assert all(cell.startswith("'") for cell in row if "cmd" in cell or "HYPER" in cell)
    sheet = write_orders(
        [replace(o, approver="x") for o in risky] if "\0" in text else risky, generic
    )
    assert sheet.content
    if "\0" not in text:
        book = write_orders(risky, generic, xlsx=True).content
        cells = [
            c for row in openpyxl.load_workbook(io.BytesIO(book)).active.iter_rows() for c in row
        ]
        assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}
        assert b"<f>" not in zipfile.ZipFile(io.BytesIO(book)).read("xl/worksheets/sheet1.xml")


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-1e9, max_value=1e9))
def test_a_number_goes_out_as_it_is(value: Decimal) -> None:
    assert neutral(str(value)) == str(value)


@given(st.text())
def test_no_text_goes_out_as_a_formula(text: str) -> None:
    (row,) = csv.reader(io.StringIO(csv_text([[text, "x"]]), newline=""), strict=True)
    assert not row[0].startswith(("=", "@", "\t", "\r", "\0"))


def test_a_layout_that_is_not_well_formed_is_refused_by_name() -> None:
    with pytest.raises(LayoutError, match="no order layout nowhere"):
        load_layout("nowhere")
