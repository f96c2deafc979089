"""Harvest now or wait: net alpha against the time of the harvest, with its fan."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from widgets import text
from widgets.chart import Chart, axis_money, calm_range, nice_ticks, pen
from widgets.parts import label, set_text, set_tone
from widgets.theme import Theme
from widgets.views import WaitCurve

WORTH_WAITING_HOURS = 0.05


def sentence(curve: WaitCurve) -> str:
    """The decision in one sentence."""
    if curve.best_hours < WORTH_WAITING_HOURS or curve.gain_usd <= 0:
        return f"Harvest now: {text.money(curve.now_usd)} net, and waiting is not worth more."
    at = text.clock(curve.best_at, with_seconds=False)
    worth = text.signed_money(curve.gain_usd)
    band = text.money(curve.gain_band_usd)
    risk = text.probability(curve.recover_probability)
    return f"Waiting to {at} is worth {worth} ± {band}; {risk} risk that the loss recovers."


class WaitChart(Chart):
    """The curve, its 90 % fan, the value of harvesting now and the best wait."""

    def __init__(self, theme: Theme) -> None:
        self._fan: Any = pg.PlotCurveItem(fillLevel="enclosed", pen=None)
        self._mean: Any = pg.PlotCurveItem()
        self._now: Any = pg.InfiniteLine(angle=0)
        self._best: Any = pg.InfiniteLine(angle=90)
        self._now_text: Any = pg.TextItem(anchor=(1, 1))
        self._best_text: Any = pg.TextItem(anchor=(0, 0))
        self._curve: WaitCurve | None = None
        self._calm: tuple[float, float] | None = None
        super().__init__(theme, "Harvest now or wait", "Session hours from now", "Net alpha, $")
        parts = (self._fan, self._mean, self._now, self._best, self._now_text, self._best_text)
        for item in parts:
            self.plot.addItem(item)
        self.read_with(self._words)
        self.take(None)

    def dress(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        super().dress(theme)
        haze = QColor(theme.accent)
        haze.setAlpha(55)
        self._fan.setBrush(haze)
        self._fan.setPen(pg.mkPen(None))
        self._mean.setPen(pen(theme, "accent", 2))
        self._now.setPen(pen(theme, "gain"))
        self._best.setPen(pen(theme, "warn", dashed=True))
        for item, token in ((self._now_text, "gain"), (self._best_text, "warn")):
            item.setColor(getattr(theme, token))
            item.setFont(self.font())

    def take(self, curve: WaitCurve | None) -> None:
        """Show a lot's curve; ``None`` clears the chart."""
        if curve is self._curve and curve is not None:
            return
        if curve is not self._curve and (curve is None or self._curve is None):
            self._calm = None
        self._curve = curve
        for item in (self._fan, self._mean, self._now, self._best, self._now_text, self._best_text):
            item.setVisible(curve is not None)
        if curve is not None:
            around = np.concatenate([curve.hours, curve.hours[::-1]])
            self._fan.setData(around, np.concatenate([curve.high_usd, curve.low_usd[::-1]]))
            self._mean.setData(curve.hours, curve.mean_usd)
            self._now.setPos(curve.now_usd)
            self._best.setPos(curve.best_hours)
        self.retick()

    def forget_range(self) -> None:
        """Another lot: choose the range afresh."""
        self._calm = None

    def retick(self) -> None:
        """The range holds the whole fan, and does not start at zero."""
        curve = self._curve
        if curve is None:
            self.set_x(0, 1, [])
            self.set_y(0, 1, [])
            return
        low = min(float(curve.low_usd.min()), curve.now_usd)
        high = max(float(curve.high_usd.max()), curve.now_usd)
        self._calm = calm_range(self._calm, low, high, 0.12)
        end = float(curve.hours[-1])
        ticks = nice_ticks(0, end, self.ticks_that_fit(60), lambda v: f"{v:g}")
        self.set_x(0, end, ticks)
        self.set_y(*self._calm, nice_ticks(*self._calm, self.ticks_that_fit(60), axis_money))
        self._place(curve, end)

    def _place(self, curve: WaitCurve, end: float) -> None:
        """Put the two texts where they cannot meet."""
        low = self._calm[0] if self._calm else 0.0
        self._now_text.setText(f"now {text.money(curve.now_usd)}")
        self._now_text.setPos(end, curve.now_usd)
        self._best_text.setText(f"best wait {text.hours(curve.best_hours)}")
        waits = curve.best_hours >= WORTH_WAITING_HOURS and curve.gain_usd > 0
        self._best.setVisible(waits)
        self._best_text.setVisible(waits)
        right = curve.best_hours > 0.55 * end
        self._best_text.setAnchor((1, 1) if right else (0, 1))
        self._best_text.setPos(curve.best_hours, low)

    def _words(self, x: float, y: float) -> str:
        """The curve under the cursor."""
        curve = self._curve
        if curve is None or not 0 <= x <= float(curve.hours[-1]):
            return ""
        mean = float(np.interp(x, curve.hours, curve.mean_usd))
        low = float(np.interp(x, curve.hours, curve.low_usd))
        high = float(np.interp(x, curve.hours, curve.high_usd))
        fan = f"{text.money(low)} to {text.money(high)}"
        return f"in {text.hours(x)}: {text.money(mean)}, 90% {fan}"


class WaitPanel(QWidget):
    """The decision sentence over its chart."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.words = label("", wrap=True)
        self.chart = WaitChart(theme)
        self._lot_id = ""
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        box.addWidget(self.words)
        box.addWidget(self.chart, 1)

    def dress(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.chart.dress(theme)

    def take(self, lot_id: str, curve: WaitCurve | None) -> None:
        """Show a lot; its range is kept between snapshots."""
        if lot_id != self._lot_id:
            self._lot_id = lot_id
            self.chart.forget_range()
        if curve is None:
            told = "The curve is computed for lots that are ready, flagged or in the queue."
            set_text(self.words, told if lot_id else "Choose a proposal or a lot.")
            set_tone(self.words, "muted")
        else:
            set_text(self.words, sentence(curve))
            set_tone(self.words, "")
        self.chart.take(curve)
