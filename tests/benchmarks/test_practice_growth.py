"""What a tick costs grows more slowly than the lots it looks at."""

from functools import partial

import pytest

from app.bench.practice import generated
from app.bench.row import best_of
from engine.decision.lot_state import lot_state
from engine.decision.prepare import prepare


@pytest.mark.benchmark
def test_ten_times_the_lots_cost_a_tick_less_than_ten_times_the_time() -> None:
    took = []
    for lots in (250, 2_500):
        with generated(1, lots, 500) as bench:
            home = prepare(bench.book.household("G00000"), bench.rules.law, bench.outlook)
            work = partial(lot_state, home, bench.outlook, bench.rules.settings, bench.rules.table)
            took.append(best_of(7, work))
    assert took[1] < 10.0 * took[0]
