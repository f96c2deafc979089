"""One way to open the file: driver, key, pragmas, rights, and trouble told in words.

The driver is sqlcipher3 for plain and encrypted books alike: the SQLite of many systems is inside
the range of the WAL-reset corruption (3.7.0 to 3.51.2).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlcipher3 import dbapi2 as sql

from app.commands.output import IntegrityError
from engine.errors import UserError

Key = str | bytes | None
Connection = Any
SAFE_SQLITE = (3, 51, 3)
APPLICATION_ID = 0x4C4F544C  # "LOTL"
PLAIN_HEADER = b"SQLite format 3\x00"
KEY_BYTES = 32
PRAGMAS = (
    "foreign_keys=ON",
    "busy_timeout=5000",
    "trusted_schema=OFF",
    "cell_size_check=ON",
    "recursive_triggers=ON",
    "synchronous=FULL",
)


class BookError(UserError):
    """The book cannot be opened or written; the message says why and what to do."""


class BookDamagedError(IntegrityError):
    """The file is not what was written; exit 5."""


def connect(path: Path, key: Key = None, *, readonly: bool = False) -> Connection:
    """A connection to an existing file, with every pragma of the house set.

    Args:
        path: The file.
        key: Passphrase as text, or the raw 32 bytes; ``None`` for a plain book.
        readonly: Query-only, for readers and for a second process.

    Raises:
        BookError: No such file, no right to it, or the key does not open it.
        BookDamagedError: The file is not a book any more.
    """
    check_driver()
    if not path.is_file():
        raise BookError(f"{path}: there is no such book; `lotlight book create` makes one")
    connection = _opened(path, key, readonly)
    try:
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if readonly:
            connection.execute("PRAGMA query_only=ON")
    except (sql.DatabaseError, UnicodeDecodeError) as error:
        connection.close()
        raise _opening_trouble(path, key, error) from error
    return connection


def raw(path: Path, key: Key) -> Connection:
    """A bare connection that makes the file if need be: to lay out a book, and for copies of it."""
    connection = sql.connect(str(path), isolation_level=None)
    give_key(connection, key)
    return connection


def _opened(path: Path, key: Key, readonly: bool) -> Connection:
    name = f"file:{quote(str(path.absolute()))}"
    mode = "?mode=rw"
    if readonly:
        waiting = path.with_name(path.name + "-wal")
        settled = not waiting.exists() or waiting.stat().st_size == 0
        # In a folder that cannot be written no -shm file can be made: then, with nothing waiting
        # in the log, the file cannot change either.
        mode = "?mode=ro"
        if settled and not os.access(path.parent, os.W_OK):
            mode += "&immutable=1"
    try:
        connection = sql.connect(name + mode, uri=True, isolation_level=None)
        give_key(connection, key)
    except sql.Error as error:
        raise BookError(f"{path}: cannot be opened ({error}); check its rights") from error
    return connection


def give_key(connection: Connection, key: Key) -> None:
    """Hand the key to SQLCipher; nothing for a plain book."""
    if key is not None:
        connection.set_key(key_text(key))


def key_text(key: str | bytes) -> str:
    """A key as SQLCipher takes it: a passphrase as it is, raw bytes as x'..'.

    Raises:
        BookError: A raw key is not 32 bytes, or a passphrase is empty.
    """
    if isinstance(key, bytes):
        if len(key) != KEY_BYTES:
            raise BookError(f"a raw key has {KEY_BYTES} bytes, this one has {len(key)}")
        return f"x'{key.hex()}'"
    if not key:
        raise BookError("the passphrase is empty; choose one")
    return key


def is_plain(path: Path) -> bool:
    """Whether the file shows the header of an unencrypted database."""
    with path.open("rb") as file:
        return file.read(len(PLAIN_HEADER)) == PLAIN_HEADER


def _opening_trouble(path: Path, key: Key, error: Exception) -> UserError:
    text = str(error)
    if "not a database" in text:
        if key is None:
            return BookError(
                f"{path}: it is encrypted (give its passphrase) or it is no book at all"
            )
        # Looked at only now: closing a file that another connection of this process holds would
        # take that connection's locks away (POSIX advisory locks belong to the process).
        if is_plain(path):
            return BookError(f"{path}: the book is not encrypted; open it without a key")
        return BookError(f"{path}: the key does not open it; check the passphrase")
    if "malformed" in text or isinstance(error, UnicodeDecodeError):
        return BookDamagedError(f"{path}: {text}; restore a backup (`lotlight book restore`)")
    return BookError(f"{path}: cannot be opened ({text}); check the rights of file and folder")


def sqlite_version() -> str:
    """Version of the SQLite that reads and writes books."""
    return str(sql.sqlite_version)


def check_driver() -> None:
    """Refuse a SQLite that can corrupt a book in WAL mode."""
    if sql.sqlite_version_info < SAFE_SQLITE:
        raise BookError(
            f"SQLite {sql.sqlite_version} can corrupt a book; install sqlcipher3 0.6.4 or later"
        )


@contextmanager
def private_files() -> Iterator[None]:
    """Files made inside are for their owner alone (0600, folders 0700)."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def make_private(path: Path) -> None:
    """Take all rights of others away from a file, where the system has such rights."""
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        path.chmod(0o600)


@contextmanager
def telling(path: Path) -> Iterator[None]:
    """Turn trouble of the disk into words; a fault of ours stays what it is."""
    try:
        yield
    except sql.OperationalError as error:
        text = str(error)
        if "full" in text:
            what = "the disk is full; nothing of this change was written: free space, try again"
        elif "readonly" in text:
            what = "it can only be read; check the rights of file and folder, try again"
        elif "disk I/O" in text or "unable to open" in text:
            what = f"the disk refuses ({text}); nothing of this change was written"
        elif "locked" in text or "busy" in text:
            what = "another program is writing to it; try again in a moment"
        else:
            raise
        raise BookError(f"{path}: {what}") from error
    except sql.DatabaseError as error:
        if "malformed" in str(error) or "not a database" in str(error):
            raise BookDamagedError(
                f"{path}: {error}; restore a backup (`lotlight book restore`)"
            ) from error
        raise
