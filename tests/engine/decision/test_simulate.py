"""The harvest simulation against known values, closed forms and a plain twin."""

import math
from dataclasses import replace

import numpy as np
import pytest

from engine.decision.simulate import HarvestPlan, _looks, simulate
from engine.errors import InputError

MARKET = HarvestPlan(vol=0.35, mu=0.07, years=1.0)
PATHS = 30_000


@pytest.mark.parametrize(
    ("change", "known"),
    [
        ({"monitoring": "daily"}, 0.2149),
        ({"monitoring": "weekly"}, 0.2034),
        ({"monitoring": "monthly"}, 0.1818),
        ({"monitoring": "continuous"}, 0.2247),
        ({"monitoring": "continuous", "threshold": 0.05}, 0.2050),
        ({"threshold": 0.05, "lockout_days": 21}, 0.1875),
        ({"threshold": 0.10, "lockout_days": 21}, 0.1762),
    ],
)
def test_the_known_harvests_of_a_year(change: dict[str, object], known: float) -> None:
    found = simulate(replace(MARKET, **change), PATHS, seed=11)  # type: ignore[arg-type]
    assert found.harvested == pytest.approx(known, abs=0.003)
    assert found.stderr < 0.001


def test_watched_without_a_break_the_harvest_is_the_start_less_the_running_minimum() -> None:
    """Closed form of the mean minimum of a drifted Brownian motion, log drift 0."""
    vol = 0.3
    plan = HarvestPlan(vol=vol, mu=vol**2 / 2, years=1.0, monitoring="continuous")
    # E[exp(-|N| vol)] by reflection: 2 exp(vol^2/2) Phi(-vol)
    mean_low = 2 * math.exp(vol**2 / 2) * 0.5 * math.erfc(vol / math.sqrt(2))
    found = simulate(plan, PATHS, seed=3)
    assert found.harvested == pytest.approx(1 - mean_low, abs=4 * found.stderr)


def test_the_vendor_set_up_gives_125_bp_and_69_bp() -> None:
    """Issue of proof: 300 equal names, monthly, 5 %, 40 bp fee on both, 10 years."""
    plan = HarvestPlan(
        vol=0.30, mu=0.08, years=10.0, monitoring="monthly", threshold=0.05, names=300,
        dividend_yield=0.02, fee=0.004, benefit_rate=0.323, dividend_tax=0.238, exit_tax=0.238,
        reinvest=True,
    )  # fmt: skip
    found = simulate(plan, 60, seed=5)
    assert found.alpha_bp == pytest.approx(125, abs=5)
    assert found.alpha_after_exit_bp == pytest.approx(69, abs=5)
    assert found.by_year[0] > found.by_year[4] > found.by_year[9]


def test_the_kernel_equals_a_plain_twin_of_one_lot() -> None:
    r = np.random.default_rng(2)
    shocks = r.standard_normal((50, 60))
    theta, lock, benefit = np.full(60, 0.04), 5, 0.3
    by_year, harvested, wealth = np.zeros(1), np.zeros(50), np.zeros((50, 5))
    _looks(
        shocks, 0.0, 0.02, theta, lock, 0.0, 0.0, benefit, False, 60.0, by_year, harvested, wealth
    )
    for row in range(50):
        price = np.exp(np.cumsum(0.02 * shocks[row]))
        basis, free, taken = 1.0, 0, 0.0
        for t in range(60):
            if t >= free and price[t] <= basis * 0.96:
                taken += basis - price[t]
                basis, free = price[t], t + lock
        assert harvested[row] == pytest.approx(taken)
        assert wealth[row, :3] == pytest.approx([price[-1], basis, benefit * taken])
    assert by_year[0] == pytest.approx(harvested.sum())


def test_equal_seeds_give_equal_figures_and_other_seeds_others() -> None:
    plan = replace(MARKET, threshold=0.05)
    assert simulate(plan, 500, 1) == simulate(plan, 500, 1)
    assert simulate(plan, 500, 1) != simulate(plan, 500, 2)


def test_more_looks_and_a_lower_threshold_never_harvest_less() -> None:
    weekly = simulate(replace(MARKET, monitoring="weekly"), 5000, 1).harvested
    daily = simulate(MARKET, 5000, 1).harvested
    often = simulate(replace(MARKET, monitoring="30min"), 1000, 1).harvested
    assert weekly < daily < often + 0.01


def test_the_lattice_threshold_is_worth_at_least_a_fixed_one_after_tax() -> None:
    taxed = replace(MARKET, years=3.0, mu=0.04, lockout_days=21, benefit_rate=0.35, exit_tax=0.20)
    ours = simulate(replace(taxed, predictive=True), 20_000, 4)
    for threshold in (0.02, 0.25):
        fixed = simulate(replace(taxed, threshold=threshold), 20_000, 4)
        assert ours.alpha_after_exit_bp > fixed.alpha_after_exit_bp - 3


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"vol": 0.0}, "vol"),
        ({"threshold": 1.0}, "threshold"),
        ({"monitoring": "hourly"}, "monitoring"),
        ({"exit_tax": 1.5}, "exit_tax"),
        ({"monitoring": "continuous", "fee": 0.01}, "monitoring"),
    ],
)
def test_a_plan_out_of_range_is_refused_by_field(change: dict[str, object], field: str) -> None:
    with pytest.raises(InputError, match=field):
        simulate(replace(MARKET, **change), 10, 1)  # type: ignore[arg-type]
