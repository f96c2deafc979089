"""Lot methods side by side, by this household's bill."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from app.cli import run


def asked(book: Path, *more: str) -> list[str]:
    return [
        "lots", "--book", str(book), "--household", "H1", "--account", "A1", "--security", "S1",
        "--on", "2026-10-19", *more,
    ]  # fmt: skip


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    from app.book.book import Book
    from tests.app.book.sample import AT, fill_book

    monkeypatch.setenv("LOTLIGHT_STATE_DIR", str(tmp_path / "state"))
    with Book.create(tmp_path / "a.lotlight", at=AT) as found:
        fill_book(found)
    return tmp_path / "a.lotlight"


def test_the_methods_stand_side_by_side_and_least_tax_is_never_dearer(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = asked(
        book, "--shares", "2", "--price", "40", "--lot", "L1=1", "--lot", "L2=1", "--json"
    )
    assert run(words) == 0
    found = json.loads(capsys.readouterr().out)
    by_name = {row["method"]: row for row in found["methods"]}
    assert set(by_name) == {"fifo", "lifo", "hifo", "specific", "minimum_tax"}
    assert by_name["fifo"]["picks"] == [["L1", "2"]]
    assert by_name["fifo"]["lt_gain_usd"] == "30.00"
    assert by_name["lifo"]["picks"] == [["L2", "2"]]
    assert by_name["lifo"]["st_gain_usd"] == "24.00"
    taxes = [Decimal(row["tax_usd"]) for row in found["methods"]]
    assert taxes == sorted(taxes)
    assert found["methods"][0]["method"] == "minimum_tax"
    terms = {lot["lot_id"]: (lot["term"], lot["days_to_long"]) for lot in found["lots"]}
    assert terms == {"L1": ("long", 0), "L2": ("short", 79)}


def test_under_mandatory_fifo_there_is_one_method(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(asked(book, "--price", "40", "--scenario", "mandatory-fifo", "--json")) == 0
    assert [row["method"] for row in json.loads(capsys.readouterr().out)["methods"]] == ["fifo"]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--price", "x"), "give a number above zero"),
        (("--price", "40", "--shares", "500"), "500"),
        (("--price", "40", "--shares", "2", "--lot", "L9=2"), "name a lot that the account holds"),
        (("--price", "40", "--shares", "2", "--lot", "L1=1"), "name lots for 2 shares in all"),
        (("--price", "40", "--security", "S9"), "holds S1"),
    ],
)
def test_what_cannot_be_sold_says_why(
    book: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], told: str
) -> None:
    assert run(asked(book, *more)) != 0
    assert told in capsys.readouterr().err
