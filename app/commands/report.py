"""`lotlight report`: reports from the book alone, and their verification."""

import csv
import io
from dataclasses import asdict
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app import clock, lawbook
from app.commands.opened import book_option, json_option, opened
from app.commands.output import EXIT_INTEGRITY, describe, emit
from engine.errors import UserError

if TYPE_CHECKING:
    from app.book.book import Book
    from engine.records import Household

FOLDER = click.Path(file_okay=False, path_type=Path)
DAY = click.DateTime(["%Y-%m-%d"])
household_option = click.option("--household", "household_id", help="One (default: every one).")


@click.group()
def report() -> None:
    """Reports that rest on the book alone; a reader can have each computed again."""


@report.command("efficiency")
@book_option
@household_option
@click.option("--from", "first", type=DAY, help="First trade date (default: 1 January).")
@click.option("--to", "last", type=DAY, help="Last trade date (default: 31 December).")
@click.option("--out", type=FOLDER, required=True, help="Folder for PDF, CSV and JSON.")
@json_option
def efficiency_(
    book_path: Path,
    passphrase_file: Path | None,
    household_id: str | None,
    first: datetime | None,
    last: datetime | None,
    out: Path,
    as_json: bool,
) -> None:
    """Write the Tax-Harvesting Efficiency Report of the households' tax year."""
    from app.activation import simulated
    from app.reports.efficiency import Evidence, write
    from app.reports.figures import efficiency
    from app.wash_choice import chosen
    from engine.decision.settings import DecisionSettings

    law, rate = lawbook.load(), DecisionSettings().top_rate
    made: list[dict[str, Any]] = []
    with opened(book_path, passphrase_file, readonly=True) as book:
        words = chosen(book).in_words()
        evidence = Evidence(
            book.audit_head(), version("lotlight"), simulated(book), clock.now(), words
        )
        for household in _households(book, household_id):
            begin, end = _period(household, first, last)
            found = efficiency(book, law, household.household_id, begin, end, rate)
            files = write(out, found, evidence)
            made.append(
                {
                    "household_id": household.household_id,
                    "trades": len(found.trades),
                    "net_usd": str(found.alpha.net_usd),
                    "files": [str(path) for path in files],
                }
            )
    if as_json:
        emit({"reports": made})
        return
    for row in made:
        click.echo(f"{row['household_id']:16} {row['trades']:5} lots  kept ${row['net_usd']}")
        click.echo(f"    {row['files'][0]}")


def _households(book: "Book", household_id: str | None) -> list["Household"]:
    """The household asked for, or all."""
    wanted = [household_id] if household_id else [key for key, _ in book.households()]
    return [book.household(key) for key in wanted]


def _period(
    household: "Household", first: datetime | None, last: datetime | None
) -> tuple[date, date]:
    """The days of the report; by default the household's tax year."""
    year = household.profile.year
    begin = first.date() if first else date(year, 1, 1)
    end = last.date() if last else date(year, 12, 31)
    if begin > end:
        raise UserError(f"the period ends on {end}, before it begins on {begin}; swap --from, --to")
    return begin, end


@report.command("form-8949")
@book_option
@household_option
@click.option("--year", type=int, help="Tax year (default: that of the household's profile).")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="CSV to write.")
@json_option
def form_8949(
    book_path: Path,
    passphrase_file: Path | None,
    household_id: str | None,
    year: int | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Form 8949 of the year's sales in taxed accounts, row by row and by box.

    Basis and disallowed losses are those of the book; the broker is taken to report the same.
    """
    with opened(book_path, passphrase_file, readonly=True) as book:
        symbols = {key: s.symbol for key, s in book.securities().items()}
        forms = [_form(h, year, symbols) for h in _households(book, household_id)]
    if out is not None:
        _write_csv(out, forms)
    if as_json:
        emit({"forms": forms})
        return
    for form in forms:
        click.echo(f"{form['household_id']}  {form['year']}  {len(form['rows'])} rows")
        for total in form["totals"]:
            click.echo(
                f"  box {total['box']}  proceeds {total['proceeds_usd']:>14,.2f}  basis "
                f"{total['basis_usd']:>14,.2f}  adjustment {total['adjustment_usd']:>10,.2f}  "
                f"gain {total['gain_usd']:>12,.2f}"
            )


def _form(household: "Household", year: int | None, symbols: dict[str, str]) -> dict[str, Any]:
    """Rows and totals of one household."""
    from engine.law import form_8949

    wanted = year or household.profile.year
    taxed = {a.account_id for a in household.accounts if a.kind.taxed}
    uncovered = frozenset(lot.lot_id for lot in household.lots if not lot.covered)
    sold = [x for x in household.realized if x.sold_on.year == wanted and x.account_id in taxed]
    rows = form_8949.rows(sold, symbols, uncovered=uncovered)
    return {
        "household_id": household.household_id,
        "year": wanted,
        "rows": [asdict(row) for row in rows],
        "totals": [asdict(total) for total in form_8949.totals(rows)],
        "schedule_d": form_8949.schedule_d(rows).as_data(),
    }


def _write_csv(path: Path, forms: list[dict[str, Any]]) -> None:
    """All rows as one CSV."""
    from app.custodian.csv_out import neutral

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    rows: list[dict[str, Any]] = [
        {"household_id": form["household_id"], **row} for form in forms for row in form["rows"]
    ]
    if rows:
        writer.writerow(rows[0])
    writer.writerows([neutral(str(value)) for value in row.values()] for row in rows)
    path.write_text(out.getvalue(), encoding="utf-8")


@report.command("exam-packet")
@book_option
@household_option
@click.option("--out", type=FOLDER, required=True, help="Folder for the packet.")
@json_option
def exam_packet_(
    book_path: Path,
    passphrase_file: Path | None,
    household_id: str | None,
    out: Path,
    as_json: bool,
) -> None:
    """Order memoranda (Rule 204-2), approvals and the log, with a manifest of digests."""
    from app.reports.exam_packet import exam_packet

    with opened(book_path, passphrase_file, readonly=True) as book:
        _households(book, household_id)  # an unknown one is told before anything is written
        made = exam_packet(book, out, household_id)
    if as_json:
        emit({"files": [str(path) for path in made]})
        return
    for path in made:
        click.echo(path)


@report.command("verify")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@book_option
@json_option
def verify_(
    files: tuple[Path, ...], book_path: Path, passphrase_file: Path | None, as_json: bool
) -> int:
    """Compute every figure of reports (their .json FILES) again from the book.

    Exit code 5 and each figure that differs, if one does.
    """
    from app.reports.verify import verify
    from engine.decision.settings import DecisionSettings

    law = lawbook.load()
    rate = DecisionSettings().top_rate
    with opened(book_path, passphrase_file, readonly=True) as book:
        problems = [p for path in files for p in verify(path, book, law, rate)]
    if as_json:
        emit({"ok": not problems, "problems": [asdict(p) for p in problems]})
    else:
        click.echo("every figure follows from the book" if not problems else "figures differ:")
        for problem in problems:
            click.echo(f"  {describe(problem)}")
    return EXIT_INTEGRITY if problems else 0
