"""A span of daily rows as a back-test walks it: names that traded on every session of it."""

import csv
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.commands.output import ProblemsError
from app.history.daily import Daily
from engine.proof.history import Floats, History
from engine.results import Problem

WARM_UP_SESSIONS = 260
SPIN_OFF = "spinoff_adjustment"


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """Prices of a span and who is not in it.

    Attributes:
        history: Names that traded on every session, warm-up included.
        start: First session to be walked.
        left_out: Names with rows in the span that missed a session of it.
        spin_offs_known: Whether a list told spin-offs from splits.
        sectors_known: Whether a list told the sectors.
    """

    history: History
    start: int
    left_out: tuple[str, ...]
    spin_offs_known: bool
    sectors_known: bool

    def share_factor(self, name: int, day: int) -> float:
        """Shares at the end for one share held after the open of a day."""
        later = int(np.searchsorted(self.history.days, day, side="right"))
        return float(np.prod(self.history.split[later:, name]))


def span_of(daily: Daily, first: date, last: date, beside: Path) -> Span:
    """Cut the sessions of [first, last] and up to 260 before them, for the risk model, to columns.

    Args:
        daily: Rows of all names.
        first: First day walked.
        last: Last day walked.
        beside: Folder in which lists of spin-offs and sectors are looked for.

    Raises:
        ProblemsError: If fewer than two sessions or no name is left.
    """
    days = _sessions(daily)
    begin = int(np.searchsorted(days, first.toordinal()))
    end = int(np.searchsorted(days, last.toordinal(), side="right"))
    warm = max(0, begin - WARM_UP_SESSIONS)
    kept = days[warm:end]
    if end - begin < 2:
        have = f"{_day(days[0])} to {_day(days[-1])}" if days.size else "no session"
        raise _refused("--from, --to", f"{first} to {last}", f"the files hold {have}")
    rows = daily.take(np.flatnonzero(np.isin(daily.day, kept)))
    seen = np.bincount(rows.name, minlength=len(rows.names))
    full = np.flatnonzero(seen == len(kept))
    if full.size == 0:
        raise _refused("--daily", "no name", "no name traded on every session; shorten the span")
    out = tuple(rows.names[i] for i in np.flatnonzero((seen > 0) & (seen < len(kept))))
    names = tuple(rows.names[i] for i in full)
    rows = rows.take(np.flatnonzero(np.isin(rows.name, full)))
    shape = (full.size, len(kept))
    close, dividend, factor = (
        np.ascontiguousarray(column.reshape(shape).T)
        for column in (rows.close, rows.dividend, rows.split)
    )
    spun = _spin_offs(beside / "splits_and_spinoffs.csv", kept, names)
    sectors = _sectors(beside / "securities.csv")
    history = History(
        kept,
        names,
        _sector_numbers(names, sectors),
        close,
        dividend,
        np.where(spun, 1.0, factor) if spun is not None else factor,
        np.where(spun, factor, 1.0) if spun is not None else np.ones_like(factor),
    )
    return Span(history, begin - warm, out, spun is not None, bool(sectors))


def narrow(span: Span, names: Collection[str]) -> Span:
    """The same span with some of its names alone."""
    old = span.history
    keep = np.array([i for i, name in enumerate(old.names) if name in names], dtype=np.int64)
    columns = (old.close, old.dividend, old.split, old.spinoff)
    close, dividend, split, spinoff = (np.ascontiguousarray(c[:, keep]) for c in columns)
    history = History(
        old.days,
        tuple(old.names[i] for i in keep),
        old.sector[keep],
        close,
        dividend,
        split,
        spinoff,
    )
    return Span(history, span.start, span.left_out, span.spin_offs_known, span.sectors_known)


def _sessions(daily: Daily) -> NDArray[np.int64]:
    """Days on which at least half of the names that are alive then have a row."""
    days, rows = np.unique(daily.day, return_counts=True)
    order = np.argsort(daily.name, kind="stable")
    bounds = np.flatnonzero(np.diff(daily.name[order], prepend=-1))
    born = np.sort(np.minimum.reduceat(daily.day[order], bounds)) if order.size else days
    gone = np.sort(np.maximum.reduceat(daily.day[order], bounds)) if order.size else days
    alive = np.searchsorted(born, days, side="right") - np.searchsorted(gone, days)
    found: NDArray[np.int64] = days[2 * rows >= alive]
    return found


def _spin_offs(
    path: Path, days: NDArray[np.int64], names: tuple[str, ...]
) -> NDArray[np.bool_] | None:
    """Where the day's factor of a name is a spin-off, shape (days, names); ``None`` = no list."""
    if not path.is_file():
        return None
    found = np.zeros((len(days), len(names)), dtype=np.bool_)
    place = {name: i for i, name in enumerate(names)}
    session = {int(day): i for i, day in enumerate(days)}
    for line, row in _rows(path):
        if row.get("split_kind") != SPIN_OFF:
            continue
        try:
            day = session.get(date.fromisoformat(row["date"]).toordinal())
        except ValueError as error:
            raise ProblemsError(
                [Problem(path.name, line, "date", row["date"], "is no date", "write 2022-04-11")]
            ) from error
        name = place.get(row["ticker"])
        if day is not None and name is not None:
            found[day, name] = True
    return found


def _sectors(path: Path) -> Mapping[str, str]:
    """Sector by ticker; empty without a list."""
    if not path.is_file():
        return {}
    return {row["ticker"]: row.get("sector", "") for _, row in _rows(path)}


def _sector_numbers(names: tuple[str, ...], sectors: Mapping[str, str]) -> NDArray[np.int64]:
    """Number of each name's sector, -1 where unknown."""
    words = sorted({sectors[n] for n in names if sectors.get(n)})
    number = {word: i for i, word in enumerate(words)}
    return np.array([number.get(sectors.get(n, ""), -1) for n in names], dtype=np.int64)


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Lines of a small CSV with their numbers."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(enumerate(csv.DictReader(file), start=2))


def _refused(field: str, value: str, rule: str) -> ProblemsError:
    """The span cannot be walked."""
    return ProblemsError(
        [Problem("backtest", 0, field, value, rule, "choose a span inside the files")]
    )


def _day(ordinal: int) -> str:
    """A day as a person writes it."""
    return date.fromordinal(int(ordinal)).isoformat()


def grown_splits(daily: Daily, after: int) -> dict[str, float]:
    """Product of each name's factors after a day, to the end of the files."""
    found: Floats = np.zeros(len(daily.names))
    late = daily.day > after
    np.add.at(found, daily.name[late], np.log(daily.split[late]))
    return dict(zip(daily.names, np.exp(found).tolist(), strict=True))
