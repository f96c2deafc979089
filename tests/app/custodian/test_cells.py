"""One cell: every style that the samples show, and what is refused."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.custodian import cells
from app.custodian.cells import CellError
from engine.records import SecurityKind

D = Decimal


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$25,890.50", "25890.50"),
        ("-$4,704.60", "-4704.60"),
        ("$-125.00", "-125.00"),
        ("+$12016.10", "12016.10"),
        ("($957.00)", "-957.00"),
        ("957.00-", "-957.00"),
        ("$4,292.28 ", "4292.28"),
        ("\u2212412.20", "-412.20"),
        (".5", "0.50"),
        ("21.0273", "21.03"),
        ("1,234,567", "1234567.00"),
    ],
)
def test_money_in_every_style(text: str, value: str) -> None:
    assert cells.usd(text) == D(value)


@pytest.mark.parametrize(
    "text",
    [
        "1,23",
        "1.234,56",
        "1e5",
        "NaN",
        "Infinity",
        "12a",
        "--5",
        "(-5)",
        "$",
        "1 000",
        "٣",
        "9" * 13,
    ],
)
def test_what_is_no_plain_number_is_refused(text: str) -> None:
    with pytest.raises(CellError):
        cells.number(text)


@pytest.mark.parametrize(
    "text",
    [
        "10/31/2025",
        "10/31/2025 04:10:00 PM",
        "2025-10-31",
        "2025/10/31",
        "20251031",
        "20251031;060512",
        "Oct-31-2025",
        "Oct 31 2025 04:10 PM ET",
        "October 31, 2025",
        "31-Oct-2025",
        "Fri Oct 31 16:05:00 EDT 2025",
        "11/03/2025 as of 10/31/2025",
    ],
)
def test_a_date_in_every_style(text: str) -> None:
    assert cells.day(text) == date(2025, 10, 31)


@pytest.mark.parametrize(
    "text", ["31/10/2025", "10/31/25", "2025-02-29", "2025", "Okt 31 2025", "45961", "10/31-2025"]
)
def test_what_could_be_two_dates_or_none_is_refused(text: str) -> None:
    with pytest.raises(CellError):
        cells.day(text)


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)))
def test_a_date_written_is_the_date_read(day: date) -> None:
    for style in ("%Y-%m-%d", "%m/%d/%Y", "%Y%m%d", "%Y/%m/%d"):
        assert cells.day(day.strftime(style).zfill(8)) == day


@given(st.decimals(D("-99999999999.99"), D("99999999999.99"), places=2))
def test_money_written_is_the_money_read(value: Decimal) -> None:
    for style in (f"{value}", f"{value:,}", f"${value:,}", f"${value}"):
        assert cells.usd(style) == value


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    for rule in (cells.number, cells.usd, cells.day, cells.symbol, cells.identity, cells.instant):
        try:
            rule(text)
        except CellError as error:
            assert error.remedy  # noqa: PT017


def test_an_instant_without_its_zone_is_refused() -> None:
    assert cells.instant("2026-10-30T11:00:00-04:00") == datetime(2026, 10, 30, 15, tzinfo=UTC)
    with pytest.raises(CellError, match="zone"):
        cells.instant("2026-10-30T11:00:00")


@pytest.mark.parametrize("text", ["BRK/B", "BRK B", "BRK.B", "BRK-B", "brk.b"])
def test_a_share_class_has_one_spelling(text: str) -> None:
    assert cells.symbol(text) == "BRK.B"


@pytest.mark.parametrize(
    ("ticker", "kind"),
    [
        ("NKE", SecurityKind.STOCK),
        ("VTSAX", SecurityKind.NAV_FUND),
        ("VMFXX", SecurityKind.SWEEP),
        ("912810FS2", SecurityKind.BOND),
        ("912810FS3", SecurityKind.OTHER),
        ("SPY 12/19/2025 600.00 P", SecurityKind.OPTION),
        ("SPY 251219P00600000", SecurityKind.OPTION),
    ],
)
def test_the_look_of_a_ticker_tells_the_kind(ticker: str, kind: SecurityKind) -> None:
    assert cells.kind_of(ticker) is kind
