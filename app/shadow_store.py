"""Shadow periods kept in the book as they were shown: evidence is written once, never edited."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from app.book.book import Book
from app.shadow_board import Scoreboard
from engine.proof.calibration import Band
from engine.proof.gate import NOTHING, ShadowEvidence
from engine.proof.track_record import Drift, TrackRecord


def plain(board: Scoreboard) -> dict[str, Any]:
    """A scoreboard as JSON values; exact money as text."""
    found: dict[str, Any] = json.loads(json.dumps(asdict(board), default=str))
    return found


def keep(book: Book, board: Scoreboard, user_id: str, at: datetime) -> str:
    """Write a period into the book with its audit line; its id, derived from its content."""
    return book.keep_shadow(plain(board), user_id, at)


def newest(book: Book) -> dict[str, Any] | None:
    """The period kept last, as ``plain`` gave it."""
    return book.newest_shadow()


def evidence(book: Book) -> ShadowEvidence:
    """What the period kept last has shown, as the gate reads it."""
    found = newest(book)
    if found is None:
        return NOTHING
    told = found["evidence"]
    return ShadowEvidence(**{**told, "record": _record(told["record"])})


def _record(told: dict[str, Any] | None) -> TrackRecord | None:
    """The parts of a kept record that the gate reads; the rest stays in the scoreboard."""
    if told is None:
        return None
    bands = {"skill": Band(**told["skill"]), "drift": Drift(**told["drift"])}
    return TrackRecord(**{**told, **bands, "deciles": (), "groups": ()})
