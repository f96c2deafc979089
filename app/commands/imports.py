"""`lotlight import`: a custodian's file into a book, or what it would do."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app import clock
from app.commands.opened import opened, user_option
from app.commands.output import EXIT_PROBLEMS, ProblemsError, describe, emit

if TYPE_CHECKING:
    from app.book.book import Book
    from app.custodian.profile import Profile
    from app.custodian.values import ImportPlan, Parsed

FILE = click.Path(path_type=Path)


@click.command("import")
@click.argument("profile", required=False)
@click.argument("file", required=False, type=FILE)
@click.option("--book", "book_path", type=FILE, envvar="LOTLIGHT_BOOK", help="The book.")
@click.option("--passphrase-file", type=FILE, help="File with an encrypted book's passphrase.")
@click.option("--account", default="", help="Account (id, number or name) the rows belong to.")
@click.option("--dry-run", is_flag=True, help="Show what would change; write nothing.")
@click.option(
    "--good-rows", is_flag=True, help="Import the good rows although others have problems."
)
@click.option("--rejected", type=FILE, help="Write the rejected rows here, in the file's columns.")
@click.option("--map", "pairs", multiple=True, help="FIELD=HEADING, a heading of this file.")
@click.option("--save-mapping", type=FILE, help="Keep PROFILE with these headings as a TOML file.")
@click.option("--undo", "undo_id", default="", help="Take back the import of this id.")
@user_option
@click.option("--list", "listing", is_flag=True, help="Name the profiles.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def import_(
    profile: str | None,
    file: Path | None,
    book_path: Path | None,
    passphrase_file: Path | None,
    account: str,
    dry_run: bool,
    good_rows: bool,
    rejected: Path | None,
    pairs: tuple[str, ...],
    save_mapping: Path | None,
    undo_id: str,
    user_id: str,
    listing: bool,
    as_json: bool,
) -> int:
    """Read FILE by PROFILE (a name from --list, a mapping's path ending in .toml, or auto)."""
    if listing:
        return _list(as_json)
    if book_path is None and not dry_run:
        raise click.UsageError("--book is needed (or --dry-run to look only)")
    if undo_id and book_path is not None:
        return _undo(book_path, passphrase_file, undo_id, user_id, as_json)
    if profile is None or file is None:
        raise click.UsageError("PROFILE and FILE are needed (--list names the profiles)")
    parsed, chosen = _read(file, profile, pairs, save_mapping)
    if rejected is not None:
        from app.custodian.csv_out import rejected_csv

        rejected.write_text(rejected_csv(parsed), "utf-8", newline="")
    if any(table.kind == "fill" for table in chosen.tables):
        if book_path is None:
            raise click.UsageError("--book is needed: fills are held against its orders")
        with opened(book_path, passphrase_file, readonly=dry_run, reason="import") as book:
            document = _fills(parsed, book, user_id, dry_run=dry_run, good_rows=good_rows)
        return _say(document, as_json)
    if dry_run:
        from app.custodian.canonical import lot_rows

        plan = _dry_plan(parsed, chosen, book_path, passphrase_file, account)
        document = _document(plan)
        document["lots"] = lot_rows(parsed, account, clock.now().date())
        return _tell(document, plan, as_json)
    assert book_path is not None
    with opened(book_path, passphrase_file, reason="import") as book:
        plan, applied = _apply(parsed, chosen, book, account, user_id, good_rows=good_rows)
    if not applied:
        click.echo(
            "this very file is in the book already; --undo its import to read it anew", err=True
        )
    code = _tell({**_document(plan), "applied": applied}, plan, as_json)
    return 0 if good_rows else code


def _read(
    file: Path, profile: str, pairs: tuple[str, ...], save: Path | None
) -> tuple[Parsed, Profile]:
    """The file as read; with headings of its own, by a mapping that may be kept."""
    from app.custodian.mapping import map_headings, parse_pairs, save_mapping
    from app.custodian.read import parse, read
    from app.custodian.sniff import open_source

    if not pairs and save is None:
        return read(file, profile)
    mapped, text = map_headings(profile, parse_pairs(pairs))
    parsed = parse(open_source(file), mapped)
    if save is not None:
        save_mapping(save, text)
    return parsed, mapped


def _dry_plan(
    parsed: Parsed,
    chosen: Profile,
    book_path: Path | None,
    passphrase_file: Path | None,
    account: str,
) -> ImportPlan:
    from app.custodian.plan import plan
    from app.custodian.values import Known

    if book_path is None:
        return plan(parsed, chosen, Known(), account)
    with opened(book_path, passphrase_file, readonly=True) as book:
        return plan(parsed, chosen, book.known(), account)


def _apply(
    parsed: Parsed,
    chosen: Profile,
    book: Book,
    account: str,
    user_id: str,
    *,
    good_rows: bool,
) -> tuple[ImportPlan, bool]:
    """Write the plan in one transaction; whether anything was new.

    Raises:
        ProblemsError: If rows have problems and the good ones alone were not asked for.
        AccountError: If an account of the file is not in the book.
    """
    from app.book.book import SELF
    from app.custodian.match import AccountError
    from app.custodian.plan import plan

    found = plan(parsed, chosen, book.known(), account)
    if found.problems and not good_rows:
        raise ProblemsError(found.problems)
    for gap in found.gaps:
        if gap.kind == "account_unknown":
            raise AccountError(f"{found.file_name}: {gap.what} Nothing was written.")
    return found, bool(book.apply_import(found, clock.now(), user_id or SELF))


def _fills(
    parsed: Parsed, book: Book, user_id: str, *, dry_run: bool, good_rows: bool
) -> dict[str, Any]:
    """Fills held against the approved orders, and written unless this is a dry run.

    Raises:
        ProblemsError: If rows have problems and the good ones alone were not asked for.
    """
    from app.book.book import SELF
    from app.custodian.order_values import Fill
    from app.custodian.reconcile import reconcile

    if parsed.problems and not good_rows:
        raise ProblemsError(parsed.problems)
    fills = [line for line in parsed.lines if isinstance(line, Fill)]
    orders = [row.order for row in book.orders()]
    found = reconcile(orders, fills, book.executions(), book.closes(), book.bought())
    if not dry_run:
        book.record_fills(found, user_id or SELF, clock.now())
    return {
        "new": len(found.fills),
        "unchanged": len(found.duplicates),
        "closed": len(found.closes),
        "bought": len(found.bought),
        "rejected": len(parsed.rejected),
        "exceptions": [
            {"kind": e.kind, "exec_id": e.fill.exec_id, "what": e.what, "remedy": e.remedy}
            for e in found.exceptions
        ],
        "problems": [asdict(problem) for problem in parsed.problems],
    }


def _say(document: dict[str, Any], as_json: bool) -> int:
    if as_json:
        emit(document)
        return 0
    counts = ("new", "unchanged", "closed", "bought", "rejected")
    click.echo(", ".join(f"{document[name]} {name}" for name in counts))
    for row in document["exceptions"]:
        click.echo(f"  {row['kind']}: {row['what']} {row['remedy']}")
    return 0


def _undo(
    book_path: Path, passphrase_file: Path | None, import_id: str, user_id: str, as_json: bool
) -> int:
    from app.book.book import SELF

    with opened(book_path, passphrase_file, reason="import") as book:
        rows = book.undo_import(import_id, clock.now(), user_id or SELF)
    if as_json:
        emit({"undone": import_id, "rows": rows})
    else:
        click.echo(f"import {import_id} taken back, {rows} rows")
    return 0


def _list(as_json: bool) -> int:
    from app.custodian.profile import load, names

    rows = [{"profile": name, "title": load(name).title} for name in names()]
    if as_json:
        emit(rows)
    else:
        for row in rows:
            click.echo(f"{row['profile']:22} {row['title']}")
    return 0


def _document(plan: ImportPlan) -> dict[str, Any]:
    """The counts and lists that the command line promises."""
    return {
        "import_id": plan.import_id,
        "profile": plan.profile,
        "as_of": plan.as_of,
        "new": len(plan.new),
        "changed": len(plan.changed),
        "unchanged": len(plan.unchanged),
        "closed": len(plan.closed),
        "rejected": len(plan.rejected),
        "positions": [asdict(position) for position in plan.positions],
        "cash": [asdict(cash) for cash in plan.cash],
        "transactions": len(plan.transactions),
        "external": len(plan.external),
        "realized": len(plan.realized),
        "gaps": [asdict(gap) for gap in plan.gaps],
        "totals": [{**asdict(total), "agrees": total.agrees} for total in plan.totals],
        "problems": [asdict(problem) for problem in plan.problems],
    }


def _tell(document: dict[str, Any], plan: ImportPlan, as_json: bool) -> int:
    """Show what was found; rejected rows make the exit code 3."""
    if as_json:
        emit(document)
    else:
        counts = ["new", "changed", "unchanged", "closed", "rejected", "transactions", "realized"]
        counts += ["external"] if plan.external else []
        click.echo(", ".join(f"{document[name]} {name}" for name in counts))
        for gap in plan.gaps:
            click.echo(f"  gap: {gap.account} {gap.security}: {gap.what}")
    for problem in plan.problems:
        click.echo(f"  {describe(problem)}", err=True)
    return EXIT_PROBLEMS if plan.problems else 0
