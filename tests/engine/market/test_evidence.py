"""Signals measured on bars: a market that goes on as it began is found out, a random one is not."""

import numpy as np

from engine.market.evidence import evidence
from engine.market.moments import moments
from engine.market.name_days import BarTable
from engine.market.session_history import DailyTable, session_history
from engine.market.signals import Evidence

NAMES, DAYS = 6, 60
ENDS = np.arange(585, 961, 15)
PROFILE = np.interp(np.arange(1440), [570, 960], [0.0, 1.0])


def measured(momentum: float, seed: int) -> dict[str, Evidence]:
    """Signals of bars whose afternoon goes on as the morning began, by so much of it."""
    rng = np.random.default_rng(seed)
    steps = rng.normal(size=(NAMES, DAYS, ENDS.size)) * 0.002
    morning = steps[:, :, ENDS <= 630].sum(axis=2, keepdims=True)
    steps[:, :, ENDS > 630] += momentum * morning / (ENDS > 630).sum()
    log = np.cumsum(steps.reshape(NAMES, -1), axis=1).reshape(steps.shape) + 4.0
    close, before = np.exp(log), np.exp(log - steps)
    table = BarTable(
        np.repeat(np.arange(NAMES), DAYS * ENDS.size),
        np.tile(np.repeat(np.arange(740_000, 740_000 + DAYS), ENDS.size), NAMES),
        np.tile(ENDS, NAMES * DAYS),
        *(x.ravel() for x in (before, np.minimum(close, before), close)),
    )
    found = table.cut()
    empty = DailyTable(*(np.full((NAMES, DAYS), np.nan) for _ in range(5)))
    history = session_history(found, np.unique(found.day), empty)
    every, shut = np.ones(found.day.size, dtype=np.bool_), np.full(found.day.size, 960)
    looks, _ = moments(found, every, shut, (630,), 3.0, PROFILE)
    sector = np.array([0, 0, 0, 1, 1, -1])
    return {e.name: e for e in evidence(found, history, looks, every, 1, sector)}


def test_a_market_that_goes_on_as_it_began_is_found_out_and_held_to_the_cap() -> None:
    found = measured(1.0, 3)
    assert found["name_move"].counts
    assert found["name_move"].ic > 0.2
    assert found["name_move"].weight == 0.05
    assert found["sector_move"].counts


def test_a_random_market_leaves_most_signals_without_evidence() -> None:
    counted = [e.name for seed in range(5) for e in measured(0.0, seed).values() if e.counts]
    assert len(counted) <= 5  # of 25, each wrong once in twenty; those of a market move together
