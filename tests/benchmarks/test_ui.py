"""What a frame costs the window's thread, at 500 positions and 5,000 lots.

Gates are on CPU time of the GUI thread and on counters. A neighbour on the machine makes even CPU
time longer (shared caches, clock), so a fixed piece of painting, the unit, is measured between the
frames, and a cost is told in milliseconds of a quiet machine, where the unit takes ``UNIT_MS``. The
desk's own thread is played by one that leaves views in the mailbox as fast as it can.
"""

import gc
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import count

import numpy as np
import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.widgets import samples
from widgets.frame import Frame
from widgets.views import DeskView, LotView

pytestmark = pytest.mark.benchmark

POSITIONS, LOTS = 500, 5_000
GATE_MS = 16.0
FRAMES = 200
STARTS = count(1, 10**6)
"""Where the numbers of a measurement's views start: a window takes none older than its own."""
UNIT_MS = 7.6
"""What the unit costs on a quiet machine of the kind that the gate was set on."""


@pytest.fixture(scope="module")
def desks() -> list[DeskView]:
    home = samples.household(POSITIONS, LOTS)
    return [samples.desk(seq, POSITIONS, LOTS, 40, home) for seq in range(4)]


@pytest.fixture(scope="module")
def lots() -> LotView:
    return samples.lot_view(samples.household(POSITIONS, LOTS), POSITIONS)


@pytest.fixture
def frame(qtbot: QtBot) -> Frame:
    made = Frame("dark")
    qtbot.addWidget(made)
    made.resize(1920, 1080)
    with qtbot.waitExposed(made):
        made.show()
    return made


def cost_ms(work: Callable[[], object]) -> float:
    """CPU milliseconds of this thread for a call and the repaints it causes."""
    before = time.thread_time()
    work()
    QApplication.processEvents()
    return (time.thread_time() - before) * 1e3


def paint_unit() -> None:
    """A fixed piece of a frame's usual work: figures put into words, text, a filled curve."""
    image = QImage(960, 540, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(QColor("black"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QColor("white"))
    for at in range(60):
        painter.drawText(at % 12 * 80, at // 12 * 27 + 20, f"{at * 1234.567:+,.2f}")
    path = QPainterPath()
    for at in range(240):
        path.lineTo(at * 4.0, at * 37.0 % 90.0)
    painter.fillPath(path, QColor("teal"))
    painter.end()


def in_quiet_ms(costs: list[float], units: list[float]) -> tuple[float, float]:
    """Median and 99th percentile of costs, each beside the unit's own, as on a quiet machine."""
    p50, p99 = np.percentile(costs, [50, 99]) / np.percentile(units, [50, 99]) * UNIT_MS
    return float(p50), float(p99)


def quietest(measure: Callable[[], tuple[float, float]]) -> tuple[float, float]:
    """Median and 99th percentile of the quietest of three rounds: noise can only add.

    What the test session itself has piled up is put aside from the garbage collector first.
    """
    gc.collect()
    gc.freeze()
    found = min((measure() for _ in range(3)), key=lambda pair: pair[1])
    gc.unfreeze()
    print(f"p50 {found[0]:.1f} ms, p99 {found[1]:.1f} ms")
    return found


def desk_frames(frame: Frame, desks: list[DeskView], times: int = 1) -> tuple[float, float]:
    """Median and 99th percentile of the cost of showing the desk, each frame so many times over."""
    seq = iter(range(next(STARTS), 10**9))

    def one(at: int) -> None:
        for _ in range(times):
            frame.show_view(replace(desks[at % len(desks)], seq=next(seq)))
            QApplication.processEvents()

    def round_() -> tuple[float, float]:
        costs, units = [], []
        for at in range(FRAMES):
            costs.append(cost_ms(lambda at=at: one(at)))
            units.append(cost_ms(paint_unit))
        return in_quiet_ms(costs, units)

    round_()
    return quietest(round_) if times == 1 else round_()


def test_all_but_one_frame_in_a_hundred_of_the_desk_stay_within_the_budget(
    frame: Frame, desks: list[DeskView]
) -> None:
    """The gate bites: a frame drawn twice breaks it."""
    assert desk_frames(frame, desks)[1] <= GATE_MS
    assert desk_frames(frame, desks, times=2)[1] > GATE_MS


def test_five_thousand_lots_are_shown_within_the_budget(frame: Frame, lots: LotView) -> None:
    frame.show_view(lots)
    frame.go(1)
    table = frame.screens[LotView].ladder
    seq = iter(range(2, 100_000))

    def round_() -> tuple[float, float]:
        costs, units = [], []
        for _ in range(FRAMES):
            at = next(seq)
            moved = replace(lots.lots[0], alpha_usd=float(at))
            view = replace(lots, seq=at, lots=(moved, *lots.lots[1:]))
            costs.append(cost_ms(lambda v=view: frame.show_view(v)))
            units.append(cost_ms(paint_unit))
        return in_quiet_ms(costs, units)

    round_()
    before = table.model_.data_calls
    assert quietest(round_)[1] <= GATE_MS
    assert table.model_.data_calls - before < 200


def test_keeping_five_thousand_lots_sorted_by_a_live_column_costs_less_than_a_frame(
    frame: Frame, lots: LotView
) -> None:
    frame.show_view(lots)
    frame.go(1)
    table = frame.screens[LotView].ladder
    column = next(i for i, c in enumerate(table.model_.columns) if c.heading == "Alpha $")
    plain = min(cost_ms(lambda: frame.screens[LotView].take(lots)) for _ in range(5))
    table.sortByColumn(column, Qt.SortOrder.DescendingOrder)
    kept = min(cost_ms(lambda: frame.screens[LotView].take(lots)) for _ in range(5))
    print(f"5,000 lots: CPU ms {plain:.1f} unsorted, {kept:.1f} sorted")
    assert kept < plain + GATE_MS


class Pinger(QObject):
    """Asks the event loop for an answer again and again."""

    asked = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []
        self.asked.connect(self._answer, Qt.ConnectionType.QueuedConnection)

    def _answer(self, at: float) -> None:
        self.waits.append(time.perf_counter() - at)


def test_the_window_answers_while_views_rain_on_it(
    frame: Frame, desks: list[DeskView], qtbot: QtBot
) -> None:
    seq = iter(range(100, 100_000))

    def round_() -> tuple[float, float]:
        stop, pinger = threading.Event(), Pinger()

        def rain() -> None:
            while not stop.wait(0.005):
                at = next(seq)
                frame.take(replace(desks[at % len(desks)], seq=at))
                pinger.asked.emit(time.perf_counter())

        thread = threading.Thread(target=rain)
        thread.start()
        qtbot.wait(1500)
        stop.set()
        thread.join()
        QApplication.processEvents()
        p50, p99 = np.percentile(np.array(pinger.waits) * 1e3, [50, 99])
        return float(p50), float(p99)

    assert quietest(round_)[1] <= 100.0
    assert frame.mailbox.replaced > 50
