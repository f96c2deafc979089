"""`lotlight evaluate`: forecasts, alpha per position and proposals of a book, with reasons."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.commands.opened import book_option, json_option, opened
from app.commands.output import emit
from app.commands.priced_options import asked_of, price_options

if TYPE_CHECKING:
    from app.desk import Desk
    from app.priced import Priced
    from engine.decision.outlook import Outlook
    from engine.results import Evaluation

SHOWN = 12


@click.command()
@book_option
@click.option("--household", "household_id", help="One household (default: every one).")
@price_options
@click.option("--keep", is_flag=True, help="Write evaluation and proposals into the book.")
@json_option
def evaluate(
    book_path: Path,
    passphrase_file: Path | None,
    household_id: str | None,
    keep: bool,
    as_json: bool,
    **priced: Any,
) -> None:
    """Value the households of a book at one moment.

    Each lot: the price from which it is worth harvesting and the chance to touch it within three
    session hours. Each position: the net alpha of its best harvest. Each proposal: what to sell
    and buy, its value part by part, and why. Nothing is stored without --keep; with it, the
    proposals can be signed (`lotlight orders`).
    """
    from app.desk import Desk
    from app.office import rules
    from app.priced import price
    from app.wash_choice import chosen
    from engine.decision.settings import DecisionSettings

    settings, asked = DecisionSettings(), asked_of(priced)
    with opened(book_path, passphrase_file, readonly=not keep) as book:
        wanted = [household_id] if household_id else [key for key, _ in book.households()]
        for key in wanted:
            book.household(key)
        found = price(book, asked, settings)
        desk = Desk(book, found.market, rules(settings, wash=chosen(book)))
        evaluations = [desk.evaluate(key, found.outlook) for key in wanted]
        years = [_year_end(desk, key, found.outlook) for key in wanted]
        if keep:
            for evaluation in evaluations:
                book.record_evaluation(evaluation, stamp=True)
    if as_json:
        emit(_document(found, evaluations, years))
        return
    for evaluation in evaluations:
        _show(evaluation)
    for note in _notes(found):
        click.echo(note, err=True)


def _document(
    found: "Priced", evaluations: list["Evaluation"], years: list[dict[str, Any]]
) -> dict[str, Any]:
    """Everything as one JSON document; amounts of money are exact decimals as text."""
    from app.book.codec import plain

    outlook = found.outlook
    return {
        "as_of": plain(outlook.as_of),
        "snapshot_id": outlook.snapshot_id,
        "seed": outlook.seed,
        "paths": outlook.paths,
        "simulated": found.simulated,
        "history": found.history,
        "notes": list(_notes(found)),
        "households": [
            _household(evaluation) | {"year_end": year}
            for evaluation, year in zip(evaluations, years, strict=True)
        ],
    }


def _year_end(desk: "Desk", household_id: str, outlook: "Outlook") -> dict[str, Any]:
    """The year-end bill over the scenarios, without and with what is decided, in dollars."""
    from engine.decision.year_end import year_end

    prepared = desk.prepared(household_id, outlook)
    return asdict(year_end(prepared, outlook, desk.decided(household_id)))


def _household(evaluation: "Evaluation") -> dict[str, Any]:
    """One evaluation; the quotes are those of the snapshot and are left out."""
    from app.book.codec import plain

    kept = [name for name in evaluation.__dataclass_fields__ if name != "quotes"]
    found = {name: plain(getattr(evaluation, name)) for name in kept}
    for row, proposal in zip(found["proposals"], evaluation.proposals, strict=True):
        row["alpha"]["net_usd"] = plain(proposal.alpha.net_usd)
    return found


def _notes(found: "Priced") -> tuple[str, ...]:
    """What a reader must know, the kind of market first."""
    kind = f"Prices and history are simulated ({found.history})." if found.simulated else ""
    return tuple(filter(None, (kind, *found.notes)))


def _show(evaluation: "Evaluation") -> None:
    """One household for a person: the bill, the likely touches, the proposals with reasons."""
    bill, flags = evaluation.bill_before, sum(f.flag for f in evaluation.forecasts)
    ready = sum(f.ready for f in evaluation.forecasts)
    click.echo(
        f"{evaluation.household_id}  {evaluation.as_of:%Y-%m-%d %H:%M} UTC  projected bill "
        f"${bill.total_usd:,.2f}  lots {len(evaluation.forecasts)}  ready {ready}  flagged {flags}"
    )
    for proposal in evaluation.proposals[:SHOWN]:
        names = ", ".join(sorted({sale.security_id for sale in proposal.sales}))
        click.echo(
            f"  {proposal.proposal_id}  {proposal.kind:8} {names:10} net "
            f"${proposal.alpha.net_usd:>10,.2f}  [{proposal.alpha_low_usd:,.2f} to "
            f"{proposal.alpha_high_usd:,.2f}]"
        )
        click.echo(f"      {proposal.reasons[0]}")
    if len(evaluation.proposals) > SHOWN:
        click.echo(f"  and {len(evaluation.proposals) - SHOWN} more (--json lists them all)")
