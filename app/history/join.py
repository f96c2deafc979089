"""Bars of several files as one, and daily rows laid out by name and day beside them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.history.bars import Bars
from app.history.daily import Daily
from engine.market.name_days import NameDays, name_days
from engine.market.session_history import DailyTable, SessionHistory, session_history

DAYS_BACK = 420


def join_bars(files: Sequence[Bars]) -> tuple[tuple[str, ...], NameDays]:
    """Name-days of several files; a name's day is taken from the first file that has it."""
    names = tuple(sorted({name for bars in files for name in bars.names}))
    place = {name: i for i, name in enumerate(names)}
    codes = [np.array([place[n] for n in b.names], np.int32)[b.name] for b in files]
    taken: NDArray[np.int64] = np.zeros(0, np.int64)
    keep = []
    for code, bars in zip(codes, files, strict=True):
        key = code.astype(np.int64) << 32 | bars.day
        keep.append(~np.isin(key, taken))
        taken = np.union1d(taken, key) if len(files) > 1 else taken
    name = np.concatenate([c[k] for c, k in zip(codes, keep, strict=True)])
    columns = [
        np.concatenate([getattr(b, field)[k] for b, k in zip(files, keep, strict=True)])
        for field in ("day", "end_minute", "open", "low", "close")
    ]
    if len(files) > 1:
        order = np.lexsort((columns[1], columns[0], name))
        name, columns = name[order], [column[order] for column in columns]
    return names, name_days(name, *columns)


def history_of(names: Sequence[str], found: NameDays, daily: Daily | None) -> SessionHistory:
    """Session variances of the names from their bars and, where given, daily rows."""
    days = np.unique(found.day)
    if daily is None:
        return session_history(found, days, _table(len(names), days.size))
    place = {name: i for i, name in enumerate(names)}
    code = np.array([place.get(n, -1) for n in daily.names] or [-1], np.int64)[daily.name]
    rows = np.flatnonzero((code >= 0) & (daily.day >= days[0] - DAYS_BACK))
    rows = rows[daily.day[rows] <= days[-1]]
    days = np.union1d(days, daily.day[rows])
    table = _table(len(names), days.size)
    at = np.searchsorted(days, daily.day[rows])
    for field in ("open", "high", "low", "close", "split"):
        getattr(table, field)[code[rows], at] = getattr(daily, field)[rows]
    return session_history(found, days, table)


def _table(names: int, days: int) -> DailyTable:
    """An empty layout."""
    return DailyTable(*(np.full((names, days), np.nan) for _ in range(5)))
