"""What an eye would see: nothing clipped, nothing on top of something else, all of it named."""

from itertools import combinations
from pathlib import Path

import pytest
from PySide6.QtGui import QFontMetrics, QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QLabel,
    QLineEdit,
    QSlider,
    QWidget,
)
from pytestqt.qtbot import QtBot

from widgets import shots
from widgets.frame import Frame
from widgets.grid import GridView
from widgets.parts import FitLabel
from widgets.rail import SCREENS
from widgets.table import Kind

SIZES = ((1920, 1080), (1280, 800))


def clipped(frame: Frame) -> list[str]:
    """Labels and buttons whose text is wider or taller than they are."""
    found = []
    for widget in frame.findChildren(QWidget):
        if not widget.isVisible() or isinstance(widget, FitLabel):
            continue
        if isinstance(widget, QLabel) and widget.text() and not widget.wordWrap():
            room = widget.contentsRect().width() + 1
            if widget.fontMetrics().horizontalAdvance(widget.text()) > room:
                found.append(widget.text())
        if isinstance(widget, QLabel | QAbstractButton) and widget.text():
            wide, high = widget.sizeHint().width(), widget.sizeHint().height()
            small = not getattr(widget, "wordWrap", lambda: False)()
            if small and (widget.width() < wide - 1 or widget.height() < high - 2):
                found.append(f"{widget.text()!r} {widget.size()} wants {wide}x{high}")
    return found


def elided(frame: Frame) -> list[str]:
    """Figures and states in tables that do not fit their column; words may elide."""
    found = []
    for grid in frame.findChildren(GridView):
        if not grid.isVisible():
            continue
        model, metrics = grid.model_, QFontMetrics(grid.font())
        for at, column in enumerate(model.columns):
            if grid.isColumnHidden(at) or column.kind in (Kind.SPARK, Kind.TEXT):
                continue
            for row in range(min(model.rowCount(), 40)):
                if metrics.horizontalAdvance(model.text(row, at)) > grid.columnWidth(at) - 14:
                    found.append(f"{grid.accessibleName()}: {model.text(row, at)}")
    return found


def overlapping(frame: Frame) -> list[str]:
    """Siblings in sight that lie on top of each other."""
    found = []
    for parent in [frame, *frame.findChildren(QWidget)]:
        if not parent.isVisible() or parent.metaObject().className() in QT_OWN:
            continue
        shown = [
            w
            for w in parent.children()
            if isinstance(w, QWidget) and w.isVisible() and not w.isWindow()
        ]
        for a, b in combinations(shown, 2):
            both = a.geometry().intersected(b.geometry())
            if both.width() > 1 and both.height() > 1:
                found.append(
                    f"{type(a).__name__} over {type(b).__name__} in {type(parent).__name__}"
                )
    return found


QT_OWN = frozenset({"QSplitter", "QTabWidget", "QTabBar", "PlotWidget", "GridView"})
"""Qt puts handles and scroll areas of these on top of each other itself."""


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_clipped_and_nothing_overlaps(
    frame: Frame, qtbot: QtBot, size: tuple[int, int]
) -> None:
    frame.resize(*size)
    for at, (name, *_) in enumerate(SCREENS):
        frame.go(at)
        shots.settle(frame)
        found = (clipped(frame), elided(frame), overlapping(frame))
        assert found == ([], [], []), name


def test_the_looks_are_looked_at_in_earnest(frame: Frame) -> None:
    """The checks above find a label, a figure and a sibling that are wrong on purpose."""
    shots.settle(frame)
    frame.top.market.setFixedWidth(20)
    frame.desk.queue.table.setColumnWidth(5, 20)
    frame.top.prices.setGeometry(frame.top.mode.geometry())
    assert clipped(frame) != []
    assert elided(frame) != []
    assert overlapping(frame) != []


def test_every_control_has_a_name_for_assistive_technology(frame: Frame) -> None:
    for at in range(len(SCREENS)):
        frame.go(at)
        for kind in (QLineEdit, QComboBox, QSlider, GridView):
            for control in frame.stack.currentWidget().findChildren(kind):
                inside = isinstance(control.parent(), QComboBox)
                assert control.accessibleName() or inside, f"{SCREENS[at][1]}: {control}"
    for button in frame.findChildren(QAbstractButton):
        if button.isVisible():
            assert button.accessibleName() or button.text(), button


def test_charts_say_the_value_under_the_cursor_and_name_their_axes(frame: Frame) -> None:
    desk = frame.desk
    assert "cost $" in desk.bars.read_at(0, 0)
    assert "90%" in desk.wait.chart.read_at(1.0, 0)
    assert "within" in desk.heat.words_at(desk.heat.width() * 0.7, 20)
    assert desk.bars.plot.getAxis("left").labelText == "Net alpha, $"
    assert desk.wait.chart.plot.getAxis("bottom").labelText == "Session hours from now"


def test_the_wait_axis_is_not_forced_to_zero(frame: Frame) -> None:
    low, high = frame.desk.wait.chart.plot.viewRange()[1]
    curve = frame.latest[next(iter(frame.latest))].waits["L0"]
    assert low < curve.low_usd.min() < curve.high_usd.max() < high
    assert curve.high_usd.max() - curve.low_usd.min() > 0.5 * (high - low)


def test_the_picture_of_a_screen_is_as_large_as_asked_and_not_empty(
    frame: Frame, tmp_path: Path
) -> None:
    made = shots.shoot(frame, tmp_path, ((1280, 800, 1.0), (1280, 800, 2.0)), ("light",))
    assert len(made) == 2 * len(SCREENS)
    plain, double = QImage(str(made[0])), QImage(str(made[len(SCREENS)]))
    assert (plain.width(), plain.height()) == (1280, 800)
    assert (double.width(), double.height()) == (2560, 1600)
    colors = {plain.pixel(x, y) for x in range(0, 1280, 7) for y in range(0, 800, 7)}
    assert len(colors) > 60
