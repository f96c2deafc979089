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
