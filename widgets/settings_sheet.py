"""Settings, each with its meaning beside it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QGridLayout, QWidget

from widgets.intents import Intents
from widgets.parts import label
from widgets.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Setting:
    """A figure or a switch. ``high`` 0 makes it a switch."""

    key: str
    title: str
    default: float
    low: float
    high: float
    suffix: str
    help: str


SETTINGS = (
    Setting("flag_probability", "Flag from", 80, 50, 99, " %", "A lot becomes a flag from this chance on."),
    Setting("window_hours", "Window", 3, 1, 6.5, " h", "Session hours that the forecast looks ahead."),
    Setting("default_loss", "Harvest at a loss of", 5, 1, 50, " %", "Until a lot has its own harvest price."),
    Setting("min_alpha_usd", "Propose from", 50, 0, 10_000, " $", "Net alpha below this is not proposed."),
    Setting("interval_seconds", "Evaluate every", 10, 1, 600, " s", "How often the household on screen is valued."),
    Setting("lock_minutes", "Lock after", 15, 1, 240, " min", "Idle minutes until the screen locks."),
    Setting("quiet", "Quiet hours", 0, 0, 0, "", "No notices before 8:30 and after 17:00 New York."),
    Setting("two_person", "Two people sign", 0, 0, 0, "", "An approval needs a second user."),
)  # fmt: skip


class SettingsSheet(Sheet):
    """All settings; nothing changes until they are kept."""

    def __init__(self, parent: QWidget, values: dict[str, float], intents: Intents) -> None:
        super().__init__(parent, "Settings", 640)
        self._intents = intents
        self.fields: dict[str, QDoubleSpinBox | QCheckBox] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        for at, setting in enumerate(SETTINGS):
            field = self._field(setting, values.get(setting.key, setting.default))
            field.setAccessibleName(setting.title)
            self.fields[setting.key] = field
            grid.addWidget(label(setting.title), at, 0)
            grid.addWidget(field, at, 1)
            grid.addWidget(label(setting.help, "muted", wrap=True), at, 2)
        grid.setColumnStretch(2, 1)
        self.box.addLayout(grid)
        self.buttons(("Keep", self._keep), cancel="Cancel")

    def _field(self, setting: Setting, value: float) -> QDoubleSpinBox | QCheckBox:
        """A switch or a figure with its unit."""
        if not setting.high:
            box = QCheckBox("on")
            box.setChecked(bool(value))
            return box
        field = QDoubleSpinBox()
        field.setRange(setting.low, setting.high)
        field.setDecimals(1 if setting.high < 10 else 0)
        field.setSuffix(setting.suffix)
        field.setValue(value)
        return field

    def values(self) -> dict[str, float]:
        """What is set."""
        return {
            key: float(f.isChecked()) if isinstance(f, QCheckBox) else f.value()
            for key, f in self.fields.items()
        }

    def _keep(self) -> None:
        self._intents.settings_changed.emit(self.values())
