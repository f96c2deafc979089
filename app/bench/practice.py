"""`lotlight bench --only practice`: a practice in one sweep, and one large household a tick."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import numpy as np

from app import calendars
from app.bench.row import BenchRow, best_of
from app.book.book import Book
from app.desk import Rules
from app.market import Market
from app.office import rules
from app.past import Past
from app.practice import generate
from app.profiles import shipped_profile
from app.sweep import sweep
from engine.decision.lot_state import lot_state
from engine.decision.outlook import Outlook
from engine.decision.prepare import prepare
from engine.decision.settings import DecisionSettings
from engine.records import MICRO, Quote, QuoteState, Security

AT = datetime(2026, 10, 28, 15, 0, tzinfo=UTC)
DAYS = 260
DAILY_VOL = 0.018
HOUSEHOLDS, LOTS = 100, 250
NAMES, LARGE = 500, 2_500
PATHS = 10_240


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """A generated practice with a look at its market."""

    book: Book
    outlook: Outlook
    rules: Rules


@contextmanager
def generated(households: int, lots: int, names: int) -> Iterator[Bench]:
    """A practice of that size in a temporary book; prices walk without drift."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.lotlight"
        with Book.create(path, at=AT) as book:
            prices = generate(book, households, lots, seed=11, at=AT, securities=names)
            found = look(prices, book.securities())
            yield Bench(book, found, rules(DecisionSettings()))


def look(prices: Mapping[str, Decimal], securities: Mapping[str, Security]) -> Outlook:
    """One look at a market of random walks that end at these prices."""
    names = tuple(prices)
    steps = np.random.default_rng(3).normal(0.0, DAILY_VOL, (DAYS, len(names)))
    last = np.array([float(prices[name]) for name in names])
    closes = last * np.exp(np.cumsum(steps, axis=0) - steps.sum(axis=0))
    days = tuple(date(2026, 10, 27) - timedelta(days=DAYS - i) for i in range(DAYS))
    market = Market(
        Past(days, names, closes), securities, calendars.load(), shipped_profile(), 1, PATHS
    )
    market.take([_quote(name, prices[name]) for name in names], AT)
    found = market.outlook()
    assert found is not None
    return found


def _quote(name: str, price: Decimal) -> Quote:
    """A quote two basis points wide."""
    half = (price * Decimal("0.0001")).quantize(MICRO)
    state = QuoteState.REPLAY
    return Quote(name, price - half, price + half, price, AT, AT, "bench", 1, state, price)


def rows() -> list[BenchRow]:
    """Households a second, with and without proposals; one large household at a tick."""
    found = []
    with generated(HOUSEHOLDS, LOTS, 250) as bench:
        for threads in (1, 2):
            work = partial(sweep, bench.book, bench.outlook, bench.rules, threads, best=0)
            took = best_of(1, work)
            found.append(
                BenchRow(
                    f"practice.sweep.{threads}",
                    f"{HOUSEHOLDS} households of {LOTS} lots: read, lay out, forecast, best set",
                    took,
                    cores=threads,
                    extra={"households_per_second": HOUSEHOLDS / took},
                )
            )
    with generated(1, LARGE, NAMES) as bench:
        found.append(_tick(bench))
    return found


def _tick(bench: Bench) -> BenchRow:
    """Thresholds, losses and touch chances of one large household."""
    prepared = prepare(bench.book.household("G00000"), bench.rules.law, bench.outlook)
    settings, table = bench.rules.settings, bench.rules.table
    took = best_of(5, partial(lot_state, prepared, bench.outlook, settings, table))
    work = f"{NAMES} names, {len(prepared.lots)} taxed lots: one tick of lot_state"
    return BenchRow("practice.tick.2500", work, took, extra={"milliseconds": took * 1e3})
