"""One writing process at a time, and a name for whoever it is."""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path

from filelock import FileLock, Timeout

from app.book.connect import BookError
from app.commands.output import BookLockedError


class WriterLock:
    """The right to write to a book; freed by the system when its process dies."""

    def __init__(self, book: Path) -> None:
        """For the book at that path; nothing is locked yet."""
        self._book = book
        self._owner = book.with_name(book.name + ".owner")
        self._lock = FileLock(str(book) + ".lock", timeout=0, thread_local=False, mode=0o600)

    def acquire(self) -> None:
        """Take it.

        Raises:
            BookLockedError: Another process has it; the message names it.
        """
        try:
            self._lock.acquire()
        except Timeout as error:
            raise BookLockedError(
                f"{self._book}: {self._told()} is writing to the book; close it there first, "
                "or open the book for reading"
            ) from error
        except OSError as error:
            raise BookError(
                f"{self._book}: its folder cannot be written ({error.strerror}); check its rights, "
                "or open the book for reading"
            ) from error
        self._owner.write_text(json.dumps({"pid": os.getpid(), "host": platform.node()}), "utf-8")

    def _told(self) -> str:
        try:
            owner = json.loads(self._owner.read_text("utf-8"))
            return f"process {owner['pid']} on {owner['host']}"
        except (OSError, ValueError, KeyError, TypeError):
            return "another process"

    def release(self) -> None:
        """Give it back."""
        self._owner.unlink(missing_ok=True)
        self._lock.release()
