"""Corporate actions as rows of the book, and which of them wait to be booked on the lots."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.book.codec import dumps, instant, loads, read_instant
from app.book.connect import Connection
from engine.law.corporate_actions import (
    CorporateAction,
    Merger,
    ReturnOfCapital,
    SpinOff,
    Split,
    SymbolChange,
    Unresolved,
    Worthless,
    unbooked,
)
from engine.records import Unbooked

KINDS: dict[str, type[CorporateAction]] = {
    "split": Split,
    "spin_off": SpinOff,
    "merger": Merger,
    "return_of_capital": ReturnOfCapital,
    "symbol_change": SymbolChange,
    "worthless": Worthless,
    "unresolved": Unresolved,
}
_NAMES = {kind: name for name, kind in KINDS.items()}


@dataclass(frozen=True, slots=True)
class ActionRow:
    """An action of the book, and when it was booked (``None`` while it waits)."""

    action: CorporateAction
    booked_at: datetime | None


def load(connection: Connection) -> tuple[ActionRow, ...]:
    """Every action, by day."""
    rows = connection.execute(
        "SELECT kind, body, booked_at FROM corporate_actions ORDER BY effective_on, action_id"
    )
    return tuple(
        ActionRow(loads(KINDS[kind], body), None if at is None else read_instant(at))
        for kind, body, at in rows
    )


def waiting(connection: Connection) -> tuple[Unbooked, ...]:
    """What is frozen until an action is booked; nothing in a book of an older shape."""
    here = connection.execute("SELECT 1 FROM sqlite_schema WHERE name='corporate_actions'")
    if here.fetchone() is None:
        return ()
    return unbooked(row.action for row in load(connection) if row.booked_at is None)


def to_action_row(action: CorporateAction, booked_at: datetime | None) -> dict[str, str | None]:
    """An action as its row."""
    return {
        "action_id": action.action_id,
        "security_id": action.security_id,
        "effective_on": action.effective_on.isoformat(),
        "kind": _NAMES[type(action)],
        "body": dumps(action),
        "booked_at": None if booked_at is None else instant(booked_at),
    }
