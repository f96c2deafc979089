"""The one painter of table cells: text, signed figures, chance bars, sparklines, states."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from PySide6.QtCore import QObject, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from widgets.table import Column, Index, Kind, SnapshotModel
from widgets.theme import Theme

PAD = 7
BAR_HEIGHT = 6
FLAG_TICK = 0.8

STATES = {
    "ready": ("Ready", "warn"),
    "flag": ("Pre-approve", "warn"),
    "watch": ("Watch", "muted"),
    "washed": ("Wash sale", "loss"),
    "not_worth_it": ("Not worth it", "muted"),
    "held": ("Held", "muted"),
    "stale": ("Stale price", "warn"),
    "proposed": ("Decide", "warn"),
    "staged": ("Staged", "accent"),
    "approved": ("Approved", "gain"),
    "rejected": ("Rejected", "muted"),
    "deferred": ("Deferred", "muted"),
    "expired": ("Expired", "muted"),
    "withdrawn": ("Withdrawn", "muted"),
    "exported": ("Exported", "gain"),
    "gone": ("No longer offered", "muted"),
}
"""States in words with the ink that repeats them."""


def state_text(state: str) -> str:
    """A state in words."""
    return STATES.get(state, (state, ""))[0]


class CellDelegate(QStyledItemDelegate):
    """Paints every cell of a ``GridView`` straight from its model, without data() round trips.

    Attributes:
        theme: Tokens to paint with.
        tick: Where a chance bar carries its mark, a probability.
    """

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.tick = FLAG_TICK
        self.dress(theme)

    def dress(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.theme = theme
        self._ink = {
            name: QColor(value) for name, value in theme.tokens().items() if value[0] == "#"
        }
        self._line = QPen(self._ink["line"], 1)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Width of the text with its padding, or of what is painted."""
        model = cast("SnapshotModel[Any]", index.model())
        column = model.columns[index.column()]
        option_any = cast("Any", option)
        text = model.text(index.row(), index.column())
        width = QFontMetrics(option_any.font).horizontalAdvance(text) + 2 * PAD
        return QSize(max(column.width, width), option_any.fontMetrics.height() + 9)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell."""
        view = cast("Any", option)
        model = cast("SnapshotModel[Any]", index.model())
        row, at = index.row(), index.column()
        column, rect = model.columns[at], view.rect
        if view.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, self._ink["selected"])
        painter.setPen(self._line)
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        inner = rect.adjusted(PAD, 0, -PAD, 0)
        if column.kind is Kind.SPARK:
            self._spark(painter, inner, model, row)
            return
        if column.kind is Kind.CHANCE:
            inner = self._bar(painter, inner, float(model.value(row, at)), view.fontMetrics)
        painter.setPen(self._tone(column, model, row, at))
        text = view.fontMetrics.elidedText(
            model.text(row, at), Qt.TextElideMode.ElideRight, inner.width()
        )
        side = Qt.AlignmentFlag.AlignLeft if column.kind.left else Qt.AlignmentFlag.AlignRight
        painter.drawText(inner, side | Qt.AlignmentFlag.AlignVCenter, text)

    def _tone(self, column: Column[Any], model: SnapshotModel[Any], row: int, at: int) -> QColor:
        """Ink of a cell."""
        if column.tone is not None:
            return self._ink[column.tone(model.row(row)) or "text"]
        if column.kind is Kind.SIGNED:
            value = model.value(row, at)
            if isinstance(value, str) or value == 0 or value != value:
                return self._ink["muted"]
            return self._ink["gain" if value > 0 else "loss"]
        if column.kind is Kind.STATE:
            value = str(model.value(row, at))
            return self._ink[STATES.get(value, ("", "text"))[1]]
        return self._ink["text"]

    def _bar(self, painter: QPainter, rect: QRect, chance: float, metrics: QFontMetrics) -> QRect:
        """A bar with its flag tick; returns what is left for the figure."""
        figure = metrics.horizontalAdvance(">99%") + PAD
        width = rect.width() - figure
        if chance == chance and width > 12:
            top = rect.center().y() - BAR_HEIGHT // 2
            track = QRect(rect.left(), top, width, BAR_HEIGHT)
            painter.fillRect(track, self._ink["track"])
            flagged = chance >= self.tick
            filled = QRect(track.left(), top, round(width * min(chance, 1.0)), BAR_HEIGHT)
            painter.fillRect(filled, self._ink["warn" if flagged else "accent"])
            painter.setPen(self._ink["text" if flagged else "muted"])
            x = track.left() + round(width * self.tick)
            painter.drawLine(x, top - 3, x, track.bottom() + 3)
        return rect.adjusted(width, 0, 0, 0)

    def _spark(self, painter: QPainter, rect: QRect, model: SnapshotModel[Any], row: int) -> None:
        """One polyline from one row of the model's series; flat lines stay flat."""
        if model.series is None or not model.series.size:
            return
        line = model.series[model.source(row)]
        line = line[np.isfinite(line)]
        if len(line) < 2:
            return
        points = spark_points(line, QRectF(rect.adjusted(0, 4, 0, -5)))
        rising = line[-1] >= line[0]
        painter.setPen(QPen(self._ink["gain" if rising else "loss"], 1))
        painter.drawPolyline(points)


def spark_points(line: np.ndarray[Any, Any], box: QRectF) -> QPolygonF:
    """The line scaled into the box; its own range, but never less than 2 % of its size."""
    low, high = float(line.min()), float(line.max())
    span = max(high - low, 0.02 * max(abs(low), abs(high)), 1e-9)
    middle = (low + high) / 2
    x = box.left() + np.linspace(0.0, box.width(), len(line))
    y = box.center().y() - (line - middle) / span * box.height()
    return QPolygonF([QPointF(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)])
