"""`lotlight context`: households as TOML in and out, and the audit of what is missing."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from app import clock
from app.commands.opened import book_option, json_option, opened, user_option
from app.commands.output import emit

FILE = click.Path(path_type=Path)
household_option = click.option("--household", "household_id", required=True, help="Household id.")
as_of_option = click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="As the book showed it then (UTC).",
)


@click.group()
def context() -> None:
    """Household, profile, accounts, limits and outside assets as one file."""


@context.command("import")
@book_option
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Read and check; write nothing.")
@user_option
@json_option
def import_(
    book_path: Path,
    passphrase_file: Path | None,
    file: Path,
    dry_run: bool,
    user_id: str,
    as_json: bool,
) -> None:
    """Write the households of FILE (TOML) into the book; all of them, or nothing."""
    from app.book.book import SELF
    from app.context_file import read_context

    found = read_context(file)
    if not dry_run:
        with opened(book_path, passphrase_file) as book:
            at, who = clock.now(), user_id or SELF
            book.save_context(found.securities, found.households, who, at)
    told = {
        "households": [household.household_id for household in found.households],
        "securities": len(found.securities),
        "lots": sum(len(household.lots) for household in found.households),
        "written": not dry_run,
    }
    emit(told) if as_json else click.echo(
        f"{len(found.households)} household(s), {told['lots']} lots"
    )


@context.command()
@book_option
@household_option
@as_of_option
@json_option
def show(
    book_path: Path,
    passphrase_file: Path | None,
    household_id: str,
    as_of: datetime | None,
    as_json: bool,
) -> None:
    """Print a household as TOML, ready to be edited and imported again."""
    from dataclasses import replace

    from app.book.codec import plain
    from app.context_file import ContextFile, write_context

    with opened(book_path, passphrase_file, readonly=True) as book:
        household = book.household(
            household_id, None if as_of is None else as_of.replace(tzinfo=UTC)
        )
        held = {lot.security_id for lot in household.lots}
        securities = tuple(s for key, s in book.securities().items() if key in held)
    if as_json:
        emit(plain(household))
    else:
        told = replace(household, unbooked=())  # of the practice, kept by `lotlight actions`
        click.echo(write_context(ContextFile((told,), securities)), nl=False)


@context.command()
@book_option
@household_option
@json_option
def audit(book_path: Path, passphrase_file: Path | None, household_id: str, as_json: bool) -> None:
    """Completeness of a household, and every gap with what is at stake and how to mend it."""
    from app.context import audit as look_over

    with opened(book_path, passphrase_file, readonly=True) as book:
        found = look_over(book, household_id, clock.now())
    if as_json:
        emit(asdict(found))
        return
    click.echo(f"{found.household_id}: {found.score} of 100")
    for gap in found.gaps:
        stake = "" if gap.at_stake_usd is None else f" (${gap.at_stake_usd:,.2f} at stake)"
        click.echo(f"  {gap.kind:24} {gap.where}: {gap.what}{stake}\n      {gap.remedy}")


@context.command("wash-settings")
@book_option
@click.option(
    "--tacking",
    type=click.Choice(["add_days", "original_date"]),
    help="Add the days held to the replacement (1223(3) as written), or copy the start date.",
)
@click.option(
    "--earlier-purchases/--no-earlier-purchases",
    "earlier",
    default=None,
    help="Whether shares bought before the lot sold, inside the window, count.",
)
@click.option(
    "--related-carries/--related-lost",
    "carries",
    default=None,
    help="Whether a spouse's or entity's lot carries the loss on, or it is lost.",
)
@user_option
@json_option
def wash_settings(
    book_path: Path,
    passphrase_file: Path | None,
    tacking: str | None,
    earlier: bool | None,
    carries: bool | None,
    user_id: str,
    as_json: bool,
) -> None:
    """Show the practice's choices where the law of wash sales is open, or change them."""
    from dataclasses import replace

    from app.book.book import SELF
    from app.wash_choice import choose, chosen
    from engine.law.wash_settings import Tacking

    asked = {
        "tacking": None if tacking is None else Tacking(tacking),
        "earlier_purchases_count": earlier,
        "related_carries": carries,
    }
    given: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
    with opened(book_path, passphrase_file, readonly=not given) as book:
        if given:
            choose(book, replace(chosen(book), **given), user_id or SELF, clock.now())
        found = chosen(book)
    if as_json:
        emit({**asdict(found), "in_words": list(found.in_words())})
        return
    for words in found.in_words():
        click.echo(words)
