"""The advisor's event flags, kept in the book so that every desk and command forecasts alike."""

import json
from collections.abc import Iterable
from datetime import date, datetime

from app.book.book import Book
from engine.market.events import Event, EventKind

NAME = "market_events"


def load(book: Book) -> tuple[Event, ...]:
    """Every flag, by security and date."""
    rows = json.loads(book.setting(NAME, "[]"))
    return tuple(Event(name, date.fromisoformat(on), EventKind(kind)) for name, on, kind in rows)


def save(book: Book, events: Iterable[Event], user_id: str, at: datetime) -> None:
    """Make these the flags; the change is audited."""
    rows = [[e.security_id, e.on.isoformat(), e.kind.value] for e in sorted(set(events))]
    book.save_setting(NAME, json.dumps(rows), user_id, at)
