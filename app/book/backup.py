"""Copies of the book that are known to be good, and the way back from one.

A backup is taken online, opened, checked in full, its rows and the end of its audit trail held
against the book's; only then it gets its name, with a manifest beside it (SHA-256, rows, audit
head). Kept are the newest of each of the last 24 hours, 30 days, 12 months and 7 years that have
one.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from app.book import audit, heads, settings_table
from app.book.book import SELF, Book
from app.book.change import tables
from app.book.codec import canonical, instant, read_instant
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
from app.book.dump import replace_file
from app.book.locks import WriterLock
from app.book.verify import verify

# (how many to keep, characters of the instant that tell one period from the next)
KEEP = ((24, 13), (30, 10), (12, 7), (7, 4))


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup as its manifest tells of it.

    Attributes:
        file: Its name in the folder.
        sha256: Digest of the file.
        size_bytes: Its size.
        at: When it was taken, UTC.
        reason: Why: ``asked``, ``import``, ``migration``, ``restore``, ``hourly``, ``exit``.
        book_id: Whose copy.
        audit_seq: Last line of the audit trail in it.
        audit_hash: Hash of that line.
        encrypted: Whether it needs the book's key.
        rows: Rows by table.
    """

    file: str
    sha256: str
    size_bytes: int
    at: str
    reason: str
    book_id: str
    audit_seq: int
    audit_hash: str
    encrypted: bool
    rows: dict[str, int]


def folder_of(book: Path) -> Path:
    """Where the backups of a book lie, unless another place is named."""
    return book.parent / "backups" / book.stem


def back_up(path: Path, key: Key, at: datetime, reason: str, folder: Path | None = None) -> Backup:
    """Take a backup, check it, and let old ones go.

    Raises:
        BookDamagedError: The copy is not sound: nothing is kept and no old one is let go.
    """
    place = folder or folder_of(path)
    stamp = instant(at).replace(":", "").replace(".", "-")
    name = f"{path.stem}-{stamp}.lotlight"
    part = place / f"{name}.part"
    with private_files(), telling(path):
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        try:
            manifest = _copied(path, key, part, name, instant(at), reason)
            text = place / f"{name}.json.part"
            text.write_text(canonical(asdict(manifest)), "utf-8")
            replace_file(text, place / f"{name}.json")
            replace_file(part, place / name)
        finally:
            for end in ("", "-wal", "-shm"):
                part.with_name(part.name + end).unlink(missing_ok=True)
    for old in gone(backups(place), at):
        (place / old.file).unlink(missing_ok=True)
        (place / f"{old.file}.json").unlink(missing_ok=True)
    return manifest


def _copied(path: Path, key: Key, part: Path, name: str, at: str, reason: str) -> Backup:
    source = connect(path, key, readonly=True)
    try:
        target = raw(part, key)
        try:
            source.backup(target)
        finally:
            target.close()
    finally:
        source.close()
    found = verify(part, key, copy=True).problems
    if found:
        raise BookDamagedError(f"{path}: its copy is not sound: {'; '.join(found[:3])}")
    copy = connect(part, key, readonly=True)
    try:
        head, rows = audit.head(copy), rows_of(copy)
        book_id = settings_table.get(copy, "book_id")
    finally:
        copy.close()
    content = part.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    return Backup(
        file=name,
        sha256=digest,
        size_bytes=len(content),
        at=at,
        reason=reason,
        book_id=book_id,
        audit_seq=head.seq,
        audit_hash=head.hash,
        encrypted=key is not None,
        rows=rows,
    )


def rows_of(connection: Connection) -> dict[str, int]:
    """Rows of each table, by its name."""
    return {
        name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # noqa: S608
        for name in tables(connection)
    }


def backups(folder: Path) -> tuple[Backup, ...]:
    """The backups of a folder, newest first; one without its manifest is none."""
    found = []
    for manifest in folder.glob("*.lotlight.json"):
        backup = Backup(**json.loads(manifest.read_text("utf-8")))
        if (folder / backup.file).is_file():
            found.append(backup)
    return tuple(sorted(found, key=lambda backup: (backup.at, backup.file), reverse=True))


def gone(found: tuple[Backup, ...], now: datetime) -> tuple[Backup, ...]:
    """Backups that no rule of ``KEEP`` holds any more; the newest always stays."""
    kept = {found[0].file} if found else set()
    for count, length in KEEP:
        newest: dict[str, Backup] = {}
        for backup in found:
            if read_instant(backup.at) <= now:
                newest.setdefault(backup.at[:length], backup)
        kept |= {newest[period].file for period in sorted(newest, reverse=True)[:count]}
    return tuple(b for b in found if b.file not in kept and read_instant(b.at) <= now)


def restore(
    file: Path, path: Path, key: Key, at: datetime, user_id: str = SELF, *, mark: bool = True
) -> None:
    """Put a backup in the place of the book; what stood there is kept beside it.

    ``mark`` False is a drill: the copy is left as it was backed up, and this machine goes on
    remembering the end of the true book's trail.

    Raises:
        BookError: There is no such backup or no manifest of it.
        BookDamagedError: The backup is not what its manifest says, or is not sound.
        BookLockedError: Another process writes to the book.
    """
    backup = _checked(file, key)
    lock = WriterLock(path)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock.acquire()
    try:
        with private_files(), telling(path):
            _set_aside(path, key, at)
            fresh = path.with_name(path.name + ".restore")
            fresh.write_bytes(file.read_bytes())
            replace_file(fresh, path)
        if not mark:
            return
        heads.remember(backup.book_id, audit.Head(backup.audit_seq, backup.audit_hash))
    finally:
        lock.release()
    with Book.open(path, key=key) as book, book.change("restored", user_id, at) as (work, facts):
        facts |= {"file": backup.file, "sha256": backup.sha256}
        work.put("settings", {"name": "restored_at", "value": instant(at)})


def _checked(file: Path, key: Key) -> Backup:
    manifest = file.with_name(file.name + ".json")
    if not file.is_file() or not manifest.is_file():
        raise BookError(f"{file}: no such backup with its manifest; `lotlight book backup --list`")
    backup = Backup(**json.loads(manifest.read_text("utf-8")))
    if hashlib.sha256(file.read_bytes()).hexdigest() != backup.sha256:
        raise BookDamagedError(f"{file}: it is not what its manifest says; take another backup")
    if backup.encrypted != (not is_plain(file)):
        raise BookDamagedError(f"{file}: its manifest speaks of another kind of book")
    connect(file, key, readonly=True).close()
    return backup


def _set_aside(path: Path, key: Key, at: datetime) -> None:
    """Keep the book that is replaced; its log is folded in first, as it belongs to that file."""
    if not path.exists():
        return
    try:
        connection = connect(path, key)
        try:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()
    except (BookError, BookDamagedError):
        pass
    stamp = instant(at).replace(":", "").replace(".", "-")
    path.with_name(f"{path.name}.before-{stamp}").write_bytes(path.read_bytes())
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
