"""The one painter of table cells: text, signed figures, chance bars, sparklines, states."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QLine, Qt
from PySide6.QtGui import QColor, QPainter, QStaticText

from widgets.table import Column, Kind, SnapshotModel
from widgets.theme import Theme
from widgets.views import Floats

PAD = 7
BAR_HEIGHT = 6
LEAST_BAR = 12
MOST_LAID = 4000
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


class CellPainter:
    """Paints the cells of a ``GridView`` in one go: no option objects, no data() round trips.

    A table of 400 cells that Qt paints cell by cell costs 40 ms of Python; painted here it costs
    a tenth of that. Laid-out texts are kept, for most of them come back with the next tick.

    Attributes:
        theme: Tokens to paint with.
        tick: Where a chance bar carries its mark, a probability.
    """

    def __init__(self, theme: Theme) -> None:
        self.tick = FLAG_TICK
        self._laid: dict[str, tuple[QStaticText, int]] = {}
        self._font_key = ""
        self.dress(theme)

    def dress(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.theme = theme
        tokens = theme.tokens().items()
        self._ink = {name: QColor(value) for name, value in tokens if name != "name"}
        self._laid.clear()

    def paint(
        self,
        painter: QPainter,
        model: SnapshotModel[Any],
        rows: Sequence[tuple[int, int, int]],
        columns: Sequence[tuple[int, int, int]],
        chosen: Container[int],
    ) -> None:
        """Paint a block of cells.

        Args:
            painter: On the viewport, with the table's font.
            model: The rows.
            rows: Row, top and height of each row.
            columns: Column, left and width of each column.
            chosen: Selected rows.
        """
        if not rows or not columns:
            return
        if painter.font().key() != self._font_key:
            self._font_key = painter.font().key()
            self._laid.clear()
        self._metrics = painter.fontMetrics()
        left = columns[0][1]
        right = columns[-1][1] + columns[-1][2]
        for row, top, height in rows:
            if row in chosen:
                painter.fillRect(left, top, right - left, height, self._ink["selected"])
        painter.setPen(self._ink["line"])
        painter.drawLines(
            [QLine(left, top + height - 1, right, top + height - 1) for _, top, height in rows]
        )
        for at, x, width in columns:
            kind = model.columns[at].kind
            if kind is Kind.SPARK:
                self._sparks(painter, model, rows, x + PAD, width - 2 * PAD)
                continue
            if kind is Kind.CHANCE:
                self._bars(painter, model, at, rows, x + PAD, width - 2 * PAD)
            self._texts(painter, model, at, rows, x + PAD, width - 2 * PAD)

    def _texts(
        self,
        painter: QPainter,
        model: SnapshotModel[Any],
        at: int,
        rows: Sequence[tuple[int, int, int]],
        x: int,
        width: int,
    ) -> None:
        """The texts of a column."""
        column = model.columns[at]
        left, tall = column.kind.left, self._metrics.height()
        last = None
        for row, top, height in rows:
            ink = self._tone(column, model, row, at)
            if ink is not last:
                painter.setPen(ink)
                last = ink
            laid, wide = self._lay(model.text(row, at), width)
            start = x if left else x + width - wide
            painter.drawStaticText(start, top + (height - tall) // 2, laid)

    def _lay(self, text: str, width: int) -> tuple[QStaticText, int]:
        """The text laid out and its width; cut with an ellipsis where there is no room."""
        found = self._laid.get(text)
        if found is None:
            if len(self._laid) > MOST_LAID:
                self._laid.clear()
            laid = QStaticText(text)
            laid.setTextFormat(Qt.TextFormat.PlainText)
            found = self._laid[text] = (laid, self._metrics.horizontalAdvance(text))
        if found[1] <= width or not text:
            return found
        cut = self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
        return self._lay(cut, width) if cut != text else found

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

    def _bars(
        self,
        painter: QPainter,
        model: SnapshotModel[Any],
        at: int,
        rows: Sequence[tuple[int, int, int]],
        x: int,
        width: int,
    ) -> None:
        """Chance bars with their flag tick, on the left of the figures."""
        room = width - self._metrics.horizontalAdvance(">99%") - PAD
        if room < LEAST_BAR:
            return
        tick = x + round(room * self.tick)
        for row, top, height in rows:
            chance = float(model.value(row, at))
            if chance != chance:  # no forecast
                continue
            flagged = chance >= self.tick
            y = top + (height - BAR_HEIGHT) // 2
            filled = round(room * min(chance, 1.0))
            painter.fillRect(x, y, room, BAR_HEIGHT, self._ink["track"])
            painter.fillRect(x, y, filled, BAR_HEIGHT, self._ink["warn" if flagged else "accent"])
            painter.fillRect(
                tick, y - 3, 1, BAR_HEIGHT + 6, self._ink["text" if flagged else "muted"]
            )

    def _sparks(
        self,
        painter: QPainter,
        model: SnapshotModel[Any],
        rows: Sequence[tuple[int, int, int]],
        x: int,
        width: int,
    ) -> None:
        """All sparklines in sight as two paths: those that rose and those that fell."""
        if model.series is None or not model.series.size:
            return
        lines = model.series[[model.source(row) for row, _, _ in rows]]
        tops = np.array([top for _, top, _ in rows], float)
        y = spark_heights(lines, tops, float(rows[0][2]))
        across = np.broadcast_to(x + np.linspace(0.0, width, lines.shape[1]), lines.shape)
        whole = np.isfinite(y).all(axis=1)
        rose = lines[:, -1] >= lines[:, 0]
        for chosen, token in ((whole & rose, "gain"), (whole & ~rose, "loss")):
            if chosen.any():
                joined = np.ones(lines[chosen].shape, np.int32)
                joined[:, -1] = 0
                path = pg.arrayToQPath(across[chosen].ravel(), y[chosen].ravel(), joined.ravel())
                painter.setPen(self._ink[token])
                painter.drawPath(path)


def spark_heights(lines: Floats, tops: Floats, height: float) -> Floats:
    """Heights of sparklines in their rows, shape of ``lines``; NaN where a value is missing.

    Each has its own range, but never less than 2 % of its size: flat lines stay flat.
    """
    low, high = lines.min(axis=1, keepdims=True), lines.max(axis=1, keepdims=True)
    size = np.maximum(np.abs(low), np.abs(high))
    span = np.maximum(np.maximum(high - low, 0.02 * size), 1e-9)
    middle = (tops + height / 2)[:, None]
    return middle - (lines - (low + high) / 2) / span * (height - 10)
