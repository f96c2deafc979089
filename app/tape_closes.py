"""Daily closes on the scale of a bar file, before the day that is to be replayed.

Daily files hold raw closes; a bar file may be raw or adjusted for splits that came later. The ratio
of the two on their last common session says which, name by name, and one scale is used for all that
is bought. A name without daily history lives on the earlier sessions of the bar file itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.demo_market import Closes, read_closes
from app.feeds.rows import Rows, instant
from engine.errors import InputError

SESSIONS_OF_HISTORY, MOST_NAMES = 20, 0.9
SESSION_NS = 86_400_000_000_000
LARGEST_SPLIT, SAME = 100, 0.03


@dataclass(frozen=True, slots=True)
class TapeCloses:
    """What was known of every name of a tape when its first replayed session began.

    Attributes:
        closes: Closes on the scale of the bars; no split is left in them.
        daily_names: Names with daily history.
        bar_names: Names that live on earlier bars alone.
        first: First session to be replayed.
    """

    closes: Closes
    daily_names: tuple[str, ...]
    bar_names: tuple[str, ...]
    first: date


def sessions(rows: Rows) -> tuple[date, ...]:
    """New York days of the rows, ascending."""
    # A session of New York ends on the UTC day on which it began.
    days = np.unique(rows.event_ns // SESSION_NS)
    return tuple(instant(int(day) * SESSION_NS).date() for day in days)


def tape_closes(rows: Rows, daily: Sequence[Path], first: date | None) -> TapeCloses:
    """Gather the closes before ``first``.

    Args:
        rows: The whole bar file.
        daily: Daily files with ``close, split, dividend``.
        first: First session to be replayed; default the first one that most names reach with 20
            sessions behind them.

    Raises:
        InputError: No session of the file lies before ``first``.
    """
    days = sessions(rows)
    every = _bar_closes(rows, days)
    first = first or _usual_first(every)
    own = every.until(first)
    if not own.days:
        raise InputError("from", first, f"name a session after the first of the file, {days[0]}")
    panel = _scaled(read_closes(daily, own.names).until(first), own) if daily else None
    if panel is None:
        return TapeCloses(own, (), own.names, first)
    bare = tuple(name for name in own.names if name not in panel.names)
    return TapeCloses(_joined(panel, own), panel.names, bare, first)


def _bar_closes(rows: Rows, days: tuple[date, ...]) -> Closes:
    """Last price of each name in each session of the bars."""
    table = np.full((len(days), len(rows.names)), np.nan)
    row_of = {day: i for i, day in enumerate(days)}
    ordinals, which = np.unique(rows.event_ns // SESSION_NS, return_inverse=True)
    places = np.array([row_of[instant(int(o) * SESSION_NS).date()] for o in ordinals])
    table[places[which], rows.name] = rows.last_usd
    return Closes(days, rows.names, table, np.ones_like(table), np.zeros_like(table))


def _usual_first(own: Closes) -> date:
    """The first session that nine names in ten reach with 20 sessions behind them."""
    behind = np.cumsum(np.isfinite(own.close_usd), axis=0)[:-1]
    ready = np.mean(behind >= SESSIONS_OF_HISTORY, axis=1) >= MOST_NAMES
    return own.days[int(np.argmax(ready)) + 1] if ready.any() else own.days[-1]


def _scaled(panel: Closes, own: Closes) -> Closes | None:
    """The panel on the scale of the bars, without the names whose scale cannot be told."""
    later = np.ones_like(panel.split)
    later[:-1] = np.cumprod(panel.split[:0:-1], axis=0)[::-1]
    common = [(panel.days.index(day), i) for i, day in enumerate(own.days) if day in panel.days]
    if not common:
        return None
    column = [own.names.index(name) for name in panel.names]
    mine = panel.close_usd[[p for p, _ in common]] / later[[p for p, _ in common]]
    theirs = own.close_usd[np.ix_([i for _, i in common], column)]
    ratios = np.array([_ratio(m, t) for m, t in zip(mine.T, theirs.T, strict=True)])
    kept = np.isfinite(ratios)
    if not kept.any():
        return None
    scale = later[:, kept] * ratios[kept]
    return Closes(
        panel.days,
        tuple(name for name, keep in zip(panel.names, kept, strict=True) if keep),
        panel.close_usd[:, kept] / scale,
        np.ones_like(scale),
        panel.dividend_usd[:, kept] / scale,
    )


def _ratio(panel: NDArray[np.float64], bars: NDArray[np.float64]) -> float:
    """Panel price / bar price on the last common session as a split ratio, NaN where it is none."""
    both = np.flatnonzero(np.isfinite(panel) & np.isfinite(bars))
    if not len(both):
        return float("nan")
    quotient = float(panel[both[-1]] / bars[both[-1]])
    nearest = float(Fraction(quotient).limit_denominator(10)) if quotient > 1 / 10 else 0.0
    if not 0 < nearest <= LARGEST_SPLIT or abs(quotient / nearest - 1) > SAME:
        return float("nan")
    return 1.0 if abs(quotient - 1) < SAME else nearest


def _joined(panel: Closes, own: Closes) -> Closes:
    """Panel days and bar days in one table; bars speak where the panel is silent."""
    days = tuple(sorted({*panel.days, *own.days}))
    shape = (len(days), len(own.names))
    close, dividend = np.full(shape, np.nan), np.zeros(shape)
    row_of = {day: i for i, day in enumerate(days)}
    close[[row_of[day] for day in own.days]] = own.close_usd
    rows = [row_of[day] for day in panel.days]
    columns = [own.names.index(name) for name in panel.names]
    block = np.ix_(rows, columns)
    close[block] = np.where(np.isnan(panel.close_usd), close[block], panel.close_usd)
    dividend[block] = panel.dividend_usd
    return Closes(days, own.names, _carried(close), np.ones(shape), dividend)


def _carried(close: NDArray[np.float64]) -> NDArray[np.float64]:
    """The last known close of each name where a session has none."""
    known = np.where(np.isnan(close), 0, np.arange(len(close))[:, None])
    last = np.maximum.accumulate(known, axis=0)
    carried: NDArray[np.float64] = close[last, np.arange(close.shape[1])]
    return carried
