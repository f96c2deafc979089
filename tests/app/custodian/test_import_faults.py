"""Imports that are killed, meet each other, or meet another clock: old or new, never between."""

import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from app.book import dump
from app.book.book import SELF, Book
from app.book.connect import connect
from app.book.verify import verify
from tests.app.custodian.test_import_into_a_book import AT, book_path

ROOT = Path(__file__).resolve().parents[3]
ROWS = 4_000
__all__ = ["book_path"]


def lots_file(folder: Path, name: str, rows: int, symbol: str) -> Path:
    file = folder / name
    day = date(2020, 1, 1)
    lines = [
        f"U0000123,{symbol},{day + timedelta(days=n % 2000)},{n + 1},{n + 100}.00"
        for n in range(rows)
    ]
    file.write_text("account,symbol,open_date,quantity,cost_basis\n" + "\n".join(lines) + "\n")
    return file


def logical(path: Path) -> list[str]:
    connection = connect(path, None, readonly=True)
    try:
        return list(dump.lines(connection))
    finally:
        connection.close()


def test_an_import_killed_at_any_time_is_there_whole_or_not_at_all(
    book_path: Path, tmp_path: Path
) -> None:
    from app.custodian.plan import plan
    from app.custodian.read import read

    file, draw = lots_file(tmp_path, "lots.csv", ROWS, "NKE"), random.Random(9)
    parsed, chosen = read(file, "generic-lots")
    ends = set()
    for _ in range(12):
        before = logical(book_path)
        ready, told = os.pipe()
        child = os.fork()
        if child == 0:
            with Book.open(book_path) as book:
                found = plan(parsed, chosen, book.known())
                os.write(told, b".")
                book.apply_import(found, AT, SELF)
            os._exit(0)
        os.read(ready, 1)
        time.sleep(draw.uniform(0, 0.6))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(ready)
        os.close(told)
        assert verify(book_path).ok
        with Book.open(book_path) as book:
            held = len(book.household("H1").lots)
            rows = book.imports()
            assert held in (0, ROWS)
            assert len([row for row in rows if row.undone_at is None]) == (held > 0)
            if held:
                book.undo_import(rows[-1].import_id, AT, SELF)
            else:
                assert logical(book_path) == before
            ends.add(held)
    assert 0 in ends


def test_of_two_imports_at_once_one_waits_its_turn_and_both_are_whole(
    book_path: Path, tmp_path: Path
) -> None:
    files = [lots_file(tmp_path, f"{s}.csv", 300, s) for s in ("AAA", "BBB")]
    left = dict.fromkeys(files)
    environment = {**os.environ, "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    codes: list[int] = []
    while left:
        running = [
            subprocess.Popen(
                [sys.executable, "-m", "app.main", "import", "generic-lots", str(file),
                 "--book", str(book_path)],
                cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
            for file in left
        ]  # fmt: skip
        for file, process in zip(list(left), running, strict=True):
            codes.append(process.wait(timeout=60))
            if codes[-1] == 0:
                del left[file]
    assert set(codes) <= {0, 4}
    assert verify(book_path).ok
    with Book.open(book_path, readonly=True) as book:
        assert len(book.imports()) == 2
        assert len(book.household("H1").lots) == 600


def test_the_trail_keeps_its_order_through_the_hour_that_comes_twice_and_a_clock_set_back(
    book_path: Path,
) -> None:
    first = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)  # 01:30 in New York, summer time
    second = first + timedelta(hours=1)  # 01:30 again, standard time
    back = first - timedelta(days=1)
    with Book.open(book_path) as book:
        for n, at in enumerate((first, second, back, second + timedelta(days=1))):
            book.save_setting("n", str(n), SELF, at)
        lines = book.audit(4)[::-1]
        assert [line.at for line in lines] == [first, second, back, second + timedelta(days=1)]
        assert [line.seq for line in lines] == list(range(lines[0].seq, lines[0].seq + 4))
        assert book.setting("n") == "3"
        told = [line.mono_ns for line in lines]
        assert told == sorted(told)
    assert verify(book_path).ok


def test_a_household_changed_after_the_clock_was_set_back_still_shows_its_newest_state(
    book_path: Path,
) -> None:
    from dataclasses import replace

    with Book.open(book_path) as book:
        whole = book.household("H1")
        book.save_household(replace(whole, name="Later"), SELF, AT + timedelta(days=2))
        book.save_household(replace(whole, name="Set back"), SELF, AT + timedelta(days=1))
        assert book.household("H1").name == "Set back"
        assert book.household("H1", AT + timedelta(hours=1)).name == "Roe"
    assert verify(book_path).ok
