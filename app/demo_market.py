"""The shipped demo market, and how a direct-index portfolio would have been bought in a market.

Everything is simulated; see ``resources/demo/README.md``.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.history.daily import read_daily
from engine.records import CENT, Lot, Security

LABEL = "simulated"
SHARE_STEP = Decimal("0.0001")


def demo_file(name: str) -> Path:
    """A file of ``resources/demo``."""
    return Path(str(files("resources") / "demo" / name))


@dataclass(frozen=True, slots=True)
class Closes:
    """Raw closes and splits of a market, shape (days, names); NaN where a name has no close.

    Attributes:
        days: Sessions, ascending.
        names: Symbols, ascending.
        close_usd: Close as traded that day.
        split: New shares for one old share at that day's open; 1 for none.
        dividend_usd: Dollars a share on the ex-date, after that day's split.
    """

    days: tuple[date, ...]
    names: tuple[str, ...]
    close_usd: NDArray[np.float64]
    split: NDArray[np.float64]
    dividend_usd: NDArray[np.float64]

    def until(self, day: date) -> "Closes":
        """The sessions before ``day``: what is known when that day begins."""
        count = sum(session < day for session in self.days)
        return Closes(
            self.days[:count],
            self.names,
            self.close_usd[:count],
            self.split[:count],
            self.dividend_usd[:count],
        )

    def shares_now(self, row: int) -> NDArray[np.float64]:
        """Shares on the last day for one share bought at the close of ``row``, shape (names,)."""
        later: NDArray[np.float64] = np.prod(self.split[row + 1 :], axis=0)
        return later


def read_closes(paths: Sequence[Path], names: Sequence[str] | None = None) -> Closes:
    """Read daily files (columns ``date, ticker, close, split, dividend``) into one table.

    Args:
        paths: Parquet or CSV files; the first one wins where two have the same day and name.
        names: Symbols wanted; default all.
    """
    daily = read_daily(paths, names)
    days, at = np.unique(daily.day, return_inverse=True)
    shape = (len(days), len(daily.names))
    close, split, dividend = (np.full(shape, fill) for fill in (np.nan, 1.0, 0.0))
    close[at, daily.name] = daily.close
    split[at, daily.name] = daily.split
    dividend[at, daily.name] = daily.dividend
    sessions = tuple(date.fromordinal(int(day)) for day in days)
    return Closes(sessions, daily.names, close, split, dividend)


def demo_closes() -> Closes:
    """Every session of the demo market."""
    return read_closes([demo_file("demo_daily.parquet")])


def demo_securities() -> tuple[Security, ...]:
    """The fictional issuers, in the order of their file; the ticker is the id."""
    return tuple(
        Security(
            row["ticker"],
            row["ticker"],
            row["name"],
            sector=row["sector"],
            issuer_id=row["issuer_id"],
            half_spread_bps=float(row["half_spread_bps"]),
        )
        for row in _security_rows()
    )


def demo_weights() -> dict[str, float]:
    """Index weight of each fictional issuer; they sum to 1."""
    weights = {row["ticker"]: float(row["weight"]) for row in _security_rows()}
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}


def _security_rows() -> list[dict[str, str]]:
    """Rows of the securities file."""
    with demo_file("demo_securities.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@dataclass(frozen=True, slots=True)
class Programme:
    """How an account bought its lots: the same dollars into an index, at regular sessions.

    Attributes:
        account_id: Account.
        weights: Weight of each name bought.
        first: Sessions before the last one at which it began.
        every: Sessions between two purchases.
        last: Sessions before the last one after which nothing more was bought.
        dollars: Dollars of one purchase.
        skip: Chance that a name is left out of a purchase.
        mark: Goes into the lot ids, where an account has several programmes.
    """

    account_id: str
    weights: Mapping[str, float]
    first: int
    every: int
    last: int
    dollars: float
    skip: float = 0.2
    mark: str = ""


def bought(closes: Closes, programme: Programme, seed: int) -> tuple[Lot, ...]:
    """Lots that the programme holds today, in today's shares, at what was paid for them."""
    rng = np.random.default_rng(seed)
    total = sum(programme.weights.values())
    index = {name: i for i, name in enumerate(closes.names)}
    lots: list[Lot] = []
    sessions = len(closes.days)
    for back in range(min(programme.first, sessions), max(programme.last, 1) - 1, -programme.every):
        row = sessions - back
        shares_now = closes.shares_now(row)
        for name, weight in programme.weights.items():
            place = index[name]
            paid = Decimal(programme.dollars * weight / total).quantize(CENT)
            price = closes.close_usd[row, place]
            if rng.random() < programme.skip or not price > 0 or paid < 25:
                continue
            shares = Decimal(float(paid) / price * shares_now[place]).quantize(SHARE_STEP)
            day = closes.days[row]
            lot_id = f"{programme.account_id}-{programme.mark}{len(lots) + 1:04}"
            lots.append(Lot(lot_id, programme.account_id, name, shares, paid, day, day))
    return tuple(lots)


def largest(weights: Mapping[str, float], count: int, without: frozenset[str]) -> dict[str, float]:
    """The ``count`` heaviest names outside ``without``, with their weights."""
    kept = sorted((n for n in weights if n not in without), key=lambda n: (-weights[n], n))
    return {name: weights[name] for name in kept[:count]}
