"""The compiled twin is the exact bill."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.lawbook import load
from engine.law.household import income_of
from engine.law.liability import bill, rules_of, total_tax, work_out
from engine.law.state_tables import jurisdictions
from engine.law.twin import build
from engine.records import TaxProfile
from tests.tax_profiles import dollars, household, profiles

LAW = load()
gains = dollars(-400_000, 900_000)


def exact(profile: TaxProfile, short: Decimal, long: Decimal) -> float:
    return float(total_tax(work_out(rules_of(profile, LAW), income_of(profile, LAW, short, long))))


@settings(max_examples=150, deadline=None)
@given(profile=profiles(), short=gains, long=gains)
def test_the_twin_is_the_exact_bill_at_every_point(
    profile: TaxProfile, short: Decimal, long: Decimal
) -> None:
    twin = build(profile, LAW)
    assert float(twin.tax(float(short), float(long))) == pytest.approx(
        exact(profile, short, long), abs=1e-6
    )
    found = bill(profile, LAW, st_gain_usd=short, lt_gain_usd=long)
    carried = twin.carry(float(short), float(long))
    assert carried[0] == pytest.approx(float(found.st_carryforward_usd), abs=0.0051)
    assert carried[1] == pytest.approx(float(found.lt_carryforward_usd), abs=0.0051)


@pytest.mark.parametrize("state", jurisdictions(LAW, 2025))
def test_the_twin_knows_every_state(state: str) -> None:
    profile = household(2025, "mfj", state, wages=230_000, taxable_interest=4_000)
    short = [Decimal(-30_000), Decimal(0), Decimal(12_345)]
    long = [Decimal(5_000), Decimal(700_000), Decimal(-2_000)]
    found = build(profile, LAW).tax([float(s) for s in short], [float(x) for x in long])
    expected = [exact(profile, s, x) for s, x in zip(short, long, strict=True)]
    assert found == pytest.approx(expected, abs=1e-6)


@settings(max_examples=15, deadline=None)
@given(
    profile=profiles(states=("NONE",)),
    short=st.integers(-200_000, 200_000),
    long=st.integers(-200_000, 400_000),
)
def test_between_kinks_the_tax_is_a_straight_line(
    profile: TaxProfile, short: int, long: int
) -> None:
    twin = build(profile, LAW)
    knots = np.concatenate(([0.0], twin.kinks((0, 0), (short, long)), [1.0]))
    assert (np.diff(knots) >= 0).all()
    middles = (knots[:-1] + knots[1:]) / 2
    ends = twin.tax(knots * short, knots * long)
    bound = 0.5 * (abs(short) + abs(long)) / 4096 + 0.01
    line = (ends[:-1] + ends[1:]) / 2
    assert np.abs(twin.tax(middles * short, middles * long) - line).max() <= bound


def test_the_amt_zone_of_the_rules_page_shows_as_kinks() -> None:
    """tax-rules.md section 4: single 2026, wages 150,000, the zone runs to a gain of 531,000."""
    twin = build(household(2026, wages=150_000), LAW)
    bends = twin.kinks((0, 0), (0, 600_000)) * 600_000
    assert bends == pytest.approx([50_000, 411_600, 420_461.54, 530_200], abs=1)


def test_shapes_broadcast() -> None:
    twin = build(household(2026, wages=150_000), LAW)
    assert twin.tax(np.zeros((3, 1)), np.zeros(4)).shape == (3, 4)
    assert twin.tax(0.0, 0.0).shape == ()
