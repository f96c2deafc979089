"""Intraday bars of many names, read into columns that are known at the end of each bar."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date, datetime
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from app.calendars import EPOCH, NEW_YORK, utc_midnight
from app.history.columns import Columns, Floats, read_columns
from engine.market.calendar import MINUTE_NS
from engine.results import Problem

PRICES = ("open", "high", "low", "close")
DAY_MINUTES = 1440


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars sorted by name and end, shape (bars,) each.

    Attributes:
        names: Tickers, sorted.
        interval_minutes: Length of a bar, the commonest step in the file.
        name: Index of each bar's ticker in ``names``.
        end_ns: End of the bar, when it is known: int64 nanoseconds UTC.
        day: Proleptic ordinal of the New York date.
        end_minute: End of the bar as minute of the New York day (580 is 9:40).
        open: First price, dollars.
        high: Highest price.
        low: Lowest price.
        close: Last price.
        volume: Shares traded, NaN where the file has none.
    """

    names: tuple[str, ...]
    interval_minutes: int
    name: NDArray[np.int32]
    end_ns: NDArray[np.int64]
    day: NDArray[np.int64]
    end_minute: NDArray[np.int64]
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> "Bars":
        """The bars at those rows, in that order; the names stay."""
        columns = (getattr(self, f.name)[rows] for f in fields(self)[2:])
        return Bars(self.names, self.interval_minutes, *columns)

    def without(self, tickers: Collection[str]) -> "Bars":
        """The bars of all other names; the names stay."""
        drop = np.isin(np.asarray(self.names, dtype=object), list(tickers))
        return self.take(~drop[self.name]) if drop.any() else self


def read_bars(
    path: Path,
    label: Literal["start", "end"],
    tickers: Collection[str] | None = None,
    from_on: date | None = None,
    to_on: date | None = None,
    *,
    checked: bool = True,
) -> Bars:
    """Read a bars file: ``ticker, ts, open, high, low, close`` and perhaps ``volume``.

    Args:
        path: Parquet or CSV. ``ts`` without a zone is the New York clock.
        label: Whether ``ts`` names the start or the end of a bar.
        tickers: Names to keep, all by default.
        from_on: First New York date to keep.
        to_on: Last New York date to keep.
        checked: Refuse prices that cannot be; a replay takes them as they stand.

    Raises:
        ProblemsError: If the file cannot be read, a column is missing, a price is not above
            zero, a bar's low is above its high, or a bar is there twice; row and remedy are told.
    """
    columns = read_columns(path, ("ticker", "ts", *PRICES), ("volume",))
    minutes = _minutes(columns)
    names, name = columns.codes("ticker")
    prices = [columns.floats(field) for field in PRICES]
    if checked:
        columns.refuse(_bad_prices(columns, prices))
    volume = columns.floats("volume") if columns.has("volume") else np.full(columns.rows, np.nan)
    order = _sorted(columns, name, minutes)
    interval = _interval(name[order], minutes[order])
    ends = minutes + (interval if label == "start" else 0)
    day, end_minute = ends // DAY_MINUTES + EPOCH, ends % DAY_MINUTES
    keep = order[_wanted(names, name, day, tickers, from_on, to_on)[order]]
    day, end_minute = day[keep], end_minute[keep]
    kept = np.unique(name[keep])
    place = np.zeros(len(names) + 1, dtype=np.int32)
    place[kept] = np.arange(kept.size, dtype=np.int32)
    return Bars(
        tuple(names[i] for i in kept),
        interval,
        place[name[keep]],
        utc_midnight(day) + end_minute * MINUTE_NS,
        day,
        end_minute,
        *(column[keep] for column in (*prices, volume)),
    )


def _minutes(columns: Columns) -> NDArray[np.int64]:
    """Time labels as minutes of the New York clock since 1970."""
    stamps = columns.table.column("ts")
    if pa.types.is_string(stamps.type):
        stamps = _from_text(columns, stamps)
    if not pa.types.is_timestamp(stamps.type):
        columns.refuse([columns.problem(-1, "ts", stamps.type, "is no time", _TIME_REMEDY)])
    if stamps.null_count:
        row = int(pc.index(stamps.is_null(), True).as_py())
        columns.refuse([columns.problem(row, "ts", "", "is empty", _TIME_REMEDY)])
    if stamps.type.tz is not None:
        stamps = pc.local_timestamp(stamps.cast(pa.timestamp("ms", str(NEW_YORK))))
    counted = stamps.cast(pa.timestamp("ms"), safe=False).cast(pa.int64()).to_numpy()
    return np.asarray(counted // 60_000, dtype=np.int64)


_TIME_REMEDY = "write times as 2025-06-02 09:35 (New York), or with a zone"


def _from_text(columns: Columns, stamps: pa.ChunkedArray) -> pa.ChunkedArray:
    """Times written as text; each one that is none is told with its row."""
    found, problems = [], []
    for row, text in enumerate(stamps.to_pylist()):
        try:
            at = datetime.fromisoformat(text)
            found.append(at if at.tzinfo is None else at.astimezone(NEW_YORK).replace(tzinfo=None))
        except (TypeError, ValueError):
            problems.append(columns.problem(row, "ts", text, "is no time", _TIME_REMEDY))
    columns.refuse(problems)
    return pa.chunked_array([pa.array(found, pa.timestamp("ms"))])


def _bad_prices(columns: Columns, prices: list[Floats]) -> list[Problem]:
    """Rows whose prices cannot be."""
    found: list[Problem] = []
    for field, price in zip(PRICES, prices, strict=True):
        bad = ~((price > 0.0) & np.isfinite(price))
        remedy = "give a price above zero, or leave the bar out"
        found += columns.complain(bad, field, price, "is no price", remedy)
    _, high, low, _ = prices
    remedy = "the low of a bar is at most its high"
    return found + columns.complain(low > high, "low", low, "is above the high", remedy)


def _sorted(
    columns: Columns, name: NDArray[np.int32], minutes: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Order by name and time; the same bar twice is refused."""
    key = name.astype(np.int64) << 32 | minutes
    steps = np.diff(key)
    order = np.arange(key.size) if np.all(steps > 0) else np.argsort(key, kind="stable")
    twice = np.flatnonzero(np.diff(key[order]) == 0)
    remedy = "keep one bar for each ticker and time"
    columns.refuse(
        [
            columns.problem(
                int(order[i + 1]),
                "ts",
                columns.table.column("ts")[int(order[i + 1])],
                f"is the time of row {int(order[i]) + 1} of the same ticker",
                remedy,
            )
            for i in twice[:5]
        ]
    )
    return order


def _interval(name: NDArray[np.int32], minutes: NDArray[np.int64]) -> int:
    """The commonest step between two bars of one name on one day, minutes; 1 for lone bars."""
    steps = np.diff(minutes)[np.diff(name) == 0]
    steps = steps[(steps > 0) & (steps <= DAY_MINUTES // 2)]
    return int(np.argmax(np.bincount(steps))) if steps.size else 1


def _wanted(
    names: tuple[str, ...],
    name: NDArray[np.int32],
    day: NDArray[np.int64],
    tickers: Collection[str] | None,
    from_on: date | None,
    to_on: date | None,
) -> NDArray[np.bool_]:
    """Which bars were asked for."""
    keep = np.ones(day.size, dtype=np.bool_)
    if tickers is not None:
        keep &= np.isin(np.asarray(names, dtype=object), list(tickers))[name]
    if from_on is not None:
        keep &= day >= from_on.toordinal()
    if to_on is not None:
        keep &= day <= to_on.toordinal()
    return keep
