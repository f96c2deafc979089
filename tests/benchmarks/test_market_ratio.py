"""Scenario paths and look-ups beside plain numpy and scipy, in processor time: ratios alone."""

import pytest

from app.bench import market
from app.bench.row import BenchRow

LEAST = {
    "market/paths 36 steps": 7.0,
    "market/paths with bridge": 25.0,
    "market/share of the normals alone": 0.3,
    "market/paths two threads": 1.6,
    "market/paths 36 steps, two threads": 1.6,
    "market/closed form": 2.0,
    "market/lots after a tick": 10.0,
}


@pytest.fixture(scope="module")
def rows() -> dict[str, BenchRow]:
    return {row.name: row for row in market.rows()}


@pytest.mark.benchmark
@pytest.mark.parametrize("name", LEAST)
def test_a_ratio_holds(rows: dict[str, BenchRow], name: str) -> None:
    ratio = rows[name].ratio
    assert ratio is not None
    assert ratio >= LEAST[name]
