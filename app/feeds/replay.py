"""The replay feed: plays a file as if it were the market, on the file's own clock.

No network, no chance, no wall clock unless a speed asks for it: the same file gives the same
batches. A bar is known at its end. Time between two sessions is skipped; within a session the
pauses are the file's own, divided by the speed.
"""

import math
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import numpy as np

from app.clock import seconds
from app.feeds.contract import (
    STALE_AFTER_INTERVALS,
    Batch,
    HeldBack,
    Reason,
    SplitSeen,
)
from app.feeds.latest import LatestQuotes
from app.feeds.quarantine import NEW_YORK, Door, Splits
from app.feeds.rows import Rows, instant
from engine.records import Security

USUAL_HALF_SPREAD_BPS = 2.0


class ReplayFeed:
    """Plays rows of market data; see ``app.feeds.contract.QuoteFeed``.

    Attributes:
        name: Source written into each quote.
        interval: How often a name that trades has a price.
        now: The clock of the file.
        unknown: Rows of names that no one asked for, by name; they are left out.
    """

    def __init__(
        self,
        rows: Rows,
        *,
        name: str = "replay",
        securities: Sequence[Security] = (),
        splits: Splits | None = None,
        begin: datetime | None = None,
        interval: timedelta | None = None,
        speed: float = math.inf,
    ) -> None:
        """Lay the file in.

        Args:
            rows: What to play; ``names`` are symbols.
            name: Source to write into each quote.
            securities: Names wanted, with half spreads; none = every name of the rows.
            splits: Known ratios by security id and date.
            begin: Rows before this moment are only read, so that the first print that is played
                is judged against the last one before it.
            interval: Declared interval; default: the usual distance between rows.
            speed: File seconds for each second of wall time; ``inf`` = as fast as possible.
        """
        self.name, self.speed = name, speed
        self._rows, self.unknown = _wanted(rows, securities)
        self.interval = interval or rows.interval()
        self._door = Door(splits)
        self._latest = LatestQuotes(self._rows.names, self.interval)
        self._stopped = threading.Event()
        self._begin = begin
        self.now = instant(int(self._rows.event_ns.min())) if len(self._rows) else instant(0)

    @property
    def counts(self) -> Mapping[Reason, int]:
        """Quotes held back so far, by reason."""
        left_out = Counter({Reason.UNKNOWN_NAME: sum(self.unknown.values())})
        return self._door.counts + left_out

    def book_split(self, security_id: str) -> None:
        """The lots carry the split; the name thaws with its next price."""
        self._door.book_split(security_id)

    def stop(self) -> None:
        """End ``batches`` soon, also from another thread and while it waits."""
        self._stopped.set()

    def batches(self) -> Iterator[Batch]:
        """Play the file once, from its first row to its last."""
        played_s, begun = 0.0, seconds()
        before: datetime | None = None
        for at, first, end in self._windows():
            if self._begin is not None and at < self._begin:
                self._batch(at, first, end)
                continue
            if before is not None and _same_session(before, at):
                played_s += (at - before).total_seconds() / self.speed
            if self._stopped.wait(max(0.0, played_s - (seconds() - begun))):
                return
            before = self.now = at
            yield self._batch(at, first, end)

    def _windows(self) -> Iterator[tuple[datetime, int, int]]:
        """Moments of the clock with the rows that became known, and moments of silence.

        A row that comes after a later one is known when it comes. When nothing comes for so long
        that every price is stale, the clock says so once.
        """
        step = round(self.interval.total_seconds() * 1e9)
        arrival = np.maximum.accumulate(self._rows.event_ns)
        ends = -(-arrival // step) * step
        starts = np.flatnonzero(np.diff(ends, prepend=-1))
        before: datetime | None = None
        for start, stop in zip(starts, [*starts[1:], len(ends)], strict=True):
            at = instant(int(ends[start]))
            if before is not None and _same_session(before, at):
                silent = before + (STALE_AFTER_INTERVALS + 1) * self.interval
                if silent < at:
                    yield silent, int(start), int(start)
            before = at
            yield at, int(start), int(stop)

    def _batch(self, at: datetime, first: int, end: int) -> Batch:
        """Let the rows through the door; the newest of each name goes out."""
        held: list[HeldBack] = []
        splits: list[SplitSeen] = []
        for read in self._rows.prints(first, end, self.name, at):
            quote, told = self._door.admit(read, at)
            if quote is not None:
                self._latest.offer(quote)
            if isinstance(told, HeldBack):
                held.append(told)
            elif told is not None:
                splits.append(told)
        return Batch(at, self._latest.take(at), tuple(held), tuple(splits))


def _wanted(rows: Rows, securities: Sequence[Security]) -> tuple[Rows, Counter[str]]:
    """Rows of the names asked for, under their security ids, with bid and ask; and the rest."""
    if not securities:
        return rows.spread(np.full(len(rows.names), USUAL_HALF_SPREAD_BPS)), Counter()
    by_symbol = {security.symbol: security for security in securities}
    asked = np.array([name in by_symbol for name in rows.names], dtype=bool)
    kept = rows.keep(asked[rows.name])
    renamed = kept.rename({x.symbol: x.security_id for x in securities})
    spreads = [by_symbol[n].half_spread_bps if n in by_symbol else 0.0 for n in rows.names]
    counts = np.bincount(rows.name, minlength=len(rows.names))
    unknown = Counter(
        {n: int(c) for n, c, a in zip(rows.names, counts, asked, strict=True) if c and not a}
    )
    return renamed.spread(np.array(spreads)), unknown


def _same_session(before: datetime, at: datetime) -> bool:
    """Whether two moments lie on one New York day."""
    return before.astimezone(NEW_YORK).date() == at.astimezone(NEW_YORK).date()
