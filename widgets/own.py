"""What belongs to this desk and not to the practice: lock, quiet hours, theme."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time

from PySide6.QtCore import QEvent, QObject, QSettings, QTimer, Signal

DEFAULTS: Mapping[str, float] = {
    "lock_minutes": 15.0,
    "quiet": 0.0,
    "quiet_from": 17.0,
    "quiet_to": 8.5,
    "follow_system": 0.0,
}
ACTIVITY = frozenset({QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.Wheel})


class OwnSettings(QObject):
    """Settings of whoever sits here.

    Signals:
        changed: They were kept.
    """

    changed = Signal()

    def __init__(self, store: QSettings | None, parent: QObject | None = None) -> None:
        """From the store, or the defaults without one."""
        super().__init__(parent)
        self._store = store
        self._values = {key: self._kept(key, usual) for key, usual in DEFAULTS.items()}

    def _kept(self, key: str, usual: float) -> float:
        """A stored figure, the usual one when there is none."""
        if self._store is None:
            return usual
        return float(str(self._store.value(f"own/{key}", usual)))

    def values(self) -> dict[str, float]:
        """All of them."""
        return dict(self._values)

    def keep(self, values: Mapping[str, float]) -> None:
        """Change some of them."""
        self._values |= values
        if self._store is not None:
            for key, value in values.items():
                self._store.setValue(f"own/{key}", value)
        self.changed.emit()

    def is_quiet(self, at: time) -> bool:
        """Whether notices are held back at that time of day."""
        if not self._values["quiet"]:
            return False
        hour = at.hour + at.minute / 60.0
        start, end = self._values["quiet_from"], self._values["quiet_to"]
        return start <= hour < end if start <= end else hour >= start or hour < end


class IdleLock(QObject):
    """Asks for the lock when nobody has touched keys or mouse for a while.

    Signals:
        idle: Nobody is there.
    """

    idle = Signal()

    def __init__(self, own: OwnSettings, watched: QObject, parent: QObject) -> None:
        """Watch the application for a hand."""
        super().__init__(parent)
        self._own = own
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.idle)
        watched.installEventFilter(self)
        own.changed.connect(self.touched)
        self.touched()

    def touched(self) -> None:
        """Somebody is there: count anew."""
        self._timer.start(round(self._own.values()["lock_minutes"] * 60_000))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """See keys and clicks pass; none is kept."""
        if event.type() in ACTIVITY:
            self.touched()
        return False
