import io
from datetime import UTC, datetime
from decimal import Decimal

import pypdf
import pytest
from PIL import Image

from app.reports.typeset import (
    Bullets,
    Card,
    Cards,
    Column,
    Document,
    Lead,
    Notice,
    Point,
    Reliability,
    Table,
    Text,
    Waterfall,
    pages,
    pdf,
    waterfall_bars,
)

AT = datetime(2026, 11, 2, 21, 0, tzinfo=UTC)
STEPS = [("Saved this year", Decimal("120.10")), ("Costs", Decimal("-20.05"))]
SAMPLE = Document(
    "Sample",
    "A household",
    "audit head 1f",
    (
        Lead("One sentence."),
        Notice("Simulated market."),
        Cards("Figures", (Card("Kept", "$100.05", "after costs", "gain"),)),
        Waterfall("Walk", waterfall_bars(STEPS, "Kept"), "saved 120.10, costs 20.05, kept 100.05"),
        Reliability("Forecasts", (Point(0.8, 0.75, 0.6, 0.9),), "one group"),
        Table(
            "Trades",
            (Column("Security", wide=True), Column("Loss", right=True)),
            (("#strong[not markup] $x$ _a_ @b", "\N{MINUS SIGN}5.00"),) * 80,
            ("Total", "\N{MINUS SIGN}400.00"),
        ),
        Text("Words", ("First.", "Second.")),
        Bullets("Assumptions", ("Rates hold.",)),
    ),
)


@pytest.fixture(scope="module")
def made() -> bytes:
    return pdf(SAMPLE, AT)


def test_the_same_data_gives_the_same_bytes(made: bytes) -> None:
    assert pdf(SAMPLE, AT) == made


def test_client_text_never_becomes_markup(made: bytes) -> None:
    words = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(made)).pages)
    assert "#strong[not markup] $x$ _a_ @b" in words
    assert "saved 120.10" not in words


def test_the_file_is_tagged_and_carries_its_fonts(made: bytes) -> None:
    root = pypdf.PdfReader(io.BytesIO(made)).trailer["/Root"]
    assert bool(root["/MarkInfo"]["/Marked"])
    assert "/StructTreeRoot" in root
    assert b"pdfaid" in made


def test_a_long_table_repeats_its_head_on_every_page(made: bytes) -> None:
    sheets = pypdf.PdfReader(io.BytesIO(made)).pages
    assert len(sheets) >= 2
    assert all("Security" in sheet.extract_text() for sheet in sheets)


def test_every_page_can_be_shown_as_a_picture() -> None:
    found = [Image.open(io.BytesIO(page)) for page in pages(SAMPLE, AT, ppi=50)]
    assert len(found) >= 2
    assert all(picture.size == (425, 550) for picture in found)


def test_a_walk_hangs_each_step_on_the_one_before_and_sums_exactly() -> None:
    first, second, total = waterfall_bars(STEPS, "Kept")
    assert (first.start, first.to, second.start) == (0.0, 120.10, 120.10)
    assert total.value == "100.05"
    assert total.total
