"""A day of scenario sets leaves nothing behind."""

import gc
import tracemalloc

import numpy as np
import pytest

from engine.market.scenarios import ScenarioSet, Shape, simulate

SHAPE = Shape(
    np.arange(500, dtype=np.uint32),
    np.zeros((500, 4), np.float32),
    np.ones(500, np.float32),
    np.full(6, 1 / 6),
)
STATED_BYTES = 56_000_000


def _held_after(refreshes: int, paths: int) -> int:
    """Bytes traced after so many refreshes, the newest set alone held."""
    held: ScenarioSet | None = None
    for seed in range(refreshes):
        held = simulate(SHAPE, seed, paths, threads=2)
    gc.collect()
    assert held is not None
    return tracemalloc.get_traced_memory()[0]


def _flat(refreshes: int, paths: int) -> None:
    tracemalloc.start()
    try:
        early = _held_after(2, paths)
        late = _held_after(refreshes, paths)
    finally:
        tracemalloc.stop()
    assert late < 1.02 * early + 100_000


def test_a_scenario_set_of_500_names_takes_what_is_stated() -> None:
    found = simulate(SHAPE, 1, 10_240)
    assert 0.95 * STATED_BYTES < found.nbytes < STATED_BYTES


def test_refreshes_leave_no_memory_behind() -> None:
    _flat(12, 2_560)


@pytest.mark.slow
def test_the_refreshes_of_an_hour_of_ticks_leave_no_memory_behind() -> None:
    _flat(720, 10_240)  # one every five seconds
