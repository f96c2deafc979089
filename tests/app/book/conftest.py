from collections.abc import Iterator
from pathlib import Path

import pytest

from app.book.book import Book
from tests.app.book.sample import AT, fill_book


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LOTLIGHT_STATE_DIR", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    with Book.create(tmp_path / "a.lotlight", at=AT) as found:
        yield fill_book(found)
