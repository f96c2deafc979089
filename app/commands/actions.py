"""`lotlight actions`: corporate actions recorded, listed, and booked on the lots."""

from __future__ import annotations

from pathlib import Path

import click

from app import clock
from app.commands.opened import book_option, json_option, opened, user_option
from app.commands.output import emit


@click.group()
def actions() -> None:
    """What issuers do to shares; a security waits, untraded, until its action is booked."""


@actions.command()
@click.argument("file", type=click.Path(path_type=Path))
@book_option
@user_option
@json_option
def add(
    file: Path, book_path: Path, passphrase_file: Path | None, user_id: str, as_json: bool
) -> None:
    """Record the actions of FILE (TOML, [[actions]] with kind and terms); all, or nothing."""
    from app.action_file import read_actions
    from app.book.book import SELF
    from app.book.booking import add as record

    found = read_actions(file)
    names = [action.action_id for action in found]
    with (
        opened(book_path, passphrase_file) as book,
        book.change("actions_added", user_id or SELF, clock.now(), actions=names) as (work, _),
    ):
        record(work, found)
    emit({"actions": names}) if as_json else click.echo(f"{len(names)} action(s) wait")


@actions.command("list")
@book_option
@json_option
def list_(book_path: Path, passphrase_file: Path | None, as_json: bool) -> None:
    """Every action of the book, and whether it is booked."""
    from app.book.actions import load
    from app.book.codec import plain

    with opened(book_path, passphrase_file, readonly=True) as book:
        rows = load(book.connection)
    if as_json:
        emit(
            {
                "actions": [
                    {
                        "kind": type(row.action).__name__,
                        **plain(row.action),
                        "booked_at": plain(row.booked_at),
                    }
                    for row in rows
                ]
            }
        )
        return
    for row in rows:
        state = "waits" if row.booked_at is None else f"booked {row.booked_at:%Y-%m-%d}"
        what = f"{type(row.action).__name__} of {row.action.security_id}"
        click.echo(f"{row.action.action_id:24} {row.action.effective_on} {what:28} {state}")


@actions.command("book")
@click.argument("action_id")
@book_option
@user_option
@json_option
def book_(
    action_id: str, book_path: Path, passphrase_file: Path | None, user_id: str, as_json: bool
) -> None:
    """Apply a waiting action to the lots of every household that holds the security."""
    from app.book.book import SELF
    from app.book.booking import book as apply

    actor, at = user_id or SELF, clock.now()
    with (
        opened(book_path, passphrase_file) as book,
        book.change("action_booked", actor, at, action_id=action_id) as (work, _),
    ):
        changed = apply(work, action_id)
    told = {"action_id": action_id, "households": changed}
    emit(told) if as_json else click.echo(f"{action_id}: booked in {changed} household(s)")
