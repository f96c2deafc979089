"""The window while the real engine works: 500 positions and 2,500 lots, ticks without a pause.

The desk's thread plays one generated session of 500 names: each tick revalues the household, and
its plan, what-if and report are made beside it. Meanwhile the event loop is asked for an answer
every few milliseconds. The limits are those of a window that a hand would call immediate; the
quietest stretch of the day is judged, since neighbours on the machine can only add.
"""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PySide6.QtCore import QObject, Qt, Signal
from pytestqt.qtbot import QtBot

from app.bench.practice import generated
from app.bench.row import best_of
from app.book.book import Book
from app.demo_market import Closes
from app.live import Worker, connect
from app.office import Setting, demo_setting
from app.practice import generate
from engine.decision.lot_state import lot_state
from engine.decision.prepare import prepare
from widgets.frame import Frame
from widgets.views import AuditView, DeskView, View

pytestmark = pytest.mark.benchmark

POSITIONS, LOTS = 500, 2_500
DAYS, BARS = 260, 78
DAY_VOL, BAR_VOL = 0.018, 0.0018
FIRST = date(2026, 10, 28)
TICK_LIMIT_MS = LATENCY_LIMIT_MS = 100.0
STRETCHES, TICKS = 3, 2
WAIT_MS = 240_000


def walk(draw: np.random.Generator, rows: int, last: np.ndarray, vol: float) -> np.ndarray:
    """Prices of a driftless walk that ends at ``last``; (rows, names)."""
    steps = np.cumsum(draw.normal(0.0, vol, (rows, len(last))), axis=0)
    return last * np.exp(steps - steps[-1])


@pytest.fixture(scope="module")
def setting(tmp_path_factory: pytest.TempPathFactory) -> tuple[Setting, Path]:
    """A book of one household of that size and the session it lives through."""
    folder = tmp_path_factory.mktemp("live")
    path, bars = folder / "large.lotlight", folder / "bars.parquet"
    at = datetime(FIRST.year, FIRST.month, FIRST.day, 13, tzinfo=UTC)
    with Book.create(path, at=at) as book:
        prices = generate(book, 1, LOTS, 11, at=at, securities=POSITIONS)
        found = demo_setting(FIRST, FIRST)
        for user in found.practice.users:
            book.save_user(user, "bench", at)
        symbols = tuple(book.securities()[key].symbol for key in prices)
    draw = np.random.default_rng(5)
    last = np.array([float(price) for price in prices.values()])
    days = tuple(FIRST - timedelta(days=DAYS - n) for n in range(DAYS))
    shape = (DAYS, len(last))
    closes = Closes(days, symbols, walk(draw, DAYS, last, DAY_VOL), np.ones(shape), np.zeros(shape))
    session = last * np.exp(np.cumsum(draw.normal(0.0, BAR_VOL, (BARS, len(last))), axis=0))
    stamps = pd.date_range(f"{FIRST} 09:30", periods=BARS, freq="5min")
    pd.DataFrame(
        {
            "ticker": np.tile(symbols, BARS),
            "ts": np.repeat(stamps, len(symbols)),
            **dict.fromkeys(("open", "high", "low", "close"), session.ravel()),
            "volume": 1_000,
        }
    ).to_parquet(bars)
    return replace(found, closes=closes, bars=bars, label="start"), path


class Pinger(QObject):
    """Asks the event loop for an answer again and again, from a thread of its own."""

    asked = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self.waits_ms: list[float] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._ask)
        self.asked.connect(self._answer, Qt.ConnectionType.QueuedConnection)

    def __enter__(self) -> "Pinger":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._stop.wait(0.004):
            self.asked.emit(time.perf_counter())

    def _answer(self, at: float) -> None:
        self.waits_ms.append((time.perf_counter() - at) * 1e3)


@dataclass
class Seen:
    """Views that arrived from the desk."""

    frame: Frame
    ticks: int = 0
    reports: int = 0
    told: list[str] = field(default_factory=list)

    def take(self, view: View) -> None:
        """On the desk's thread: count, and hand on as the program does."""
        self.ticks += isinstance(view, DeskView)
        self.reports += isinstance(view, AuditView) and bool(view.pages)
        self.frame.take(view)


@pytest.fixture
def seen(setting: tuple[Setting, Path], qtbot: QtBot) -> Iterator[Seen]:
    frame = Frame("dark")
    qtbot.addWidget(frame)
    frame.resize(1920, 1080)
    frame.show()
    worker, found = Worker(setting[1], setting[0], 600.0, 7), Seen(frame)
    worker.told.connect(lambda words, _: found.told.append(words))
    worker.crashed.connect(lambda trace, _: found.told.append(trace))
    connect(frame, worker)
    worker.start(found.take)
    qtbot.waitUntil(lambda: found.ticks > 2 or bool(found.told), timeout=WAIT_MS)
    yield found
    worker.stop()


def test_one_tick_of_a_large_household_is_revalued_within_its_limit() -> None:
    with generated(1, LOTS, POSITIONS) as bench:
        prepared = prepare(bench.book.household("G00000"), bench.rules.law, bench.outlook)
        settings, table = bench.rules.settings, bench.rules.table
        took_s = best_of(5, partial(lot_state, prepared, bench.outlook, settings, table))
    print(f"{len(prepared.lots)} taxed lots: {took_s * 1e3:.1f} ms a tick")
    assert took_s * 1e3 <= TICK_LIMIT_MS


def test_the_window_answers_while_the_engine_values_a_large_household(
    seen: Seen, qtbot: QtBot
) -> None:
    assert not seen.told
    tails = []
    for _ in range(STRETCHES):
        before = seen.ticks
        with Pinger() as pinger:
            seen.frame.intents.report.emit()
            qtbot.waitUntil(
                lambda n=before: seen.ticks >= n + TICKS or bool(seen.told), timeout=WAIT_MS
            )
        tails.append(float(np.percentile(pinger.waits_ms, 99)))
    print("event latency p99 ms in each stretch:", *(f"{tail:.1f}" for tail in tails))
    assert min(tails) <= LATENCY_LIMIT_MS, tails
    assert seen.reports
