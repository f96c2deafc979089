"""Flipped bits and an attacker with SQL access: every change of the content is found."""

import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.book import dump, heads
from app.book.audit import line_hash
from app.book.book import Book
from app.book.connect import BookError, Connection, connect, raw
from app.book.verify import Verdict, verify
from app.commands.output import IntegrityError
from app.practice import generate
from tests.app.book.sample import AT, HOUR, evaluation, fill_book, household

CHAIN = b"k" * 32


def closed(path: Path, key: str | None = None, chain_key: bytes | None = None) -> Path:
    with Book.create(path, at=AT, key=key, chain_key=chain_key) as book:
        fill_book(book)
        book.record_evaluation(evaluation())
        book.decide("PR1", "approve", "ann", AT)
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return closed(tmp_path / "a.lotlight", chain_key=CHAIN)


def test_a_sound_book_is_told_so(path: Path) -> None:
    found = verify(path, chain_key=CHAIN)
    assert (found.ok, found.audit_chain) == (True, "sealed")
    assert (found.integrity, found.foreign_keys, found.digests, found.schema) == ("ok",) * 4


def test_without_a_key_the_chain_is_told_as_unkeyed(tmp_path: Path) -> None:
    found = verify(closed(tmp_path / "b.lotlight"))
    assert (found.ok, found.audit_chain) == (True, "unkeyed")


def content(path: Path, key: str | None = None) -> list[str] | None:
    """The logical content, or None where it cannot be read."""
    try:
        connection = connect(path, key, readonly=True)
        try:
            return list(dump.lines(connection))
        finally:
            connection.close()
    except Exception:
        return None


def flipped(path: Path, copy: Path, draw: random.Random) -> None:
    data = bytearray(path.read_bytes())
    data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
    copy.write_bytes(data)


def sweep(copy: Path) -> None:
    for end in ("-wal", "-shm"):
        copy.with_name(copy.name + end).unlink(missing_ok=True)


def test_of_500_flipped_bits_each_that_changes_the_content_is_found(path: Path) -> None:
    with Book.open(path, chain_key=CHAIN) as book:
        generate(book, 6, 250, seed=3, at=AT)
    draw, good, copy = random.Random(5), content(path), path.with_name("flip.lotlight")
    changed = 0
    for _ in range(500):
        flipped(path, copy, draw)
        sweep(copy)
        if content(copy) != good:
            changed += 1
            assert not verify(copy, chain_key=CHAIN).ok
    assert changed > 150


def test_of_500_flipped_bits_of_an_encrypted_book_all_are_found(tmp_path: Path) -> None:
    key = b"r" * 32
    path = tmp_path / "e.lotlight"
    with Book.create(path, at=AT, key=key) as book:
        fill_book(book)
    draw, copy = random.Random(6), tmp_path / "flip.lotlight"
    for _ in range(500):
        flipped(path, copy, draw)
        sweep(copy)
        assert not verify(copy, key).ok


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_book_is_found(path: Path, part: float) -> None:
    copy = path.with_name("cut.lotlight")
    data = path.read_bytes()
    copy.write_bytes(data[: int(len(data) * part)])
    assert not verify(copy, chain_key=CHAIN).ok


# An attacker who can write the file drops the triggers first, and knows the public hash.


def unguarded(connection: Connection) -> None:
    names = connection.execute("SELECT name FROM sqlite_schema WHERE type='trigger'").fetchall()
    for (name,) in names:
        connection.execute(f"DROP TRIGGER {name}")


def chain_again(connection: Connection) -> None:
    """Make the public chain anew over what stands there."""
    prev = "0" * 64
    for row in connection.execute("SELECT * FROM audit ORDER BY seq").fetchall():
        seq, at, mono, actor, session, kind, body, *_ = row
        found = line_hash(prev, seq, at, mono, actor, session, kind, body)
        connection.execute("UPDATE audit SET prev=?, hash=? WHERE seq=?", (prev, found, seq))
        prev = found


def edit_lot(connection: Connection) -> None:
    connection.execute("UPDATE lots SET basis_cents = basis_cents + 1 WHERE lot_id='L1'")


def edit_line(connection: Connection) -> None:
    unguarded(connection)
    connection.execute("UPDATE audit SET actor='bob' WHERE kind='approve'")


def edit_line_and_chain(connection: Connection) -> None:
    edit_line(connection)
    chain_again(connection)


def strip_seals(connection: Connection) -> None:
    edit_line_and_chain(connection)
    connection.execute("UPDATE audit SET seal=NULL")


def delete_line(connection: Connection) -> None:
    unguarded(connection)
    connection.execute("DELETE FROM audit WHERE seq=3")


def truncate_tail(connection: Connection) -> None:
    triggers = connection.execute("SELECT sql FROM sqlite_schema WHERE type='trigger'").fetchall()
    unguarded(connection)
    connection.execute("DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)")
    for (text,) in triggers:
        connection.execute(text)


def reorder(connection: Connection) -> None:
    unguarded(connection)
    connection.execute("UPDATE audit SET seq = 1000 WHERE seq = 2")
    connection.execute("UPDATE audit SET seq = 2 WHERE seq = 3")
    connection.execute("UPDATE audit SET seq = 3 WHERE seq = 1000")


ATTACKS: list[Callable[[Connection], None]] = [
    edit_lot,
    edit_line,
    edit_line_and_chain,
    strip_seals,
    delete_line,
    truncate_tail,
    reorder,
    unguarded,
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_change_behind_the_books_back_is_found(
    path: Path, attack: Callable[[Connection], None]
) -> None:
    connection = raw(path, None)
    attack(connection)
    connection.close()
    found = verify(path, chain_key=CHAIN)
    assert not found.ok
    assert found.problems


def test_a_chain_made_anew_is_found_by_the_seal_alone(path: Path, state: Path) -> None:
    connection = raw(path, None)
    edit_line_and_chain(connection)
    connection.close()
    shutil.rmtree(state)
    assert any("seal" in text for text in verify(path, chain_key=CHAIN).problems)


def test_an_older_copy_in_the_books_place_is_found(path: Path, state: Path) -> None:
    old = path.read_bytes()
    with Book.open(path, chain_key=CHAIN) as book:
        book.save_household(replace(household(), name="later"), "ann", AT + HOUR)
    path.write_bytes(old)
    (problem,) = verify(path, chain_key=CHAIN).problems
    assert "older copy" in problem


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor='x'",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit SELECT seq, at, mono_ns, 'x', session, kind, body, prev, "
        "'h', seal FROM audit WHERE seq=1",
        "INSERT INTO audit SELECT seq + 7, at, mono_ns, 'x', session, kind, body, prev, 'h', seal "
        "FROM audit WHERE seq=1",
        "UPDATE proposal_events SET user_id='bob'",
        "DELETE FROM history",
    ],
)
def test_append_only_tables_refuse_to_be_rewritten(path: Path, statement: str) -> None:
    with Book.open(path) as book:
        book.save_household(replace(household(), name="later"), "ann", AT + HOUR)
        with pytest.raises(Exception, match="append-only"):
            book.connection.execute(statement)


def test_a_book_that_is_none_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.lotlight"
    file.write_bytes(b"not a book" * 1000)
    assert not verify(file).ok
    with pytest.raises((BookError, IntegrityError)):
        Book.open(file)


def test_a_verdict_without_problems_is_ok() -> None:
    assert Verdict().ok


def test_a_state_folder_that_cannot_be_written_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("LOTLIGHT_STATE_DIR", str(blocked))
    path = closed(tmp_path / "c.lotlight")
    assert verify(path).ok
    assert heads.remembered("none") is None
