"""One measured row of `lotlight bench`, and the timing that every group shares."""

from collections.abc import Callable
from dataclasses import dataclass

from app.clock import cpu_seconds, seconds


@dataclass(frozen=True, slots=True)
class BenchRow:
    """A piece of work beside its peer.

    Attributes:
        name: Group and row.
        work: What was done, in words.
        seconds: Best time of Lotlight.
        peer: What it is measured against, "" for none, "... (not installed)" where it is missing.
        peer_seconds: The peer's best time, or None.
        ratio: peer_seconds / seconds, or None.
        cores: Threads used.
        extra: More figures (p50, p99, bytes ...).
    """

    name: str
    work: str
    seconds: float
    peer: str = ""
    peer_seconds: float | None = None
    ratio: float | None = None
    cores: int = 1
    extra: dict[str, float] | None = None


def best_of(times: int, work: Callable[[], object]) -> float:
    """Shortest of several runs in seconds, after one warm-up that is not counted."""
    work()
    found = float("inf")
    for _ in range(times):
        start = seconds()
        work()
        found = min(found, seconds() - start)
    return found


def cpu_best_of(times: int, work: Callable[[], object]) -> float:
    """Fewest processor seconds of several runs: a ratio that other work on the machine spares."""
    work()
    found = float("inf")
    for _ in range(times):
        start = cpu_seconds()
        work()
        found = min(found, cpu_seconds() - start)
    return found
