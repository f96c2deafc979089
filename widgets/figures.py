"""The six figures under the top bar. Each is a button to its explanation."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from widgets import text
from widgets.parts import GAP, FitLabel, set_text, set_tone
from widgets.views import Figures


@dataclass(frozen=True, slots=True)
class Shown:
    """What one of the six says: heading, figure, small print and the ink of it."""

    heading: str
    figure: str
    print: str
    tone: str = "muted"


def shown(f: Figures) -> tuple[Shown, ...]:
    """The six, in their order."""
    saves = f.tax_after_usd < f.tax_before_usd
    limit = f.tracking_limit
    budget = "no limit set"
    if f.gain_limit_usd is not None:
        budget = f"of {text.money(f.gain_limit_usd)} net gain limit"
    over = f.gain_limit_usd is not None and f.gain_used_usd > f.gain_limit_usd
    wide = limit is not None and (f.tracking_error or 0.0) > limit
    return (
        Shown(
            f"Projected {f.year} tax",
            text.money(f.tax_before_usd),
            f"after staged  {text.money(f.tax_after_usd)}",
            "gain" if saves else "muted",
        ),
        Shown(
            "Harvested this year",
            text.money(f.harvested_usd),
            f"cost of it  {text.money(f.harvest_cost_usd)}",
        ),
        Shown(
            "Expected alpha now",
            text.money(f.alpha_usd),
            f"95%  {text.money(f.alpha_low_usd)} to {text.money(f.alpha_high_usd)}",
        ),
        Shown("Gain budget used", text.money(f.gain_used_usd), budget, "loss" if over else "muted"),
        Shown(
            "Tracking error",
            text.NONE if f.tracking_error is None else text.percent(f.tracking_error, 2),
            "no target"
            if f.tracking_limit is None
            else f"limit {text.percent(f.tracking_limit, 2)}",
            "loss" if wide else "muted",
        ),
        Shown(
            "Waiting for approval",
            text.plural(f.waiting, "trade"),
            f"oldest {text.age(f.oldest_minutes * 60)}" if f.waiting else "nothing needs you",
            "warn" if f.waiting else "muted",
        ),
    )


NAMES = ("tax", "harvested", "alpha", "gain_budget", "tracking", "waiting")


class FigureButton(QPushButton):
    """One figure with its small print."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName("figure")
        self.name = name
        self._said: Shown | None = None
        self.heading = FitLabel("", "muted", "note")
        self.figure, self.small = FitLabel("", "", "big"), FitLabel("", "muted", "note")
        box = self._box = QVBoxLayout(self)
        box.setContentsMargins(11, 6, 10, 6)
        box.setSpacing(0)
        for part in (self.heading, self.figure, self.small):
            box.addWidget(part)

    def sizeHint(self) -> QSize:
        """As its layout wants it: a push button would ask for its empty text."""
        return self._box.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """As its layout wants it."""
        return self._box.minimumSize()

    def say(self, what: Shown) -> None:
        """Show a figure; one that reads the same is left alone."""
        if what == self._said:
            return
        self._said = what
        set_text(self.heading, what.heading)
        set_text(self.figure, what.figure)
        set_text(self.small, what.print)
        set_tone(self.small, what.tone)
        told = f"{what.heading}: {what.figure}, {what.print}"
        self.setAccessibleName(told)
        self.setToolTip(f"{told}\nPress to see what it is made of")


class FigureStrip(QWidget):
    """The six figures side by side.

    Signals:
        asked: Explain a figure. arg: its name, one of ``NAMES``.
    """

    asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(GAP)
        self.buttons = [FigureButton(name) for name in NAMES]
        for made in self.buttons:
            made.clicked.connect(lambda _=False, n=made.name: self.asked.emit(n))
            box.addWidget(made, 1)

    def show_figures(self, figures: Figures) -> None:
        """Show new figures."""
        for made, what in zip(self.buttons, shown(figures), strict=True):
            made.say(what)
