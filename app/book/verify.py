"""Is the book what was written? Pages, shape, references, trail, and every table added up again.

``PRAGMA integrity_check`` alone says nothing about the content: of single flipped bits in a plain
book it misses two in five that change a figure. So each table's rows are added up and held against
the digest kept with the last change, and that against the audit trail, which named it. An encrypted
book's pages carry their own MAC, and those are checked as well.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlcipher3 import dbapi2 as sql

from app.book import audit, heads, settings_table
from app.book.change import MODULUS, UNDIGESTED, row_digest
from app.book.connect import Connection, Key, connect, raw
from app.book.migrate import STEPS, is_book, migrate, shape_of
from engine.errors import UserError


@dataclass(slots=True)
class Verdict:
    """What a check of the whole book found; every word is ``ok`` unless something is wrong.

    Attributes:
        integrity: Pages of the file (and their MACs in an encrypted book).
        foreign_keys: References between rows.
        audit_chain: ``sealed``, ``unkeyed`` (sound, but no key was at hand) or ``broken``.
        digests: Content of the tables.
        schema: Tables, indexes and triggers.
        problems: What is wrong, in sentences.
    """

    integrity: str = "not checked"
    foreign_keys: str = "not checked"
    audit_chain: str = "not checked"
    digests: str = "not checked"
    schema: str = "not checked"
    problems: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def told(self, name: str, found: list[str], good: str = "ok", bad: str = "failed") -> None:
        """Note what one check found."""
        self.problems += found
        setattr(self, name, bad if found else good)


def verify(
    path: Path, key: Key = None, chain_key: bytes | None = None, *, copy: bool = False
) -> Verdict:
    """Check the book at ``path``; whatever is wrong is told, nothing is raised for it.

    A ``copy`` may end before the line of the trail that this machine remembers.

    Raises:
        BookError: There is no such file.
    """
    verdict = Verdict()
    if not path.is_file():
        connect(path, key)
    try:
        connection = connect(path, key, readonly=True)
    except (UserError, sql.Error) as error:
        verdict.told("integrity", [str(error)])
        return verdict
    try:
        check(connection, verdict, key, chain_key, copy=copy)
    finally:
        connection.close()
    return verdict


def check(
    connection: Connection, verdict: Verdict, key: Key, chain_key: bytes | None, *, copy: bool
) -> None:
    """All checks over an open connection."""
    with _reading(verdict, "integrity"):
        verdict.told("integrity", [*_pages(connection, key), *_cut(connection)])
    with _reading(verdict, "schema"):
        verdict.told("schema", _shape(connection))
    with _reading(verdict, "foreign_keys"):
        rows = connection.execute("PRAGMA foreign_key_check").fetchall()
        verdict.told(
            "foreign_keys", [f"table {r[0]}: a row refers to no row of {r[2]}" for r in rows]
        )
    with _reading(verdict, "audit_chain"):
        book_id = settings_table.get(connection, "book_id")
        remembered = None if copy else heads.remembered(book_id)
        report = audit.walk(connection, chain_key, remembered)
        verdict.told("audit_chain", list(report.problems), report.state, "broken")
    with _reading(verdict, "digests"):
        verdict.told("digests", _digests(connection))


@contextmanager
def _reading(verdict: Verdict, name: str) -> Iterator[None]:
    """A part that cannot even be read has failed."""
    try:
        yield
    except (sql.Error, ValueError, KeyError, TypeError, OverflowError) as error:
        verdict.told(name, [f"{name.replace('_', ' ')}: cannot be read ({error})"])


def _pages(connection: Connection, key: Key) -> list[str]:
    found = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
    if key is not None:
        found += [row[0] for row in connection.execute("PRAGMA cipher_integrity_check")]
    if not is_book(connection):
        found.append("the file does not say that it is a book of Lotlight")
    return found


def _cut(connection: Connection) -> list[str]:
    """A file is whole pages; SQLite itself reads the missing end of the last one as zeros."""
    # SQLCipher tells the page size of an encrypted book as text.
    page_size = int(connection.execute("PRAGMA page_size").fetchone()[0])
    name = next(
        file for _, name, file in connection.execute("PRAGMA database_list") if name == "main"
    )
    over = Path(name).stat().st_size % page_size if name else 0
    return (
        [f"the file was cut: {over} bytes of its last page of {page_size} are left"] if over else []
    )


def _shape(connection: Connection) -> list[str]:
    """Differences to the shape that a new book of the same number has."""
    shape = shape_of(connection)
    if shape not in STEPS:
        return [f"shape {shape} is not known to this Lotlight"]
    fresh = raw(Path(":memory:"), None)
    try:
        migrate(fresh, {n: step for n, step in STEPS.items() if n <= shape})
        query = "SELECT type || ' ' || name, sql FROM sqlite_schema"
        want, have = dict(fresh.execute(query)), dict(connection.execute(query))
    finally:
        fresh.close()
    missing = [f"{name} is missing" for name in sorted(want.keys() - have.keys())]
    added = [f"{name} does not belong there" for name in sorted(have.keys() - want.keys())]
    return missing + added + [f"{n} was changed" for n in want if have.get(n, want[n]) != want[n]]


def _digests(connection: Connection) -> list[str]:
    kept = {
        name: (rows, digest) for name, rows, digest in connection.execute("SELECT * FROM digests")
    }
    told: dict[str, str] = {}
    for line in audit.lines(connection):
        told.update(json.loads(line.body)["tables"])
    names = [
        name
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_schema WHERE type='table' AND name NOT LIKE 'sqlite_%' "
            "ORDER BY name"
        )
    ]
    found = [
        f"table {name}: the digest kept is not the trail's"
        for name in sorted(kept.keys() | told.keys())
        if kept.get(name, (0, ""))[1] != told.get(name)
    ]
    for name in names:
        if name in UNDIGESTED:
            continue
        rows, digest = added_up(connection, name)
        if (rows, digest) != kept.get(name, (0, f"{0:032x}")):
            found.append(f"table {name}: its content is not what was written")
    return found


def added_up(connection: Connection, table: str) -> tuple[int, str]:
    """Number of rows of a table, and its digest made anew."""
    rows = total = 0
    for values in connection.execute(f"SELECT * FROM {table}"):  # noqa: S608
        rows += 1
        total += row_digest(table, values)
    return rows, f"{total % MODULUS:032x}"
