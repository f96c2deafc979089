"""The status bar: what is saved and scored, and the jobs that run."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QStatusBar, QWidget

from widgets.parts import FitLabel, button, label, set_text
from widgets.views import JobView

PATIENCE_MS = 300
"""A job shorter than this shows nothing."""


class JobRow(QWidget):
    """One job with its progress and a way to stop it.

    Signals:
        cancelled: arg: job id.
    """

    cancelled = Signal(str)

    def __init__(self, job: JobView) -> None:
        super().__init__()
        self.job_id = job.job_id
        self.title = label(job.title, "muted")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(120)
        self.bar.setAccessibleName(f"Progress of {job.title}")
        stop = button("Cancel", lambda: self.cancelled.emit(self.job_id))
        stop.setAccessibleName(f"Cancel {job.title}")
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 1, 8, 1)
        for part in (self.title, self.bar, stop):
            box.addWidget(part)
        self.say(job)

    def say(self, job: JobView) -> None:
        """How far it is."""
        self.bar.setRange(0, 0 if job.share < 0 else 1000)
        self.bar.setValue(round(max(job.share, 0) * 1000))
        set_text(self.title, f"{job.title}  {job.text}".strip())


class JobsBar(QStatusBar):
    """Notes on the left, running jobs on the right; a job appears after ``PATIENCE_MS``.

    Signals:
        cancelled: Stop a job. arg: job id.
    """

    cancelled = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setSizeGripEnabled(False)
        self.notes = FitLabel("Starting", "muted")
        self.notes.setContentsMargins(8, 0, 8, 0)
        self.addWidget(self.notes, 1)
        self._latest: dict[str, JobView] = {}
        self._rows: dict[str, JobRow] = {}

    def say(self, notes: tuple[str, ...]) -> None:
        """The standing sentences."""
        set_text(self.notes, "   ·   ".join(notes))

    def show_job(self, job: JobView) -> None:
        """A job began, went on or ended."""
        if job.done or job.failed:
            self._latest.pop(job.job_id, None)
            if gone := self._rows.pop(job.job_id, None):
                self.removeWidget(gone)
                gone.deleteLater()
            return
        new = job.job_id not in self._latest
        self._latest[job.job_id] = job
        if job.job_id in self._rows:
            self._rows[job.job_id].say(job)
        elif new:
            QTimer.singleShot(PATIENCE_MS, self, lambda: self._appear(job.job_id))

    def _appear(self, job_id: str) -> None:
        """Show a job that is still running."""
        job = self._latest.get(job_id)
        if job is None or job_id in self._rows:
            return
        made = JobRow(job)
        made.cancelled.connect(self.cancelled)
        self._rows[job_id] = made
        self.addPermanentWidget(made)
