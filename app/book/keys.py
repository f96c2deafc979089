"""Keys: asked of the OS keyring or of a person, never written to a file, a log or the environment.

The keyring holds, for each book, the raw key of the file (by its path) where the user chose so, and
the key that seals the audit trail (by book id). A system without a keyring has neither: then the
passphrase is asked for, and the trail is unkeyed, which ``lotlight book verify`` says.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from app import clock
from app.book.backup import back_up
from app.book.book import Book
from app.book.connect import KEY_BYTES, BookError, Key, is_plain

SERVICE = "lotlight"
Ask = Callable[[str], str]


def from_keyring(name: str) -> bytes | None:
    """A key kept under that name, or ``None``: no such key, or no keyring on this system."""
    import keyring
    from keyring.errors import KeyringError

    try:
        found = keyring.get_password(SERVICE, name)
    except KeyringError:
        return None
    return None if found is None else bytes.fromhex(found)


def new_in_keyring(name: str) -> bytes:
    """Make a key and keep it under that name.

    Raises:
        BookError: This system has no keyring.
    """
    import keyring
    from keyring.errors import KeyringError

    key = os.urandom(KEY_BYTES)
    try:
        keyring.set_password(SERVICE, name, key.hex())
    except KeyringError as error:
        raise BookError("this system has no keyring; use a passphrase") from error
    return key


def file_name(path: Path) -> str:
    """Name under which a book file's key is kept."""
    return f"book:{path.resolve()}"


def unlock(path: Path, ask: Ask | None = None, passphrase_file: Path | None = None) -> Key:
    """The key of a book: none for a plain one, else from a file, the keyring, or a person.

    Raises:
        BookError: The book is encrypted and there is nobody to ask.
    """
    if not path.is_file() or is_plain(path):
        return None
    if passphrase_file is not None:
        return read_passphrase(passphrase_file)
    found = from_keyring(file_name(path))
    if found is not None:
        return found
    if ask is None:
        raise BookError(f"{path}: it is encrypted; give --passphrase-file or run at a terminal")
    return ask(f"Passphrase of {path.name}")


def read_passphrase(file: Path) -> str:
    """The first line of a file.

    Raises:
        BookError: It cannot be read or is empty.
    """
    try:
        text = file.read_text("utf-8").splitlines()
    except OSError as error:
        raise BookError(f"{file}: cannot be read ({error.strerror})") from error
    if not text or not text[0]:
        raise BookError(f"{file}: its first line is empty; it holds the passphrase")
    return text[0]


def chain_key(book_id: str, *, make: bool = False) -> bytes | None:
    """The key that seals a book's trail; ``make`` makes one where there is a keyring."""
    name = f"audit:{book_id}"
    found = from_keyring(name)
    if found is None and make:
        try:
            found = new_in_keyring(name)
        except BookError:
            return None
    return found


def open_book(
    path: Path,
    *,
    readonly: bool = False,
    ask: Ask | None = None,
    passphrase_file: Path | None = None,
) -> Book:
    """Open a book with whatever keys there are for it: the way of the commands and the window."""
    key = unlock(path, ask, passphrase_file)
    book = Book.open(path, key=key, readonly=readonly, before_migration=_keep)
    book.chain_key = chain_key(book.book_id)
    return book


def _keep(path: Path, key: Key) -> None:
    """A backup before the book's shape changes."""
    back_up(path, key, clock.now(), "migration")
