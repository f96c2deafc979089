"""F6, wash sales: 61 days by security over every account, what not to buy, planned spoilers."""

from __future__ import annotations

from datetime import timedelta

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from engine.results import WashBlock
from widgets import text
from widgets.dial import blend
from widgets.grid import GridView
from widgets.intents import Intents
from widgets.parts import Card, column, label, split
from widgets.table import Column, Kind
from widgets.theme import Theme, font
from widgets.views import PlannedEvent, WashDay, WashRow, WashView

INK = {
    WashDay.CLEAR: ("track", ""),
    WashDay.BOUGHT: ("accent", "B"),
    WashDay.SOLD: ("loss", "S"),
    WashDay.BLOCKED: ("loss", ""),
    WashDay.PLANNED: ("warn", "P"),
    WashDay.SAFE: ("gain", "✓"),
}
"""Ink and letter of a day: no state is told by its colour alone."""
LEAST_MARK = 12
LEGEND = "B bought   S sold at a loss   shaded: blocked   P planned purchase   ✓ safe from here"


class WashCalendar(QWidget):
    """Days across, securities by account down; painted in one go.

    Signals:
        pointed: The day under the cursor in words; "" when the cursor has left.
    """

    pointed = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self._view: WashView | None = None
        self.setMouseTracking(True)
        self.setAccessibleName("Wash-sale calendar")

    def dress(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.theme = theme
        self.update()

    def take(self, view: WashView) -> None:
        """Show the calendar."""
        self._view = view
        self.setMinimumHeight(self._head() + len(view.rows) * self._row() + 4)
        self.update()

    def sizeHint(self) -> QSize:
        """Tall enough for every row."""
        return QSize(600, self.minimumHeight())

    def _row(self) -> int:
        return self.fontMetrics().height() + 7

    def _head(self) -> int:
        return self.fontMetrics().height() + 8

    def _left(self) -> int:
        """Room for symbol and account."""
        if self._view is None:
            return 0
        widest = (self.fontMetrics().horizontalAdvance(self._name(r)) for r in self._view.rows)
        return max(widest, default=0) + 12

    def _right(self) -> int:
        """Room for the date from which it is safe."""
        return self.fontMetrics().horizontalAdvance("safe 2026-00-00") + 10

    def _name(self, found: WashRow) -> str:
        return f"{found.security.symbol}  {found.account.name}"

    def _cell(self) -> float:
        """Width of a day."""
        days = max((len(r.days) for r in self._view.rows), default=61) if self._view else 61
        return (self.width() - self._left() - self._right()) / max(days, 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Months, days, names, safe-from dates, and a line at today."""
        painter = QPainter(self)
        painter.setFont(font(self.font().pointSizeF() * 0.95))
        if self._view is None or not self._view.rows:
            painter.setPen(self.theme.color("muted"))
            words = "Nothing bought or sold in the household touches the next 30 days."
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, words)
        else:
            self._dates(painter, self._view)
            for at, found in enumerate(self._view.rows):
                self._line(painter, found, self._head() + at * self._row())
            today = (self._view.today - self._view.first_on).days
            x = self._left() + (today + 0.5) * self._cell()
            painter.setPen(QPen(self.theme.color("text"), 1))
            end = self._head() + len(self._view.rows) * self._row()
            painter.drawLine(int(x), self._head() - 4, int(x), end)
        painter.end()

    def _dates(self, painter: QPainter, view: WashView) -> None:
        """Every tenth day from today."""
        today = (view.today - view.first_on).days
        painter.setPen(self.theme.color("muted"))
        for offset in (-30, -20, -10, 0, 10, 20, 30):
            x = self._left() + (today + offset + 0.5) * self._cell()
            day = view.today + timedelta(days=offset)
            words = "today" if offset == 0 else day.strftime("%m-%d")
            painter.drawText(
                QRectF(x - 30, 0, 60, self._head()), Qt.AlignmentFlag.AlignHCenter, words
            )

    def _line(self, painter: QPainter, found: WashRow, top: int) -> None:
        """One security in one account."""
        high, cell, left = self._row() - 4, self._cell(), self._left()
        side = Qt.AlignmentFlag.AlignVCenter
        blocked = blend(self.theme.color("panel"), self.theme.color("loss"), 0.4)
        painter.setPen(self.theme.color("text"))
        painter.drawText(QRectF(0, top, left - 8, high), side, self._name(found))
        for at, what in enumerate(found.days):
            ink = blocked if what is WashDay.BLOCKED else self.theme.color("track")
            painter.fillRect(QRectF(left + at * cell, top, max(cell - 1, 1), high), ink)
        for at, what in enumerate(found.days):
            token, letter = INK[what]
            if letter:
                width = max(cell - 1, LEAST_MARK)
                box = QRectF(left + (at + 0.5) * cell - width / 2, top, width, high)
                painter.fillRect(box, self.theme.color(token))
                painter.setPen(self.theme.color("on_accent"))
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, letter)
        told = f"safe {text.day(found.safe_from)}" if found.safe_from else "clear"
        painter.setPen(self.theme.color("warn" if found.safe_from else "muted"))
        painter.drawText(
            QRectF(self.width() - self._right() + 8, top, self._right(), high), side, told
        )

    def words_at(self, at: QPoint) -> str:
        """The day at a place in words."""
        if self._view is None or at.y() < self._head():
            return ""
        line = (at.y() - self._head()) // self._row()
        day = int((at.x() - self._left()) // max(self._cell(), 1e-9))
        if not (0 <= line < len(self._view.rows)):
            return ""
        found = self._view.rows[line]
        if not (0 <= day < len(found.days)):
            return found.note
        on = self._view.first_on + timedelta(days=day)
        return f"{self._name(found)}  {text.day(on)}: {found.days[day].value}"

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Put the day under the cursor into words."""
        self.pointed.emit(self.words_at(event.position().toPoint()))


SPOILERS: tuple[Column[PlannedEvent], ...] = (
    Column("Day", lambda r: text.day(r.on), Kind.NUMBER),
    Column("What", lambda r: r.what),
    Column(
        "Amount $", lambda r: text.number(r.amount_usd), Kind.NUMBER, lambda r: float(r.amount_usd)
    ),
)


class WashScreen(QWidget):
    """The calendar, the do-not-buy list, the planned spoilers."""

    def __init__(self, theme: Theme, intents: Intents) -> None:
        super().__init__()
        self.calendar = WashCalendar(theme)
        self._symbols: dict[str, str] = {}
        blocks: tuple[Column[WashBlock], ...] = (
            Column("Symbol", lambda r: self._symbols.get(r.security_id, r.security_id)),
            Column("Safe from", lambda r: text.day(r.safe_from), Kind.NUMBER),
            Column("Because", lambda r: r.cause),
            Column(
                "Law",
                lambda r: f"{r.citation}, {r.confidence.value}",
                spare=1,
                tone=lambda r: "muted",
            ),
        )
        self.blocks: GridView[WashBlock] = GridView(
            theme,
            blocks,
            lambda r: f"{r.security_id}{r.cause}",
            "Do not buy",
            "Nothing is blocked: no loss of the last 30 days could be washed.",
        )
        self.spoilers: GridView[PlannedEvent] = GridView(
            theme,
            SPOILERS,
            lambda r: f"{r.on}{r.what}",
            "Planned spoilers",
            "No dividend reinvestment or plan purchase is due in the next 30 days.",
        )
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(self.calendar)
        self._card = Card("61 days, all accounts", column(area, label(LEGEND, "muted", "note")))
        right = split(
            "wash_right",
            Qt.Orientation.Vertical,
            (
                Card("Do not buy", self.blocks, "in any account"),
                Card("Planned spoilers", self.spoilers, "would wash a loss"),
            ),
            (60, 40),
        )
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(split("wash", Qt.Orientation.Horizontal, (self._card, right), (62, 38)))
        self.calendar.pointed.connect(self._card.point)

    def dress(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.calendar.dress(theme)
        self.blocks.dress(theme)
        self.spoilers.dress(theme)

    def take(self, view: WashView) -> None:
        """Show a snapshot."""
        self._symbols = {i: s.symbol for i, s in view.securities.items()}
        self.calendar.take(view)
        self.blocks.show_rows(view.do_not_buy)
        self.spoilers.show_rows(view.spoilers)
        self._card.say(
            f"{text.day(view.first_on)} to {text.day(view.first_on + timedelta(days=60))}"
        )
