"""A demo book after three ticks, made once; each test that writes takes a copy."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.book.book import Book
from app.office import demo_setting, open_desk, open_feed, seed_book
from engine.decision.settings import DecisionSettings

AT = datetime(2026, 10, 28, 13, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def ticked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo book after three ticks of its market; not to be written to."""
    path = tmp_path_factory.mktemp("ticked") / "demo.lotlight"
    setting = demo_setting()
    with Book.create(path, at=AT) as book:
        seed_book(book, setting.practice, AT)
        desk = open_desk(book, setting, 7, DecisionSettings())
        feed = open_feed(setting, tuple(book.securities().values()))
        for _, batch in zip(range(3), feed.batches(), strict=False):
            desk.on_quotes(batch.quotes, batch.at)
    return path


@pytest.fixture
def demo_book(ticked: Path, tmp_path: Path) -> Path:
    """A copy of the demo book after three ticks."""
    path = tmp_path / "demo.lotlight"
    shutil.copy(ticked, path)
    return path
