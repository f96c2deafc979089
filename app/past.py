"""What lies before the first session played: closes, ranges and bars, on one scale of prices."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.demo_market import Closes
from app.feeds.bars import label_of
from app.feeds.tape import is_tape
from app.history.bars import read_bars
from app.history.daily import read_daily
from engine.market.name_days import NO_BARS, BarTable
from engine.market.session_history import DailyTable
from engine.records import Security

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """Prices before the first session played, on one scale.

    Attributes:
        days: Sessions, ascending.
        names: Security ids.
        close: Closes adjusted to the scale of the tape, NaN where missing, shape (days, names).
        open: Opens on the same scale, or none.
        high: Highs, or none.
        low: Lows, or none.
        bars: Bars of earlier sessions; names by their place in ``names``.
        bar_minutes: Length of a bar.
    """

    days: tuple[date, ...]
    names: tuple[str, ...]
    close: Floats
    open: Floats | None = None
    high: Floats | None = None
    low: Floats | None = None
    bars: BarTable = NO_BARS
    bar_minutes: int = 5

    def daily(self) -> DailyTable:
        """The daily prices by name and day, shape (names, days)."""
        none = np.full(self.close.shape, np.nan)
        columns = [none if x is None else x for x in (self.open, self.high, self.low)]
        return DailyTable(*(x.T for x in (*columns, self.close, np.ones_like(none))))

    def livelier(self, factor: float) -> "Past":
        """Daily moves so many times as large, ending at the same closes; the bars are left out."""
        end = np.log(self.close[-1])

        def grown(prices: Floats) -> Floats:
            return np.asarray(np.exp(end + factor * (np.log(prices) - end)))

        open_, high, low = (
            None if x is None else grown(x) for x in (self.open, self.high, self.low)
        )
        return replace(self, close=grown(self.close), open=open_, high=high, low=low, bars=NO_BARS)


def past_of(closes: Closes, securities: Sequence[Security]) -> Past:
    """Closes of the securities on the scale of the last day, by security id."""
    wanted = {s.symbol: s.security_id for s in securities}
    places = [i for i, symbol in enumerate(closes.names) if symbol in wanted]
    scale = np.ones_like(closes.close_usd)
    for row in range(len(closes.days)):
        scale[row] = closes.shares_now(row)
    adjusted = (closes.close_usd / scale)[:, places]
    return Past(closes.days, tuple(wanted[closes.names[i]] for i in places), adjusted)


def with_ranges(past: Past, daily: Sequence[Path], securities: Sequence[Security]) -> Past:
    """The same past with opens, highs and lows of daily files, on the scale of its closes."""
    if not daily:
        return past
    symbol = {s.symbol: s.security_id for s in securities}
    found = read_daily(daily, list(symbol))
    place = {name: i for i, name in enumerate(past.names)}
    column = np.array([place.get(symbol[n], -1) for n in found.names] or [-1])[found.name]
    ordinals = np.array([day.toordinal() for day in past.days])
    row = np.minimum(np.searchsorted(ordinals, found.day), ordinals.size - 1)
    here = (column >= 0) & (ordinals[row] == found.day)
    row, column = row[here], column[here]
    factor = past.close[row, column] / found.close[here]

    def laid(prices: Floats) -> Floats:
        table = np.full(past.close.shape, np.nan)
        table[row, column] = prices[here] * factor
        return table

    return replace(past, open=laid(found.open), high=laid(found.high), low=laid(found.low))


def with_bars(
    past: Past,
    path: Path,
    label: str,
    before: date,
    securities: Sequence[Security],
) -> Past:
    """The same past with the bars of a file before a session; a tape of quotes has none.

    Args:
        past: Closes before the session.
        path: Bars.
        label: ``start`` or ``end`` of a bar; "" judges by the file.
        before: The session.
        securities: The names by symbol.
    """
    if is_tape(path):
        return past
    symbol = {s.symbol: s.security_id for s in securities}
    last = date.fromordinal(before.toordinal() - 1)
    bars = read_bars(path, "end", list(symbol), to_on=last, checked=False)
    later = bars.interval_minutes if (label or label_of(bars)) == "start" else 0
    place = {name: i for i, name in enumerate(past.names)}
    name = np.array([place.get(symbol[n], -1) for n in bars.names] or [-1])[bars.name]
    sane = np.isfinite(bars.open) & np.isfinite(bars.low) & np.isfinite(bars.close)
    sane &= (name >= 0) & (bars.low > 0.0) & (bars.open > 0.0) & (bars.close >= bars.low)
    table = BarTable(
        name[sane].astype(np.int64),
        bars.day[sane],
        bars.end_minute[sane] + later,
        bars.open[sane],
        bars.low[sane],
        bars.close[sane],
    )
    return replace(past, bars=table, bar_minutes=bars.interval_minutes)
