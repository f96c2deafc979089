"""Daily prices of many names from one or several files, as columns."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from app.calendars import EPOCH
from app.history.columns import Columns, Floats, read_columns
from engine.results import Problem

ABSENT = {"adj_close": "close", "dividend": 0.0, "split": 1.0}
OPTIONAL = ("open", "high", "low", "adj_close", "volume", "dividend", "split")


@dataclass(frozen=True, slots=True)
class Daily:
    """Daily rows sorted by name and day, shape (rows,) each.

    Attributes:
        names: Tickers, sorted.
        name: Index of each row's ticker in ``names``.
        day: Proleptic ordinal of the session.
        open: Raw open in dollars, NaN where the file has none (so are high and low).
        high: Raw high.
        low: Raw low.
        close: Raw close.
        adj_close: Close with dividends and splits chained back; the close where it is missing.
        volume: Shares traded, NaN where missing.
        dividend: Dollars a share on the ex-date, for shares held after the day's split.
        split: New shares for an old share at the day's open, 1 for none.
    """

    names: tuple[str, ...]
    name: NDArray[np.int32]
    day: NDArray[np.int64]
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    adj_close: Floats
    volume: Floats
    dividend: Floats
    split: Floats

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> "Daily":
        """The rows at those places, in that order; the names stay."""
        return Daily(self.names, *(getattr(self, f.name)[rows] for f in fields(self)[1:]))


def read_daily(paths: Sequence[Path], tickers: Collection[str] | None = None) -> Daily:
    """Read daily files: ``ticker, date, close`` and what else of a daily row they have.

    A name's day that is in several files is taken from the first file that has it.

    Args:
        paths: Parquet or CSV files.
        tickers: Names to keep, all by default.

    Raises:
        ProblemsError: If a file cannot be read, a column is missing, a close, split or dividend
            cannot be, or a day is there twice in one file; row and remedy are told.
    """
    parts = [_read_one(path) for path in paths]
    names = tuple(sorted({name for part in parts for name in part.names}))
    place = {name: i for i, name in enumerate(names)}
    name = np.concatenate([np.array([place[n] for n in p.names], np.int32)[p.name] for p in parts])
    day = np.concatenate([part.day for part in parts])
    _, first = np.unique(name.astype(np.int64) << 32 | day, return_index=True)
    if tickers is not None:
        first = first[np.isin(np.asarray(names, dtype=object), list(tickers))[name[first]]]
    kept = np.unique(name[first])
    place_of = np.zeros(len(names) + 1, dtype=np.int32)
    place_of[kept] = np.arange(kept.size, dtype=np.int32)
    figures = (
        np.concatenate([getattr(part, field.name) for part in parts])[first]
        for field in fields(Daily)[3:]
    )
    return Daily(tuple(names[i] for i in kept), place_of[name[first]], day[first], *figures)


def _read_one(path: Path) -> Daily:
    """One file, checked."""
    columns = read_columns(path, ("ticker", "date", "close"), OPTIONAL)
    names, name = columns.codes("ticker")
    day = _days(columns)
    close = columns.floats("close")
    found = {"close": close}
    for field in OPTIONAL:
        absent = ABSENT.get(field, np.nan)
        empty = close if absent == "close" else np.full(columns.rows, absent)
        found[field] = columns.floats(field) if columns.has(field) else empty
    columns.refuse(_bad_rows(columns, found))
    columns.refuse(_twice(columns, name, day))
    return Daily(names, name, day, **found)


def _days(columns: Columns) -> NDArray[np.int64]:
    """The date column as ordinals."""
    dates = columns.table.column("date")
    remedy = "write dates as 2025-06-02"
    try:
        dates = dates.cast(pa.timestamp("s"), safe=False).cast(pa.date32())
    except pa.ArrowException:
        problem = columns.problem(-1, "date", dates.type, "holds no dates", remedy)
        columns.refuse([problem])
    if dates.null_count:
        row = int(pc.index(dates.is_null(), True).as_py())
        columns.refuse([columns.problem(row, "date", "", "is empty", remedy)])
    return np.asarray(dates.cast(pa.int32()).to_numpy(), dtype=np.int64) + EPOCH


def _bad_rows(columns: Columns, found: dict[str, Floats]) -> list[Problem]:
    """Rows whose figures cannot be."""
    remedy = "give a figure above zero, or leave the row out"
    problems: list[Problem] = []
    for field in ("close", "adj_close", "split"):
        bad = ~((found[field] > 0.0) & np.isfinite(found[field]))
        problems += columns.complain(bad, field, found[field], "is not above zero", remedy)
    for field in ("open", "high", "low"):
        bad = found[field] <= 0.0
        problems += columns.complain(bad, field, found[field], "is not above zero", remedy)
    high, low, dividend = found["high"], found["low"], found["dividend"]
    above = "the low of a day is at most its high"
    problems += columns.complain(low > high, "low", low, "is above the high", above)
    paid = "write 0 for none"
    return problems + columns.complain(
        ~(dividend >= 0.0), "dividend", dividend, "is no dividend", paid
    )


def _twice(columns: Columns, name: NDArray[np.int32], day: NDArray[np.int64]) -> list[Problem]:
    """Complaints about a name's day that stands twice in the file."""
    key = name.astype(np.int64) << 32 | day
    order = np.argsort(key, kind="stable")
    rows = order[1:][np.diff(key[order]) == 0][:5]
    remedy = "keep one row for each ticker and date"
    return [
        columns.problem(int(r), "date", date.fromordinal(int(day[r])), "is there twice", remedy)
        for r in rows
    ]
