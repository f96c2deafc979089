"""The axis of every chart: a line, ticks, and texts that neither meet nor leave the chart.

pyqtgraph's own axis lays its texts out anew for each picture; with ticks that change with a tick
of the market that is a fifth of a frame. Here laid-out texts are kept.
"""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QStaticText

Ticks = list[tuple[float, str]]
TICK = 4
OFFSET = 5
APART = 6
MOST_LAID = 500


class CalmAxis(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph is untyped
    """A bottom or left axis with given ticks.

    Attributes:
        marks: The ticks, each a place on the scale and its text.
    """

    def __init__(self, side: str) -> None:
        """An axis without ticks; ``side`` is ``bottom`` or ``left``."""
        self.marks: Ticks = []
        self._laid: dict[str, tuple[QStaticText, float]] = {}
        super().__init__(side)

    def mark(self, ticks: Ticks) -> None:
        """Take other ticks."""
        self.marks = ticks
        self.update()

    def setStyle(self, **styles: Any) -> None:
        """Take another font or length; texts are laid out again."""
        super().setStyle(**styles)
        self._laid.clear()

    def paint(self, painter: QPainter, option: object, widget: object = None) -> None:
        """Line, ticks, texts."""
        painter.setFont(self.style["tickFont"])
        metrics = QFontMetricsF(painter.font())
        box: QRectF = self.mapRectFromParent(self.geometry())
        low, high = self.range
        across = self.orientation == "bottom"
        size = box.width() if across else box.height()
        places = [
            (size * ((at - low) if across else (high - at)) / ((high - low) or 1.0), words)
            for at, words in self.marks
        ]
        places = [place for place in places if -0.5 <= place[0] <= size + 0.5]
        self._lines(painter, box, [at for at, _ in places], across=across)
        painter.setPen(self.textPen())
        end = float("-inf")
        for at, words in sorted(places, reverse=not across):
            spot, (start, stop) = self._spot(box, at, words, metrics, across=across)
            if across and start < end:
                continue
            end = stop + APART
            painter.drawStaticText(spot, self._lay(words, metrics)[0])

    def _lines(self, painter: QPainter, box: QRectF, at: list[float], *, across: bool) -> None:
        """The line and its ticks, which point into the chart."""
        painter.setPen(self.pen())
        if across:
            top = box.top()
            lines = [QLineF(box.left() + x, top, box.left() + x, top - TICK) for x in at]
            painter.drawLines([QLineF(box.left(), top, box.right(), top), *lines])
        else:
            right = box.right()
            lines = [QLineF(right, box.top() + y, right + TICK, box.top() + y) for y in at]
            painter.drawLines([QLineF(right, box.top(), right, box.bottom()), *lines])

    def _spot(
        self, box: QRectF, at: float, words: str, metrics: QFontMetricsF, *, across: bool
    ) -> tuple[QPointF, tuple[float, float]]:
        """Where a text starts, and what it takes of the axis; moved in where it would stick out."""
        wide, tall = self._lay(words, metrics)[1], metrics.height()
        if not across:
            middle = box.top() + at
            return QPointF(box.right() - OFFSET - wide, middle - tall / 2), (middle, middle)
        whole = self.boundingRect()
        left = min(max(box.left() + at - wide / 2, whole.left()), whole.right() - wide)
        return QPointF(left, box.top() + OFFSET), (left, left + wide)

    def _lay(self, words: str, metrics: QFontMetricsF) -> tuple[QStaticText, float]:
        """A text laid out and its width."""
        found = self._laid.get(words)
        if found is None:
            if len(self._laid) >= MOST_LAID:
                self._laid.clear()
            laid = QStaticText(words)
            laid.setTextFormat(Qt.TextFormat.PlainText)
            found = self._laid[words] = (laid, metrics.horizontalAdvance(words))
        return found
