"""Users of the practice as rows."""

from __future__ import annotations

import json

from app.book.change import Change
from app.book.codec import canonical, instant
from app.book.connect import Connection
from engine.records import User, UserRole


def put(change: Change, user: User, passphrase_hash: str) -> None:
    """Add or change a user; an empty hash keeps the passphrase there is."""
    old = change.get("users", user.user_id) or {"passphrase": "", "valid_from": instant(change.at)}
    row = {"user_id": user.user_id, "name": user.name, "roles": canonical(sorted(user.roles))}
    change.put("users", old | row | {"passphrase": passphrase_hash or old["passphrase"]})


def load(connection: Connection) -> tuple[User, ...]:
    """Every user, by id."""
    rows = connection.execute("SELECT user_id, name, roles FROM users ORDER BY user_id")
    return tuple(
        User(key, name, frozenset(map(UserRole, json.loads(roles)))) for key, name, roles in rows
    )


def get(connection: Connection, user_id: str) -> User | None:
    """A user by id."""
    return next((user for user in load(connection) if user.user_id == user_id), None)


def passphrase(connection: Connection, user_id: str) -> str:
    """The kept hash of a user's passphrase, "" for none."""
    row = connection.execute("SELECT passphrase FROM users WHERE user_id=?", (user_id,)).fetchone()
    return str(row[0]) if row else ""
