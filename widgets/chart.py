"""The frame of every chart: axes with names and units, calm ticks, a value under the cursor.

Raster only, no antialias on dense bars, no plot grid, no autorange: the range is ours and moves
with hysteresis, so that the picture stands still while the data moves.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from widgets import text
from widgets.axis import CalmAxis, Ticks
from widgets.theme import Theme, font

SHRINK_AT = 0.55
"""A range shrinks only when the data fills less than this share of it."""


def nice_step(span: float, at_most: int) -> float:
    """A step of 1, 2 or 5 times a power of ten that cuts the span at most so often."""
    raw = max(span, 1e-12) / max(at_most, 1)
    size = 10.0 ** math.floor(math.log10(raw))
    return next(m * size for m in (1, 2, 5, 10) if m * size >= raw * (1 - 1e-9))


def nice_ticks(low: float, high: float, at_most: int, write: Callable[[float], str]) -> Ticks:
    """Round values between the ends with their texts."""
    step = nice_step(high - low, at_most)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [(i * step, write(i * step)) for i in range(first, last + 1)]


def calm_range(
    now: tuple[float, float] | None, low: float, high: float, margin: float = 0.08
) -> tuple[float, float]:
    """The range to draw: kept while the data fits it and fills enough of it."""
    span = max(high - low, 1e-9)
    if (
        now is not None
        and now[0] <= low
        and high <= now[1]
        and span >= SHRINK_AT * (now[1] - now[0])
    ):
        return now
    return low - margin * span, high + margin * span


def axis_money(value: float) -> str:
    """Dollars on an axis, short: ``$1.5k``."""
    for size, unit in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            shown = f"{abs(value) / size:.2f}".rstrip("0").rstrip(".")
            return f"{text.MINUS if value < 0 else ''}${shown}{unit}"
    return text.money(value)


def short_money(value: float) -> str:
    """Dollars to three figures: ``$512k``."""
    size = 10.0 ** (math.floor(math.log10(abs(value))) - 2) if value else 1.0
    return axis_money(round(value / size) * size)


class Chart(QWidget):
    """A plot with fixed ranges.

    Attributes:
        plot: The pyqtgraph plot item, for items to be added.

    Signals:
        pointed: The value under the cursor in words; "" when the cursor has left.
    """

    pointed = Signal(str)

    def __init__(
        self, theme: Theme, name: str, bottom: str, left: str, parent: QWidget | None = None
    ) -> None:
        """A chart with the names of its axes, units included."""
        super().__init__(parent)
        self.theme = theme
        self.setAccessibleName(name)
        self._names = {"bottom": bottom, "left": left}
        self._marked = {side: CalmAxis(side) for side in self._names}
        self.canvas: Any = pg.PlotWidget(axisItems=self._marked)
        self.canvas.setFrameShape(self.canvas.Shape.NoFrame)
        self.plot: Any = self.canvas.getPlotItem()
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.setMouseEnabled(False, False)
        self.plot.disableAutoRange()
        self.plot.setContentsMargins(0, 4, 8, 0)
        self._read: Callable[[float, float], str] | None = None
        self._axes: dict[str, tuple[float, float]] = {}
        self._ticks: dict[str, Ticks] = {}
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.canvas)
        self.canvas.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.canvas.scene().sigMouseMoved.connect(self._moved)
        self.canvas.viewport().installEventFilter(self)
        self.canvas.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.canvas.setViewportUpdateMode(self.canvas.ViewportUpdateMode.FullViewportUpdate)
        self.dress(theme)

    def dress(self, theme: Theme) -> None:
        """Take the colours and the font of a theme."""
        self.theme = theme
        self.canvas.setBackground(theme.panel)
        small = font(self.font().pointSizeF() * 0.95)
        for side, name in self._names.items():
            axis = self.plot.getAxis(side)
            axis.setStyle(
                tickFont=small, tickLength=-4, tickTextOffset=5, autoExpandTextSpace=False
            )
            axis.setPen(theme.line)
            axis.setTextPen(theme.muted)
            axis.setLabel(
                name, **{"color": theme.muted, "font-size": f"{small.pointSizeF():.1f}pt"}
            )
            axis.enableAutoSIPrefix(False)
        width = self.fontMetrics().horizontalAdvance("$000.0k") + self.fontMetrics().height() + 12
        self.plot.getAxis("left").setWidth(width)

    def left_width(self, texts: Sequence[str]) -> None:
        """Make room on the left for words instead of figures."""
        widest = max((self.fontMetrics().horizontalAdvance(t) for t in texts), default=0)
        named = self.fontMetrics().height() + 4 if self._names["left"] else 0
        self.plot.getAxis("left").setWidth(widest + named + 14)

    def set_x(self, low: float, high: float, ticks: Ticks) -> None:
        """Range and ticks of the bottom axis."""
        self._set("bottom", low, high, ticks)

    def set_y(self, low: float, high: float, ticks: Ticks) -> None:
        """Range and ticks of the left axis."""
        self._set("left", low, high, ticks)

    def _set(self, side: str, low: float, high: float, ticks: Ticks) -> None:
        if self._axes.get(side) != (low, high):
            self._axes[side] = (low, high)
            setter = self.plot.setXRange if side == "bottom" else self.plot.setYRange
            setter(low, high, padding=0)
        if self._ticks.get(side) != ticks:
            self._ticks[side] = ticks
            self._marked[side].mark(ticks)

    def read_with(self, read: Callable[[float, float], str]) -> None:
        """How a point of the chart is put into words; "" where there is nothing."""
        self._read = read

    def ticks_that_fit(self, pixels_each: int, *, vertical: bool = False) -> int:
        """How many ticks have room."""
        size = self.height() if vertical else self.width()
        return max(2, size // max(pixels_each, 1))

    def _moved(self, at: QPointF) -> None:
        """Put the point under the cursor into words."""
        if self._read is None or not self.plot.vb.sceneBoundingRect().contains(at):
            self.pointed.emit("")
            return
        point = self.plot.vb.mapSceneToView(at)
        self.pointed.emit(self._read(float(point.x()), float(point.y())))

    def read_at(self, x: float, y: float) -> str:
        """What the cursor would say at a point; also for the keyboard and for tests."""
        return self._read(x, y) if self._read else ""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Bring the note back when the cursor leaves."""
        if event.type() == QEvent.Type.Leave:
            self.pointed.emit("")
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the subclass choose its ticks again."""
        super().resizeEvent(event)
        self.retick()

    def retick(self) -> None:
        """Choose ticks for the present size; charts with data override it."""


def pen(theme: Theme, token: str, width: float = 1.0, *, dashed: bool = False) -> Any:
    """A cosmetic pen in the ink of a token."""
    style = Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine
    return pg.mkPen(getattr(theme, token), width=width, style=style)
