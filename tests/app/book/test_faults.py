"""Kills, full disks, cut migrations, folders that cannot be written: old or new, never between."""

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import takewhile
from pathlib import Path

import pytest

from app.book import backup, dump, shape1
from app.book.book import Book
from app.book.connect import BookError, connect, is_plain, raw
from app.book.migrate import SHAPE, STEPS, NewerBookError, migrate, shape_of
from app.book.verify import verify
from app.practice import generate
from tests.app.book.sample import AT, fill_book, household

ROOT = Path(__file__).resolve().parents[3]
SHAPES = Path(__file__).parent / "shapes"

WRITER = """
import sys
import tempfile
from datetime import timedelta
from app.book.book import Book
from tests.app.book.sample import AT, evaluation
with Book.open(sys.argv[1]) as book:
    n = len(book.proposals())
    while True:
        n += 1
        book.record_evaluation(evaluation(n))
        book.decide(f"PR{n}", "approve", "ann", AT + timedelta(seconds=n))
        sys.stdout.write(f"{n}\\n")
        sys.stdout.flush()
"""


def killed(path: Path, delay: float) -> int:
    """The last approval that the writer said was made, before it was killed after the delay."""
    command = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        said = [writer.stdout.readline()]
        time.sleep(delay)
        writer.kill()
        said += writer.stdout.readlines()
        assert writer.wait() == -signal.SIGKILL
    whole = [line for line in said if line.endswith("\n")]
    return int(whole[-1])


def survives(path: Path, times: int) -> None:
    draw = random.Random(11)
    for _ in range(times):
        said = killed(path, draw.uniform(0, 0.03))
        with Book.open(path) as book:
            assert book.proposal(f"PR{said}").state == "approved"
            assert book.decisions(f"PR{said}")[0].user_id == "ann"
    found = verify(path)
    assert found.ok, found.problems


def test_60_kills_lose_no_acknowledged_approval(book: Book) -> None:
    book.close()
    survives(book.path, 60)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_1000_kills_lose_no_acknowledged_approval(book: Book) -> None:
    book.close()
    survives(book.path, 1000)


def cut_short(work: Callable[[], object], after: float) -> None:
    """Run some work in a process of its own and kill it after that many seconds."""
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def logical(path: Path) -> list[str]:
    connection = connect(path, None, readonly=True)
    try:
        return list(dump.lines(connection))
    finally:
        connection.close()


def test_a_backup_killed_at_any_time_leaves_good_ones_alone(book: Book) -> None:
    path, draw = book.path, random.Random(3)
    generate(book, 5, 100, 1, at=AT)
    book.close()
    whole = logical(path)
    for n in range(12):
        at = AT + timedelta(seconds=n)
        cut_short(partial(backup.back_up, path, None, at, "asked"), draw.uniform(0, 0.25))
        assert logical(path) == whole
        for kept in backup.backups(backup.folder_of(path)):
            assert logical(backup.folder_of(path) / kept.file) == whole


def test_a_restore_killed_at_any_time_leaves_the_old_book_or_the_new(book: Book) -> None:
    path, draw = book.path, random.Random(4)
    kept = backup.back_up(path, None, AT, "asked")
    file = backup.folder_of(path) / kept.file
    for n in range(12):
        if n:
            book = Book.open(path)
        book.save_setting("n", str(n), "ann", AT + timedelta(seconds=n))
        book.close()
        at = AT + timedelta(minutes=n)
        cut_short(partial(backup.restore, file, path, None, at), draw.uniform(0, 0.12))
        with Book.open(path) as found:
            assert found.setting("n") in (str(n), "")
            assert found.household("H1") == household()


def test_another_key_killed_at_any_time_leaves_the_old_one_or_the_new(book: Book) -> None:
    path, draw, key = book.path, random.Random(5), b"k" * 32
    book.close()
    whole = logical(path)
    for _ in range(8):
        cut_short(partial(dump.rewrite, path, None, key), draw.uniform(0, 0.2))
        if is_plain(path):
            assert logical(path) == whole
        else:
            dump.rewrite(path, key, None)
            assert logical(path) == whole


def test_an_export_killed_at_any_time_leaves_a_whole_file_or_none(book: Book) -> None:
    generate(book, 5, 100, 1, at=AT)
    book.close()
    path, draw, out = book.path, random.Random(6), book.path.with_suffix(".ndjson")
    whole = logical(path)

    def export() -> None:
        dump.write(connect(path, readonly=True), out)

    for _ in range(8):
        cut_short(export, draw.uniform(0, 0.05))
        assert not out.exists() or out.read_text("utf-8").splitlines() == whole
        out.unlink(missing_ok=True)


def test_a_migration_killed_at_any_statement_leaves_the_old_shape_or_the_new(
    tmp_path: Path,
) -> None:
    statements = shape1.statements()
    for n in range(len(statements) + 4):
        path = tmp_path / f"{n}.db"
        raw(path, None).close()
        child = os.fork()
        if child == 0:
            connection = raw(path, None)
            left = [n]

            def die(_: str, left: list[int] = left) -> None:
                left[0] -= 1
                if left[0] < 0:
                    os.kill(os.getpid(), signal.SIGKILL)

            connection.set_trace_callback(die)
            migrate(connection)
            os._exit(0)
        os.waitpid(child, 0)
        connection = raw(path, None)
        tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        assert (tables > 0) == (shape_of(connection) > 0)
        migrate(connection)
        assert shape_of(connection) == SHAPE
        connection.close()


def test_a_step_that_fails_is_rolled_back_whole() -> None:
    connection = raw(Path(":memory:"), None)
    migrate(connection)
    bad = {**STEPS, SHAPE + 1: lambda: ("CREATE TABLE more (a INTEGER) STRICT", "nonsense")}
    with pytest.raises(Exception, match="nonsense"):
        migrate(connection, bad)
    assert shape_of(connection) == SHAPE
    found = connection.execute("SELECT count(*) FROM sqlite_schema WHERE name='more'").fetchone()
    assert found == (0,)
    connection.close()


@pytest.mark.parametrize("shape", sorted(SHAPES.glob("*.lotlight")), ids=lambda path: path.stem)
def test_a_book_of_every_released_shape_opens(shape: Path, tmp_path: Path) -> None:
    path = tmp_path / shape.name
    shutil.copy(shape, path)
    with Book.open(path) as book:
        kept = household()
        if shape.stem == "shape1":
            kept = replace(kept, planned_income=(), different=())
        assert book.household("H1") == kept
        assert book.proposals()[0].state == "approved"
    assert verify(path).ok


def test_there_is_a_book_of_every_shape() -> None:
    names = [path.stem for path in sorted(SHAPES.glob("*.lotlight"))]
    assert names == [f"shape{n}" for n in range(1, SHAPE + 1)]


def test_a_newer_book_is_read_and_not_written(book: Book) -> None:
    book.connection.execute("PRAGMA user_version=99")
    book.close()
    with pytest.raises(NewerBookError, match=r"shape 99.*can be read, not written"):
        Book.open(book.path)
    with Book.open(book.path, readonly=True) as found:
        assert found.household("H1") == household()


def write_on(book: Book, kept: list[int]) -> None:
    for n in range(5000):
        book.save_setting(f"n{n}", "x" * 2000, "ann", AT)
        kept.append(n)


def fill_disk(book: Book) -> int:
    """Write until it is refused; how many settings were acknowledged."""
    kept: list[int] = []
    with pytest.raises(BookError, match=r"nothing of this change was written"):
        write_on(book, kept)
    return len(kept)


def holds(book: Book, kept: int) -> None:
    for n in range(kept):
        assert book.setting(f"n{n}") == "x" * 2000
    assert book.setting(f"n{kept}") == ""


def test_a_file_that_may_not_grow_keeps_what_was_acknowledged(book: Book) -> None:
    book.connection.execute("PRAGMA max_page_count=150")
    kept = fill_disk(book)
    holds(book, kept)
    book.connection.execute("PRAGMA max_page_count=100000")
    book.save_setting("after", "1", "ann", AT)
    assert verify(book.path).ok


def test_a_limit_on_the_size_of_files_keeps_what_was_acknowledged(book: Book) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
    try:
        kept = fill_disk(book)
        holds(book, kept)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    book.save_setting("after", "1", "ann", AT)
    assert verify(book.path).ok


def test_a_full_file_system_keeps_what_was_acknowledged(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("a small file system cannot be mounted here without more rights")
    try:
        with Book.create(disk / "a.lotlight", at=AT) as book:
            fill_book(book)
            kept = fill_disk(book)
            holds(book, kept)
        with Book.open(disk / "a.lotlight", readonly=True) as book:
            holds(book, kept)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_backup_that_does_not_fit_leaves_none_and_keeps_the_book(book: Book) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(BookError, match="disk"):
            backup.back_up(book.path, None, AT, "asked")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert list(backup.folder_of(book.path).iterdir()) == []
    assert book.household("H1") == household()


def test_a_second_instance_is_refused_at_once_and_a_dead_one_is_taken_over(book: Book) -> None:
    code = (
        "import sys, time\nfrom app.book.book import Book\nstart = time.perf_counter()\n"
        "try:\n    Book.open(sys.argv[1])\nexcept Exception as error:\n"
        "    print(type(error).__name__, time.perf_counter() - start, error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(book.path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    kind, seconds, message = done.stdout.split(" ", 2)
    assert kind == "BookLockedError"
    assert float(seconds) < 0.2
    assert f"process {os.getpid()}" in message
    book.close()
    killed(book.path, 0.0)
    with Book.open(book.path) as again:
        assert again.household("H1") == household()


@pytest.mark.skipif(os.name != "posix", reason="rights of folders are those of POSIX")
def test_a_folder_that_cannot_be_written_can_be_read(book: Book) -> None:
    book.close()
    code = (
        "import os, sys\nfrom app.book.book import Book\n"
        "import app.book.migrate\n"
        "if os.getuid() == 0:\n    os.setgid(65534)\n    os.setuid(65534)\n"
        "with Book.open(sys.argv[1], readonly=True) as book:\n    print(book.households()[0][0])\n"
        "try:\n    Book.open(sys.argv[1])\nexcept Exception as error:\n"
        "    print(type(error).__name__)\n"
    )
    folder = book.path.parent / "readonly"
    folder.mkdir()
    path = folder / "a.lotlight"
    shutil.copy(book.path, path)
    path.chmod(0o444)
    top = Path(tempfile.gettempdir())
    for part in (folder, *takewhile(lambda above: above != top, folder.parents)):
        part.chmod(0o555 if part == folder else 0o755)
    try:
        done = subprocess.run(
            [sys.executable, "-c", code, str(path)],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
    finally:
        folder.chmod(0o755)
    assert done.stdout.splitlines() == ["H1", "BookError"], done.stderr
