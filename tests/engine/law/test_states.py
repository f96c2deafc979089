"""State tax: the reference rows and marginal rates, and each real rule worked by hand."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.lawbook import load
from engine.law.liability import bill
from engine.records import FilingStatus, TaxProfile
from tests.tax_profiles import household

LAW = load()
FIELDS = ("wages", "taxable_interest", "ordinary_dividends", "qualified_dividends", "st_gain",
          "lt_gain")  # fmt: skip
# The refund of surplus revenue, 29 to 118 dollars by income, is left out.
KNOWN_ROWS = {"CO"}
# Oregon 2025: the model moves the kicker with this year's tax; California 2026: thresholds held.
KNOWN_RATES = {("OR", "2025"), ("CA", "2026")}


def state_tax(profile: TaxProfile) -> Decimal:
    return bill(profile, LAW).state_usd


def profile_of(row: dict[str, Any]) -> TaxProfile:
    amounts = {f"{name}_usd": Decimal(str(row[name])) for name in FIELDS}
    status = FilingStatus(row["filing_status"])
    return TaxProfile(row["year"], status, row["state"], **amounts)


def test_the_756_reference_rows_are_met_but_for_the_named_state(shared: Path) -> None:
    rows = json.loads((shared / "reference" / "tax_states.json").read_bytes())["checks"]
    assert len(rows) == 756
    missed = {
        row["state"]
        for row in rows
        if abs(float(state_tax(profile_of(row))) - row["state_tax"])
        > max(5, 1.2e-4 * row["state_tax"])
    }
    assert missed == KNOWN_ROWS


MORE = {
    "wage": {"wages_usd": 100},
    "int": {"taxable_interest_usd": 100},
    "qd": {"ordinary_dividends_usd": 100, "qualified_dividends_usd": 100},
    "st": {"st_gain_usd": 100},
    "lt": {"lt_gain_usd": 100},
}


def missed_rates(state: str, year: str, grid: dict[str, Any]) -> int:
    """Marginal rates of one state and year that are more than 0.02 point off."""
    missed = 0
    for status, by_wages in grid.items():
        for wages, rates in by_wages.items():
            base = household(
                int(year), status, state, wages=int(wages), taxable_interest=1_000,
                ordinary_dividends=1_000, qualified_dividends=1_000, st_gain=5_000,
                lt_gain=300_000 if state == "WA" else 50_000,
            )  # fmt: skip
            before = state_tax(base)
            for kind, more in MORE.items():
                moved = replace(base, **{k: getattr(base, k) + v for k, v in more.items()})
                missed += abs(float(state_tax(moved) - before) - rates[kind]) > 0.02 + 1e-9
    return missed


def test_marginal_rates_are_met_but_for_the_named_years(shared: Path) -> None:
    states = json.loads((shared / "reference" / "tax_states.json").read_bytes())["states"]
    assert len(states) == 51
    missed = {
        (code, year)
        for code, table in states.items()
        for year, grid in table["marginal_rates_percent"].items()
        if missed_rates(code, year, grid)
    }
    assert missed == KNOWN_RATES


def test_new_york_taxes_everything_at_the_top_rate_in_the_end() -> None:
    """Tax Law 601(d-1) to (d-4): 6.85 % of all at 500,000; 10.9 % of all at 30 million."""
    assert state_tax(household(2025, "single", "NY", wages=508_000)) == Decimal(500_000) * Decimal(
        "0.0685"
    )
    assert state_tax(household(2025, "mfj", "NY", wages=30_016_050)) == Decimal(
        30_000_000
    ) * Decimal("0.109")


def test_california_cuts_the_credit_for_each_started_step() -> None:
    """R&TC 17054(b): 252,204 is one dollar into the first step of 2,500, which costs 6."""
    at = state_tax(household(2025, "single", "CA", wages=252_203))
    assert state_tax(household(2025, "single", "CA", wages=252_204)) - at == Decimal("6.09")
    old = replace(household(2025, "single", "CA", wages=100_000), age_head=70)
    assert state_tax(replace(old, age_head=50)) - state_tax(old) == 153


def test_washington_nets_only_long_results() -> None:
    """RCW 82.87: 7 % of the part over 278,000, 9.9 % of the part of that over a million."""
    assert state_tax(household(2025, "single", "WA", lt_gain=378_000)) == 7_000
    assert state_tax(household(2025, "mfj", "WA", lt_gain=1_378_000)) == 70_000 + 9_900
    short = household(2025, "single", "WA", lt_gain=378_000, st_gain=-100_000)
    assert state_tax(short) == 7_000
    old = household(2025, "single", "WA", lt_gain=378_000, lt_carryforward=50_000)
    assert state_tax(old) == 3_500


@pytest.mark.parametrize("state", ["NJ", "PA"])
def test_new_jersey_and_pennsylvania_give_a_net_loss_nothing(state: str) -> None:
    base = household(2025, "single", state, wages=120_000)
    assert state_tax(replace(base, st_gain_usd=Decimal(-20_000))) == state_tax(base)
    carried = replace(base, lt_gain_usd=Decimal(10_000), lt_carryforward_usd=Decimal(10_000))
    assert state_tax(carried) == state_tax(replace(base, lt_gain_usd=Decimal(10_000)))


def test_massachusetts_taxes_short_gain_apart_and_limits_the_loss() -> None:
    """M.G.L. c. 62: 5 % less 4,400 and 2,000; 8.5 % of short gain; 2,000 of loss a year."""
    base = household(2025, "single", "MA", wages=106_400)
    assert state_tax(base) == 5_000
    assert state_tax(replace(base, st_gain_usd=Decimal(10_000))) == 5_850
    dividends = replace(base, ordinary_dividends_usd=Decimal(5_000))
    lossy = replace(dividends, st_gain_usd=Decimal(-9_000))
    assert state_tax(dividends) - state_tax(lossy) == 2_000 * Decimal("0.05")
    crossed = replace(base, st_gain_usd=Decimal(10_000), lt_gain_usd=Decimal(-4_000))
    assert state_tax(crossed) == 5_000 + 6_000 * Decimal("0.085")


def test_marylands_surtax_is_a_cliff() -> None:
    """Tax-Gen. 10-106.3: one dollar of AGI over 350,000 brings 2 % of all gain."""
    below = household(2025, "mfj", "MD", wages=250_000, lt_gain=100_000)
    above = replace(below, wages_usd=Decimal(250_001))
    assert state_tax(above) - state_tax(below) > 2_000


def test_alabama_deducts_payroll_and_federal_tax_and_whole_losses() -> None:
    """Code of Ala. 40-18-15; the first reference row of the state, worked by hand:
    207,000 - 11,475 payroll tax - 1,500 - 34,423 federal tax = 159,602."""
    base = household(
        2025, "single", "AL", wages=150_000, taxable_interest=1_000, ordinary_dividends=1_000,
        qualified_dividends=1_000, st_gain=5_000, lt_gain=50_000,
    )  # fmt: skip
    assert state_tax(base) == Decimal("7940.10")


def test_montana_and_hawaii_have_rates_of_their_own_for_long_gain() -> None:
    """MCA 15-30-2103(2): 4.1 %; HRS 235-51(f): never above 7.25 %."""
    for state, rate in (("MT", "0.041"), ("HI", "0.0725")):
        base = household(2025, "single", state, wages=400_000, lt_gain=100_000)
        more = replace(base, lt_gain_usd=Decimal(110_000))
        assert state_tax(more) - state_tax(base) == 10_000 * Decimal(rate)


def test_connecticut_ends_flat() -> None:
    """Conn. Gen. Stat. 12-700(a): phase-out and recapture end at 6.99 % of everything, but for
    100 dollars that the published tables do not take back."""
    found = state_tax(household(2025, "mfj", "CT", wages=2_000_000))
    assert found == 2_000_000 * Decimal("0.0699") - 100


def test_missouri_leaves_gains_out_but_losses_count() -> None:
    base = household(2025, "single", "MO", wages=200_000)
    assert state_tax(replace(base, lt_gain_usd=Decimal(500_000))) == state_tax(base)
    saved = state_tax(base) - state_tax(replace(base, st_gain_usd=Decimal(-10_000)))
    assert saved == 3_000 * Decimal("0.047")


def test_local_tax_is_one_rate_on_the_states_taxable_income() -> None:
    base = household(2025, "single", "NY", wages=108_000)
    city = replace(base, local_rate=0.03876)
    assert state_tax(city) - state_tax(base) == Decimal(100_000) * Decimal("0.03876")
    nowhere = replace(household(2025, "single", "TX", wages=108_000), local_rate=0.02)
    found = bill(nowhere, LAW)
    assert found.state_usd == 0
    assert any("local rate meets no base" in note for note in found.provisional)


def test_what_a_state_leaves_out_or_holds_over_is_told() -> None:
    colorado = bill(household(2025, "single", "CO", wages=1), LAW).provisional
    assert any("left out: refund of surplus revenue" in note for note in colorado)
    california = bill(household(2026, "single", "CA", wages=1), LAW).provisional
    assert any("held at the 2025 amount" in note for note in california)
