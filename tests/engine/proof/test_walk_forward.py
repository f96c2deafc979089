"""Forecasts walked over simulated bars: nothing after the decision may reach them."""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import norm

from engine.market.moments import moments, taught
from engine.market.name_days import NameDays, name_days
from engine.market.session_history import DailyTable, SessionHistory, session_history
from engine.proof.walk_forward import FEW_SESSIONS, SESSIONS_NEEDED, Walked, fit, walk

NAMES, DAYS, INTERVAL = 4, 30, 15
ENDS = np.arange(570 + INTERVAL, 961, INTERVAL)
PROFILE = np.interp(np.arange(1440), [570, 960], [0.0, 1.0])
FIRST_DAY = 737000
DECISIONS = (630, 720)


@dataclass
class Tape:
    """Bars of all names and days, shape (names, days, bars)."""

    open: NDArray[np.float64]
    low: NDArray[np.float64]
    close: NDArray[np.float64]


def tape(seed: int = 8) -> Tape:
    rng = np.random.default_rng(seed)
    daily = np.exp(0.3 * rng.normal(size=(1, DAYS, 1)))
    steps = rng.normal(size=(NAMES, DAYS, ENDS.size)) * 0.004 * daily
    log = np.cumsum(steps.reshape(NAMES, -1), axis=1).reshape(steps.shape) + np.log(100.0)
    before = log - steps
    low = np.minimum(log, before) - np.abs(rng.normal(size=steps.shape)) * 0.001
    return Tape(np.exp(before), np.exp(low), np.exp(log))


def cut(bars: Tape, days: int = DAYS) -> tuple[NameDays, SessionHistory]:
    name = np.repeat(np.arange(NAMES, dtype=np.int32), days * ENDS.size)
    day = np.tile(np.repeat(np.arange(FIRST_DAY, FIRST_DAY + days), ENDS.size), NAMES)
    minute = np.tile(ENDS, NAMES * days)
    columns = (x[:, :days].ravel() for x in (bars.open, bars.low, bars.close))
    found = name_days(name, day, minute, *columns)
    empty = DailyTable(*(np.full((NAMES, days), np.nan) for _ in range(5)))
    return found, session_history(found, np.arange(FIRST_DAY, FIRST_DAY + days), empty)


def walked(bars: Tape, days: int = DAYS, decisions: tuple[int, ...] = DECISIONS) -> Walked:
    found, history = cut(bars, days)
    scored = np.ones(found.name.size, dtype=np.bool_)
    close = np.full(found.name.size, 960)
    looks, skipped = moments(found, scored, close, decisions, 3.0, PROFILE)
    maps = taught(found, history, close, 3.0, PROFILE)
    return walk(found, history, looks, (0.01, 0.02), scored, skipped, maps)


@pytest.fixture(scope="module")
def truth() -> Walked:
    return walked(tape())


@pytest.mark.parametrize("day", [21, 25, DAYS - 1])
def test_changing_every_bar_after_the_decision_changes_no_forecast(truth: Walked, day: int) -> None:
    bars = tape()
    after = DECISIONS[0] < ENDS
    for prices in (bars.open, bars.low, bars.close):
        prices[:, day, after] *= np.linspace(0.5, 1.7, after.sum())
        prices[:, day + 1 :] *= np.random.default_rng(1).uniform(0.3, 3.0, ENDS.size)
    changed = walked(bars, decisions=DECISIONS[:1])
    once = walked(tape(), decisions=DECISIONS[:1])
    known = once.day <= FIRST_DAY + day
    assert known.sum() == NAMES * 2 * (day - SESSIONS_NEEDED + 1)
    np.testing.assert_array_equal(changed.probability[known], once.probability[known])
    np.testing.assert_array_equal(changed.baseline[known], once.baseline[known])
    assert (changed.happened[known] != once.happened[known]).any()


def test_bars_of_later_days_need_not_exist(truth: Walked) -> None:
    short = walked(tape(), days=24)
    early = {key: p for key, p in _by_key(truth).items() if key[1] < FIRST_DAY + 24}
    assert _by_key(short) == early


def test_a_bar_before_the_decision_does_change_it(truth: Walked) -> None:
    bars = tape()
    bars.close[0, -1, 1] *= 1.02
    changed = walked(bars)
    assert (changed.probability != truth.probability).any()


def test_the_event_is_the_low_of_the_window_and_no_other_bar(truth: Walked) -> None:
    bars = tape()
    for i in range(truth.name.size):
        name, day = truth.name[i], truth.day[i] - FIRST_DAY
        prices = []
        for decision in DECISIONS:
            window = (decision < ENDS) & (decision + 180 >= ENDS)
            price = bars.close[name, day, decision >= ENDS][-1]
            prices.append(bars.low[name, day, window].min() <= (1 - truth.distance[i]) * price)
        assert truth.happened[i] in prices


def test_names_with_fewer_than_20_sessions_are_counted_as_skipped(truth: Walked) -> None:
    assert truth.skipped == {FEW_SESSIONS: SESSIONS_NEEDED * NAMES * len(DECISIONS) * 2}
    assert truth.name.size == (DAYS - SESSIONS_NEEDED) * NAMES * len(DECISIONS) * 2


def test_the_baseline_is_the_formula_of_the_contract() -> None:
    bars = tape()
    found, _ = cut(bars)
    (i,) = np.flatnonzero((found.name == 2) & (found.day == FIRST_DAY + 25))
    past = found.variance[i - 20 : i].mean()
    shares = []
    for k in np.flatnonzero(found.day < FIRST_DAY + 25):
        shares.append(found.squared[found.start[k] : found.stop[k]] / found.variance[k])
    share = np.mean(shares, axis=0)
    so_far, window = ENDS <= 630, (ENDS > 630) & (ENDS <= 810)
    realised = found.squared[found.start[i] : found.stop[i]][so_far].sum()
    expected = past * share[so_far].sum()
    v = share[window].sum() * (past + past * realised / expected) / 2.0
    once = walked(bars, decisions=(630,))
    twin = min(1.0, 2.0 * norm.cdf(np.log(0.99) / np.sqrt(v)))
    rows = (once.name == 2) & (once.day == FIRST_DAY + 25) & (once.distance == 0.01)
    assert once.baseline[rows] == pytest.approx(twin, rel=1e-9)


def test_forecasts_of_a_simulated_market_are_calibrated() -> None:
    found = [walked(tape(seed)) for seed in range(8)]
    p = np.concatenate([w.probability for w in found])
    y = np.concatenate([w.happened for w in found])
    assert abs(p.mean() - y.mean()) < 0.08
    assert np.corrcoef(p, y)[0, 1] > 0.3


def test_the_fit_gives_a_weight_to_every_term() -> None:
    found, history = cut(tape())
    scored = np.ones(found.name.size, dtype=np.bool_)
    looks, _ = moments(found, scored, np.full(found.name.size, 960), DECISIONS, 3.0, PROFILE)
    weights = fit(found, history, looks, looks.row >= 0)
    assert np.isfinite(list(weights.values())).all()
    assert weights["residual"] > 0.0


def _by_key(found: Walked) -> dict[tuple[int, int, float, int], float]:
    """Probability by name, day, distance and place among the decisions."""
    seen: dict[tuple[int, int, float, int], float] = {}
    for name, day, distance, p in zip(
        found.name, found.day, found.distance, found.probability, strict=True
    ):
        place = sum(1 for key in seen if key[:3] == (int(name), int(day), float(distance)))
        seen[int(name), int(day), float(distance), place] = float(p)
    return seen
