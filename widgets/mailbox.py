"""From the desk's thread to the window: one slot for each kind of view, the newest wins."""

import threading
from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal

from widgets.views import JobView, View

CALM_MS, EAGER_MS = 100, 33
CHEAP_MS = 8.0
"""A frame that took less than this may be followed by another after EAGER_MS."""


class Mailbox(QObject):
    """Takes views from any thread and hands the newest to the window, never faster than it draws.

    A wake-up is posted only when none is pending, so a slow window makes no queue: what it has
    not drawn is replaced. Threading: ``put`` from any thread, everything else on the GUI thread.

    Attributes:
        replaced: Views that a newer one overtook before they were drawn.

    Signals:
        woken: Something is in the box (queued to the GUI thread).
    """

    woken = Signal()

    def __init__(self, deliver: Callable[[View], None], parent: QObject | None = None) -> None:
        """Deliver through ``deliver``, on the GUI thread."""
        super().__init__(parent)
        self.replaced = 0
        self._deliver = deliver
        self._slots: dict[object, View] = {}
        self._pending = False
        self._guard = threading.Lock()
        self._since = QElapsedTimer()
        self._cost_ms = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.drain)
        self.woken.connect(self._wake, Qt.ConnectionType.QueuedConnection)

    def put(self, view: View) -> None:
        """Leave a view; any thread."""
        slot: object = (JobView, view.job_id) if isinstance(view, JobView) else type(view)
        with self._guard:
            self.replaced += slot in self._slots
            self._slots[slot] = view
            wake, self._pending = not self._pending, True
        if wake:
            self.woken.emit()

    def _wake(self) -> None:
        """Draw now, or as soon as the least interval is over."""
        least = EAGER_MS if self._cost_ms < CHEAP_MS else CALM_MS
        gone = self._since.elapsed() if self._since.isValid() else least
        if gone >= least:
            self.drain()
        elif not self._timer.isActive():
            self._timer.start(int(least - gone))

    def drain(self) -> None:
        """Hand over all that is in the box."""
        with self._guard:
            views, self._slots, self._pending = list(self._slots.values()), {}, False
        if not views:
            return
        self._since.restart()
        for view in views:
            self._deliver(view)
        self._cost_ms = self._since.nsecsElapsed() / 1e6
        self._since.restart()
