"""`lotlight import`: a custodian's file into a book, or what it would do."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.commands.output import EXIT_PROBLEMS, describe, emit

if TYPE_CHECKING:
    from app.custodian.values import ImportPlan


@click.command("import")
@click.argument("profile", required=False)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--account", default="", help="Account (id, number or name) the rows belong to.")
@click.option("--dry-run", is_flag=True, help="Show what would change; write nothing.")
@click.option("--rejected", type=click.Path(path_type=Path), help="Write rejected rows here (CSV).")
@click.option("--list", "listing", is_flag=True, help="Name the profiles.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def import_(
    profile: str | None,
    file: Path | None,
    account: str,
    dry_run: bool,
    rejected: Path | None,
    listing: bool,
    as_json: bool,
) -> int:
    """Read FILE by PROFILE (a name from --list, a mapping's path ending in .toml, or auto)."""
    if listing:
        return _list(as_json)
    if profile is None or file is None:
        raise click.UsageError("PROFILE and FILE are needed (--list names the profiles)")
    if not dry_run:
        raise click.UsageError("only --dry-run can be asked for without a book")
    from app import clock
    from app.custodian.canonical import lot_rows
    from app.custodian.csv_out import rejected_csv
    from app.custodian.plan import plan
    from app.custodian.read import read
    from app.custodian.values import Known

    parsed, chosen = read(file, profile)
    if rejected is not None:
        rejected.write_text(rejected_csv(parsed), "utf-8", newline="")
    found = plan(parsed, chosen, Known(), account)
    document = _document(found)
    document["lots"] = lot_rows(parsed, account, clock.now().date())
    return _tell(document, found, as_json)


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
        counts = ("new", "changed", "unchanged", "closed", "rejected", "transactions", "realized")
        click.echo(", ".join(f"{document[name]} {name}" for name in counts))
        for gap in plan.gaps:
            click.echo(f"  gap: {gap.account} {gap.security}: {gap.what}")
    for problem in plan.problems:
        click.echo(f"  {describe(problem)}", err=True)
    return EXIT_PROBLEMS if plan.problems else 0
