"""A stretch of market data as columns: what the replay plays, whatever file it came from."""

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from app.feeds.quarantine import Print
from engine.records import Quote, QuoteState

QUOTE, TRADE, BAR = 0, 1, 2
Column = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rows:
    """Market data in the order in which it arrived, shape (rows,) each; NaN = not given.

    Attributes:
        names: Security ids that ``name`` points into.
        name: Index into ``names``.
        event_ns: When the price was made (end of a bar), nanoseconds since 1970 UTC.
        kind: 0 quote, 1 trade, 2 bar.
        bid_usd: Bid.
        ask_usd: Ask.
        last_usd: Last trade, or close of a bar.
        open_usd: Open of a bar.
        high_usd: High of a bar.
        low_usd: Low of a bar.
        halted: Whether trading of the name is halted.
    """

    names: tuple[str, ...]
    name: NDArray[np.int64]
    event_ns: NDArray[np.int64]
    kind: NDArray[np.int64]
    bid_usd: Column
    ask_usd: Column
    last_usd: Column
    open_usd: Column
    high_usd: Column
    low_usd: Column
    halted: NDArray[np.bool_]

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.name)

    def keep(self, wanted: NDArray[np.bool_]) -> "Rows":
        """The rows marked in ``wanted``, shape (rows,), in their order."""
        columns = {x.name: getattr(self, x.name)[wanted] for x in fields(self)[1:]}
        return Rows(self.names, **columns)

    def rename(self, names: Mapping[str, str]) -> "Rows":
        """The same rows under other names; a name that is not in ``names`` keeps its own."""
        return replace(self, names=tuple(names.get(name, name) for name in self.names))

    def without(self, names: Collection[str]) -> "Rows":
        """The rows of all other names, and no word of these."""
        kept = np.array([name not in names for name in self.names], dtype=np.bool_)
        if kept.all():
            return self
        rows = self.keep(kept[self.name])
        place = np.cumsum(kept) - 1
        left = tuple(name for name, keep in zip(self.names, kept, strict=True) if keep)
        return replace(rows, names=left, name=place[rows.name])

    def spread(self, half_spread_bps: NDArray[np.float64]) -> "Rows":
        """The same rows with bid and ask around ``last_usd`` where the source gives none.

        Args:
            half_spread_bps: Half spread of each of ``names`` in basis points, shape (names,).
        """
        bare = (self.kind != QUOTE) & np.isnan(self.bid_usd) & np.isnan(self.ask_usd)
        half = half_spread_bps[self.name] * 1e-4
        return replace(
            self,
            bid_usd=np.where(bare, self.last_usd * (1 - half), self.bid_usd),
            ask_usd=np.where(bare, self.last_usd * (1 + half), self.ask_usd),
        )

    def interval(self) -> timedelta:
        """The usual distance between two moments with data; at least a second."""
        gaps = np.diff(np.unique(self.event_ns))
        if len(gaps) == 0:
            return timedelta(minutes=1)
        values, counts = np.unique(gaps, return_counts=True)
        usual = int(values[np.argmax(counts)])
        return timedelta(seconds=max(1, round(usual / 1e9)))

    def prints(self, first: int, end: int, source: str, known_at: datetime) -> Iterator[Print]:
        """Rows ``first`` to ``end`` as quotes, figures as they stand; numbered from 1."""
        columns = (
            self.name,
            self.event_ns,
            self.kind,
            self.bid_usd,
            self.ask_usd,
            self.last_usd,
            self.open_usd,
            self.high_usd,
            self.low_usd,
            self.halted,
        )
        rows = zip(*(column[first:end].tolist() for column in columns), strict=True)
        for seq, (name, at_ns, kind, bid, ask, last, opened, high, low, halted) in enumerate(
            rows, start=first + 1
        ):
            known_last = (bid + ask) / 2 if kind == QUOTE and math.isnan(last) else last
            last_usd = price(known_last)
            quote = Quote(
                self.names[name],
                price(bid),
                price(ask),
                last_usd,
                instant(at_ns),
                known_at,
                source,
                seq,
                QuoteState.HALTED if halted else QuoteState.REPLAY,
                price(low) if kind == BAR else last_usd,
                price(opened) if kind == BAR else None,
            )
            if kind == BAR:
                yield Print(quote, high_usd=price(high), open_usd=price(opened))
            else:
                yield Print(quote, traded=kind == TRADE)


def price(value: float) -> Decimal:
    """A price from a file: seven digits are what a float32 column holds, 1e-6 the finest step."""
    return Decimal(f"{value:.7g}") if value >= 0.1 else Decimal(f"{value:.6f}")


@lru_cache(maxsize=64)
def instant(ns: int) -> datetime:
    """Nanoseconds since 1970 as an instant in UTC, to the microsecond."""
    return datetime.fromtimestamp(ns // 1_000_000_000, UTC) + timedelta(
        microseconds=ns // 1_000 % 1_000_000
    )
