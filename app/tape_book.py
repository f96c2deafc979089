"""A practice of made-up clients who hold the real names of a tape, bought on earlier real dates."""

import csv
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from app.demo_activity import recent_activity
from app.demo_book import Practice, account, users, with_activity
from app.demo_market import Closes, Programme, bought
from app.feeds.bars import read_bar_rows
from app.tape_closes import TapeCloses, tape_closes
from engine.records import (
    AccountKind,
    Cash,
    CashNeed,
    Constraint,
    FilingStatus,
    Household,
    Lot,
    Person,
    PersonRole,
    Rule,
    Security,
    Sleeve,
    Target,
    TaxProfile,
)

SEED = 77_002_018
# account: first purchase (sessions ago), sessions between two, last (sessions ago), dollars each.
BUYING = {"client-joint": (520, 42, 24, 200_000), "client-ira": (400, 126, 40, 60_000)}
# The same for names that live on earlier bars alone.
BUYING_ON_BARS = {"client-joint": (19, 3, 9, 60_000), "client-ira": (15, 9, 10, 15_000)}
OWN = {"single-tax": (480, 63, 26, 250_000)}
OWN_ON_BARS = {"single-tax": (18, 4, 9, 60_000)}


def tape_practice(
    bars: Path,
    daily: Sequence[Path],
    *,
    label: str = "",
    first: date | None = None,
    exclude: Collection[str] = (),
) -> tuple[Practice, TapeCloses]:
    """Clients who hold the names of a bar file on the morning of ``first``.

    Args:
        bars: Bar file.
        daily: Daily files; names without history there were bought on earlier bars.
        label: ``start`` or ``end`` of a bar; "" judges by the file.
        first: First session to be replayed; default as ``tape_closes``.
        exclude: Names of the file that nobody holds (leveraged funds, say).

    Returns:
        The practice, and what was known on the morning of its first session.

    Raises:
        ProblemsError: A file is broken.
        InputError: No session of the file lies before ``first``.
    """
    known = tape_closes(read_bar_rows(bars, label=label).without(exclude), daily, first)
    names = (*known.daily_names, *known.bar_names)
    sectors = _sectors(daily)
    securities = tuple(
        Security(name, name, name, sector=sectors.get(name, "")) for name in sorted(names)
    )
    households = (_couple(known), _single(known))
    return Practice(securities, users(), households), known


def _sectors(daily: Sequence[Path]) -> dict[str, str]:
    """Sectors by ticker from a ``securities.csv`` beside the daily files, if there is one."""
    for folder in sorted({path.parent for path in daily}):
        listed = folder / "securities.csv"
        if listed.is_file():
            with listed.open(encoding="utf-8", newline="") as file:
                return {row["ticker"]: row["sector"] for row in csv.DictReader(file)}
    return {}


def _couple(known: TapeCloses) -> Household:
    """A couple with an IRA, a cash need and a gain limit."""
    today = known.first
    base = Household(
        "client",
        "Client couple (made up)",
        (
            Person("client-1", "First client", PersonRole.CLIENT, date(1970, 5, 4)),
            Person("client-2", "Second client", PersonRole.SPOUSE, date(1972, 8, 21)),
        ),
        (
            account("client-joint", "client-1", "Joint", AccountKind.JOINT),
            account("client-ira", "client-1", "IRA", AccountKind.IRA, reinvest=True),
        ),
        _lots(known, BUYING, BUYING_ON_BARS, SEED),
        TaxProfile(
            today.year,
            FilingStatus.MFJ,
            "CA",
            wages_usd=Decimal(380_000),
            ordinary_dividends_usd=Decimal(12_000),
            qualified_dividends_usd=Decimal(10_000),
            salt_paid_usd=Decimal(28_000),
        ),
        sleeves=(_sleeve("client-core", ("client-joint", "client-ira"), known),),
        cash=(Cash("client-joint", Decimal("9100.00")), Cash("client-ira", Decimal("410.00"))),
        cash_needs=(CashNeed("client-need", today + timedelta(days=91), Decimal(50_000), "Roof"),),
        constraints=(
            Constraint("client-gain", Rule.NET_GAIN_MAX_USD, Decimal(10_000)),
            Constraint("client-te", Rule.TRACKING_ERROR_MAX, Decimal("0.03")),
            Constraint("client-min", Rule.MIN_TRADE_USD, Decimal(500)),
        ),
    )
    activity = recent_activity(known.closes, base, "client-joint", ("client-ira",), SEED + 8)
    return with_activity(base, activity)


def _single(known: TapeCloses) -> Household:
    """A single client with losses carried from earlier years."""
    base = Household(
        "single",
        "Single client (made up)",
        (Person("single-1", "Third client", PersonRole.CLIENT, date(1981, 2, 11)),),
        (account("single-tax", "single-1", "Taxable", AccountKind.TAXABLE),),
        _lots(known, OWN, OWN_ON_BARS, SEED + 4),
        TaxProfile(
            known.first.year,
            FilingStatus.SINGLE,
            "NY",
            wages_usd=Decimal(240_000),
            lt_gain_usd=Decimal(35_000),
            st_carryforward_usd=Decimal(4_000),
        ),
        sleeves=(_sleeve("single-core", ("single-tax",), known),),
        cash=(Cash("single-tax", Decimal("15000.00")),),
        constraints=(Constraint("single-te", Rule.TRACKING_ERROR_MAX, Decimal("0.04")),),
    )
    activity = recent_activity(known.closes, base, "single-tax", ("single-tax",), SEED + 9)
    return with_activity(base, activity)


Plan = dict[str, tuple[int, int, int, int]]


def _lots(known: TapeCloses, daily: Plan, bars: Plan, seed: int) -> tuple[Lot, ...]:
    """Lots of names with daily history and of names that live on earlier bars alone."""
    lots: list[Lot] = []
    for names, plan, mark in ((known.daily_names, daily, "d"), (known.bar_names, bars, "b")):
        for number, (account_id, (first, every, last, dollars)) in enumerate(plan.items()):
            programme = Programme(
                account_id, dict.fromkeys(names, 1.0), first, every, last, dollars, mark=mark
            )
            lots += bought(known.closes, programme, seed + number) if names else ()
    return tuple(lots)


def _sleeve(sleeve_id: str, accounts: tuple[str, ...], known: TapeCloses) -> Sleeve:
    """Accounts managed to equal weights of every name."""
    weights = _equal(known.closes)
    target = Target(f"{sleeve_id}-target", "Equal weights", known.closes.days[-1], weights)
    return Sleeve(sleeve_id, "Core", accounts, target)


def _equal(closes: Closes) -> dict[str, float]:
    """The same weight for every name."""
    return dict.fromkeys(closes.names, 1 / len(closes.names))
