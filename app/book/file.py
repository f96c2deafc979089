"""The file behind ``Book``: how it is made, opened, checked, changed in transactions and closed.

A book is used from the thread that opened it. One process writes; others, and other threads, open
their own ``readonly`` books. Instants come in as arguments.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from app import clock
from app.book import (
    audit,
    heads,
    settings_table,
    users,
)
from app.book.change import Change, Table, tables
from app.book.codec import canonical
from app.book.connect import (
    BookDamagedError,
    BookError,
    Connection,
    Key,
    connect,
    make_private,
    private_files,
    raw,
    telling,
)
from app.book.locks import WriterLock
from app.book.migrate import SHAPE, NewerBookError, is_book, migrate, shape_of
from engine.records import User

SELF = "lotlight"


class BookFile:
    """An open book as a file: opened, changed in transactions, closed.

    Attributes:
        path: The file.
        readonly: Whether it was opened for reading alone.
        book_id: Identity of the book, which stays when the file moves.
    """

    def __init__(
        self,
        path: Path,
        connection: Connection,
        lock: WriterLock | None,
        chain_key: bytes | None,
        key: Key,
    ) -> None:
        """Use ``open`` or ``create``."""
        self.path, self.readonly = path, lock is None
        self.connection, self.chain_key, self.key = connection, chain_key, key
        self._lock = lock
        self._session = os.urandom(4).hex()
        self._shape: Mapping[str, Table] = tables(connection)
        self._head = audit.head(connection)
        self.book_id = settings_table.get(connection, "book_id")

    @classmethod
    def create(
        cls, path: Path | str, *, at: datetime, key: Key = None, chain_key: bytes | None = None
    ) -> Self:
        """Make a new book and open it for writing.

        Args:
            path: Where; the folder is made, for its owner alone.
            at: Now.
            key: Passphrase or raw 32 bytes; ``None`` makes a plain book (demo, tests).
            chain_key: Key that seals the audit trail, from the OS keyring.

        Raises:
            BookError: Something is there already, or the place cannot be written.
        """
        path = Path(path)
        if path.exists():
            raise BookError(f"{path}: there is something already; choose another name")
        try:
            with private_files():
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                lock = WriterLock(path)
                lock.acquire()
                path.touch(mode=0o600, exist_ok=False)
        except OSError as error:
            raise BookError(f"{path}: cannot be made ({error.strerror})") from error
        try:
            with private_files(), telling(path):
                _lay_out(path, key)
                book = cls(path, connect(path, key), lock, chain_key, key)
            book._first_line(at)
        except BaseException:
            path.unlink(missing_ok=True)
            lock.release()
            raise
        return book

    @classmethod
    def open(
        cls,
        path: Path | str,
        *,
        key: Key = None,
        readonly: bool = False,
        chain_key: bytes | None = None,
        before_migration: Callable[[Path, Key], object] | None = None,
    ) -> Self:
        """Open a book.

        Args:
            path: The file.
            key: Passphrase or raw 32 bytes of an encrypted book.
            readonly: For reading: needs no lock, and may be a newer book or a read-only folder.
            chain_key: Key that seals the audit trail.
            before_migration: Called before the first due step (a backup).

        Raises:
            BookError: There is none, or it cannot be opened; the message says why.
            BookLockedError: Another process writes to it.
            BookDamagedError: The file is not what was written.
        """
        path = Path(path)
        lock = None if readonly else WriterLock(path)
        if lock is not None and path.is_file():
            lock.acquire()
        try:
            connection = connect(path, key, readonly=readonly)
            try:
                with telling(path):
                    _check(path, connection, key, readonly, before_migration)
                    return cls(path, connection, lock, chain_key, key)
            except BaseException:
                connection.close()
                raise
        except BaseException:
            if lock is not None:
                lock.release()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and give the right to write back."""
        self.connection.close()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    # -- changing it -------------------------------------------------------------------------

    @contextmanager
    def change(
        self, kind: str, actor: str, at: datetime, /, **facts: Any
    ) -> Iterator[tuple[Change, dict[str, Any]]]:
        """One transaction with its audit line; nothing is written when nothing changed.

        Yields:
            The change, and the facts of its audit line to add to.

        Raises:
            BookError: The book is open for reading, or the disk refuses; the book stays usable.
        """
        if self.readonly:
            raise BookError(f"{self.path}: the book is open for reading")
        with telling(self.path):
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                work = Change(self.connection, self._shape, at)
                yield work, facts
                changed = work.settle()
                if not changed:
                    self.connection.execute("ROLLBACK")
                    return
                head = audit.append(
                    self.connection,
                    self._head,
                    self.chain_key,
                    at=at,
                    mono_ns=clock.monotonic_ns(),
                    actor=actor,
                    session=self._session,
                    kind=kind,
                    body=canonical({"facts": facts, "tables": changed}),
                )
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise
        self._head = head
        heads.remember(self.book_id, head)

    def _first_line(self, at: datetime) -> None:
        self.book_id = os.urandom(16).hex()
        with self.change("created", SELF, at, book_id=self.book_id) as (work, _):
            settings_table.put(work, "book_id", self.book_id)
            users.put(work, User(SELF, "Lotlight itself", frozenset()), "")


def _lay_out(path: Path, key: Key) -> None:
    """Turn an empty file into an empty book: WAL, and every step of the shape."""
    connection = raw(path, key)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA recursive_triggers=ON")
        migrate(connection)
    finally:
        connection.close()


def _check(
    path: Path,
    connection: Connection,
    key: Key,
    readonly: bool,
    before_migration: Callable[[Path, Key], object] | None,
) -> None:
    """Refuse what is no book, is damaged, or is newer; take the steps that are due."""
    if not is_book(connection):
        raise BookError(f"{path}: it is a database, but not a book of Lotlight")
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise BookDamagedError(f"{path}: {found}; restore a backup (`lotlight book restore`)")
    if readonly:
        return
    make_private(path)
    shape = shape_of(connection)
    if shape > SHAPE:
        raise NewerBookError(shape)
    if shape < SHAPE:
        if before_migration is not None:
            before_migration(path, key)
        migrate(connection)
