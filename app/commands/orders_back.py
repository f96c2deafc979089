"""`lotlight orders reconcile|relief|waiting`: what comes back from the custodian."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app import clock
from app.commands.opened import book_option, json_option, opened, user_of, user_option
from app.commands.output import emit

if TYPE_CHECKING:
    from app.custodian.values import ImportPlan

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("fills", type=FILE, required=False)
@click.option("--resolve", "exception_id", help="Close this exception of the queue instead.")
@click.option("--reason", default="", help="How the exception was resolved.")
@click.option("--order", "order_key", default="", help="Order that the fill belongs to.")
@book_option
@user_option
@json_option
def reconcile(fills: Path | None, exception_id: str | None, **asked: Any) -> None:
    """Hold a FILLS file against the open orders; lots close and open in one transaction.

    The same fill told twice counts once. What cannot be matched waits for a person, who closes it
    with --resolve and --reason; --order applies its fill to the order it belongs to.
    """
    if exception_id is not None:
        _resolve(exception_id, **asked)
    elif fills is not None:
        _reconcile(fills, **asked)
    else:
        raise click.UsageError("name a FILLS file, or an exception with --resolve")


def _reconcile(
    fills: Path,
    book_path: Path,
    passphrase_file: Path | None,
    user_id: str,
    as_json: bool,
    **_: Any,
) -> None:
    from app.custodian.sniff import as_source
    from app.order_flow import take_fills

    with opened(book_path, passphrase_file, reason="import") as book:
        user = user_of(book, user_id)
        source = as_source(fills.name, fills.read_bytes())
        found = take_fills(book, source, user, clock.now())
    told = {
        "fills": len(found.fills),
        "closed_lots": len(found.closes),
        "bought_lots": len(found.bought),
        "exceptions": [f"{x.kind}: {x.what} {x.remedy}" for x in found.exceptions],
    }
    if as_json:
        emit(told)
        return
    for name, value in told.items():
        click.echo(f"{name:12} {value}")


def _resolve(
    exception_id: str,
    book_path: Path,
    passphrase_file: Path | None,
    user_id: str,
    reason: str,
    order_key: str,
    as_json: bool,
) -> None:
    from app.order_flow import resolve

    with opened(book_path, passphrase_file, reason="import") as book:
        user = user_of(book, user_id)
        found = resolve(book, exception_id, user, clock.now(), reason, order_key)
        left = len(book.exceptions())
    told = {
        "resolved": exception_id,
        "fills": 0 if found is None else len(found.fills),
        "open_exceptions": left,
    }
    emit(told) if as_json else click.echo(f"{exception_id}: resolved, {left} still wait")


@click.command()
@book_option
@json_option
def waiting(book_path: Path, passphrase_file: Path | None, as_json: bool) -> None:
    """Sold lots that the custodian has not confirmed, the nearest deadline first."""
    from app.custodian.reconcile import lots_not_matched

    with opened(book_path, passphrase_file, readonly=True) as book:
        orders = [row.order for row in book.orders()]
        rows = lots_not_matched(orders, book.closes(), clock.now())
    if as_json:
        emit([asdict(row) for row in rows])
        return
    for row in rows:
        until = row.match_until.isoformat(timespec="minutes")
        state = "LATE" if row.late else "open"
        click.echo(f"{until} {state}  {row.symbol} {row.shares.normalize():f} of {row.lot_id}")


@click.command()
@click.argument("profile")
@click.argument("file", type=FILE)
@click.option("--account", default="", help="Account (id, number or name) the rows belong to.")
@book_option
@json_option
def relief(
    profile: str,
    file: Path,
    account: str,
    book_path: Path,
    passphrase_file: Path | None,
    as_json: bool,
) -> None:
    """Hold the custodian's realised lots or 1099-B (PROFILE, FILE) against the lots closed here.

    The morning after a trade, and again when the 1099 comes. A break is shown with the result
    under both sides' lots and the year's tax under both; nothing is written.
    """
    from app import lawbook
    from app.order_flow import relief as check

    with opened(book_path, passphrase_file, readonly=True) as book:
        plan = _plan(profile, file, account, book.known())
        breaks, bills = check(book, lawbook.load(), plan.realized)
    document = {
        "sales": len(plan.realized),
        "breaks": [asdict(found) for found in breaks],
        "tax": {key: asdict(change) for key, change in bills.items()},
        "gaps": [asdict(gap) for gap in plan.gaps],
        "boxes": [asdict(line) for line in plan.amounts],
    }
    if as_json:
        emit(document)
        return
    click.echo(f"{len(plan.realized)} sales told, {len(breaks)} breaks")
    for found in breaks:
        click.echo(f"  {found.account_id} {found.security_id} {found.sold_on}: {found.what}")
    for key, change in bills.items():
        click.echo(f"  {key}: tax ${change.ours_usd:,.2f} here, ${change.theirs_usd:,.2f} theirs")


def _plan(profile: str, file: Path, account: str, known: Any) -> ImportPlan:
    from app.custodian.plan import plan
    from app.custodian.read import read

    parsed, chosen = read(file, profile)
    return plan(parsed, chosen, known, account)
