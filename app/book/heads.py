"""The end of each book's audit trail, remembered outside the book, in the user's state folder.

It lags behind a killed process by at most the last change, and never runs ahead: it is written
after the commit. A book that ends before the remembered line, or says otherwise there, was changed
behind Lotlight's back or is an older copy.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import platformdirs

from app.book.audit import Head


def folder() -> Path:
    """Where heads are remembered; ``LOTLIGHT_STATE_DIR`` names another place."""
    named = os.environ.get("LOTLIGHT_STATE_DIR")
    return Path(named or platformdirs.user_state_dir("lotlight")) / "heads"


def remember(book_id: str, head: Head) -> None:
    """Note the head of a book; a state folder that cannot be written is no reason to stop."""
    place = folder() / f"{book_id}.json"
    temporary = place.with_suffix(f".{os.getpid()}.tmp")
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary.write_text(json.dumps({"seq": head.seq, "hash": head.hash}), "utf-8")
        temporary.replace(place)
    except OSError:
        return


def remembered(book_id: str) -> Head | None:
    """The head this machine remembers of that book, or ``None``."""
    try:
        found = json.loads((folder() / f"{book_id}.json").read_text("utf-8"))
        return Head(int(found["seq"]), str(found["hash"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
