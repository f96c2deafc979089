"""Live alpha, one bar for each position, with the cost line drawn through them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg

from widgets import text
from widgets.axis import Ticks
from widgets.chart import Chart, axis_money, calm_range, nice_ticks, pen
from widgets.theme import Theme
from widgets.views import DeskView

MOST_BARS = 240
LEADERS = 5


class AlphaBars(Chart):
    """Expected net alpha of each position, best first; the amber line is the cost taken off.

    Two bar items by sign, never a brush per bar.
    """

    def __init__(self, theme: Theme) -> None:
        self._gain: Any = pg.BarGraphItem(x=[0], height=[0], width=0.8, pen=None)
        self._loss: Any = pg.BarGraphItem(x=[0], height=[0], width=0.8, pen=None)
        self._cost: Any = pg.PlotCurveItem(skipFiniteCheck=True)
        self._leaders: Any = pg.TextItem(anchor=(1, 0))
        self._alpha = np.zeros(0)
        self._costs = np.zeros(0)
        self._symbols: list[str] = []
        self._calm: tuple[float, float] | None = None
        self.shown, self.total = 0, 0
        self._spot = (0.0, 0.0)
        super().__init__(theme, "Live alpha by position", "", "Net alpha, $")
        for item in (self._gain, self._loss, self._cost, self._leaders):
            self.plot.addItem(item)
        self.read_with(self._words)

    def dress(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        super().dress(theme)
        self._gain.setOpts(brush=theme.gain, pen=None)
        self._loss.setOpts(brush=theme.loss, pen=None)
        self._cost.setPen(pen(theme, "warn"))
        self._leaders.setColor(theme.muted)
        self._leaders.setFont(self.font())

    def take(self, view: DeskView) -> None:
        """Show a snapshot."""
        positions = view.evaluation.positions
        alpha = np.array([p.alpha_usd for p in positions])
        cost = np.array([p.cost_usd for p in positions])
        worth = np.flatnonzero(alpha)
        order = worth[np.argsort(-alpha[worth], kind="stable")][:MOST_BARS]
        self._alpha, self._costs = alpha[order], cost[order]
        names = view.securities
        self._symbols = [names[positions[i].security_id].symbol for i in order.tolist()]
        self.shown, self.total = len(order), len(positions)
        self._draw()

    def _draw(self) -> None:
        """Bars, cost line and the leaders' names."""
        x = np.arange(len(self._alpha), dtype=float)
        up = self._alpha >= 0
        self._gain.setOpts(x=x[up], height=self._alpha[up])
        self._loss.setOpts(x=x[~up], height=self._alpha[~up])
        edges = np.repeat(np.arange(len(x) + 1) - 0.5, 2)[1:-1]
        self._cost.setData(edges, np.repeat(self._costs, 2))
        lines = [
            f"{symbol}  {text.signed_money(alpha)}"
            for symbol, alpha in zip(self._symbols[:LEADERS], self._alpha.tolist(), strict=False)
        ]
        leaders = "\n".join(lines)
        if leaders != self._leaders.toPlainText():
            self._leaders.setText(leaders)
        self.retick()

    def retick(self) -> None:
        """Symbols that have room, dollars in round steps."""
        count = len(self._alpha)
        if not count:
            self.set_x(0, 1, [])
            self.set_y(0, 1, [])
            return
        both = np.concatenate([self._alpha, self._costs, [0.0]])
        self._calm = calm_range(self._calm, float(both.min()), float(both.max()))
        step = max(1, -(-count // self.ticks_that_fit(62)))
        names: Ticks = [(i, self._symbols[i]) for i in range(0, count, step)]
        if len(names) > 1 and count - names[-1][0] < step * 0.6:
            names.pop()
        self.set_x(-0.7, count - 0.3, names)
        self.set_y(*self._calm, nice_ticks(*self._calm, self.ticks_that_fit(56), axis_money))
        spot = (count - 0.5, self._calm[1])
        if self._spot != spot:
            self._spot = spot
            self._leaders.setPos(*spot)

    def _words(self, x: float, y: float) -> str:
        """Position under the cursor."""
        at = round(x)
        if not 0 <= at < len(self._alpha):
            return ""
        alpha, cost = float(self._alpha[at]), float(self._costs[at])
        return f"{self._symbols[at]}  {text.signed_money(alpha)}  ·  cost {text.money(cost)}"

    def note(self) -> str:
        """How many are shown, and what the line is."""
        return f"{self.shown} of {self.total}  ·  amber: cost"
