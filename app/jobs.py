"""Work in the background: progress, cancel, and one place where errors go. No Qt.

A job is a function that is handed a ``Job`` and returns a value. It tells its progress and asks
whether it was cancelled; nothing else reaches out of it. Callbacks run on the thread of the job
through ``deliver``, which a window replaces by "post to my thread"::

    runner = JobRunner(on_error=log.exception)
    job = runner.submit(import_lots, label="Import", on_done=show)
    job.cancel()
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Deliver = Callable[[Callable[[], None]], None]


class CancelledError(Exception):
    """The job was cancelled; what it had begun is undone by its transaction."""


class Job(Generic[T]):
    """One piece of work under way.

    Attributes:
        label: What a person reads beside the bar.
        fraction: Share of the work that is done, in [0, 1].
        text: What is being done now.
    """

    def __init__(self, label: str, on_progress: Callable[["Job[T]"], None]) -> None:
        """Start at nothing done."""
        self.label = label
        self.fraction, self.text = 0.0, ""
        self._on_progress = on_progress
        self._cancelled = threading.Event()
        self._future: Future[T] | None = None

    def progress(self, fraction: float, text: str = "") -> None:
        """Tell how far the work is; also the place where a cancelled job ends.

        Raises:
            CancelledError: If ``cancel`` was called.
        """
        if self.cancelled():
            raise CancelledError(self.label)
        self.fraction = min(1.0, max(0.0, fraction))
        self.text = text or self.text
        self._on_progress(self)

    def cancelled(self) -> bool:
        """Whether someone asked for the end; long loops ask now and then."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Ask for the end; the job stops at its next ``progress`` or check."""
        self._cancelled.set()
        if self._future is not None:
            self._future.cancel()

    def result(self, timeout_s: float | None = None) -> T:
        """Wait for what the job found.

        Raises:
            CancelledError: If it was cancelled.
            TimeoutError: If it is still at work after ``timeout_s``.
        """
        if self._future is None or self._future.cancelled():
            raise CancelledError(self.label)
        return self._future.result(timeout_s)


Work = Callable[[Job[Any]], T]


def _at_once(call: Callable[[], None]) -> None:
    """Deliver on the thread of the job."""
    call()


def _nothing(_: object) -> None:
    """A callback that no one asked for."""


class JobRunner:
    """A few threads for work beside the desk; closing it cancels what is under way."""

    def __init__(
        self,
        on_error: Callable[[str, Exception], None],
        *,
        threads: int = 2,
        deliver: Deliver = _at_once,
    ) -> None:
        """Start without work.

        Args:
            on_error: Told the label and the error of every job that fails.
            threads: Jobs at a time.
            deliver: Runs a callback where its receiver lives.
        """
        self._on_error, self._deliver = on_error, deliver
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="lotlight-job")
        self._lock = threading.Lock()
        self._open: set[Job[Any]] = set()

    def submit(
        self,
        work: Work[T],
        *,
        label: str,
        on_done: Callable[[T], None] = _nothing,
        on_progress: Callable[[Job[T]], None] = _nothing,
    ) -> Job[T]:
        """Start ``work(job)`` on a thread of its own.

        Args:
            work: The work; it may call ``job.progress`` and ``job.cancelled``.
            label: What a person reads.
            on_done: Told what was found; not called after an error or a cancel.
            on_progress: Told the job each time it moves on.
        """
        job: Job[T] = Job(label, lambda moved: self._deliver(lambda: on_progress(moved)))
        with self._lock:
            self._open.add(job)
            job._future = self._pool.submit(self._run, job, work, on_done)
        job._future.add_done_callback(lambda _: self._forget(job))
        return job

    def jobs(self) -> tuple[Job[Any], ...]:
        """Jobs under way or waiting, in the order of their labels."""
        with self._lock:
            return tuple(sorted(self._open, key=lambda job: job.label))

    def close(self) -> None:
        """Cancel everything and wait until it has stopped."""
        for job in self.jobs():
            job.cancel()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> "JobRunner":
        """Use as a context: closed at its end."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()

    def _run(self, job: Job[T], work: Work[T], on_done: Callable[[T], None]) -> T:
        """The body of a job's thread."""
        if job.cancelled():
            raise CancelledError(job.label)
        try:
            found = work(job)
        except CancelledError:
            raise
        except Exception as error:
            failed = error
            self._deliver(lambda: self._on_error(job.label, failed))
            raise
        if job.cancelled():
            raise CancelledError(job.label)
        self._deliver(lambda: on_done(found))
        return found

    def _forget(self, job: Job[T]) -> None:
        """A job has ended."""
        with self._lock:
            self._open.discard(job)
