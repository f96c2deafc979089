"""Sector by hours: the chance that a sector's aggregate loss reaches its threshold."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from widgets import text
from widgets.theme import Theme, contrast, font
from widgets.views import DeskView, Floats

LEGEND_HEIGHT = 8
STEPS = 256
LEAST = 0.005


@cache
def cividis() -> tuple[QColor, ...]:
    """The map that reads the same with any colour vision."""
    table = pg.colormap.get("cividis").getLookupTable(nPts=STEPS)
    return tuple(QColor(*(int(part) for part in entry[:3])) for entry in table)


@cache
def _inks() -> tuple[QColor, ...]:
    """The ink that reads on each colour of the map."""
    return tuple(ink_on(color) for color in cividis())


def ink_on(color: QColor) -> QColor:
    """Black or white, whichever reads better on a cell."""
    return QColor(max(("#000000", "#ffffff"), key=lambda ink: contrast(ink, color.name())))


def shade(chance: float) -> float:
    """Place of a chance on the scale, 0 to 1: by its odds, so that 1 % and 10 % look different."""
    held = min(max(chance, LEAST), 1.0 - LEAST)
    widest = math.log((1.0 - LEAST) / LEAST)
    return (math.log(held / (1.0 - held)) + widest) / (2.0 * widest)


class HeatMap(QWidget):
    """One custom-painted grid; figures in the cells where they fit, a frame from the flag chance.

    Signals:
        pointed: The cell under the cursor in words; "" when the cursor has left.
    """

    pointed = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self._sectors: tuple[str, ...] = ()
        self._hours: tuple[float, ...] = ()
        self._chance: Floats = np.zeros((0, 0))
        self._flag = 0.8
        self.setMouseTracking(True)
        self.setAccessibleName("Sector forecast")
        self.setMinimumHeight(90)

    def dress(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.theme = theme
        self.update()

    def take(self, view: DeskView) -> None:
        """Show a snapshot; sectors keep their order."""
        found = view.evaluation.sector_probability
        sectors = tuple(sorted(found))
        chance = np.array([found[s] for s in sectors]) if sectors else np.zeros((0, 0))
        columns = chance.shape[1] if chance.ndim == 2 else 0
        hours = view.heat_hours or tuple(float(i + 1) for i in range(columns))
        same = sectors == self._sectors and np.array_equal(chance, self._chance)
        self._sectors, self._hours, self._chance = sectors, hours[:columns], chance
        self._flag = view.flag_probability
        if not same:
            self.update()

    def _grid(self) -> QRectF:
        """Where the cells are."""
        metrics = self.fontMetrics()
        left = max((metrics.horizontalAdvance(s) for s in self._sectors), default=0) + 10
        below = metrics.height() * 2 + LEGEND_HEIGHT + 14
        return QRectF(left, 2, self.width() - left - 4, self.height() - below - 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Cells, names, hours and the legend."""
        painter = QPainter(self)
        painter.setFont(font(self.font().pointSizeF() * 0.95))
        if not self._chance.size:
            painter.setPen(self.theme.color("muted"))
            words = "The forecast by sector appears with the first evaluation."
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, words)
        else:
            grid = self._grid()
            self._cells(painter, grid)
            self._names(painter, grid)
            self._legend(painter, grid)
        painter.end()

    def _cells(self, painter: QPainter, grid: QRectF) -> None:
        """The cells, with figures where they fit."""
        rows, columns = self._chance.shape
        wide, high = grid.width() / columns, grid.height() / rows
        metrics = painter.fontMetrics()
        written = wide > metrics.horizontalAdvance("88%") + 3 and high > metrics.height()
        colors, inks = cividis(), _inks()
        for r in range(rows):
            for c in range(columns):
                chance = float(self._chance[r, c])
                cell = QRectF(grid.left() + c * wide, grid.top() + r * high, wide - 1, high - 1)
                at = min(int(shade(chance) * STEPS), STEPS - 1)
                color, ink = colors[at], inks[at]
                painter.fillRect(cell, color)
                if chance >= self._flag:
                    painter.setPen(QPen(ink, 2))
                    painter.drawRect(cell.adjusted(1, 1, -1, -1))
                if written:
                    painter.setPen(ink)
                    painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, text.probability(chance))

    def _names(self, painter: QPainter, grid: QRectF) -> None:
        """Sectors on the left, hours below."""
        rows, columns = self._chance.shape
        high, wide = grid.height() / rows, grid.width() / columns
        painter.setPen(self.theme.color("muted"))
        side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for r, sector in enumerate(self._sectors):
            painter.drawText(QRectF(0, grid.top() + r * high, grid.left() - 7, high), side, sector)
        room = painter.fontMetrics().horizontalAdvance("0 h 00 m") + 8
        step = max(1, -(-room // max(int(wide), 1)))
        line = painter.fontMetrics().height()
        for c in range(step - 1, columns, step):
            right = grid.left() + (c + 1) * wide
            box = QRectF(right - step * wide, grid.bottom() + 3, step * wide, line)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight, text.hours(self._hours[c]))

    def _legend(self, painter: QPainter, grid: QRectF) -> None:
        """The colour scale with its flag mark, and what the hours are."""
        line = painter.fontMetrics().height()
        top = self.height() - line / 2 - LEGEND_HEIGHT / 2 - 2
        words = "within, session hours from now"
        width = min(grid.width() * 0.4, 150.0)
        zero, one = painter.fontMetrics().horizontalAdvance("0% "), 34
        right = self.width() - 4 - one
        for i in range(64):
            part = QRectF(right - width + i * width / 64, top, width / 64 + 1, LEGEND_HEIGHT)
            painter.fillRect(part, cividis()[i * 4])
        mark = right - width + width * shade(self._flag)
        painter.setPen(QPen(self.theme.color("warn"), 2))
        painter.drawLine(QPointF(mark, top - 3), QPointF(mark, top + LEGEND_HEIGHT + 3))
        painter.setPen(self.theme.color("muted"))
        base = self.height() - line - 2
        painter.drawText(QPointF(right - width - zero, base + line - 4), "0%")
        painter.drawText(QPointF(right + 5, base + line - 4), "100%")
        free = QRectF(0, base, right - width - zero - 8, line)
        words = painter.fontMetrics().elidedText(
            words, Qt.TextElideMode.ElideRight, int(free.width())
        )
        painter.drawText(free, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)

    def words_at(self, x: float, y: float) -> str:
        """The cell at a place in words."""
        grid = self._grid()
        if not self._chance.size or not grid.contains(QPointF(x, y)):
            return ""
        rows, columns = self._chance.shape
        r = min(int((y - grid.top()) / grid.height() * rows), rows - 1)
        c = min(int((x - grid.left()) / grid.width() * columns), columns - 1)
        chance = text.probability(float(self._chance[r, c]))
        return f"{self._sectors[r]}  {chance} within {text.hours(self._hours[c])}"

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Put the cell under the cursor into words."""
        self.pointed.emit(self.words_at(event.position().x(), event.position().y()))

    def leaveEvent(self, event: QEvent) -> None:
        """The cursor has left."""
        self.pointed.emit("")
