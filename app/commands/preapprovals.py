"""`lotlight orders preapprove|preapprovals|revoke`: harvests signed for ahead of time."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app import clock
from app.commands.opened import book_option, json_option, opened, user_option
from app.commands.output import emit
from app.commands.priced_options import instant_of
from engine.errors import InputError

if TYPE_CHECKING:
    from app.book.preapprovals import SignedRule


@click.command()
@book_option
@click.option("--household", "household_id", required=True, help="Household id.")
@click.option("--account", "account_id", required=True, help="Account that sells.")
@click.option("--security", "security_id", required=True, help="Name to harvest.")
@click.option("--lot", "lot_ids", multiple=True, help="Lot it may sell (default: all of the name).")
@click.option("--most-shares", required=True, help="Most shares it may sell.")
@click.option("--min-alpha", required=True, help="Net alpha in dollars below which it waits.")
@click.option("--price-at-most", help="Fires at a bid at or below this price.")
@click.option("--loss-at-least", default="0", help="Fires from this loss, a fraction of basis.")
@click.option("--expires", required=True, help="Until when, ISO 8601 with its zone.")
@click.option("--signed-at", help="When, ISO 8601 with its zone (default: now).")
@user_option
@json_option
def preapprove(
    book_path: Path,
    passphrase_file: Path | None,
    household_id: str,
    account_id: str,
    security_id: str,
    lot_ids: tuple[str, ...],
    most_shares: str,
    min_alpha: str,
    price_at_most: str | None,
    loss_at_least: str,
    expires: str,
    signed_at: str | None,
    user_id: str,
    as_json: bool,
) -> None:
    """Sign for a harvest ahead of time; the desk approves it when its terms are met.

    When it fires, everything is asked again: the lots, the price and its age, wash sales of the
    last 30 days, the household's limits, and whether it is still worth the minimum. It fires once.
    """
    from app.book import preapprovals as rules
    from engine.decision.preapproval_terms import PreApproval, rule_id_of

    at = instant_of("signed-at", signed_at) or clock.now()
    until = instant_of("expires", expires)
    assert until is not None  # the option is required
    price = None if price_at_most is None else _number("price-at-most", price_at_most)
    rule = PreApproval(
        "", household_id, security_id, lot_ids, account_id, _number("most-shares", most_shares),
        _number("min-alpha", min_alpha), user_id, at, until, price,
        _number("loss-at-least", loss_at_least),
    )  # fmt: skip
    rule = rule_id_of(rule)
    with opened(book_path, passphrase_file) as book:
        rules.sign(book, rule)
    if as_json:
        emit({"rule_id": rule.rule_id, "state": "open", "expires_at": until.isoformat()})
        return
    click.echo(f"{rule.rule_id}: signed by {user_id}, open until {until:%Y-%m-%d %H:%M} UTC")


@click.command("preapprovals")
@book_option
@click.option("--household", "household_id", help="One household (default: every one).")
@json_option
def preapprovals(
    book_path: Path, passphrase_file: Path | None, household_id: str | None, as_json: bool
) -> None:
    """Show what was signed ahead of time and what came of it."""
    from app.book import preapprovals as rules
    from app.book.codec import plain

    with opened(book_path, passphrase_file, readonly=True) as book:
        found = rules.signed(book, household_id)
    if as_json:
        emit([plain(entry) for entry in found])
        return
    for entry in found:
        click.echo(_line(entry))


def _line(entry: SignedRule) -> str:
    """One rule for a person."""
    rule = entry.rule
    price = f" at a bid of {rule.at_most_usd} or less" if rule.at_most_usd is not None else ""
    loss = f" from a loss of {rule.loss_at_least:.1%}" if rule.loss_at_least else ""
    more = f"  {entry.proposal_id or entry.told}".rstrip()
    return (
        f"{rule.rule_id}  {entry.state:8} {rule.household_id}: at most {rule.most_shares:f} "
        f"{rule.security_id} of {rule.account_id}{price}{loss}, net alpha at least "
        f"${rule.minimum_alpha_usd:,.2f}, until {rule.expires_at:%Y-%m-%d %H:%M} UTC{more}"
    )


@click.command()
@click.argument("rule_id")
@click.option("--reason", required=True, help="Why.")
@book_option
@user_option
@json_option
def revoke(
    rule_id: str,
    reason: str,
    book_path: Path,
    passphrase_file: Path | None,
    user_id: str,
    as_json: bool,
) -> None:
    """Take back what was signed ahead of time."""
    from app.book import preapprovals as rules
    from app.book import users
    from app.people import require
    from engine.records import UserRole

    with opened(book_path, passphrase_file) as book:
        require(users.get(book.connection, user_id), user_id, UserRole.APPROVE)
        rules.close(book, rule_id, rules.REVOKED, user_id, clock.now(), reason)
    told: dict[str, Any] = {"rule_id": rule_id, "state": rules.REVOKED}
    emit(told) if as_json else click.echo(f"{rule_id}: revoked")


def _number(name: str, text: str) -> Decimal:
    """A number of an option."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise InputError(name, text, "write a number, such as 100 or 0.05") from None
    if not found.is_finite() or found < 0:
        raise InputError(name, text, "it is a finite number, 0 or more")
    return found
