"""The whole book as lines of JSON, in a stable order, and back; also the way to another key.

The first line tells the shape. Then one line a row: ``{"row": {...}, "table": "lots"}``, tables by
name, rows by key. Two books with the same logical content give the same bytes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from app.book.change import Table, tables
from app.book.codec import canonical
from app.book.connect import (
    BookDamagedError,
    BookError,
    Connection,
    Key,
    connect,
    is_plain,
    private_files,
    raw,
    telling,
)
from app.book.locks import WriterLock
from app.book.migrate import SHAPE, migrate, shape_of
from app.book.verify import verify

# What is true now. The rest tells how it came to be so.
RECORD = frozenset({"audit", "digests", "history", "imports", "import_rows"})


def lines(connection: Connection, leave_out: Iterable[str] = ()) -> Iterator[str]:
    """The book as lines, without their ends."""
    yield canonical({"lotlight_book": 1, "shape": shape_of(connection)})
    for name, table in tables(connection).items():
        if name in set(leave_out):
            continue
        order = ",".join(f'"{column}"' for column in table.key)
        for values in connection.execute(f"SELECT * FROM {name} ORDER BY {order}"):  # noqa: S608
            row = dict(zip(table.columns, values, strict=True))
            yield canonical({"table": name, "row": row})


def write(connection: Connection, out: Path) -> int:
    """Write the lines to a file, whole or not at all; how many."""
    temporary = out.with_name(out.name + ".part")
    count = 0
    connection.execute("BEGIN")
    try:
        with private_files(), temporary.open("w", encoding="utf-8", newline="\n") as file:
            for count, line in enumerate(lines(connection), start=1):  # noqa: B007
                file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(out)
    finally:
        connection.execute("ROLLBACK")
        temporary.unlink(missing_ok=True)
    return count


def read(source: Iterable[str], path: Path, key: Key = None) -> None:
    """Make a book from lines; it is checked before it gets its name.

    Raises:
        BookError: Something is there already, or a line is not of a book.
        BookDamagedError: The lines do not add up to what the trail in them says.
    """
    if path.exists():
        raise BookError(f"{path}: there is something already; choose another name")
    part = path.with_name(path.name + ".part")
    _sweep(part)
    try:
        with private_files(), telling(path):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            connection = raw(part, key)
            try:
                connection.execute("PRAGMA journal_mode=WAL")
                _fill(connection, iter(source))
            finally:
                connection.close()
        _refuse_unsound(part, key)
        part.replace(path)
    finally:
        _sweep(part)


def _sweep(part: Path) -> None:
    for end in ("", "-wal", "-shm"):
        part.with_name(part.name + end).unlink(missing_ok=True)


def _refuse_unsound(path: Path, key: Key) -> None:
    found = verify(path, key, copy=True).problems
    if found:
        raise BookDamagedError(f"{path}: the copy is not sound: {'; '.join(found[:3])}")


def _fill(connection: Connection, source: Iterator[str]) -> None:
    head = json.loads(next(source, "{}"))
    if head.get("shape") != SHAPE:
        raise BookError(f"line 1: read shape {head.get('shape')!r}; this Lotlight reads {SHAPE}")
    migrate(connection)
    shape = tables(connection)
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("PRAGMA defer_foreign_keys=ON")
    for number, line in enumerate(source, start=2):
        _put(connection, shape, number, line)
    connection.execute("COMMIT")


def _put(connection: Connection, shape: dict[str, Table], number: int, line: str) -> None:
    try:
        told = json.loads(line)
        table, row = shape[told["table"]], told["row"]
        values = [row[column] for column in table.columns]
    except (ValueError, KeyError, TypeError) as error:
        raise BookError(f"line {number}: not a row of a book ({error}); export it again") from error
    connection.execute(table.insert, values)


def rewrite(path: Path, key: Key, new_key: Key) -> None:
    """Write the book anew under another key (or none), in its place, whole or not at all.

    Raises:
        BookLockedError: Another process writes to it.
        BookDamagedError: The new file did not come out the same; the old one stays.
    """
    lock = WriterLock(path)
    lock.acquire()
    fresh = path.with_name(path.name + ".rekey")
    try:
        _sweep(fresh)
        connection = connect(path, key)
        try:
            read(lines(connection), fresh, new_key)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()
        replace_file(fresh, path)
    finally:
        _sweep(fresh)
        lock.release()


def replace_file(fresh: Path, path: Path) -> None:
    """Put a finished file in the place of another, so that a power cut leaves one of the two."""
    with fresh.open("rb+") as file:
        os.fsync(file.fileno())
    fresh.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename in a folder last, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def encrypted(path: Path) -> bool:
    """Whether the book needs a key."""
    return not is_plain(path)
