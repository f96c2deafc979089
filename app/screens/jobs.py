"""Work beside the desk, as the window sees it: a title, how far it is, and a way to stop it."""

import traceback
from collections.abc import Callable
from typing import Any, TypeVar

from app.jobs import CancelledError, Job, JobRunner
from widgets.views import JobView

T = TypeVar("T")


class WindowJobs:
    """Jobs of the window. Callbacks come on the job's thread; whoever is told hops back."""

    def __init__(self, show: Callable[[JobView], None], failed: Callable[[str, str], None]) -> None:
        """Nothing is under way.

        Args:
            show: Told each job as it goes on and when it ends.
            failed: Told the title and the trace of a job that failed.
        """
        self._show, self._failed = show, failed
        self._runner = JobRunner(self._fault, threads=1)
        self._open: dict[str, Job[Any]] = {}
        self._begun = 0

    def start(self, title: str, work: Callable[[Job[Any]], T], done: Callable[[T], None]) -> None:
        """Begin a job; one of the same title that is under way is cancelled first."""
        for older in [key for key, job in self._open.items() if job.label == title]:
            self.cancel(older)
        self._begun += 1
        job_id = f"job-{self._begun}"

        def found(value: T) -> None:
            self._end(job_id, title)
            done(value)

        def moved(job: Job[Any]) -> None:
            self._show(JobView(job_id, title, job.fraction, job.text))

        def run(job: Job[Any]) -> T:
            try:
                return work(job)
            except CancelledError:
                raise
            except Exception as error:
                self._end(job_id, title, str(error))
                raise

        self._show(JobView(job_id, title, -1.0))
        self._open[job_id] = self._runner.submit(run, label=title, on_done=found, on_progress=moved)

    def cancel(self, job_id: str) -> None:
        """Stop a job; what it finds is thrown away, and it is out of sight at once."""
        job = self._open.get(job_id)
        if job is not None:
            job.cancel()
            self._end(job_id, job.label)

    def busy(self) -> bool:
        """Whether anything is under way."""
        return bool(self._open)

    def close(self) -> None:
        """Stop everything and wait until it has stopped."""
        self._runner.close()

    def _end(self, job_id: str, title: str, failed: str = "") -> None:
        """A job is over."""
        self._open.pop(job_id, None)
        self._show(JobView(job_id, title, 1.0, done=True, failed=failed))

    def _fault(self, title: str, error: Exception) -> None:
        """A job failed."""
        self._failed(title, "".join(traceback.format_exception(error)))
