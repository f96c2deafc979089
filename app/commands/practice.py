"""`lotlight practice`: every household of a book."""

from pathlib import Path
from typing import Any

import click

from app import clock
from app.commands.opened import book_option, json_option, opened
from app.commands.output import emit
from app.commands.priced_options import SEED, asked_of, price_options
from engine.errors import UserError

SHOWN = 20


@click.group()
def practice() -> None:
    """Work on every household of a book at once."""


@practice.command()
@click.option("--book", "book_path", required=True, type=click.Path(path_type=Path))
@click.option("--households", type=click.IntRange(1), default=100, show_default=True)
@click.option("--lots", type=click.IntRange(1), default=250, show_default=True, help="Of each.")
@click.option("--seed", type=int, default=SEED, show_default=True, help="Seed of all chance.")
@json_option
def generate(book_path: Path, households: int, lots: int, seed: int, as_json: bool) -> None:
    """Make a book of made-up households in the simulated demo market, to measure with."""
    from app.book.book import Book
    from app.demo_practice import generate_in_demo_market

    if book_path.exists():
        raise UserError(f"{book_path}: is there already; name a file that is not")
    with Book.create(book_path, at=clock.now()) as book:
        snapshot, at = generate_in_demo_market(book, households, lots, seed)
    told = {"households": households, "lots": households * lots, "snapshot_id": snapshot, "at": at}
    emit(told) if as_json else click.echo(f"{households} households of {lots} lots in {book_path}")


@practice.command()
@book_option
@price_options
@click.option("--executor", type=click.Choice(["threads"]), default="threads", show_default=True)
@click.option("--threads", type=click.IntRange(1), default=2, show_default=True)
@click.option("--top", type=click.IntRange(0), default=10, show_default=True)
@json_option
def sweep(
    book_path: Path,
    passphrase_file: Path | None,
    executor: str,
    threads: int,
    top: int,
    as_json: bool,
    **priced: Any,
) -> None:
    """Value every household of the book against one simulation of the market.

    Each gets the alpha of the best set of its ready lots and the number of lots likely to touch
    their threshold within three session hours; the --top best get exact proposals. The result
    does not depend on the number of threads. Nothing is stored.
    """
    from app.book.codec import plain
    from app.office import rules
    from app.priced import price
    from app.sweep import sweep as sweep_all
    from app.wash_choice import chosen
    from engine.decision.settings import DecisionSettings

    settings, asked = DecisionSettings(), asked_of(priced)
    with opened(book_path, passphrase_file, readonly=True) as book:
        rested = rules(settings, wash=chosen(book))
        started = clock.seconds()
        found = price(book, asked, settings)
        rows = sweep_all(book, found.outlook, rested, threads, top)
        spent = clock.seconds() - started
    summary = {
        "households": len(rows),
        "lots": sum(row.lots for row in rows),
        "evaluations": sum(not row.error for row in rows),
        "proposals": sum(len(row.proposals) for row in rows),
        "flags": sum(row.flags for row in rows),
        "errors": [row.household_id for row in rows if row.error],
        "alpha_usd": str(sum(row.alpha_usd for row in rows)),
        "executor": executor,
        "threads": threads,
        "simulated": found.simulated,
        "history": found.history,
        "seconds": round(spent, 2),
    }
    if as_json:
        emit(summary | {"by_household": [plain(row) for row in rows]})
        return
    for name, value in summary.items():
        click.echo(f"{name:12} {value}")
    for row in sorted(rows, key=lambda row: (-row.alpha_usd, row.household_id))[:SHOWN]:
        told = row.error or f"alpha ${row.alpha_usd:,.2f} in {row.chosen} lots, {row.flags} flagged"
        click.echo(f"  {row.household_id:16} {told}")
