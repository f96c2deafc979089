"""F5, what-if: sliders on a copy of the household, named scenarios side by side."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QLineEdit,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from widgets import text
from widgets.grid import GridView
from widgets.intents import Intents
from widgets.parts import Card, button, column, label, row, set_text, set_tone, split
from widgets.range_bars import RangeBars, RangeRow
from widgets.table import Column, Kind
from widgets.theme import Theme
from widgets.views import Lever, Scenario, WhatIfView

REST_MS = 150
"""A slider that has rested so long is sent out; one in motion is not."""
TICKS = 200


def lever_text(lever: Lever, value: float) -> str:
    """A slider's value in its unit."""
    if value >= lever.off:
        return "no limit"
    if lever.unit == "usd":
        return text.money(value)
    if lever.unit == "rate":
        return text.percent(value, 2 if lever.high <= 0.1 else 1)
    if lever.unit == "hours":
        return text.hours(value)
    if lever.unit == "years":
        return f"{value:g} y"
    return f"{value:.2f}×"


class LeverRow:
    """One slider with its name, value and the book's own value beside it."""

    def __init__(self, lever: Lever, send: Callable[[str, float], object]) -> None:
        self.lever = lever
        self.name, self.shown = label(lever.label), label("", "accent")
        self.base = label("", "muted", "note")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, TICKS)
        self.slider.setAccessibleName(lever.label)
        self.slider.setToolTip(lever.help)
        self._rest = QTimer(self.slider)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(lambda: send(self.lever.key, self.value()))
        self.slider.valueChanged.connect(self._moved)
        self.take(lever)

    def value(self) -> float:
        """Value at the slider's place, on its step."""
        lever = self.lever
        raw = lever.low + (lever.high - lever.low) * self.slider.value() / TICKS
        return round(raw / lever.step) * lever.step if lever.step else raw

    def take(self, lever: Lever) -> None:
        """Show the value that was solved, unless the hand is on the slider."""
        self.lever = lever
        if not self.slider.isSliderDown() and not self._rest.isActive():
            share = (lever.value - lever.low) / max(lever.high - lever.low, 1e-12)
            self.slider.blockSignals(True)
            self.slider.setValue(round(share * TICKS))
            self.slider.blockSignals(False)
            set_text(self.shown, lever_text(lever, lever.value))
        set_text(self.base, f"book {lever_text(lever, lever.base)}")

    def _moved(self) -> None:
        set_text(self.shown, lever_text(self.lever, self.value()))
        self._rest.start()


SCENARIOS: tuple[Column[Scenario], ...] = (
    Column("Scenario", lambda r: r.name),
    Column("Law", lambda r: r.law, spare=1, tone=lambda r: "muted"),
    Column("Tax $", lambda r: text.number(r.tax_usd), Kind.NUMBER, lambda r: float(r.tax_usd)),
    Column(
        "Alpha $", lambda r: text.signed(r.alpha_usd), Kind.SIGNED, lambda r: float(r.alpha_usd)
    ),
    Column(
        "95% band $",
        lambda r: f"{text.number(r.alpha_low_usd)} to {text.number(r.alpha_high_usd)}",
        Kind.NUMBER,
        lambda r: float(r.alpha_low_usd),
        spare=4,
    ),
    Column(
        "Harvested $",
        lambda r: text.number(r.harvested_usd),
        Kind.NUMBER,
        lambda r: float(r.harvested_usd),
    ),
    Column(
        "Tracking error",
        lambda r: text.percent(r.tracking_error, 2),
        Kind.NUMBER,
        lambda r: r.tracking_error,
    ),
    Column(
        "Cash $",
        lambda r: text.number(r.cash_usd),
        Kind.NUMBER,
        lambda r: float(r.cash_usd),
        spare=3,
    ),
    Column("Trades", lambda r: f"{r.trades:,}", Kind.NUMBER, lambda r: r.trades, spare=2),
    Column("Note", lambda r: r.refused, tone=lambda r: "loss", spare=5),
)


class WhatIfScreen(QWidget):
    """Sliders on the left, scenarios on the right; the first line is the book as it is."""

    def __init__(self, theme: Theme, intents: Intents) -> None:
        super().__init__()
        self._intents = intents
        self.levers: dict[str, LeverRow] = {}
        self._grid = QGridLayout()
        self._grid.setVerticalSpacing(4)
        self._grid.setHorizontalSpacing(12)
        self._grid.setColumnStretch(0, 1)
        self.law, self.name = QComboBox(), QLineEdit()
        self.law.setAccessibleName("Law scenario")
        self.law.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.law.activated.connect(lambda _: intents.law_chosen.emit(self.law.currentText()))
        self.name.setPlaceholderText("Name of this scenario")
        self.name.setAccessibleName("Name of this scenario")
        self.told = label("Nothing here touches the book until it is applied.", "muted", wrap=True)
        self.table: GridView[Scenario] = GridView(
            theme,
            SCENARIOS,
            lambda r: r.scenario_id,
            "Scenarios",
            "The book as it is appears first, then each scenario you keep.",
        )
        self.ranges = RangeBars(theme, "Alpha by scenario")
        self._lay_out()

    def _lay_out(self) -> None:
        sliders = QWidget()
        sliders.setLayout(self._grid)
        keep = row(self.name, button("Keep", self._keep, primary=True))
        undo = row(
            button("Undo", lambda: self._intents.undo.emit("whatif")),
            button("Redo", lambda: self._intents.redo.emit("whatif")),
            None,
        )
        law = row(label("Law", "muted"), self.law, None)
        controls = QWidget()
        box = QVBoxLayout(controls)
        box.setContentsMargins(0, 0, 0, 0)
        for part in (sliders, law, keep, undo, self.told):
            box.addWidget(part)
        box.addStretch(1)
        foot = row(
            button("Apply as constraint", self._apply),
            button("Remove scenario", self._remove),
            None,
        )
        self._card = Card("Scenarios side by side", column(self.table, foot))
        bands = Card("Expected alpha with its 95% band", self.ranges, "by scenario")
        right = split("whatif_right", Qt.Orientation.Vertical, (self._card, bands), (55, 45))
        parts = (Card("What if", controls, "on a copy"), right)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(split("whatif", Qt.Orientation.Horizontal, parts, (34, 66)))

    def dress(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.table.dress(theme)
        self.ranges.dress(theme)

    def showEvent(self, event: QShowEvent) -> None:
        """Ask for the household as it is, the first time the screen is opened."""
        super().showEvent(event)
        if not self.levers:
            self._intents.whatif_asked.emit("")

    def take(self, view: WhatIfView) -> None:
        """Show the copy as it was solved last."""
        for lever in view.levers:
            if lever.key in self.levers:
                self.levers[lever.key].take(lever)
            else:
                self._add(LeverRow(lever, self._intents.lever_moved.emit))
        if [self.law.itemText(i) for i in range(self.law.count())] != list(view.laws):
            self.law.clear()
            self.law.addItems(list(view.laws))
        self.law.setCurrentText(view.law)
        self.table.show_rows(view.scenarios)
        self.ranges.take(
            [
                RangeRow(
                    s.name,
                    float(s.alpha_low_usd),
                    float(s.alpha_usd),
                    float(s.alpha_high_usd),
                    "accent" if at else "muted",
                )
                for at, s in enumerate(view.scenarios)
            ]
        )
        set_text(
            self.told,
            "Solving …" if view.solving else "Nothing here touches the book until it is applied.",
        )
        set_tone(self.told, "accent" if view.solving else "muted")
        self._card.say(text.plural(len(view.scenarios), "scenario"))

    def _add(self, made: LeverRow) -> None:
        """Put a slider below the others: name and value above it, the book's value beside."""
        at = 2 * len(self.levers)
        self._grid.addWidget(made.name, at, 0)
        self._grid.addWidget(made.shown, at, 1, Qt.AlignmentFlag.AlignRight)
        self._grid.addWidget(made.slider, at + 1, 0)
        self._grid.addWidget(made.base, at + 1, 1, Qt.AlignmentFlag.AlignRight)
        self.levers[made.lever.key] = made

    def _keep(self) -> None:
        if name := self.name.text().strip():
            self._intents.scenario_saved.emit(name)
            self.name.clear()

    def _apply(self) -> None:
        if chosen := self.table.current_id():
            self._intents.scenario_applied.emit(chosen)

    def _remove(self) -> None:
        if chosen := self.table.current_id():
            self._intents.scenario_removed.emit(chosen)
