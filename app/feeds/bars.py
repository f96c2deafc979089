"""Bar files as market data: one row for each bar, known at its end.

Columns ``ticker, ts, open, high, low, close`` (more are ignored); ``ts`` is New York exchange time
without a zone and labels the start or the end of its bar. Parquet alone.
"""

from datetime import date, datetime, time, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from app.commands.output import ProblemsError
from app.feeds.quarantine import NEW_YORK
from app.feeds.rows import BAR, Rows
from engine.results import Problem

PRICES = ("open", "high", "low", "close")
CLOSE_OF_SESSION = time(16)
MOST_PROBLEMS = 50


def read_bar_rows(
    path: Path,
    *,
    label: str = "",
    first: date | None = None,
    last: date | None = None,
) -> Rows:
    """Read a bar file in the order in which its bars became known.

    Args:
        path: Parquet file.
        label: ``start`` or ``end``; "" judges by the file: a bar labelled 16:00 is an end.
        first: First session wanted.
        last: Last session wanted.

    Raises:
        ProblemsError: A column is missing, a key cell is empty, or the file cannot be read.
    """
    table = _read(path, first, last)
    local = table.column("ts").cast(pa.timestamp("ns")).to_numpy()
    names, codes = np.unique(table.column("ticker").to_numpy().astype(str), return_inverse=True)
    open_, high, low, close = (table.column(x).to_numpy().astype(np.float64) for x in PRICES)
    known = _utc_ns(local) + (0 if (label or _label(local)) == "end" else _interval_ns(local))
    order = np.argsort(known, kind="stable")
    empty = np.full(len(order), np.nan)
    return Rows(
        tuple(str(name) for name in names),
        codes[order].astype(np.int64),
        known[order],
        np.full(len(order), BAR),
        empty,
        empty,
        close[order],
        open_[order],
        high[order],
        low[order],
        np.zeros(len(order), dtype=bool),
    )


def _read(path: Path, first: date | None, last: date | None) -> pa.Table:
    """The wanted sessions of the file, or what is wrong with it."""
    wanted = ["ticker", "ts", *PRICES]
    try:
        missing = [name for name in wanted if name not in pq.read_schema(path).names]
        table = None if missing else pq.read_table(path, columns=wanted)
    except (OSError, pa.ArrowInvalid) as error:
        what = str(error).splitlines()[0][:120]
        remedy = "check the path, or fetch the file again; it may be cut short"
        told = Problem(path.name, 0, "file", path.name, f"cannot be read: {what}", remedy)
        raise ProblemsError([told]) from error
    if table is None:
        rule = "the column is missing"
        remedy = "give a bar file with ticker, ts, open, high, low, close, or a tape"
        raise ProblemsError([Problem(path.name, 0, name, "", rule, remedy) for name in missing])
    problems = _bad_cells(path, table)
    if problems:
        raise ProblemsError(problems[:MOST_PROBLEMS])
    if first is not None:
        table = table.filter(pc.field("ts") >= datetime.combine(first, time()))
    if last is not None:
        table = table.filter(pc.field("ts") < datetime.combine(last + timedelta(days=1), time()))
    if not table.num_rows:
        remedy = "name sessions that the file holds, or another file"
        raise ProblemsError([Problem(path.name, 0, "ts", "", "no bar of these dates", remedy)])
    return table


def _bad_cells(path: Path, table: pa.Table) -> list[Problem]:
    """Empty key cells, and columns that do not hold what their names say."""
    problems = []
    if not pa.types.is_timestamp(table.schema.field("ts").type):
        read = str(table.schema.field("ts").type)
        remedy = "store ts as a timestamp in New York time without a zone"
        problems.append(Problem(path.name, 0, "ts", read, "is not a timestamp", remedy))
    for name in PRICES:
        kind = table.schema.field(name).type
        if not (pa.types.is_floating(kind) or pa.types.is_integer(kind)):
            problems.append(
                Problem(path.name, 0, name, str(kind), "is not a number", "store prices as numbers")
            )
    for name in ("ticker", "ts"):
        empty = np.flatnonzero(pc.is_null(table.column(name)).to_numpy())
        problems += [
            Problem(path.name, int(row) + 1, name, "", "is empty", "fill the cell or drop the row")
            for row in empty[:MOST_PROBLEMS]
        ]
    return problems


def _utc_ns(local: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """New York wall time as nanoseconds since 1970 UTC; a session never spans a clock change."""
    days, which = np.unique(local.astype("datetime64[D]"), return_inverse=True)
    noons = [datetime.combine(day.item(), time(12), NEW_YORK) for day in days]
    offsets = [noon.utcoffset() or timedelta() for noon in noons]
    shift = np.array([round(o.total_seconds()) * 1_000_000_000 for o in offsets], dtype=np.int64)
    return local.astype("datetime64[ns]").astype(np.int64) - shift[which]


def _label(local: NDArray[np.datetime64]) -> str:
    """``end`` where a bar is labelled with the close of the session, else ``start``."""
    of_day = local - local.astype("datetime64[D]")
    close_ns = CLOSE_OF_SESSION.hour * 3_600 * 1_000_000_000
    return (
        "end" if np.any(of_day.astype("timedelta64[ns]").astype(np.int64) == close_ns) else "start"
    )


def _interval_ns(local: NDArray[np.datetime64]) -> int:
    """The usual distance between two labels."""
    gaps = np.diff(np.unique(local)).astype("timedelta64[ns]").astype(np.int64)
    if len(gaps) == 0:
        return 60_000_000_000
    values, counts = np.unique(gaps, return_counts=True)
    return int(values[np.argmax(counts)])
