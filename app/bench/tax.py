"""Speed of the tax bill: exact households, and the compiled twin beside the exact bill."""

import json
import tempfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np

from app import lawbook
from app.bench.row import BenchRow, best_of
from app.commands.tax import read_cases, row
from engine.law.household import income_of
from engine.law.liability import rules_of, total_tax, work_out
from engine.law.twin import build
from engine.records import FilingStatus, TaxProfile

HOUSEHOLDS, PATHS = 3_000, 1_024
STATES = ("CA", "NY", "TX", "IL", "MA", "NJ", "PA", "WA", "OR", "MN")


def rows() -> list[BenchRow]:
    """Exact bills with all figures of the contract, twins built, and points of a twin."""
    return [_exact(), *_twins()]


def _profiles(count: int) -> list[TaxProfile]:
    """Households of every status in ten states, with gains from loss to very large."""
    base = TaxProfile(2025, FilingStatus.SINGLE, "TX")
    statuses = tuple(FilingStatus)
    return [
        replace(
            base,
            filing_status=statuses[i % len(statuses)],
            state=STATES[i % len(STATES)],
            wages_usd=Decimal(60_000 + 997 * i % 900_000),
            lt_gain_usd=Decimal(-40_000 + 613 * i % 700_000),
            salt_paid_usd=Decimal(37 * i % 80_000),
        )
        for i in range(count)
    ]


def _exact() -> BenchRow:
    """The whole way of `lotlight tax`: read, check, bill, both savings."""
    law = lawbook.load()
    inputs = [
        {
            "year": profile.year,
            "filing_status": profile.filing_status,
            "state": profile.state,
            "wages": float(profile.wages_usd),
            "lt_gain": float(profile.lt_gain_usd),
            "salt_paid": float(profile.salt_paid_usd),
        }
        for profile in _profiles(HOUSEHOLDS)
    ]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "cases.json"
        file.write_text(json.dumps({"cases": [{"inputs": case} for case in inputs]}))
        took = best_of(1, lambda: [row(case, law) for case in read_cases(file, law)])
    work = f"{HOUSEHOLDS} households, exact bill line by line, both 10,000 savings"
    return BenchRow("tax exact", work, took, extra={"households_per_second": HOUSEHOLDS / took})


def _twins() -> list[BenchRow]:
    """Twins built for a thousand households, and one evaluated over paths."""
    law = lawbook.load()
    profiles = _profiles(1_000)
    built = best_of(3, lambda: [build(profile, law) for profile in profiles])
    twins = [build(profile, law) for profile in profiles]
    short = np.linspace(-50_000, 20_000, PATHS)
    long = np.linspace(-20_000, 90_000, PATHS)
    many = best_of(3, lambda: [twin.tax(short, long) for twin in twins])
    points = len(twins) * PATHS
    rules, income = rules_of(profiles[0], law), income_of(profiles[0], law)
    exact = best_of(3, lambda: [total_tax(work_out(rules, income)) for _ in range(200)]) / 200
    return [
        BenchRow("tax twins built", "1,000 households", built),
        BenchRow(
            "tax twins evaluated",
            f"1,000 households x {PATHS} paths",
            many,
            peer="exact bill in Decimal, same points",
            peer_seconds=exact * points,
            ratio=exact * points / many,
            extra={"nanoseconds_per_point": many / points * 1e9},
        ),
    ]
