"""Exports, backups, other keys: what comes back is what was there."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.book import backup, dump
from app.book.book import Book
from app.book.connect import BookDamagedError, BookError, connect
from app.book.migrate import SHAPE
from app.book.verify import verify
from app.commands.output import BookLockedError
from tests.app.book.sample import AT, HOUR, evaluation, household


def content(path: Path, key: str | bytes | None = None) -> list[str]:
    connection = connect(path, key, readonly=True)
    try:
        return list(dump.lines(connection))
    finally:
        connection.close()


def test_an_export_read_again_is_the_same_book(book: Book, tmp_path: Path) -> None:
    book.record_evaluation(evaluation())
    out, again = tmp_path / "out.ndjson", tmp_path / "again.lotlight"
    dump.write(book.connection, out)
    with out.open(encoding="utf-8") as lines:
        dump.read(lines, again)
    assert content(again) == out.read_text("utf-8").splitlines()
    with Book.open(again) as second:
        assert second.household("H1") == household()
        second.save_household(replace(household(), name="on"), "ann", AT + HOUR)
    assert json.loads(content(again)[0]) == {"lotlight_book": 1, "shape": SHAPE}


def test_an_export_that_was_changed_is_refused(book: Book, tmp_path: Path) -> None:
    lines = [line.replace("250001", "250002") for line in dump.lines(book.connection)]
    with pytest.raises(BookDamagedError, match="not sound"):
        dump.read(lines, tmp_path / "x.lotlight")
    assert list(tmp_path.glob("x.*")) == []


def test_a_book_is_encrypted_and_rekeyed_with_all_that_is_in_it(book: Book) -> None:
    path, before = book.path, list(dump.lines(book.connection))
    with pytest.raises(BookLockedError):
        dump.rewrite(path, None, "first key")
    book.close()
    dump.rewrite(path, None, "first key")
    assert content(path, "first key") == before
    dump.rewrite(path, "first key", b"x" * 32)
    assert content(path, b"x" * 32) == before
    with pytest.raises(BookError, match="check the passphrase"):
        Book.open(path, key="first key")
    assert b"O'Hara" not in path.read_bytes()
    assert verify(path, b"x" * 32).ok


@pytest.mark.parametrize("key", [None, b"q" * 32])
def test_the_restore_drill(tmp_path: Path, key: bytes | None) -> None:
    path = tmp_path / "drill.lotlight"
    with Book.create(path, at=AT, key=key) as made:
        made.save_setting("a", "1", "lotlight", AT)
        kept = backup.back_up(path, key, AT, "asked")
        before = list(dump.lines(made.connection))
        made.save_setting("a", "2", "lotlight", AT + HOUR)
    path.unlink()
    (newest,) = backup.backups(backup.folder_of(path))
    assert newest == kept
    backup.restore(backup.folder_of(path) / newest.file, path, key, AT + 2 * HOUR)
    after = content(path, key)
    assert [line for line in before if '"audit"' not in line and '"digests"' not in line] == [
        line
        for line in after
        if '"audit"' not in line and '"digests"' not in line and "restored_at" not in line
    ]
    with Book.open(path, key=key, readonly=True) as found:
        assert found.audit(1)[0].kind == "restored"
    assert verify(path, key).ok


def test_a_restore_keeps_the_book_it_replaces(book: Book) -> None:
    path = book.path
    kept = backup.back_up(path, None, AT, "asked")
    book.save_setting("a", "2", "lotlight", AT + HOUR)
    book.close()
    backup.restore(backup.folder_of(path) / kept.file, path, None, AT + 2 * HOUR)
    (aside,) = path.parent.glob("a.lotlight.before-*")
    with Book.open(aside, readonly=True) as old:
        assert old.setting("a") == "2"


def test_a_backup_that_was_touched_is_not_restored(book: Book) -> None:
    kept = backup.back_up(book.path, None, AT, "asked")
    file = backup.folder_of(book.path) / kept.file
    data = bytearray(file.read_bytes())
    data[5000] ^= 1
    file.write_bytes(data)
    with pytest.raises(BookDamagedError, match="not what its manifest says"):
        backup.restore(file, book.path, None, AT)
    assert book.household("H1") == household()


def test_old_backups_are_let_go_by_their_age() -> None:
    taken = [AT - timedelta(hours=n) for n in range(24 * 800)][::5]
    found = tuple(
        backup.Backup(
            f"{at.isoformat()}",
            "",
            0,
            at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "",
            "",
            0,
            "",
            False,
            {},
        )
        for at in taken
    )
    gone = {item.file for item in backup.gone(found, AT)}
    kept = [datetime.fromisoformat(item.at) for item in found if item.file not in gone]
    assert AT in kept
    assert len({at.date() for at in kept if at > AT - timedelta(days=29)}) == 30
    assert len({(at.year, at.month) for at in kept}) >= 12
    assert {at.year for at in kept} == {2024, 2025, 2026}
    assert len(kept) < 24 + 30 + 12 + 7
