"""Bar files as market data: one row for each bar, known at its end.

The file is read by ``app.history.bars``; here its prices are taken as they stand, because rubbish
is played and ends in quarantine, where it is counted and shown.
"""

from datetime import date
from pathlib import Path

import numpy as np

from app.commands.output import ProblemsError
from app.feeds.rows import BAR, Rows
from app.history.bars import Bars, read_bars
from engine.market.calendar import MINUTE_NS
from engine.results import Problem

CLOSE_OF_SESSION_MINUTE = 16 * 60


def read_bar_rows(
    path: Path,
    *,
    label: str = "",
    first: date | None = None,
    last: date | None = None,
) -> Rows:
    """Read a bar file in the order in which its bars became known.

    Args:
        path: Parquet or CSV with ``ticker, ts, open, high, low, close``.
        label: ``start`` or ``end``; "" judges by the file: a bar labelled 16:00 is an end.
        first: First session wanted.
        last: Last session wanted.

    Raises:
        ProblemsError: The file cannot be read, lacks a column, or has no bar of these dates.
    """
    bars = read_bars(path, "end", from_on=first, to_on=last, checked=False)
    if not bars.name.size:
        remedy = "name sessions that the file holds, or another file"
        raise ProblemsError([Problem(path.name, 0, "ts", "", "no bar of these dates", remedy)])
    known = bars.end_ns
    if (label or label_of(bars)) == "start":
        known = known + bars.interval_minutes * MINUTE_NS
    order = np.argsort(known, kind="stable")
    empty = np.full(len(order), np.nan)
    return Rows(
        bars.names,
        bars.name[order].astype(np.int64),
        known[order],
        np.full(len(order), BAR),
        empty,
        empty,
        bars.close[order],
        bars.open[order],
        bars.high[order],
        bars.low[order],
        np.zeros(len(order), dtype=bool),
    )


def label_of(bars: Bars) -> str:
    """``end`` where a bar is labelled with the close of the session, else ``start``."""
    return "end" if np.any(bars.end_minute == CLOSE_OF_SESSION_MINUTE) else "start"
