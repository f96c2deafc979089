"""When a backup is due: after an import, each hour while the book changes, and at the end.

What has been backed up is told by the manifests in the folder, so a command, the window and a
scheduled run share one memory. A book that has not changed since its newest backup is not copied
again. A backup that fails stops nothing else: the book itself is whole, and the trouble is told.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from app.book.backup import Backup, back_up, backups, folder_of
from app.book.book import Book
from app.book.codec import read_instant
from app.book.connect import Key
from engine.errors import UserError

EVERY = timedelta(hours=1)


def newest(path: Path, book_id: str, folder: Path | None = None) -> Backup | None:
    """The newest backup of that very book, or ``None``."""
    found = backups(folder or folder_of(path))
    return next((backup for backup in found if backup.book_id == book_id), None)


def due(last: Backup | None, head_seq: int, now: datetime, every: timedelta = EVERY) -> bool:
    """Whether the book has changed since its last backup, and that one is old enough.

    A clock that was set back makes a backup due at once: better one too many than none for a day.
    """
    if last is None:
        return True
    age = now - read_instant(last.at)
    return head_seq > last.audit_seq and not timedelta(0) <= age < every


class Keeper:
    """Takes the backups of a book that stays open, beside the work and never in its way.

    Attributes:
        trouble: What went wrong with the last backup, "" when nothing did.
    """

    def __init__(self, book: Book, tell: Callable[[str], None] = lambda text: None) -> None:
        """For a book that is open for writing; ``tell`` hears of trouble."""
        self._path, self._key, self._book_id = book.path, book.key, book.book_id
        self._tell = tell
        self._thread: threading.Thread | None = None
        self._last = newest(book.path, book.book_id)
        self.trouble = ""

    def look(self, head_seq: int, now: datetime, reason: str = "hourly") -> bool:
        """Begin a backup on a thread of its own if one is due; whether one was begun.

        For another reason than ``hourly`` one is due as soon as there is something new.
        """
        every = EVERY if reason == "hourly" else timedelta(0)
        if self._busy() or not due(self._last, head_seq, now, every):
            return False
        self._thread = threading.Thread(
            target=self._take, args=(now, reason), name="backup", daemon=False
        )
        self._thread.start()
        return True

    def close(self, head_seq: int, now: datetime) -> None:
        """Wait for the backup under way, and take the last one of the day if it lacks a change."""
        if self._thread is not None:
            self._thread.join()
        if self._last is None or head_seq > self._last.audit_seq:
            self._take(now, "exit")

    def _busy(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _take(self, now: datetime, reason: str) -> None:
        made = keep(self._path, self._key, now, reason, self._told)
        self._last = made or self._last

    def _told(self, text: str) -> None:
        self.trouble = text
        self._tell(text)


def keep(
    path: Path, key: Key, now: datetime, reason: str, tell: Callable[[str], None]
) -> Backup | None:
    """A backup now; trouble with it is told, not raised."""
    try:
        return back_up(path, key, now, reason)
    except (UserError, OSError) as error:
        tell(f"no backup could be taken ({reason}): {error}")
        return None


def keep_if_due(book: Book, now: datetime, tell: Callable[[str], None], reason: str = "") -> None:
    """At the end of a command that wrote: a backup after an import, else once an hour."""
    every = timedelta(0) if reason else EVERY
    if due(newest(book.path, book.book_id), book.audit_head().seq, now, every):
        keep(book.path, book.key, now, reason or "hourly", tell)
