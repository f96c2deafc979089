"""F7, the scoreboard: forecasts against what happened, and the gate to ACTIVE."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from widgets import text
from widgets.axis import Ticks
from widgets.chart import Chart, axis_money, calm_range, nice_ticks, pen
from widgets.grid import GridView
from widgets.intents import Intents
from widgets.parts import Card, button, column, label, row, set_text, split
from widgets.table import Column, Kind
from widgets.theme import Theme
from widgets.views import GateItem, Mode, ScoredFlag, ScoreView


class Reliability(Chart):
    """Forecast chance against how often it came true, with 95 % bars; the diagonal is perfect."""

    def __init__(self, theme: Theme) -> None:
        self._ideal: Any = pg.PlotCurveItem(np.array([0.0, 1.0]), np.array([0.0, 1.0]))
        self._bars: Any = pg.PlotCurveItem()
        self._points: Any = pg.ScatterPlotItem(size=8, pen=None)
        self._view: ScoreView | None = None
        super().__init__(theme, "Reliability", "Forecast chance", "Came true")
        for item in (self._ideal, self._bars, self._points):
            self.plot.addItem(item)
        self.read_with(self._words)

    def dress(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        super().dress(theme)
        self._ideal.setPen(pen(theme, "muted", dashed=True))
        self._bars.setPen(pen(theme, "accent"))
        self._points.setBrush(theme.accent)

    def take(self, view: ScoreView) -> None:
        """Show the bins that hold forecasts."""
        self._view = view
        held = [b for b in view.bins if b.count]
        x = np.array([b.predicted for b in held])
        ends = np.array([[b.realized_low, b.realized_high] for b in held]).reshape(-1)
        self._bars.setData(np.repeat(x, 2), ends, connect="pairs")
        self._points.setData(x, np.array([b.realized for b in held]))
        self.retick()

    def retick(self) -> None:
        """Both axes from 0 to 100 %."""
        across, up = self.ticks_that_fit(60), self.ticks_that_fit(50)
        self.set_x(-0.02, 1.02, nice_ticks(0, 1, across, text.percent))
        self.set_y(-0.02, 1.04, nice_ticks(0, 1, up, text.percent))

    def _words(self, x: float, y: float) -> str:
        """The bin under the cursor."""
        for found in self._view.bins if self._view else ():
            if found.low <= x < found.high and found.count:
                came = text.percent(found.realized)
                forecasts = text.plural(found.count, "forecast")
                return f"{text.percent(found.predicted)} forecast, {came} came true, {forecasts}"
        return ""


class Captured(Chart):
    """Alpha captured so far, predictive against the ±5 % drift rule."""

    def __init__(self, theme: Theme) -> None:
        self._ours: Any = pg.PlotCurveItem()
        self._drift: Any = pg.PlotCurveItem()
        self._tags: tuple[Any, Any] = (pg.TextItem(anchor=(1, 1)), pg.TextItem(anchor=(1, 1)))
        self._view: ScoreView | None = None
        self._calm: tuple[float, float] | None = None
        super().__init__(theme, "Alpha captured", "Session", "Alpha captured, $")
        for item in (self._ours, self._drift, *self._tags):
            self.plot.addItem(item)
        self.read_with(self._words)

    def dress(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        super().dress(theme)
        self._ours.setPen(pen(theme, "accent", 2))
        self._drift.setPen(pen(theme, "muted", dashed=True))
        for item, token in zip(self._tags, ("accent", "muted"), strict=True):
            item.setColor(getattr(theme, token))
            item.setFont(self.font())

    def take(self, view: ScoreView) -> None:
        """Show both curves."""
        self._view = view
        x = np.arange(len(view.sessions), dtype=float)
        self._ours.setData(x, view.captured_predictive_usd)
        self._drift.setData(x, view.captured_drift_usd)
        self.retick()

    def retick(self) -> None:
        """Dates that have room, dollars in round steps."""
        view = self._view
        if view is None or not view.sessions:
            self.set_x(0, 1, [])
            self.set_y(0, 1, [])
            return
        both = np.concatenate([view.captured_predictive_usd, view.captured_drift_usd, [0.0]])
        self._calm = calm_range(self._calm, float(both.min()), float(both.max()), 0.1)
        count = len(view.sessions)
        step = max(1, -(-count // self.ticks_that_fit(80)))
        dates: Ticks = [(i, view.sessions[i].strftime("%m-%d")) for i in range(0, count, step)]
        self.set_x(0, max(count - 1, 1), dates)
        self.set_y(*self._calm, nice_ticks(*self._calm, self.ticks_that_fit(56), axis_money))
        pairs = (
            ("predictive", view.captured_predictive_usd),
            ("±5% drift", view.captured_drift_usd),
        )
        for item, (name, curve) in zip(self._tags, pairs, strict=True):
            item.setText(f"{name} {text.money(float(curve[-1]))}")
            item.setPos(max(count - 1, 1), float(curve[-1]))

    def _words(self, x: float, y: float) -> str:
        """Both values under the cursor."""
        view, at = self._view, round(x)
        if view is None or not 0 <= at < len(view.sessions):
            return ""
        ours, drift = view.captured_predictive_usd[at], view.captured_drift_usd[at]
        day = text.day(view.sessions[at])
        return f"{day}: predictive {text.money(float(ours))}, drift {text.money(float(drift))}"


FLAGS: tuple[Column[ScoredFlag], ...] = (
    Column("When", lambda r: text.stamp(r.at), Kind.NUMBER),
    Column("Symbol", lambda r: r.symbol),
    Column("Kind", lambda r: r.kind, tone=lambda r: "loss" if r.kind == "missed" else "warn"),
    Column(
        "P(hit)",
        lambda r: text.probability(r.probability),
        Kind.CHANCE,
        lambda r: r.probability,
        width=60,
    ),
    Column(
        "Cost $",
        lambda r: text.NONE if r.cost_usd is None else text.number(r.cost_usd),
        Kind.NUMBER,
        lambda r: float(r.cost_usd or 0),
        spare=2,
    ),
    Column("Why", lambda r: r.why, spare=1),
)
GATE: tuple[Column[GateItem], ...] = (
    Column("Criterion", lambda r: r.label),
    Column("Needed", lambda r: r.needed, Kind.NUMBER),
    Column("Have", lambda r: r.have, Kind.NUMBER),
    Column(
        "",
        lambda r: "met" if r.passed else "not yet",
        tone=lambda r: "gain" if r.passed else "warn",
    ),
)


class ScoreScreen(QWidget):
    """Reliability, captured alpha, missed and false flags, the gate."""

    def __init__(self, theme: Theme, intents: Intents) -> None:
        super().__init__()
        self._intents = intents
        self.reliability, self.captured = Reliability(theme), Captured(theme)
        self.flags: GridView[ScoredFlag] = GridView(
            theme,
            FLAGS,
            lambda r: f"{r.at}{r.symbol}",
            "Missed and false flags",
            "No flag was missed or false yet. They are scored as their windows end.",
        )
        self.gate: GridView[GateItem] = GridView(
            theme,
            GATE,
            lambda r: r.label,
            "Gate to ACTIVE",
            "The criteria appear with the first scored session.",
        )
        self.brier = label("", "muted")
        self.active = button("Turn ACTIVE on", self._toggle, primary=True)
        self._mode = Mode.SHADOW
        gate = column(self.gate, row(self.brier, None, self.active))
        up = Qt.Orientation.Vertical
        self._rel_card = Card("Reliability", self.reliability)
        self._cap_card = Card("Alpha captured", self.captured)
        left = split("score_left", up, (self._rel_card, Card("Gate to ACTIVE", gate)), (58, 42))
        right = split(
            "score_right",
            up,
            (self._cap_card, Card("Missed and false flags", self.flags)),
            (52, 48),
        )
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(split("score", Qt.Orientation.Horizontal, (left, right), (45, 55)))
        self.reliability.pointed.connect(self._rel_card.point)
        self.captured.pointed.connect(self._cap_card.point)

    def dress(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        for part in (self.reliability, self.captured, self.flags, self.gate):
            part.dress(theme)

    def take(self, view: ScoreView) -> None:
        """Show a snapshot."""
        self.reliability.take(view)
        self.captured.take(view)
        self.flags.show_rows(view.flags)
        self.gate.show_rows(view.gate)
        self._rel_card.say(text.plural(view.forecasts, "scored forecast"))
        self._mode = view.mode
        set_text(self.brier, _brier_words(view))
        self._cap_card.say("" if view.sessions else "no session has been measured yet")
        active = view.mode is Mode.ACTIVE
        set_text(self.active, "Back to SHADOW" if active else "Turn ACTIVE on")
        self.active.setEnabled(active or all(item.passed for item in view.gate))

    def _toggle(self) -> None:
        """Ask for the other mode; the desk decides and writes it down."""
        self._intents.set_active.emit(self._mode is Mode.SHADOW)


def _brier_words(view: ScoreView) -> str:
    """Mean squared error of the forecasts beside simpler ones, or why there is none yet."""
    if not view.forecasts:
        return "No forecast is scored yet: each is, when its window has ended."
    drift = "" if np.isnan(view.brier_drift) else f"  ·  drift rule {view.brier_drift:.3f}"
    return f"Brier {view.brier:.3f}{drift}  ·  base rate {view.brier_base:.3f}"
