"""The one place where the wall clock is read."""

import time
from datetime import UTC, datetime


def now() -> datetime:
    """The current instant, UTC."""
    return datetime.now(UTC)


def monotonic_ns() -> int:
    """Nanoseconds on a clock that never goes back."""
    return time.monotonic_ns()


def seconds() -> float:
    """Seconds on a clock for measuring durations."""
    return time.perf_counter()


def cpu_seconds() -> float:
    """Processor seconds that this process has used, all its threads together."""
    return time.process_time()


def thread_cpu_seconds(thread_id: int) -> float:
    """Processor seconds that one thread has used; Linux, elsewhere the whole process."""
    clock_of = getattr(time, "pthread_getcpuclockid", None)
    return time.clock_gettime(clock_of(thread_id)) if clock_of else time.process_time()
