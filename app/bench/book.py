"""The book at the size of a whole practice: 1,000 households, 250,000 lots."""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from app import clock
from app.bench.row import BenchRow, best_of
from app.book.backup import back_up
from app.book.book import Book
from app.book.verify import verify
from app.practice import generate

AT = datetime(2026, 10, 19, 14, 0, tzinfo=UTC)
HOUSEHOLDS, LOTS = 1_000, 250


def rows() -> list[BenchRow]:
    """Writing, opening, one household, a checked backup, a whole check; in a throw-away folder."""
    before = os.environ.get("LOTLIGHT_STATE_DIR")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LOTLIGHT_STATE_DIR"] = folder
        try:
            return _measured(Path(folder) / "practice.lotlight")
        finally:
            del os.environ["LOTLIGHT_STATE_DIR"]
            if before is not None:
                os.environ["LOTLIGHT_STATE_DIR"] = before


def _measured(path: Path) -> list[BenchRow]:
    size = f"{HOUSEHOLDS:,} households, {HOUSEHOLDS * LOTS:,} lots"
    start = clock.seconds()
    with Book.create(path, at=AT) as book:
        generate(book, HOUSEHOLDS, LOTS, 1, at=AT)
    written = clock.seconds() - start
    size_bytes = {"bytes": float(path.stat().st_size)}
    with Book.open(path, readonly=True) as book:
        view = best_of(5, lambda: book.household("G00500"))
    start = clock.seconds()
    back_up(path, None, AT, "asked")
    backup = clock.seconds() - start
    return [
        BenchRow("book.write", f"{size} in one transaction", written, extra=size_bytes),
        BenchRow("book.open", f"open {size}, checked", best_of(3, lambda: _opened(path))),
        BenchRow("book.household", f"one household of {LOTS} lots", view),
        BenchRow("book.backup", f"online backup of {size}, checked in full", backup),
        BenchRow(
            "book.verify",
            f"every page and row of {size}",
            best_of(1, lambda: verify(path)),
        ),
    ]


def _opened(path: Path) -> None:
    with Book.open(path):
        pass
