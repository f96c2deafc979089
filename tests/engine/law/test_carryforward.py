"""What carried losses are worth: the reference figure, limits and monotonicity."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.lawbook import load
from engine.law.carryforward import CarryUse, present_value, use_of
from engine.law.twin import build
from engine.records import Horizon
from tests.tax_profiles import household

LAW = load()
USE = CarryUse((2_000.0,), 3_000.0, 0.238, 0.35, 0.04)


def test_the_reference_figure_is_met(shared: Path) -> None:
    """quant_reference.json, block `carryforward_value`."""
    block = json.loads((shared / "reference" / "quant_reference.json").read_bytes())
    for case in block["carryforward_value"]["cases"]:
        use = CarryUse(
            tuple(case["gains"]), case["limit"], case["tau_gain"], case["tau_ordinary"], case["r"]
        )
        found = float(present_value(case["carry"], use))
        assert found == pytest.approx(case["pv"], rel=1e-12)
        assert found / case["carry"] == pytest.approx(case["per_dollar"], rel=1e-12)


def test_the_sum_by_hand() -> None:
    """12,000: 5,000 in year 1 (2,000 of gain), then 3,000, 3,000 and 1,000 of income."""
    by_hand = (2_000 * 0.238 + 3_000 * 0.35) / 1.04
    by_hand += sum(x * 0.35 / 1.04**y for x, y in ((3_000, 2), (3_000, 3), (1_000, 4)))
    assert float(present_value(12_000, USE)) == pytest.approx(by_hand)


@given(carry=st.lists(st.floats(0, 300_000), min_size=2, max_size=6))
def test_more_carry_is_worth_more_and_never_its_full_rate(carry: list[float]) -> None:
    values = present_value(sorted(carry), USE)
    assert (np.diff(values) >= -1e-9).all()
    assert (values <= 0.35 * np.array(sorted(carry)) + 1e-9).all()


def test_a_later_end_or_a_smaller_chance_of_it_is_worth_more() -> None:
    def worth(years: float, chance: float) -> float:
        return float(present_value(60_000, CarryUse((), 3_000.0, 0.238, 0.35, 0.04, years, chance)))

    assert worth(5, 1.0) < worth(5, 0.5) < worth(5, 0.0)
    assert worth(5, 0.0) == pytest.approx(worth(50, 1.0))
    assert worth(0, 1.0) == 0


def test_without_a_limit_only_expected_gains_use_it() -> None:
    use = CarryUse((2_000.0, 0.0, 500.0), 0.0, 0.2, 0.35, 0.0)
    assert float(present_value(10_000, use)) == pytest.approx(2_500 * 0.2)


@given(
    carry=st.floats(0, 200_000),
    gains=st.lists(st.floats(-5_000, 20_000), max_size=4),
    limit=st.sampled_from([0.0, 1_500.0, 3_000.0]),
    rate=st.sampled_from([0.0, 0.04]),
    horizon=st.floats(0, 40),
    chance=st.floats(0, 1),
)
def test_the_closed_form_is_the_sum_year_by_year(
    carry: float, gains: list[float], limit: float, rate: float, horizon: float, chance: float
) -> None:
    use = CarryUse(tuple(gains), limit, 0.238, 0.35, rate, horizon, chance)
    left, value = carry, 0.0
    for year in range(1, 200):
        gain = max(gains[year - 1], 0.0) if year <= len(gains) else 0.0
        offset = min(left, gain)
        deducted = min(left - offset, limit)
        left -= offset + deducted
        alive = 1.0 if year <= horizon else 1.0 - chance
        value += alive * (offset * 0.238 + deducted * 0.35) * (1 + rate) ** -year
    assert float(present_value(carry, use)) == pytest.approx(value, abs=1e-6)


def test_a_state_that_carries_no_loss_adds_nothing() -> None:
    for state in ("NJ", "PA", "NONE"):
        twin = build(household(2026, "mfj", state, wages=420_000), LAW)
        assert use_of(twin, Horizon()).ordinary_rate == pytest.approx(0.24)
        assert use_of(twin, Horizon()).gain_rate == pytest.approx(0.188)


def test_the_rates_are_those_of_the_return() -> None:
    """2026 couple with wages of 420,000: 24 % on income; 15 % + 3.8 % on a long-term gain."""
    twin = build(household(2026, "mfj", wages=420_000, st_gain=70_000, lt_carryforward=5_000), LAW)
    use = use_of(twin, Horizon(10, 0.04, 0.25), [20_000.0, 40_000.0])
    assert use.ordinary_rate == pytest.approx(0.24)
    assert use.gain_rate == pytest.approx(0.188)
    assert use.limit_usd == 3_000
    assert (use.horizon_years, use.end_probability) == (10, 0.25)
