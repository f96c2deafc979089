"""Prices from a file that another program drops: one CSV, written anew for each delivery.

Columns: ``symbol`` and ``last`` (or ``price``), optionally ``bid``, ``ask`` and ``at`` (ISO-8601
with its zone; without it the price is as old as the file). The feed looks at the file now and then
and reads it when it has changed and then kept still for one look, so that a file half written is
not read. Prices are ``delayed``. A row that cannot be read is a problem and the others count.
"""

import csv
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path

from app.clock import now as wall_clock
from app.feeds.contract import STALE_AFTER_INTERVALS, Batch, HeldBack, Reason
from app.feeds.latest import LatestQuotes
from app.feeds.quarantine import Door, Print
from engine.records import MICRO, Quote, QuoteState, Security
from engine.results import Problem

LOOK_EVERY = timedelta(seconds=1)
MOST_PROBLEMS = 50
_Version = tuple[int, int]


class DroppedFileFeed:
    """Quotes from one dropped file; see ``app.feeds.contract.QuoteFeed``.

    Attributes:
        name: Name of the file.
        interval: How often a delivery is promised.
        now: The wall clock at the newest batch.
        problems: Rows of the newest delivery that could not be read.
    """

    def __init__(
        self,
        path: Path,
        securities: Sequence[Security],
        *,
        interval: timedelta = timedelta(minutes=15),
        look_every: timedelta = LOOK_EVERY,
        clock: Callable[[], datetime] = wall_clock,
    ) -> None:
        """Watch ``path``; it need not be there yet."""
        self.name, self.interval = path.name, interval
        self.problems: tuple[Problem, ...] = ()
        self._path, self._look_every, self._clock = path, look_every, clock
        self._by_symbol = {security.symbol: security for security in securities}
        self._door = Door()
        self._latest = LatestQuotes([s.security_id for s in securities], interval)
        self._stopped = threading.Event()
        self._seq = 0
        self.now = clock()

    @property
    def counts(self) -> Mapping[Reason, int]:
        """Quotes held back so far, by reason."""
        return self._door.counts

    def book_split(self, security_id: str) -> None:
        """The lots carry the split; the name thaws with its next price."""
        self._door.book_split(security_id)

    def stop(self) -> None:
        """End ``batches`` at the next look."""
        self._stopped.set()

    def batches(self) -> Iterator[Batch]:
        """A batch for each delivery, and one when the last delivery has grown stale."""
        read: _Version | None = None
        seen: _Version | None = None
        stale_at: datetime | None = None
        while not self._stopped.is_set():
            version = _version(self._path)
            self.now = self._clock()
            if version is not None and version == seen and version != read:
                read = version
                stale_at = self.now + STALE_AFTER_INTERVALS * self.interval
                yield self._deliver(version)
            elif stale_at is not None and self.now > stale_at:
                stale_at = None
                yield Batch(self.now, self._latest.take(self.now))
            seen = version
            self._stopped.wait(self._look_every.total_seconds())

    def read(self) -> Batch:
        """The file as it lies, once, without waiting for a delivery.

        Raises:
            FileNotFoundError: If it is not there.
        """
        version = _version(self._path)
        if version is None:
            raise FileNotFoundError(self._path)
        return self._deliver(version)

    def _deliver(self, version: _Version) -> Batch:
        """Read the file and let its rows through the door."""
        written_at = min(datetime.fromtimestamp(version[0] / 1e9, UTC), self.now)
        held: list[HeldBack] = []
        problems: list[Problem] = []
        for line, row in _rows(self._path, problems):
            security = self._by_symbol.get((row.get("symbol") or "").strip())
            if security is None:
                self._door.counts[Reason.UNKNOWN_NAME] += 1
                continue
            read = self._print(security, line, row, written_at, problems)
            if read is None:
                continue
            quote, told = self._door.admit(read, self.now)
            if quote is not None:
                self._latest.offer(quote)
            if isinstance(told, HeldBack):
                held.append(told)
        self.problems = tuple(problems[:MOST_PROBLEMS])
        return Batch(self.now, self._latest.take(self.now), tuple(held))

    def _print(
        self,
        security: Security,
        line: int,
        row: Mapping[str, str | None],
        written_at: datetime,
        problems: list[Problem],
    ) -> Print | None:
        """One row as a quote, or a problem and ``None``."""
        told: list[Problem] = []
        figures = {
            field: _price(self._path, line, field, text, told)
            for field in ("last", "price", "bid", "ask")
            if (text := (row.get(field) or "").strip())
        }
        last = figures.get("last") or figures.get("price")
        at = _instant(self._path, line, row.get("at"), written_at, told)
        if last is None and not told:
            remedy = "give the price in the column last"
            told.append(Problem(self._path.name, line, "last", "", "has no price", remedy))
        problems += told
        if told or last is None:
            return None
        half = last * Decimal(repr(security.half_spread_bps)) / 10_000
        self._seq += 1
        quote = Quote(
            security.security_id,
            figures.get("bid") or _micro(last - half),
            figures.get("ask") or _micro(last + half),
            last,
            at,
            self.now,
            self.name,
            self._seq,
            QuoteState.DELAYED,
            last,
        )
        return Print(quote)


def _version(path: Path) -> _Version | None:
    """What tells two deliveries apart."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_size


def _rows(path: Path, problems: list[Problem]) -> Iterator[tuple[int, Mapping[str, str | None]]]:
    """Rows with their line numbers; a file without the columns is one problem."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            header = set(reader.fieldnames or ())
            if "symbol" not in header or not header & {"last", "price"}:
                read, rule = ", ".join(sorted(header)), "the columns are missing"
                remedy = "give the columns symbol and last"
                problems.append(Problem(path.name, 1, "header", read, rule, remedy))
                return
            yield from ((reader.line_num, row) for row in reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        remedy = "write the file again as UTF-8 CSV"
        problems.append(Problem(path.name, 0, "file", path.name, str(error)[:120], remedy))


def _price(path: Path, line: int, field: str, text: str, problems: list[Problem]) -> Decimal | None:
    """A price as written; nothing but a number passes, and rubbish numbers are the door's."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        remedy = "give a number with a point, as 101.25"
        problems.append(Problem(path.name, line, field, text, "is not a number", remedy))
        return None
    return _micro(value) if value.is_finite() and abs(value) < 10**12 else Decimal("NaN")


def _micro(value: Decimal) -> Decimal:
    """A price on the scale of the book."""
    return value.quantize(MICRO)


def _instant(
    path: Path, line: int, text: str | None, written_at: datetime, problems: list[Problem]
) -> datetime:
    """When the price was made."""
    if not text or not text.strip():
        return written_at
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        remedy = "give an ISO-8601 instant with its zone, as 2026-10-30T13:30:00Z"
        problems.append(Problem(path.name, line, "at", text, "is not an instant", remedy))
        return written_at
    return at.astimezone(UTC)
