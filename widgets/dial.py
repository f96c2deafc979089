"""The household's tax dial: brackets as an arc, other edges marked, needles before and after."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from widgets import text
from widgets.chart import short_money
from widgets.theme import Theme, font
from widgets.views import TaxBand, TaxDial

THICK = 14
ROUND = 16  # Qt counts angles in sixteenths of a degree


def blend(one: QColor, two: QColor, share: float) -> QColor:
    """A colour between two."""

    def mix(a: float, b: float) -> float:
        return a + (b - a) * share

    return QColor.fromRgbF(
        mix(one.redF(), two.redF()), mix(one.greenF(), two.greenF()), mix(one.blueF(), two.blueF())
    )


class Dial(QWidget):
    """An arc of taxable income.

    The scale holds the needles, the band they are in and a neighbour on each side, so that a
    needle's way of a few thousand dollars can be seen.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self._dial: TaxDial | None = None
        self._range: tuple[float, float] | None = None
        self.setMinimumHeight(96)
        self.setAccessibleName("Household tax")

    def dress(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.theme = theme
        self.update()

    def take(self, dial: TaxDial) -> None:
        """Show a bill."""
        if dial == self._dial:
            return
        if self._dial is None or dial.bands != self._dial.bands:
            self._range = None
        self._dial = dial
        self._range = scale(dial, self._range)
        saved = dial.bill_after_usd - dial.bill_before_usd
        told = f"Household tax {dial.year}: {text.money(dial.bill_after_usd)} after staged trades"
        self.setAccessibleDescription(f"{told}, {text.signed_money(saved)} against no action")
        self.setToolTip(self.words())
        self.update()

    def words(self) -> str:
        """The dial as text: bands and edges."""
        if self._dial is None:
            return ""
        bands = [
            f"{band.rate:.0%} from {text.money(band.from_usd)} of taxable income"
            for band in self._dial.bands
        ]
        edges = [f"{edge.label} at {text.money(edge.at_usd)}" for edge in self._dial.edges]
        return "\n".join([*bands, *edges])

    def _place(self) -> tuple[QPointF, float]:
        """Centre and radius: as large as the card allows, never small in a tall one."""
        metrics = self.fontMetrics()
        side, top = metrics.horizontalAdvance("$000k") + 8, metrics.height() + 6
        below = 4
        radius = min(self.width() / 2 - side, self.height() - top - below)
        middle = top + radius + max(0.0, (self.height() - top - below - radius) / 2)
        return QPointF(self.width() / 2, middle), max(radius, 20.0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Arc, edges, needles, bill."""
        if self._dial is None or self._range is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(self.font().pointSizeF() * 0.9))
        centre, radius = self._place()
        for at, band in enumerate(self._dial.bands):
            self._band(painter, centre, radius, band, at)
        for edge in self._dial.edges:
            self._edge(painter, centre, radius, edge.at_usd)
        for value, token in (
            (self._dial.before_usd, "muted"),
            (self._dial.expected_usd, "accent"),
            (self._dial.after_usd, "gain"),
        ):
            self._needle(painter, centre, radius, value, token)
        self._ends(painter, centre, radius)
        self._bill(painter, centre, radius)
        painter.end()

    def _share(self, usd: float) -> float:
        """Place on the arc, 0 left to 1 right."""
        low, high = self._range or (0.0, 1.0)
        return min(max((usd - low) / (high - low), 0.0), 1.0)

    def _band(
        self, painter: QPainter, centre: QPointF, radius: float, band: TaxBand, at: int
    ) -> None:
        """One bracket with its rate above it."""
        a, b = self._share(band.from_usd), self._share(band.to_usd)
        if b <= a:
            return
        top = max(x.rate for x in self._dial.bands) if self._dial else 1.0
        ink = blend(self.theme.color("track"), self.theme.color("accent"), band.rate / top * 0.75)
        inset = THICK / 2
        box = QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius)
        painter.setPen(QPen(ink, THICK, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        gap = 0.003
        painter.drawArc(
            box.adjusted(inset, inset, -inset, -inset),
            int((180 - 180 * (a + gap)) * ROUND),
            int(-180 * (b - a - 2 * gap) * ROUND),
        )
        if b - a > 0.1:
            painter.setPen(self.theme.color("muted"))
            spot = self._spot(centre, radius + painter.fontMetrics().height() * 0.75, (a + b) / 2)
            frame = QRectF(spot.x() - 24, spot.y() - 9, 48, 18)
            painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, f"{band.rate:.0%}")

    def _spot(self, centre: QPointF, radius: float, share: float) -> QPointF:
        """A point on the arc."""
        angle = math.pi * (1 - share)
        return QPointF(centre.x() + radius * math.cos(angle), centre.y() - radius * math.sin(angle))

    def _edge(self, painter: QPainter, centre: QPointF, radius: float, usd: float) -> None:
        """A tick through the arc where another tax starts."""
        share = self._share(usd)
        if not 0 < share < 1:
            return
        painter.setPen(QPen(self.theme.color("warn"), 2))
        inner, outer = radius - THICK - 4, radius + 3
        painter.drawLine(self._spot(centre, inner, share), self._spot(centre, outer, share))

    def _needle(
        self, painter: QPainter, centre: QPointF, radius: float, usd: float, token: str
    ) -> None:
        """A short pointer inside the arc."""
        share = self._share(usd)
        painter.setPen(QPen(self.theme.color(token), 3, c=Qt.PenCapStyle.RoundCap))
        tip, tail = self._spot(centre, radius - 2, share), self._spot(centre, radius * 0.72, share)
        painter.drawLine(tail, tip)

    def _ends(self, painter: QPainter, centre: QPointF, radius: float) -> None:
        """The incomes at both ends of the scale."""
        low, high = self._range or (0.0, 1.0)
        painter.setPen(self.theme.color("muted"))
        line = painter.fontMetrics().height()
        top = centre.y() - line
        left = QRectF(centre.x() - radius - 80, top, 76, line)
        right = QRectF(centre.x() + radius + 4, top, 76, line)
        painter.drawText(left, Qt.AlignmentFlag.AlignRight, short_money(low))
        painter.drawText(right, Qt.AlignmentFlag.AlignLeft, short_money(high))

    def _bill(self, painter: QPainter, centre: QPointF, radius: float) -> None:
        """The bill in the middle, what the staged trades change under it."""
        if self._dial is None:
            return
        size = min(max(radius / 8.5, self.font().pointSizeF() * 1.2), 20.0)
        painter.setFont(font(size, QFont.Weight.DemiBold))
        tall = painter.fontMetrics().height()
        painter.setPen(self.theme.color("text"))
        small = font(self.font().pointSizeF() * 0.95)
        line = int(tall * 0.62) + 4
        top = centre.y() - tall - line
        frame = QRectF(centre.x() - radius, top, 2 * radius, tall)
        painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, text.money(self._dial.bill_after_usd))
        saved = self._dial.bill_after_usd - self._dial.bill_before_usd
        painter.setFont(small)
        painter.setPen(self.theme.color("gain" if saved < 0 else "loss" if saved > 0 else "muted"))
        words = f"{text.signed_money(saved)} staged" if saved else "nothing staged"
        painter.drawText(
            QRectF(centre.x() - radius, centre.y() - line, 2 * radius, line + 2),
            Qt.AlignmentFlag.AlignCenter,
            words,
        )


def scale(dial: TaxDial, now: tuple[float, float] | None = None) -> tuple[float, float]:
    """Incomes at the ends of the arc: the bands of the needles and one more on each side."""
    needles = (dial.before_usd, dial.after_usd, dial.expected_usd)
    if now is not None and now[0] <= min(needles) and max(needles) <= now[1]:
        return now
    held = [
        at
        for at, band in enumerate(dial.bands)
        if any(band.from_usd <= n < band.to_usd for n in needles)
    ]
    if not held:
        return min(0.0, *needles), max(needles) * 1.2 + 1
    first = dial.bands[max(held[0] - 1, 0)]
    last = dial.bands[min(held[-1] + 1, len(dial.bands) - 1)]
    top = last.to_usd
    if not math.isfinite(top):
        top = max(last.from_usd * 1.3, max(needles) * 1.2)
    return min(first.from_usd, min(needles)), top
