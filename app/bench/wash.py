"""`lotlight bench --only wash`: whole histories, and one staged trade re-checked."""

from datetime import date, timedelta
from decimal import Decimal
from math import log

import numpy as np

from app import collector, lawbook
from app.bench.row import BenchRow, best_of
from engine.law.wash_blocks import index_blocks
from engine.law.wash_index import index
from engine.law.wash_sales import scan
from engine.records import (
    Account,
    AccountKind,
    FilingStatus,
    Household,
    Lot,
    Person,
    PersonRole,
    Side,
    TaxProfile,
    Trade,
)
from engine.results import Purchase

START = date(2022, 1, 3)
DAYS, NAMES = 1000, 500
SIZES = (1_000, 10_000, 100_000)
ACCOUNT = Account("T", "client", "taxable", AccountKind.TAXABLE)
IRA = Account("I", "client", "IRA", AccountKind.IRA)


def rows() -> list[BenchRow]:
    """Time by number of lots, with its growth, and the re-check of a household of 5,000 lots."""
    window_days = lawbook.load().wash_window_days
    found: list[BenchRow] = []
    for lots in SIZES:
        found.append(_history(lots, window_days, found[-1] if found else None))
    found.append(_recheck(window_days))
    return found


def history(lots: int, seed: int = 7) -> list[Trade]:
    """A long history of one account.

    Price walks of 2 % a day; lots of 10 to 100 shares, bought on any of 1,000 days over 500 names;
    30 % are still held, the others are sold after 1 + Exp(60) days.
    """
    draw = np.random.default_rng(seed)
    walk = np.cumsum(draw.normal(0, 0.02, (NAMES, 2 * DAYS)), axis=1)
    cents = np.maximum(1, np.round(10_000 * np.exp(walk)).astype(np.int64))
    name, day = draw.integers(0, NAMES, lots), draw.integers(0, DAYS, lots)
    shares, kept = draw.choice([10, 20, 50, 100], lots), draw.random(lots) < 0.3
    sold = np.minimum(day + 1 + draw.exponential(60, lots).astype(int), 2 * DAYS - 1)
    trades = []
    for n in range(lots):
        of, lot, held = f"S{name[n]}", f"b{n}", Decimal(int(shares[n]))
        price = Decimal(int(cents[name[n], day[n]])).scaleb(-2)
        on = START + timedelta(days=int(day[n]))
        trades.append(Trade(lot, "T", of, Side.BUY, held, price, on, 2 * n))
        if not kept[n]:
            price = Decimal(int(cents[name[n], sold[n]])).scaleb(-2)
            on = START + timedelta(days=int(sold[n]))
            part = ((lot, held),)
            trades.append(Trade(f"s{n}", "T", of, Side.SELL, held, price, on, 2 * n + 1, part))
    return trades


def _history(lots: int, window_days: int, smaller: BenchRow | None) -> BenchRow:
    """One size; ``growth`` is the time against the size before, ``n_log_n`` what that allows."""
    trades = history(lots)
    with collector.paused():
        seconds = best_of(1, lambda: scan(trades, [ACCOUNT], window_days=window_days))
    extra = {"trades": float(len(trades)), "us_per_trade": 1e6 * seconds / len(trades)}
    if smaller is not None:
        extra["growth"] = seconds / smaller.seconds
        extra["n_log_n"] = 10 * log(lots) / log(lots // 10)
    work = f"{lots:,} lots of {NAMES} names, every wash sale exact, with findings"
    return BenchRow(f"wash/history-{lots}", work, seconds, extra=extra)


def _recheck(window_days: int) -> BenchRow:
    """One staged purchase in a household of 5,000 lots: its group's blocks again."""
    today = START + timedelta(days=DAYS)
    household = Household(
        "H",
        "Household",
        (Person("client", "client", PersonRole.CLIENT),),
        (ACCOUNT, IRA),
        tuple(_lot(n, today) for n in range(5000)),
        TaxProfile(2026, FilingStatus.SINGLE, "IL"),
    )
    known = index(household, window_days)
    purchase = Purchase("I", "S7", Decimal(5), Decimal(40))

    def check() -> object:
        return index_blocks(known.bought(purchase, today), today, ["S7"])

    seconds = best_of(20, check)
    work = "one staged trade re-checked in a household of 5,000 lots"
    return BenchRow("wash/recheck-5000", work, seconds, extra={"ms": 1e3 * seconds})


def _lot(number: int, today: date) -> Lot:
    """One lot of the household."""
    on = today - timedelta(days=number * 7 % 900)
    name = f"S{number % NAMES}"
    return Lot(f"l{number}", "T", name, Decimal(10), Decimal(500), on, on)
