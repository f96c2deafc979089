"""Slices and ladders against the paper's example and their own laws."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.decision.increments import (
    almgren_chriss,
    ladder,
    slices_for,
    square_root_impact_usd,
    tax_asset_vol,
)
from engine.errors import InputError


def test_the_reference_schedule_is_met(shared: Path) -> None:
    """quant_reference.json, almgren_chriss."""
    blocks = json.loads((shared / "reference" / "quant_reference.json").read_text())
    for case in blocks["almgren_chriss"]["cases"]:
        found = almgren_chriss(
            case["X"], case["T"], case["N"], case["sigma"], case["eta"], case["lam"], case["gamma"]
        )
        assert found.urgency == pytest.approx(case["kappa"], rel=1e-9)
        assert found.holdings == pytest.approx(np.array(case["holdings"]), abs=1e-6)
        assert found.trades == pytest.approx(np.array(case["trades"]), abs=1e-6)


@given(
    shares=st.floats(1, 1e6),
    slices=st.integers(1, 8),
    aversion=st.floats(0, 1e-3),
    vol=st.floats(0, 5),
)
def test_slices_add_up_and_cost_no_more_than_the_block(
    shares: float, slices: int, aversion: float, vol: float
) -> None:
    found = almgren_chriss(shares, 1.0, slices, vol, 1e-5, aversion)
    assert found.trades.sum() == pytest.approx(shares)
    assert np.all(np.diff(found.trades) <= 1e-9 * shares)
    assert found.cost_usd <= found.block_cost_usd * (1 + 1e-9)


def test_without_risk_the_split_is_even() -> None:
    found = almgren_chriss(900, 3.0, 3, 0.4, 1e-5, 0.0)
    assert found.trades == pytest.approx([300, 300, 300])


def test_more_aversion_trades_earlier_for_less_risk_and_more_cost() -> None:
    calm = almgren_chriss(50_000, 2.0, 4, 0.5, 5e-6, 1e-6)
    keen = almgren_chriss(50_000, 2.0, 4, 0.5, 5e-6, 1e-4)
    assert keen.trades[0] > calm.trades[0]
    assert keen.risk_usd < calm.risk_usd
    assert keen.cost_usd > calm.cost_usd


def test_a_swap_exposes_the_tax_asset_alone() -> None:
    assert tax_asset_vol(100, 0.3, 0.4, 0.2) == pytest.approx(6.0)
    assert tax_asset_vol(100, 0.3, 0.2, 0.2) == 0


def test_a_small_trade_is_one_block_and_a_large_one_at_most_five() -> None:
    assert slices_for(100, 1e6, 15_000) == 1
    assert slices_for(3_000, 1e6, 15_000) == 3
    assert slices_for(1e6, 1e6, 15_000) == 5
    assert slices_for(1e6, 0, 0) == 1


def test_twice_the_shares_cost_more_than_twice_the_impact() -> None:
    one = square_root_impact_usd(1000, 50, 0.02, 1e5)
    assert one == pytest.approx(0.02 * math.sqrt(0.01) * 50_000)
    assert square_root_impact_usd(2000, 50, 0.02, 1e5) > 2 * one


def test_a_ladder_fills_by_reflection_and_loses_no_share() -> None:
    rungs = ladder(100, 50.0, 0.01)
    assert sum(rung.shares for rung in rungs) == 100
    assert [round(rung.fill_probability, 4) for rung in rungs] == [1.0, 0.6171, 0.3173]
    assert rungs[2].limit_usd == pytest.approx(50 * math.exp(-0.01))


def test_impossible_schedules_are_refused() -> None:
    with pytest.raises(InputError, match="temporary"):
        almgren_chriss(100, 1.0, 1, 0.3, 1e-6, 1e-6, permanent=1.0)
    with pytest.raises(InputError, match="slices"):
        almgren_chriss(100, 1.0, 0, 0.3, 1e-6, 1e-6)
