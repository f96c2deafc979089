"""Ranges on one dollar axis, a mark at the middle: bills at year end, alphas of scenarios."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from widgets import text
from widgets.chart import axis_money, nice_ticks
from widgets.theme import Theme, font

BAR = 12
TALLEST_ROW = 64


@dataclass(frozen=True, slots=True)
class RangeRow:
    """A range with its name and ink."""

    name: str
    low_usd: float
    middle_usd: float
    high_usd: float
    token: str = "muted"

    def words(self) -> str:
        """The range in words."""
        ends = f"{text.money(self.low_usd)} to {text.money(self.high_usd)}"
        return f"{self.name}: {text.money(self.middle_usd)}, likely {ends}"


class RangeBars(QWidget):
    """Rows below each other; each says its middle in figures."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self.theme = theme
        self._rows: tuple[RangeRow, ...] = ()
        self.setMinimumHeight(110)
        self.setAccessibleName(name)

    def dress(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.theme = theme
        self.update()

    def take(self, rows: Sequence[RangeRow]) -> None:
        """Show other ranges."""
        if tuple(rows) == self._rows:
            return
        self._rows = tuple(rows)
        told = [row.words() for row in rows]
        self.setAccessibleDescription("; ".join(told))
        self.setToolTip("\n".join(told))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Axis, bars, middles."""
        if not self._rows:
            return
        painter = QPainter(self)
        painter.setFont(font(self.font().pointSizeF() * 0.95))
        line = painter.fontMetrics().height()
        low = min(row.low_usd for row in self._rows)
        high = max(row.high_usd for row in self._rows)
        room = max(high - low, 1.0) * 0.08
        low, high = low - room, high + room
        side = painter.fontMetrics().horizontalAdvance("$000k") / 2 + 2
        tall = min(self.height() - line - 12, len(self._rows) * TALLEST_ROW)
        box = QRectF(side, 2, self.width() - 2 * side, tall)
        scale = box.width() / (high - low)
        for value, words in nice_ticks(low, high, max(2, int(box.width() / 76)), axis_money):
            x = box.left() + (value - low) * scale
            painter.setPen(self.theme.color("line"))
            painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
            painter.setPen(self.theme.color("muted"))
            frame = QRectF(x - 40, box.bottom() + 4, 80, line)
            painter.drawText(frame, Qt.AlignmentFlag.AlignHCenter, words)
        step = box.height() / len(self._rows)
        for at, row in enumerate(self._rows):
            self._bar(painter, row, box, box.top() + (at + 0.5) * step, low, scale)
        painter.end()

    def _bar(
        self, painter: QPainter, row: RangeRow, box: QRectF, middle: float, low: float, scale: float
    ) -> None:
        """One range with its name above it."""
        line = painter.fontMetrics().height()
        words = f"{row.name}  {text.money(row.middle_usd)}"
        frame = QRectF(box.left(), middle - line, box.width(), line)
        painter.fillRect(
            frame.adjusted(
                0, 0, painter.fontMetrics().horizontalAdvance(words) - frame.width() + 4, 0
            ),
            self.theme.color("panel"),
        )
        painter.setPen(self.theme.color("text"))
        painter.drawText(frame, Qt.AlignmentFlag.AlignLeft, words)
        left = box.left() + (row.low_usd - low) * scale
        bar = QRectF(left, middle + 3, (row.high_usd - row.low_usd) * scale, BAR)
        painter.fillRect(bar, self.theme.color(row.token))
        x = box.left() + (row.middle_usd - low) * scale
        painter.setPen(QPen(self.theme.color("text"), 2))
        painter.drawLine(QPointF(x, bar.top() - 3), QPointF(x, bar.bottom() + 3))
