"""The audit trail: what happened, in order, each line bound to the one before.

``hash`` is the public SHA-256 of the line before and of this line's fields, so anyone who is handed
the trail can check it. A public chain can be made anew by whoever can write the file; so where a
key is at hand (from the OS keyring, never from the book) each new head is sealed: ``seal`` is the
HMAC-SHA256 of ``hash``. A seal vouches for every line before it. The head is also remembered
outside the book (``app.book.heads``), which tells of a cut tail and of an older copy put in place.
Each line names the digests of the tables that its transaction changed, so the trail vouches for
the data as well.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from app.book.codec import canonical, instant, read_instant
from app.book.connect import Connection

GENESIS = "0" * 64
_COLUMNS = "seq, at, mono_ns, actor, session, kind, body, prev, hash, seal"


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line of the trail.

    Attributes:
        seq: Place in the trail, from 1.
        at: When, UTC, by the clock of whoever acted.
        mono_ns: A clock that never goes back, within one session.
        actor: User, or ``lotlight`` for what the program does by itself.
        session: One opening of the book.
        kind: What happened, in a word.
        body: The facts as canonical JSON, with the digests of the changed tables.
        prev: Hash of the line before.
        hash: Public hash of this line.
        seal: HMAC of the hash, or ``None`` where no key was at hand.
    """

    seq: int
    at: datetime
    mono_ns: int
    actor: str
    session: str
    kind: str
    body: str
    prev: str
    hash: str
    seal: str | None


@dataclass(frozen=True, slots=True)
class Head:
    """End of the trail: number and hash of the last line."""

    seq: int = 0
    hash: str = GENESIS


def line_hash(prev: str, seq: int, at: str, mono_ns: int, *words: str) -> str:
    """Public hash of a line; ``words`` are actor, session, kind and body."""
    return hashlib.sha256(canonical([prev, seq, at, mono_ns, *words]).encode()).hexdigest()


def seal(key: bytes, hash_hex: str) -> str:
    """The keyed signature of a head."""
    return hmac.new(key, hash_hex.encode(), hashlib.sha256).hexdigest()


def head(connection: Connection) -> Head:
    """The last line's number and hash."""
    row = connection.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    return Head(*row) if row else Head()


def append(
    connection: Connection,
    last: Head,
    key: bytes | None,
    *,
    at: datetime,
    mono_ns: int,
    actor: str,
    session: str,
    kind: str,
    body: str,
) -> Head:
    """Write the next line inside the caller's transaction; the new head."""
    seq, when = last.seq + 1, instant(at)
    found = line_hash(last.hash, seq, when, mono_ns, actor, session, kind, body)
    sealed = None if key is None else seal(key, found)
    connection.execute(
        f"INSERT INTO audit ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?)",  # noqa: S608
        (seq, when, mono_ns, actor, session, kind, body, last.hash, found, sealed),
    )
    return Head(seq, found)


def lines(connection: Connection, after: int = 0, limit: int = -1) -> Iterator[AuditLine]:
    """Lines after a number, in order."""
    for row in connection.execute(
        f"SELECT {_COLUMNS} FROM audit WHERE seq > ? ORDER BY seq LIMIT ?",  # noqa: S608
        (after, limit),
    ):
        seq, at, *rest = row
        yield AuditLine(seq, read_instant(at), *rest)


def last_lines(connection: Connection, limit: int) -> tuple[AuditLine, ...]:
    """The last lines, newest first."""
    top = head(connection).seq
    return tuple(reversed(tuple(lines(connection, max(0, top - limit)))))


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a walk along the trail found.

    Attributes:
        head: The last line.
        state: ``sealed`` or ``unkeyed`` when sound, ``broken`` otherwise.
        problems: What is wrong, in sentences.
    """

    head: Head
    state: str
    problems: tuple[str, ...]


def walk(connection: Connection, key: bytes | None, remembered: Head | None) -> ChainReport:
    """Check every line, every seal (with a key), and the head remembered outside."""
    problems: list[str] = []
    last, sealed = Head(), 0
    for line in lines(connection):
        problems += _line_problems(line, last, key)
        if line.seal is not None:
            sealed = line.seq
        if remembered is not None and line.seq == remembered.seq and line.hash != remembered.hash:
            problems.append(
                f"audit line {line.seq} is not the one this machine remembers: the book was "
                "changed behind Lotlight's back or is another copy"
            )
        last = Head(line.seq, line.hash)
    if remembered is not None and last.seq < remembered.seq:
        problems.append(
            f"the audit trail ends at line {last.seq}, this machine remembers line "
            f"{remembered.seq}: its end was cut off, or an older copy was put in place"
        )
    if key is not None and sealed < last.seq:
        problems.append(
            f"audit lines {sealed + 1} to {last.seq} carry no seal although the key is at hand"
        )
    state = "broken" if problems else "unkeyed" if key is None else "sealed"
    return ChainReport(last, state, tuple(problems))


def _line_problems(line: AuditLine, last: Head, key: bytes | None) -> list[str]:
    found = []
    if line.seq != last.seq + 1:
        found.append(f"audit line {last.seq + 1} is missing")
    elif line.prev != last.hash:
        found.append(f"audit line {line.seq} does not follow line {last.seq}")
    words = (line.actor, line.session, line.kind, line.body)
    if line_hash(line.prev, line.seq, instant(line.at), line.mono_ns, *words) != line.hash:
        found.append(f"audit line {line.seq} was changed")
    if key is not None and line.seal is not None and line.seal != seal(key, line.hash):
        found.append(f"the seal of audit line {line.seq} is not of this book's key")
    return found
