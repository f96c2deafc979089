"""What every command that works on a book shares: which book, which user, and the way in."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from app import clock

if TYPE_CHECKING:
    from app.book.book import Book
    from engine.records import User

F = TypeVar("F", bound=Callable[..., Any])
_USER_PASSPHRASE = "app.commands.user_passphrase"


def book_option(command: F) -> F:
    """``--book FILE`` (or LOTLIGHT_BOOK) and ``--passphrase-file``."""
    command = click.option(
        "--passphrase-file",
        type=click.Path(path_type=Path),
        help="File whose first line is the passphrase of an encrypted book.",
    )(command)
    return click.option(
        "--book",
        "book_path",
        required=True,
        envvar="LOTLIGHT_BOOK",
        type=click.Path(path_type=Path),
        help="The book (default: LOTLIGHT_BOOK).",
    )(command)


def user_option(command: F) -> F:
    """``--as USER`` (or LOTLIGHT_USER), and where their own passphrase comes from.

    Whoever has a passphrase must give it before ``opened`` lets the command write.
    """
    command = click.option(
        "--user-passphrase-file",
        type=click.Path(path_type=Path),
        expose_value=False,
        callback=_keep_file,
        help="File whose first line is the passphrase of the user who acts.",
    )(command)
    return click.option(
        "--as", "user_id", envvar="LOTLIGHT_USER", default="", help="User who acts."
    )(command)


def _keep_file(ctx: click.Context, _: click.Parameter, value: Path | None) -> None:
    ctx.meta[_USER_PASSPHRASE] = value


def json_option(command: F) -> F:
    """``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="One JSON document.")(command)


def ask(prompt: str) -> str:
    """A passphrase typed unseen at the terminal.

    Raises:
        BookError: There is no terminal.
    """
    from app.book.connect import BookError

    if not sys.stdin.isatty():
        raise BookError("the book is encrypted; give --passphrase-file or run at a terminal")
    return str(click.prompt(prompt, hide_input=True, err=True))


@contextmanager
def opened(
    book_path: Path,
    passphrase_file: Path | None,
    *,
    readonly: bool = False,
    reason: str = "",
) -> Iterator[Book]:
    """The book, open; what a command has written is backed up behind it.

    Args:
        book_path: The file.
        passphrase_file: File with the passphrase of an encrypted book.
        readonly: For reading alone.
        reason: Why a backup follows whatever was written (``import``); else one follows an hour
            after the last.
    """
    from app.book.keys import open_book

    with open_book(book_path, readonly=readonly, ask=ask, passphrase_file=passphrase_file) as found:
        if not readonly:
            _sign_in(found)
        before = found.audit_head().seq
        yield found
        if not readonly and found.audit_head().seq > before:
            from app.book.keeper import keep_if_due

            keep_if_due(found, clock.now(), lambda text: click.echo(text, err=True), reason)


def _sign_in(book: Book) -> None:
    """Let the user named with ``--as`` in, if the passphrase kept for them fits.

    Raises:
        NotAllowedError: It does not fit, or there is nobody to ask.
    """
    ctx = click.get_current_context(silent=True)
    user_id = "" if ctx is None else ctx.params.get("user_id", "")
    kept = book.passphrase_hash(user_id) if user_id else ""
    if ctx is None or not kept:
        return
    from app.book.keys import read_passphrase
    from app.people import NotAllowedError, passphrase_fits

    file = ctx.meta.get(_USER_PASSPHRASE)
    if file is None and not sys.stdin.isatty():
        raise NotAllowedError(
            f"{user_id} signs in with a passphrase; give --user-passphrase-file or run at a "
            "terminal"
        )
    typed = read_passphrase(file) if file is not None else ask(f"Passphrase of {user_id}")
    if not passphrase_fits(typed, kept):
        raise NotAllowedError(f"that is not the passphrase of {user_id}; nothing was written")


def user_of(book: Book, user_id: str) -> User:
    """The user who acts.

    Raises:
        UserError: The book has no such user.
    """
    from engine.errors import UserError

    for user in book.users():
        if user.user_id == user_id:
            return user
    known = ", ".join(user.user_id for user in book.users()) or "none yet"
    raise UserError(
        f"the book has no user {user_id!r}; name one with --as or LOTLIGHT_USER ({known})"
    )
