import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from app import event_flags
from app.book.book import SELF, Book
from app.cli import run
from engine.market.events import Event, EventKind
from engine.records import Security

AT = datetime(2026, 10, 28, 13, tzinfo=UTC)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "a.lotlight"
    with Book.create(path, at=AT) as found:
        found.save_securities([Security("A", "A", "A"), Security("B", "B", "B")], SELF, AT)
    return path


def test_a_flag_is_kept_listed_and_taken_away(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["forecast", "event", "--book", str(book)]
    flag = [*words, "--security", "A", "--on", "2026-10-29", "--kind", "earnings"]
    assert run([*flag, "--json"]) == 0
    assert run([*words, "--security", "B", "--on", "2026-10-30", "--kind", "news"]) == 0
    capsys.readouterr()
    assert run([*words, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)["events"]
    assert [row["security"] for row in said] == ["A", "B"]
    with Book.open(book) as found:
        assert event_flags.load(found)[0] == Event("A", date(2026, 10, 29), EventKind.EARNINGS)
    assert run([*flag, "--remove", "--json"]) == 0
    with Book.open(book) as found:
        assert [e.security_id for e in event_flags.load(found)] == ["B"]


def test_a_name_that_the_book_does_not_hold_is_refused(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["forecast", "event", "--book", str(book), "--security", "X", "--on", "2026-10-29"]
    assert run([*words, "--json"]) == 1
    assert "no security X" in json.loads(capsys.readouterr().out)["error"]["message"]
