import json
from pathlib import Path

import pytest

from app.book.book import Book
from app.cli import run
from app.wash_choice import choose, chosen
from engine.law.wash_settings import Tacking, WashSettings
from tests.app.book.sample import AT, fill_book


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LOTLIGHT_STATE_DIR", str(tmp_path / "state"))
    with Book.create(tmp_path / "a.lotlight", at=AT) as found:
        fill_book(found)
    return tmp_path / "a.lotlight"


def test_the_choices_are_cautious_until_someone_chooses_and_are_audited(path: Path) -> None:
    with Book.open(path) as book:
        assert chosen(book) == WashSettings()
        choose(book, WashSettings(Tacking.ORIGINAL_DATE, related_carries=False), "ann", AT)
        assert chosen(book) == WashSettings(Tacking.ORIGINAL_DATE, related_carries=False)
        line = book.audit(1)[0]
        assert (line.actor, line.kind) == ("ann", "setting_saved")


def test_one_choice_is_changed_and_shown_in_words(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["context", "wash-settings", "--book", str(path)]
    assert run([*words, "--no-earlier-purchases", "--as", "ann", "--json"]) == 0
    capsys.readouterr()
    assert run([*words, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["earlier_purchases_count"] is False
    assert found["tacking"] == "add_days"
    assert "do not count." in found["in_words"][1]
