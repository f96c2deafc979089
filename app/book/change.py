"""One change to the book, in one transaction: all of it is written, or nothing.

It holds the rows, their history, the digests of the tables it touched, and the audit line that
tells of it.

The digest of a table is the sum of the digests of its rows, modulo 2^128: it does not depend on the
order of the rows, and a changed row costs two hashes. ``app.book.verify`` adds the rows up again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from app.book.codec import canonical, instant
from app.book.connect import Connection

MODULUS = 2**128
# Tables without a digest of their own: the trail has its chain, the digests are its subject.
UNDIGESTED = frozenset({"audit", "digests"})
# Tables of what is true now; what a row was before is kept in `history`.
KEPT = frozenset(
    """securities households tax_profiles horizons people accounts lots sleeves cash trades
    realized external_assets cash_needs planned_gains planned_income held_apart constraints
    positions transactions corporate_actions""".split()  # noqa: SIM905
)
Row = Mapping[str, Any]


def row_digest(table: str, values: Sequence[Any]) -> int:
    """Digest of one row, as a number below 2^128."""
    text = repr((table, *values)).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=16).digest(), "big")


@dataclass(frozen=True)
class Table:
    """Columns of a table in their order, and those of its key."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]

    @cached_property
    def where(self) -> str:
        """Condition that picks one row by its key."""
        return " AND ".join(f'"{column}"=?' for column in self.key)

    @cached_property
    def select(self) -> str:
        """Statement that reads one row by its key."""
        return f"SELECT * FROM {self.name} WHERE {self.where}"  # noqa: S608

    @cached_property
    def insert(self) -> str:
        """Statement that adds one row."""
        marks = ",".join("?" * len(self.columns))
        return f"INSERT INTO {self.name} VALUES ({marks})"  # noqa: S608

    @cached_property
    def update(self) -> str:
        """Statement that changes one row by its key."""
        places = ",".join(f'"{column}"=?' for column in self.columns)
        return f"UPDATE {self.name} SET {places} WHERE {self.where}"  # noqa: S608

    @cached_property
    def delete(self) -> str:
        """Statement that removes one row by its key."""
        return f"DELETE FROM {self.name} WHERE {self.where}"  # noqa: S608


def tables(connection: Connection) -> dict[str, Table]:
    """Every table of the book as the file itself describes it."""
    found = {}
    names = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type='table' AND name NOT LIKE 'sqlite_%' "
        "ORDER BY name"
    ).fetchall()
    for (name,) in names:
        info = connection.execute("SELECT name, pk FROM pragma_table_info(?)", (name,)).fetchall()
        key = tuple(column for column, pk in sorted(info, key=lambda row: row[1]) if pk)
        found[name] = Table(name, tuple(column for column, _ in info), key)
    return found


@dataclass(slots=True)
class Change:
    """The transaction while it is open; ``Book`` opens, seals and closes it.

    Attributes:
        connection: The writer.
        shape: Tables of the book.
        at: When the change is made: ``valid_from`` of what becomes true.
        import_id: Set while an import is applied: every touched row is noted for its undo.
        deltas: By table: rows added less removed, and the sum of digests added less removed.
    """

    connection: Connection
    shape: Mapping[str, Table]
    at: datetime
    import_id: str = ""
    deltas: dict[str, tuple[int, int]] = field(default_factory=dict)
    _noted: int = 0
    _now: str = ""

    def __post_init__(self) -> None:
        self._now = instant(self.at)

    def get(self, table: str, *key: Any) -> dict[str, Any] | None:
        """The row with that key, or ``None``."""
        shape = self.shape[table]
        values = self.connection.execute(shape.select, key).fetchone()
        return None if values is None else dict(zip(shape.columns, values, strict=True))

    def put(self, table: str, row: Row, *, fresh: bool = False) -> bool:
        """Write a row; what stood there goes into history. False when nothing changed.

        ``fresh``: the caller has looked and no such row is there.
        """
        shape = self.shape[table]
        key = tuple(row[column] for column in shape.key)
        old = None if fresh else self.get(table, *key)
        new = dict(row)
        if table in KEPT:
            same = old is not None and said(old) == said(new)
            new["valid_from"] = old["valid_from"] if old and same else self._now
        if old == new:
            return False
        if old is not None and table in KEPT:
            self._remember(table, key, old)
        digest = self._write(shape, key, old, new)
        self._note(table, key, old, digest)
        return True

    def remove(self, table: str, *key: Any) -> None:
        """Take a row out; what it was goes into history."""
        old = self.get(table, *key)
        if old is None:
            return
        if table in KEPT:
            self._remember(table, key, old)
        digest = self._write(self.shape[table], key, old, None)
        self._note(table, key, old, digest)

    def restore(self, table: str, key: tuple[Any, ...], row: Row | None) -> None:
        """Set a row back to what it was, byte by byte; the undone version goes into history.

        ``None`` takes the row out. A row that comes back leaves a line of history that says it
        was away, so that the time between is still shown as it was.
        """
        old = self.get(table, *key)
        if table in KEPT:
            self._remember(table, key, old, away_since=row)
        self._write(self.shape[table], key, old, None if row is None else dict(row))

    def append(self, table: str, row: Row) -> None:
        """Add a row to a table that only grows."""
        self._write(self.shape[table], (), None, dict(row))

    def _write(
        self,
        shape: Table,
        key: tuple[Any, ...],
        old: dict[str, Any] | None,
        new: dict[str, Any] | None,
    ) -> int | None:
        """Write one row and count it into its table's digest; the row's own digest, if it stays."""
        added = None
        values = None if new is None else tuple(new[column] for column in shape.columns)
        if values is None:
            self.connection.execute(shape.delete, key)
        elif old is None:
            self.connection.execute(shape.insert, values)
        else:
            self.connection.execute(shape.update, (*values, *key))
        rows, digest = self.deltas.get(shape.name, (0, 0))
        if old is not None:
            rows, digest = rows - 1, digest - row_digest(shape.name, tuple(old.values()))
        if values is not None:
            added = row_digest(shape.name, values)
            rows, digest = rows + 1, digest + added
        self.deltas[shape.name] = (rows, digest)
        return added

    def _remember(
        self,
        table: str,
        key: tuple[Any, ...],
        old: dict[str, Any] | None,
        away_since: Row | None = None,
    ) -> None:
        """Keep what a row was until now; ``old`` None: that it was not there."""
        shown = old if old is not None else away_since
        if shown is None:
            return
        now = self._now
        begun = shown["valid_from"] if old is not None else self._undone_at(table, key)
        text = canonical(list(key))
        (seq,) = self.connection.execute(
            "SELECT count(*) FROM history WHERE kind=? AND key=?", (table, text)
        ).fetchone()
        self.append(
            "history",
            {
                "kind": table,
                "key": text,
                "household_id": shown.get("household_id", ""),
                "valid_from": begun,
                "valid_to": max(now, begun),
                "seq": seq,
                "body": None if old is None else canonical(old),
            },
        )

    def _undone_at(self, table: str, key: tuple[Any, ...]) -> str:
        """Since when a row that comes back was away: the end of its last version."""
        (found,) = self.connection.execute(
            "SELECT coalesce(max(valid_to), ?) FROM history WHERE kind=? AND key=?",
            (self._now, table, canonical(list(key))),
        ).fetchone()
        return str(found)

    def _note(self, table: str, key: tuple[Any, ...], old: Row | None, digest: int | None) -> None:
        """While an import is applied: how the row was and is, for the undo."""
        if not self.import_id:
            return
        self.append(
            "import_rows",
            {
                "import_id": self.import_id,
                "n": self._noted,
                "kind": table,
                "key": canonical(list(key)),
                "before": None if old is None else canonical(old),
                "after": None if digest is None else f"{digest:032x}",
            },
        )
        self._noted += 1

    def row_digest(self, table: str, row: Row) -> str:
        """Digest of a row, as text: what an undo holds against the row of today."""
        values = tuple(row[column] for column in self.shape[table].columns)
        return f"{row_digest(table, values):032x}"

    def settle(self) -> dict[str, str]:
        """Write the new digests of the touched tables; they, by table, for the audit line."""
        found = {}
        for name, (rows, digest) in sorted(self.deltas.items()):
            old = self.connection.execute(
                "SELECT rows, digest FROM digests WHERE name=?", (name,)
            ).fetchone() or (0, f"{0:032x}")
            total = (int(old[1], 16) + digest) % MODULUS
            found[name] = f"{total:032x}"
            self.connection.execute(
                "INSERT INTO digests VALUES (?,?,?) ON CONFLICT(name) DO UPDATE "
                "SET rows=excluded.rows, digest=excluded.digest",
                (name, old[0] + rows, found[name]),
            )
        return found


def said(row: Row) -> dict[str, Any]:
    """What a row says, without since when it says so."""
    return {name: value for name, value in row.items() if name != "valid_from"}
