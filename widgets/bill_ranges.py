"""The year-end bill as two bars from the 10th to the 90th percentile, before and after."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from widgets import text
from widgets.chart import axis_money, nice_ticks
from widgets.theme import Theme, font
from widgets.views import BillRange

BAR = 12


class BillRanges(QWidget):
    """Two ranges on one dollar axis; a mark at the median."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self._rows: tuple[tuple[str, BillRange, str], ...] = ()
        self.setMinimumHeight(110)
        self.setAccessibleName("Year-end bill")

    def dress(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.theme = theme
        self.update()

    def take(self, before: BillRange, after: BillRange) -> None:
        """Show both ranges."""
        rows = (("With nothing done", before, "muted"), ("After staged trades", after, "accent"))
        if rows == self._rows:
            return
        self._rows = rows
        told = [f"{name}: {self.words(found)}" for name, found, _ in rows]
        self.setAccessibleDescription("; ".join(told))
        self.setToolTip("\n".join(told))
        self.update()

    def words(self, found: BillRange) -> str:
        """A range in words."""
        ends = f"{text.money(found.p10_usd)} to {text.money(found.p90_usd)}"
        return f"{text.money(found.p50_usd)}, likely {ends}"

    def paintEvent(self, event: QPaintEvent) -> None:
        """Axis, bars, medians."""
        if not self._rows:
            return
        painter = QPainter(self)
        painter.setFont(font(self.font().pointSizeF() * 0.95))
        line = painter.fontMetrics().height()
        low = min(float(r.p10_usd) for _, r, _ in self._rows)
        high = max(float(r.p90_usd) for _, r, _ in self._rows)
        room = max(high - low, 1.0) * 0.08
        low, high = low - room, high + room
        side = painter.fontMetrics().horizontalAdvance("$000k") / 2 + 2
        box = QRectF(side, 2, self.width() - 2 * side, self.height() - line - 10)

        def x(usd: float) -> float:
            return box.left() + (usd - low) / (high - low) * box.width()

        fit = max(2, int(box.width() / 70))
        for value, words in nice_ticks(low, high, fit, axis_money):
            painter.setPen(self.theme.color("line"))
            painter.drawLine(QPointF(x(value), box.top()), QPointF(x(value), box.bottom()))
            painter.setPen(self.theme.color("muted"))
            frame = QRectF(x(value) - 40, box.bottom() + 3, 80, line)
            painter.drawText(frame, Qt.AlignmentFlag.AlignHCenter, words)
        step = box.height() / len(self._rows)
        for at, (name, found, token) in enumerate(self._rows):
            middle = box.top() + step * at + step / 2
            a, b = x(float(found.p10_usd)), x(float(found.p90_usd))
            bar = QRectF(a, middle + 2, b - a, BAR)
            painter.fillRect(bar, self.theme.color(token))
            at_x = x(float(found.p50_usd))
            painter.setPen(QPen(self.theme.color("text"), 2))
            painter.drawLine(QPointF(at_x, bar.top() - 3), QPointF(at_x, bar.bottom() + 3))
            painter.setPen(self.theme.color("text"))
            words = f"{name}  {text.money(found.p50_usd)}"
            frame = QRectF(box.left(), middle - line - 2, box.width(), line)
            painter.fillRect(frame, self.theme.color("panel"))
            painter.drawText(frame, Qt.AlignmentFlag.AlignLeft, words)
        painter.end()
