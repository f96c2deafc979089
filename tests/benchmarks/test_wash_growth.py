"""The wash-sale scan grows near N log N, also where everything is one security in one account."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from time import process_time

import pytest

from app import collector
from app.bench.wash import ACCOUNT, history
from engine.law.wash_sales import scan
from engine.records import Side, Trade

pytestmark = pytest.mark.benchmark


def one_security(lots: int) -> list[Trade]:
    """Bought and sold the next day, by the account's standing order; a fifth is left each time."""
    trades = []
    for n in range(lots):
        on = date(2023, 1, 2) + timedelta(days=n % 700)
        buy = Trade(f"b{n}", "T", "X", Side.BUY, Decimal(10), Decimal(9), on, n)
        later = on + timedelta(days=1)
        trades += [buy, Trade(f"s{n}", "T", "X", Side.SELL, Decimal(8), Decimal(7), later, n)]
    return trades


def seconds(trades: Sequence[Trade]) -> float:
    """Best of three, in processor time."""
    found = []
    with collector.paused():
        for _ in range(3):
            start = process_time()
            scan(trades, [ACCOUNT], window_days=30)
            found.append(process_time() - start)
    return min(found)


@pytest.mark.parametrize("workload", [one_security, history])
def test_four_times_the_history_takes_less_than_eight_times_as_long(workload: object) -> None:
    """Quadratic work would take sixteen times as long."""
    small, large = (seconds(workload(lots)) for lots in (2000, 8000))  # type: ignore[operator]
    assert large < 8 * small
