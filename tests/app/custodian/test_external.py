"""Outside assets from a file: whole or not at all, changed by a later file, taken back."""

from decimal import Decimal
from pathlib import Path

import pytest

from app.book.book import Book
from app.commands.output import ProblemsError
from engine.errors import UserError
from tests.app.custodian.test_import_into_a_book import book_path, run

__all__ = ["book_path"]
HEAD = "household,name,value,cost_basis,held_since,symbol,sector,as_of\n"


def assets(folder: Path, *rows: str) -> Path:
    file = folder / "outside.csv"
    file.write_text(HEAD + "\n".join(rows) + "\n", "utf-8")
    return file


def test_outside_assets_come_in_are_told_anew_and_are_taken_back(
    book_path: Path, tmp_path: Path
) -> None:
    farm = "Roe,Farm,2000000,350000.50,1991-05-01,,Real Estate,2025-09-30"
    stock = 'H1,Employer stock,"$1,250,000.00",12000,2009-02-01,MSFT,,2025-10-31'
    first = run("external-assets", assets(tmp_path, farm, stock), "--book", book_path)
    assert (first["external"], first["applied"]) == (2, True)
    with Book.open(book_path, readonly=True) as book:
        held = {asset.name: asset for asset in book.household("H1").external}
        assert book.securities()[held["Employer stock"].security_id].symbol == "MSFT"
    assert held["Farm"].basis_usd == Decimal("350000.50")
    assert str(held["Employer stock"].as_of) == "2025-10-31"
    again = run("auto", assets(tmp_path, farm, stock), "--book", book_path)
    assert again["applied"] is False
    later = run(
        "external-assets", assets(tmp_path, farm.replace("2000000", "2100000")), "--book", book_path
    )
    with Book.open(book_path, readonly=True) as book:
        values = {asset.name: asset.value_usd for asset in book.household("H1").external}
    assert values == {"Farm": Decimal("2100000.00"), "Employer stock": Decimal("1250000.00")}
    for found in (later, first):
        run("--book", book_path, "--undo", found["import_id"])
    with Book.open(book_path, readonly=True) as book:
        assert book.household("H1").external == ()


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("Roe,,1,1,2020-01-01,,,", "name"),
        (",Farm,1,1,2020-01-01,,,", "household"),
        ("Roe,Farm,-5,1,2020-01-01,,,", "value"),
        ("Roe,Farm,5,much,2020-01-01,,,", "cost_basis"),
        ("Roe,Farm,5,1,01/02/03,,,", "held_since"),
    ],
)
def test_a_row_that_cannot_be_names_its_field_and_writes_nothing(
    book_path: Path, tmp_path: Path, row: str, field: str
) -> None:
    with pytest.raises(ProblemsError) as caught:
        run("external-assets", assets(tmp_path, row), "--book", book_path)
    assert field in {problem.field for problem in caught.value.problems}
    with Book.open(book_path, readonly=True) as book:
        assert book.imports() == ()


def test_a_household_that_is_not_in_the_book_is_named(book_path: Path, tmp_path: Path) -> None:
    file = assets(tmp_path, "Nobody,Farm,5,1,2020-01-01,,,")
    with pytest.raises(UserError, match="no household 'Nobody'"):
        run("external-assets", file, "--book", book_path)
