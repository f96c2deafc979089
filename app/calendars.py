"""Reads the exchange calendar of `resources/calendar`, and the closures that a user adds to it.

A closure nobody foresaw (a day of mourning, a storm) goes into a TOML file of the user's:

    [[closure]]
    date = 2026-12-24
    close = "13:00"        # leave out for a whole day
    reason = "storm"
"""

import csv
import tomllib
from collections.abc import Mapping
from datetime import date, datetime, time
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from app.commands.output import ProblemsError
from engine.market.calendar import MINUTE_NS, Calendar
from engine.results import Problem

NEW_YORK = ZoneInfo("America/New_York")
EPOCH = date(1970, 1, 1).toordinal()
DAY_NS = 1440 * MINUTE_NS


def load(closures: Path | None = None) -> Calendar:
    """The New York sessions as shipped, less the user's closures where a file is given.

    Raises:
        ProblemsError: If the closures file has entries that cannot be used.
    """
    sessions = dict(_shipped())
    if closures is not None:
        _close(sessions, closures)
    day = np.array(sorted(sessions), dtype=np.int64)
    open_minute, close_minute = (
        np.array([sessions[int(d)][i] for d in day], dtype=np.int64) for i in (0, 1)
    )
    midnight = utc_midnight(day)
    return Calendar(
        day,
        midnight + open_minute * MINUTE_NS,
        midnight + close_minute * MINUTE_NS,
        open_minute,
        close_minute,
    )


def utc_midnight(days: NDArray[np.int64]) -> NDArray[np.int64]:
    """What to add to minutes of the New York clock for the instant, for each date ordinal.

    The offset is that of noon; the clock changes at two at night, before any session.
    """
    return (days - EPOCH) * DAY_NS - _offsets(days)


def _offsets(days: NDArray[np.int64]) -> NDArray[np.int64]:
    """New York's offset from UTC at noon of each day, nanoseconds."""
    if not days.size:
        return days
    first = int(days.min())
    present = np.flatnonzero(np.bincount(days - first))
    found = np.zeros(int(present[-1]) + 1, dtype=np.int64)
    for i in present:
        noon = datetime.combine(date.fromordinal(first + int(i)), time(12), tzinfo=NEW_YORK)
        offset = noon.utcoffset()
        assert offset is not None
        found[i] = int(offset.total_seconds()) * 1_000_000_000
    return np.asarray(found[days - first])


@cache
def _shipped() -> Mapping[int, tuple[int, int]]:
    """Open and close minute by ordinal, from the table in the program."""
    text = (files("resources") / "calendar" / "nyse.csv").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return {
        date.fromisoformat(row["date"]).toordinal(): (
            int(row["open_minute"]),
            int(row["close_minute"]),
        )
        for row in csv.DictReader(lines)
    }


def _close(sessions: dict[int, tuple[int, int]], path: Path) -> None:
    """Take the closures of a file out of the sessions."""
    problems: list[Problem] = []
    for number, entry in enumerate(_entries(path), start=1):
        on, close = entry.get("date"), entry.get("close")
        minute = _minute(close) if close is not None else 0
        ordinal = on.toordinal() if isinstance(on, date) else 0
        if ordinal not in sessions:
            rule, remedy = "is no session", "give the date of a session as YYYY-MM-DD"
            problems.append(Problem(path.name, number, "date", str(on), rule, remedy))
        elif close is None:
            del sessions[ordinal]
        elif sessions[ordinal][0] < minute <= sessions[ordinal][1]:
            sessions[ordinal] = (sessions[ordinal][0], minute)
        else:
            rule, remedy = "is no time inside the session", 'write it as "13:00"'
            problems.append(Problem(path.name, number, "close", str(close), rule, remedy))
    if problems:
        raise ProblemsError(problems)


def _entries(path: Path) -> list[dict[str, Any]]:
    """The ``closure`` tables of a file."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        remedy = "write each closure as [[closure]] with a date"
        problem = Problem(path.name, 0, "file", path.name, f"cannot be read: {error}", remedy)
        raise ProblemsError([problem]) from error
    found = document.get("closure", [])
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _minute(text: object) -> int:
    """Minute of the day of ``HH:MM``, -1 for anything else."""
    try:
        clock = time.fromisoformat(str(text))
    except ValueError:
        return -1
    return clock.hour * 60 + clock.minute
