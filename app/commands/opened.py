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

F = TypeVar("F", bound=Callable[..., Any])


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
    """``--as USER`` (or LOTLIGHT_USER)."""
    return click.option(
        "--as", "user_id", envvar="LOTLIGHT_USER", default="", help="User who acts."
    )(command)


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
        before = found.audit_head().seq
        yield found
        if not readonly and found.audit_head().seq > before:
            from app.book.keeper import keep_if_due

            keep_if_due(found, clock.now(), lambda text: click.echo(text, err=True), reason)
