"""`lotlight bench --only ui`: the window's first paint, and the switcher of a large practice."""

import os
import tempfile
from functools import partial
from pathlib import Path

from app.bench.practice import AT
from app.bench.row import BenchRow, best_of
from app.book.book import Book
from app.practice import generate
from engine.records import Household

HOUSEHOLDS, LOTS = 1_000, 20
WINDOW_LIMIT_S, SWITCH_LIMIT_S = 2.0, 0.15


def rows() -> list[BenchRow]:
    """Each beside the limit that a person would not notice."""
    return [_window(), *_switcher()]


def _window() -> BenchRow:
    """From nothing to a painted window, off screen where there is no display."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from app.live import first_paint

    return _beside_limit("ui.window", "window built and painted", first_paint(), WINDOW_LIMIT_S)


def _switcher() -> list[BenchRow]:
    """The list of households as the window has it with every tick, and one household read."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Book.create(Path(folder) / "ui.lotlight", at=AT) as book,
    ):
        generate(book, HOUSEHOLDS, LOTS, seed=11, at=AT)
        listed = best_of(5, book.overview)
        read: partial[Household] = partial(book.household, "G00500")
        work = f"{HOUSEHOLDS} households listed with what waits for a decision"
        return [
            _beside_limit("ui.switcher", work, listed, SWITCH_LIMIT_S),
            _beside_limit(
                "ui.household",
                f"one of {HOUSEHOLDS} households read from the book",
                best_of(5, read),
                SWITCH_LIMIT_S,
            ),
        ]


def _beside_limit(name: str, work: str, took_s: float, limit_s: float) -> BenchRow:
    """A row whose peer is a limit."""
    return BenchRow(name, work, took_s, "limit", limit_s, limit_s / took_s)
