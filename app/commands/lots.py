"""`lotlight lots`: the lots of a position, and the lot methods side by side with their tax."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app import clock
from app.commands.opened import book_option, json_option, opened
from app.commands.output import emit
from engine.errors import InputError

if TYPE_CHECKING:
    from app.book.book import Book
    from engine.law.relief import ReliefChoice
    from engine.records import Lot


@click.command()
@book_option
@click.option("--household", "household_id", required=True, help="Household id.")
@click.option("--account", "account_id", required=True, help="Account id.")
@click.option("--security", "security_id", required=True, help="Security id.")
@click.option("--shares", help="Shares to sell (default: the whole position).")
@click.option("--price", help="Net price of a share (default: the book's newest quote).")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Trade date (default: today).")
@click.option("--lot", "named", multiple=True, help="LOT=SHARES, named one by one; repeatable.")
@click.option("--scenario", default="", help="A shipped law-change scenario, in force this year.")
@json_option
def lots(
    book_path: Path,
    passphrase_file: Path | None,
    household_id: str,
    account_id: str,
    security_id: str,
    shares: str | None,
    price: str | None,
    on: datetime | None,
    named: tuple[str, ...],
    scenario: str,
    as_json: bool,
) -> None:
    """Sell shares of a position first in first out, last in, highest cost, or at least tax.

    Each method is shown with its lots, its results and the tax of this household's whole bill;
    a negative tax is a saving. Wash sales are not in it: see the lists of the day.
    """
    from app import lawbook
    from engine.decision.relief_choice import Order, methods, position
    from engine.law.scenarios import apply_scenario

    with opened(book_path, passphrase_file, readonly=True) as book:
        home = book.household(household_id)
        held = position(home, account_id, security_id)
        each = _number("price", price) if price else _quote(book, security_id)
    day = on.date() if on else clock.now().date()
    law = lawbook.load()
    if scenario:
        law = apply_scenario(law, scenario, home.profile.year)
    wanted = _number("shares", shares) if shares else None
    order = Order(account_id, security_id, each, day, wanted, tuple(map(_named, named)))
    found = methods(home, law, order)
    if as_json:
        emit(
            {
                "household_id": household_id,
                "price_usd": str(each),
                "on": day.isoformat(),
                "lots": [_lot(lot, each, day) for lot in held],
                "methods": [_method(choice) for choice in found],
            }
        )
        return
    for choice in found:
        click.echo(
            f"{choice.method:12} short {choice.st_gain_usd:>14,.2f}  long "
            f"{choice.lt_gain_usd:>14,.2f}  tax {choice.tax_usd:>14,.2f}"
        )
        taken = ", ".join(f"{part.normalize():f} of {lot_id}" for lot_id, part in choice.picks)
        click.echo(f"             {taken}")


def _quote(book: Book, security_id: str) -> Decimal:
    """The newest price of the book."""
    newest = book.newest_snapshot()
    quotes = book.snapshot(newest[0]) if newest else {}
    if security_id not in quotes:
        raise InputError("price", "", f"the book has no quote of {security_id}; give --price")
    return quotes[security_id].bid_usd


def _number(name: str, text: str) -> Decimal:
    """An amount above zero, exactly as written."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or found <= 0:
        raise InputError(name, text, "give a number above zero")
    return found


def _named(text: str) -> tuple[str, Decimal]:
    """LOT=SHARES."""
    lot_id, _, shares = text.rpartition("=")
    if not lot_id:
        raise InputError("lot", text, "write LOT=SHARES")
    return lot_id, _number("lot", shares)


def _lot(lot: Lot, price_usd: Decimal, on: date) -> dict[str, Any]:
    """A lot with its term on the day."""
    from app.book.codec import plain
    from engine.law.holding import days_to_long, long_from, term_of

    found: dict[str, Any] = plain(lot)
    return found | {
        "term": str(term_of(lot, on, price_usd)),
        "long_from": long_from(lot.held_since).isoformat(),
        "days_to_long": days_to_long(lot.held_since, on),
        "unrealized_usd": str(lot.unrealized_gain(price_usd)),
    }


def _method(choice: ReliefChoice) -> dict[str, Any]:
    """One method."""
    return {
        "method": choice.method,
        "picks": [[lot_id, str(shares)] for lot_id, shares in choice.picks],
        "st_gain_usd": str(choice.st_gain_usd),
        "lt_gain_usd": str(choice.lt_gain_usd),
        "tax_usd": str(choice.tax_usd),
    }
