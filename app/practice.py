"""A generated practice, for the sweep and the benchmarks: made up, and the same for the same seed.

Names, prices and lots are drawn; nothing of it is a person or a market.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from app.book.book import SELF, Book
from engine.records import (
    CENT,
    Account,
    AccountKind,
    Cash,
    FilingStatus,
    Household,
    Lot,
    Person,
    PersonRole,
    Security,
    Sleeve,
    Target,
    TaxProfile,
)

SECURITIES = 250
_STATES = ("CA", "NY", "TX", "FL", "IL", "WA", "MA")
_SECTORS = ("Energy", "Financials", "Health Care", "Industrials", "Technology", "Utilities")


def generate(
    book: Book,
    households: int,
    lots_each: int,
    seed: int,
    *,
    at: datetime,
    securities: int = SECURITIES,
) -> dict[str, Decimal]:
    """Fill an open book with that many households of that many lots.

    Returns:
        A price in dollars of each security, around which the lots were bought.
    """
    draw = random.Random(seed)
    names = [f"GEN-{n:04d}" for n in range(securities)]
    prices = {name: Decimal(draw.randrange(1_000, 60_000)).scaleb(-2) for name in names}
    found = tuple(
        Security(
            name,
            f"G{n:03d}",
            f"Generated {n}",
            sector=_SECTORS[n % len(_SECTORS)],
            issuer_id=name,
            adv_usd=float(draw.randrange(10, 900)) * 1e6,
        )
        for n, name in enumerate(names)
    )
    populate(book, found, prices, (households, lots_each), draw, at)
    return prices


def populate(
    book: Book,
    securities: Sequence[Security],
    prices: Mapping[str, Decimal],
    size: tuple[int, int],
    draw: random.Random,
    at: datetime,
) -> None:
    """Write securities, and ``size`` = (households, lots of each) drawn around their prices."""
    weights = dict.fromkeys(prices, 1 / len(prices))
    target = Target("GEN-INDEX", "Generated, equal weights", at.date(), weights)
    clients = [_household(n, size[1], prices, target, draw, at) for n in range(size[0])]
    book.save_context(securities, clients, SELF, at)


def _household(
    number: int,
    lots: int,
    prices: Mapping[str, Decimal],
    target: Target,
    draw: random.Random,
    at: datetime,
) -> Household:
    key = f"G{number:05d}"
    joint, ira = f"{key}-joint", f"{key}-ira"
    today = at.date()
    return Household(
        household_id=key,
        name=f"Household {number:05d} (generated)",
        people=(
            Person(f"{key}-1", f"Client {number:05d}", PersonRole.CLIENT),
            Person(f"{key}-2", f"Spouse {number:05d}", PersonRole.SPOUSE),
        ),
        accounts=(
            Account(joint, f"{key}-1", "Joint", AccountKind.JOINT, "generated", f"{number:08d}"),
            Account(ira, f"{key}-2", "IRA", AccountKind.IRA, "generated", f"{number:08d}9"),
        ),
        lots=tuple(
            _lot(f"{key}-{n:04d}", joint if n % 10 else ira, prices, draw, at) for n in range(lots)
        ),
        profile=TaxProfile(
            today.year,
            FilingStatus.MFJ,
            draw.choice(_STATES),
            wages_usd=Decimal(draw.randrange(120_000, 900_000)),
            lt_gain_usd=Decimal(draw.randrange(0, 60_000)),
        ),
        sleeves=(Sleeve(f"{key}-core", "Core", (joint,), target),),
        cash=(Cash(joint, Decimal(draw.randrange(1_000, 40_000))), Cash(ira, Decimal(500))),
    )


def _lot(
    lot_id: str, account_id: str, prices: Mapping[str, Decimal], draw: random.Random, at: datetime
) -> Lot:
    security = draw.choice(list(prices))
    shares = Decimal(draw.randrange(5, 200))
    paid = Decimal(repr(round(draw.uniform(0.6, 1.25), 4)))
    bought_on = at.date() - timedelta(days=draw.randrange(32, 1_800))
    basis = (prices[security] * paid * shares).quantize(CENT)
    return Lot(lot_id, account_id, security, shares, basis, bought_on, bought_on)
