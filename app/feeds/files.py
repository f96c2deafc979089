"""One way to open a file as a feed, whatever form it has."""

import math
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from pathlib import Path

import numpy as np

from app.feeds.bars import read_bar_rows
from app.feeds.latest import nanoseconds
from app.feeds.quarantine import NEW_YORK, Splits
from app.feeds.replay import ReplayFeed
from app.feeds.rows import Rows
from app.feeds.tape import is_tape, read_tape
from app.history.daily import read_daily
from engine.records import Security

LONGEST_BREAK = timedelta(days=7)
LARGEST_DENOMINATOR = 1_000


def open_replay(
    path: Path,
    *,
    label: str = "",
    securities: Sequence[Security] = (),
    daily: Sequence[Path] = (),
    first: date | None = None,
    last: date | None = None,
    speed: float = math.inf,
) -> ReplayFeed:
    """Open a tape or a bar file for replay.

    Args:
        path: Tape (``app.feeds.tape``) or bars (``app.feeds.bars``); told apart by their columns.
        label: ``start`` or ``end`` of a bar; "" judges by the file.
        securities: Names wanted; none = all, each under its symbol.
        daily: Daily files whose ``split`` column explains overnight jumps.
        first: First session played; the session before it is read for its last prices.
        last: Last session played.
        speed: File seconds a second; ``inf`` = as fast as possible.

    Raises:
        ProblemsError: The file is broken or holds nothing of these dates.
    """
    known_from = None if first is None else first - LONGEST_BREAK
    if is_tape(path):
        rows = _between(read_tape(path), known_from, last)
    else:
        rows = read_bar_rows(path, label=label, first=known_from, last=last)
    ids = {security.symbol: security.security_id for security in securities}
    splits = {
        (ids.get(symbol, symbol), on): ratio
        for (symbol, on), ratio in read_splits(daily, rows.names).items()
    }
    return ReplayFeed(
        rows,
        name=path.name,
        securities=securities,
        splits=splits,
        speed=speed,
        begin=None if first is None else datetime.combine(first, time(), NEW_YORK),
    )


def read_splits(daily: Sequence[Path], symbols: Sequence[str]) -> Splits:
    """Known splits by symbol and date, from the ``split`` column of daily files."""
    if not daily:
        return {}
    found = read_daily(daily, symbols)
    rows = np.flatnonzero(found.split != 1.0)
    return {
        (found.names[found.name[row]], date.fromordinal(int(found.day[row]))): Fraction(
            f"{found.split[row]:.6g}"
        ).limit_denominator(LARGEST_DENOMINATOR)
        for row in rows
    }


def _between(rows: Rows, first: date | None, last: date | None) -> Rows:
    """Rows of the sessions from ``first`` to ``last``."""
    wanted = np.ones(len(rows), dtype=bool)
    if first is not None:
        wanted &= rows.event_ns >= nanoseconds(datetime.combine(first, time(), NEW_YORK))
    if last is not None:
        end = datetime.combine(last + timedelta(days=1), time(), NEW_YORK)
        wanted &= rows.event_ns < nanoseconds(end)
    return rows.keep(wanted)
