"""Shadow periods: scoreboards kept as they were shown, evidence for the gate to ACTIVE."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from app.book.change import Change
from app.book.codec import instant
from app.book.connect import Connection


def digest(told: dict[str, Any]) -> str:
    """Id of a scoreboard: the same period of the same book gives the same id."""
    return sha256(_text(told).encode("utf-8")).hexdigest()[:24]


def put(change: Change, period_id: str, told: dict[str, Any]) -> None:
    """Keep a scoreboard, once."""
    if change.get("shadow_periods", period_id) is None:
        row = {
            "period_id": period_id,
            "kept_at": instant(change.at),
            "simulated": int(told["simulated"]),
            "days": len(told["days"]),
            "body": _text(told),
        }
        change.append("shadow_periods", row)


def newest(connection: Connection) -> dict[str, Any] | None:
    """The scoreboard kept last."""
    row = connection.execute(
        "SELECT body FROM shadow_periods ORDER BY kept_at DESC, rowid DESC LIMIT 1"
    ).fetchone()
    if row is None:
        return None
    found: dict[str, Any] = json.loads(row[0])
    return found


def _text(told: dict[str, Any]) -> str:
    """One text for one scoreboard; floats as Python writes them."""
    return json.dumps(told, sort_keys=True, separators=(",", ":"))
