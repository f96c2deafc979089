"""The restore drill: is the newest backup a book that one could work on tomorrow?

It is restored to a place of its own, as it would be after a loss, checked in full, and held
against what its manifest promised. The book itself is not touched.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.book.backup import backups, folder_of, restore, rows_of
from app.book.connect import BookError, Key, connect
from app.book.verify import verify


@dataclass(frozen=True, slots=True)
class Drill:
    """What a drill came to.

    Attributes:
        file: The backup that was restored.
        taken_at: When it had been taken, UTC.
        audit_seq: Last line of the audit trail in it.
        changes_since: Audit lines that the book has and the backup lacks; ``None`` if the book is
            gone.
        rows: Rows restored.
        problems: What is wrong; empty when the drill was passed.
    """

    file: str
    taken_at: str
    audit_seq: int
    changes_since: int | None
    rows: int
    problems: tuple[str, ...]


def drill(path: Path, key: Key, at: datetime, folder: Path | None = None) -> Drill:
    """Restore the newest backup of a book to a temporary place and check all of it.

    Raises:
        BookError: There is no backup.
        BookDamagedError: The newest backup is not what its manifest says.
    """
    place = folder or folder_of(path)
    found = backups(place)
    if not found:
        raise BookError(f"{place}: there is no backup yet; `lotlight book backup` takes one")
    backup = found[0]
    with tempfile.TemporaryDirectory(prefix="lotlight-drill-") as name:
        copy = Path(name) / path.name
        restore(place / backup.file, copy, key, at, mark=False)
        problems = list(verify(copy, key, copy=True).problems)
        rows = _rows(copy, key)
    if rows != backup.rows:
        problems.append(f"{backup.file}: its rows are not those of its manifest")
    since = _seq(path, key) - backup.audit_seq if path.is_file() else None
    told = sum(rows.values())
    return Drill(backup.file, backup.at, backup.audit_seq, since, told, tuple(problems))


def _rows(path: Path, key: Key) -> dict[str, int]:
    connection = connect(path, key, readonly=True)
    try:
        return rows_of(connection)
    finally:
        connection.close()


def _seq(path: Path, key: Key) -> int:
    connection = connect(path, key, readonly=True)
    try:
        (seq,) = connection.execute("SELECT coalesce(max(seq), 0) FROM audit").fetchone()
        return int(seq)
    finally:
        connection.close()
