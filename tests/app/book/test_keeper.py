"""Backups come by themselves: after an import, each hour while the book changes, at the end."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from app.book import backup, drill, dump
from app.book.book import Book
from app.book.connect import BookDamagedError, BookError, connect
from app.book.keeper import Keeper, due, keep_if_due, newest
from app.cli import run
from tests.app.book.sample import AT, HOUR, fill_book


def taken(book: Book) -> list[str]:
    return [kept.reason for kept in backup.backups(backup.folder_of(book.path))]


def write(book: Book, n: int) -> int:
    book.save_setting("n", str(n), "ann", AT)
    return book.audit_head().seq


def test_a_changed_book_is_backed_up_each_hour_and_at_the_end(book: Book) -> None:
    keeper = Keeper(book)
    for minute in range(0, 180, 10):
        head = write(book, minute)
        if keeper.look(head, AT + timedelta(minutes=minute)):
            keeper._thread.join()  # type: ignore[union-attr]
    assert taken(book) == ["hourly"] * 3
    keeper.close(write(book, 999), AT + timedelta(hours=3))
    assert taken(book) == ["exit"] + ["hourly"] * 3
    kept = newest(book.path, book.book_id)
    assert kept is not None
    assert kept.audit_seq == book.audit_head().seq


def test_an_unchanged_book_is_not_backed_up_again(book: Book) -> None:
    for hour in range(3):
        keeper = Keeper(book)
        assert keeper.look(book.audit_head().seq, AT + hour * HOUR) == (hour == 0)
        keeper.close(book.audit_head().seq, AT + hour * HOUR)
    assert taken(book) == ["hourly"]


def test_after_an_import_the_hour_is_not_waited_for(book: Book) -> None:
    told: list[str] = []
    keep_if_due(book, AT, told.append)
    write(book, 1)
    keep_if_due(book, AT + timedelta(minutes=1), told.append)
    assert taken(book) == ["hourly"]
    keep_if_due(book, AT + timedelta(minutes=2), told.append, "import")
    assert taken(book) == ["import"]  # of an hour the newest stays
    assert told == []


def test_a_clock_set_back_makes_a_backup_due_and_not_late(book: Book) -> None:
    kept = backup.back_up(book.path, None, AT, "asked")
    head = write(book, 1)
    assert due(kept, head, AT - timedelta(days=1))
    assert not due(kept, head, AT + timedelta(minutes=59))
    assert due(kept, head, AT + HOUR)


def test_a_backup_that_fails_is_told_and_the_work_goes_on(book: Book) -> None:
    backup.folder_of(book.path).parent.mkdir()
    backup.folder_of(book.path).write_text("a file in the place of the folder", "utf-8")
    told: list[str] = []
    keeper = Keeper(book, told.append)
    keeper.look(book.audit_head().seq, AT)
    keeper.close(write(book, 1), AT)
    assert told
    assert "no backup could be taken" in keeper.trouble
    assert book.setting("n") == "1"


def test_the_work_goes_on_while_the_backup_is_taken(book: Book) -> None:
    keeper = Keeper(book)
    assert keeper.look(book.audit_head().seq, AT)
    for n in range(20):
        write(book, n)
    keeper.close(book.audit_head().seq, AT + HOUR)
    last, first = backup.backups(backup.folder_of(book.path))
    assert first.audit_seq <= last.audit_seq == book.audit_head().seq


def test_a_command_that_writes_leaves_a_backup_behind_it(
    book: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(book.path)
    book.close()
    limit = ["constraints", "set", "--book", path, "--household", "H1", "net_gain_max_usd", "9000"]
    assert run(limit) == 0
    assert run(["constraints", "list", "--book", path, "--household", "H1"]) == 0
    assert taken(book) == ["hourly"]
    capsys.readouterr()
    assert run(["book", "drill", "--book", path, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["ok"], found["changes_since"], found["problems"]) == (True, 0, [])


@pytest.mark.parametrize("key", [None, b"q" * 32])
def test_the_drill_restores_the_newest_backup_whole_after_the_book_is_lost(
    tmp_path: Path, key: bytes | None
) -> None:
    path = tmp_path / "drill.lotlight"
    with Book.create(path, at=AT, key=key) as made:
        fill_book(made)
        before = list(dump.lines(made.connection))
        keeper = Keeper(made)
        keeper.close(made.audit_head().seq, AT)
        assert keeper.trouble == ""
        made.save_setting("a", "1", "lotlight", AT)
    found = drill.drill(path, key, AT + HOUR)
    assert (found.problems, found.changes_since) == ((), 1)
    path.unlink()
    found = drill.drill(path, key, AT + HOUR)
    assert (found.problems, found.changes_since) == ((), None)
    kept = connect(backup.folder_of(path) / found.file, key, readonly=True)
    assert list(dump.lines(kept)) == before
    kept.close()
    assert not list(tmp_path.glob("*.before-*"))


def test_a_drill_of_a_damaged_or_missing_backup_fails(book: Book) -> None:
    with pytest.raises(BookError, match="there is no backup yet"):
        drill.drill(book.path, None, AT)
    kept = backup.back_up(book.path, None, AT, "asked")
    file = backup.folder_of(book.path) / kept.file
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(BookDamagedError, match="not what its manifest says"):
        drill.drill(book.path, None, AT)
