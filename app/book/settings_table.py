"""Settings that belong to the practice, and so lie in the book."""

from __future__ import annotations

from app.book.change import Change
from app.book.connect import Connection


def get(connection: Connection, name: str, default: str = "") -> str:
    """Value of a setting."""
    row = connection.execute("SELECT value FROM settings WHERE name=?", (name,)).fetchone()
    return str(row[0]) if row else default


def put(change: Change, name: str, value: str) -> None:
    """Write a setting."""
    change.put("settings", {"name": name, "value": value})
