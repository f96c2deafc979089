"""Settings, each with its meaning beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QGridLayout, QWidget

from widgets.parts import label
from widgets.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Setting:
    """A figure or a switch as the sheet shows it.

    Attributes:
        key: Its name.
        title: What it is called.
        low: Least value shown.
        high: Most; 0 makes it a switch between ``low`` (off) and ``low`` + 1.
        suffix: Unit behind the figure.
        scale: Shown figure for one of the stored unit.
        help: What it means.
    """

    key: str
    title: str
    low: float
    high: float
    suffix: str
    scale: float
    help: str


# fmt: off
PRACTICE = (
    Setting("flag_probability", "Flag from", 50, 99, " %", 100, "A lot becomes a flag from this chance on."),
    Setting("window_hours", "Window", 1, 6.5, " h", 1, "Session hours that the forecast looks ahead."),
    Setting("default_threshold", "Harvest at a loss of", 1, 50, " %", 100, "Until a lot has its own harvest price."),
    Setting("minimum_alpha_usd", "Propose from", 0, 10_000, " $", 1, "Net alpha below this is not proposed."),
    Setting("approvals_required", "Two people sign", 1, 0, "", 1, "An approval needs the signature of two users."),
)
OWN = (
    Setting("lock_minutes", "Lock after", 1, 240, " min", 1, "Idle minutes until the screen locks."),
    Setting("quiet", "Quiet hours", 0, 0, "", 1, "Hold back notices of new flags; faults and refusals are always told."),
    Setting("quiet_from", "Quiet from", 0, 23.5, " h", 1, "Hour of the day in New York, 17.5 is half past five."),
    Setting("quiet_to", "Quiet until", 0, 23.5, " h", 1, "Hour of the day in New York."),
    Setting("follow_system", "Theme of the system", 0, 0, "", 1, "Dark or light as the system says, where it says so."),
)
# fmt: on


class SettingsSheet(Sheet):
    """All settings; nothing changes until they are kept."""

    def __init__(
        self,
        parent: QWidget,
        values: Mapping[str, float],
        keep: Callable[[dict[str, float]], object],
    ) -> None:
        super().__init__(parent, "Settings", 640)
        self._keep_values = keep
        self.fields: dict[str, QDoubleSpinBox | QCheckBox] = {}
        self._settings = {s.key: s for s in (*PRACTICE, *OWN) if s.key in values}
        for title, group in (("The practice, kept in its book", PRACTICE), ("This desk", OWN)):
            self.words(title, "accent")
            self.box.addLayout(self._grid([s for s in group if s.key in values], values))
        self.buttons(("Keep", self._keep), cancel="Cancel")

    def _grid(self, group: list[Setting], values: Mapping[str, float]) -> QGridLayout:
        """Name, field and meaning, line by line."""
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        for at, setting in enumerate(group):
            field = _field(setting, values[setting.key])
            field.setAccessibleName(setting.title)
            field.setAccessibleDescription(setting.help)
            self.fields[setting.key] = field
            grid.addWidget(label(setting.title), at, 0)
            grid.addWidget(field, at, 1)
            grid.addWidget(label(setting.help, "muted", wrap=True), at, 2)
        grid.setColumnMinimumWidth(0, 150)
        grid.setColumnMinimumWidth(1, 110)
        grid.setColumnStretch(2, 1)
        return grid

    def values(self) -> dict[str, float]:
        """What is set, in the stored units."""
        found = {}
        for key, field in self.fields.items():
            setting = self._settings[key]
            if isinstance(field, QCheckBox):
                found[key] = setting.low + field.isChecked()
            else:
                found[key] = round(field.value() / setting.scale, 6)
        return found

    def _keep(self) -> None:
        self._keep_values(self.values())


def _field(setting: Setting, value: float) -> QDoubleSpinBox | QCheckBox:
    """A switch or a figure with its unit."""
    if not setting.high:
        box = QCheckBox("on")
        box.setChecked(value > setting.low)
        return box
    field = QDoubleSpinBox()
    field.setRange(setting.low, setting.high)
    field.setDecimals(1 if setting.high < 24 else 0)
    field.setSuffix(setting.suffix)
    field.setValue(value * setting.scale)
    return field
