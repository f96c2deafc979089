"""The exact bill: worked examples of the rules page, and what must hold for every household."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.lawbook import load
from engine.errors import InputError
from engine.law.liability import bill, difference
from engine.records import FilingStatus, TaxProfile
from tests.tax_profiles import dollars, household, profiles

LAW = load()
ZERO = Decimal(0)


def federal(profile: TaxProfile, st_gain: int = 0, lt_gain: int = 0) -> Decimal:
    return bill(
        profile, LAW, st_gain_usd=Decimal(st_gain), lt_gain_usd=Decimal(lt_gain)
    ).federal_usd


def test_the_worked_return_of_2025() -> None:
    """tax-rules.md section 3: single 2025, wages 100,000, LT 50,000, qualified dividends 2,000."""
    profile = household(
        2025, wages=100_000, lt_gain=50_000, qualified_dividends=2_000,
        ordinary_dividends=2_000, taxable_interest=1_000,
    )  # fmt: skip
    found = bill(profile, LAW)
    assert found.line("agi") == 153_000
    assert found.line("taxable_income") == 137_250
    assert found.line("ordinary_taxable") == 85_250
    assert found.line("taxed_at_15") == 52_000
    assert found.line("regular_tax") == 21_469
    assert found.line("niit") == 0


@pytest.mark.parametrize(
    ("gain", "amt", "marginal"),
    [
        (400_000, 0, "0.188"),
        (450_000, 3_840, "0.368"),
        (500_000, 10_340, "0.368"),
        (550_000, 14_266, "0.238"),
        (600_000, 14_266, "0.238"),
    ],
)
def test_the_amt_zone_of_2026(gain: int, amt: int, marginal: str) -> None:
    """tax-rules.md section 4: single 2026, wages 150,000, long-term gain alone."""
    found = bill(household(2026, wages=150_000, lt_gain=gain), LAW)
    assert round(found.line("amt")) == amt
    assert found.marginal.long_gain == Decimal(marginal)


def test_a_loss_is_worth_what_it_offsets() -> None:
    """Issue text: the same 10,000 saves a 2026 couple 3,580, 1,880 or 720."""
    couple = household(2026, "mfj", wages=420_000)
    short = household(2026, "mfj", wages=420_000, st_gain=40_000)
    long = household(2026, "mfj", wages=420_000, lt_gain=40_000)
    assert federal(short) - federal(short, st_gain=-10_000) == 3_580
    assert federal(long) - federal(long, st_gain=-10_000) == 1_880
    assert federal(couple) - federal(couple, st_gain=-10_000) == 3_000 * Decimal("0.24")


def test_the_salt_phase_down_makes_a_dollar_cost_49_cents() -> None:
    """tax-rules.md section 1.2: mfj 2025, wages 550,000, state tax 60,000, interest 20,000."""
    found = bill(
        household(
            2025, "mfj", wages=550_000, salt_paid=60_000, mortgage_interest=20_000, lt_gain=10_000
        ),
        LAW,
    )
    assert found.marginal.long_gain == Decimal("0.293")
    short = bill(
        household(
            2025, "mfj", wages=550_000, salt_paid=60_000, mortgage_interest=20_000, st_gain=10_000
        ),
        LAW,
    )
    assert short.marginal.short_gain == Decimal("0.493")


def test_a_limited_loss_lowers_investment_income() -> None:
    """tax-rules.md section 5: single 2025, wages 250,000, interest 8,000, ST -10,000: 190."""
    found = bill(household(2025, wages=250_000, taxable_interest=8_000, st_gain=-10_000), LAW)
    assert found.line("niit") == 190
    assert found.line("net_investment_income") == 5_000


def test_the_smaller_of_test_binds_between_the_two_edges() -> None:
    """tax-rules.md section 3: 2026 single, gains between 49,450 and 50,400 are taxed at 12 %."""
    inside = household(2026, wages=16_100 + 49_450, lt_gain=500)
    found = bill(inside, LAW)
    assert found.marginal.long_gain == Decimal("0.12")
    assert found.line("taxed_at_15") == 500


@settings(max_examples=60, deadline=None)
@given(profile=profiles())
def test_the_lines_sum_to_the_cent(profile: TaxProfile) -> None:
    found = bill(profile, LAW)
    parts = sum(found.line(key) for key in ("regular_tax", "amt", "niit"))
    assert found.federal_usd == parts
    assert found.total_usd == found.federal_usd + found.state_usd
    at_rates = sum(line.amount_usd for line in found.lines if line.key.startswith("taxed_at_"))
    assert at_rates <= found.line("net_capital_gain_plus_qd")


@settings(max_examples=60, deadline=None)
@given(profile=profiles())
def test_a_bill_without_a_trade_is_the_baseline(profile: TaxProfile) -> None:
    assert bill(profile, LAW) == bill(profile, LAW, st_gain_usd=ZERO, lt_gain_usd=ZERO)


@settings(max_examples=60, deadline=None)
@given(profile=profiles(), parts=st.lists(dollars(-50_000, 50_000), min_size=2, max_size=6))
def test_the_order_of_lots_does_not_matter(profile: TaxProfile, parts: list[Decimal]) -> None:
    forward, backward = profile, profile
    for part in parts:
        forward = replace(forward, st_gain_usd=forward.st_gain_usd + part)
    for part in reversed(parts):
        backward = replace(backward, st_gain_usd=backward.st_gain_usd + part)
    assert bill(forward, LAW) == bill(backward, LAW)


@settings(max_examples=100, deadline=None)
@given(
    profile=profiles(states=("NONE",)), loss=dollars(1, 60_000), term=st.sampled_from(["st", "lt"])
)
def test_more_loss_never_raises_federal_tax_but_where_gifts_meet_their_limit(
    profile: TaxProfile, loss: Decimal, term: str
) -> None:
    """See the next test for the place; without gifts there is none."""
    profile = replace(profile, charity_cash_usd=ZERO)
    more = {f"{term}_gain_usd": -loss}
    assert bill(profile, LAW, **more).federal_usd <= bill(profile, LAW).federal_usd


def test_gifts_over_their_limit_are_the_place_where_more_loss_raises_the_tax() -> None:
    """26 U.S.C. 170(b)(1)(G): gifts count up to 60 % of AGI. Where gains are taxed at 0 %, a loss
    saves nothing on them and takes 60 cents of deduction from ordinary income."""
    giver = household(2024, taxable_interest=40_000, lt_gain=15_000, charity_cash=60_000)
    assert federal(giver, lt_gain=-5_000) > federal(giver)
    assert federal(replace(giver, charity_cash_usd=ZERO), lt_gain=-5_000) == federal(
        replace(giver, charity_cash_usd=ZERO)
    )


@settings(max_examples=60, deadline=None)
@given(profile=profiles(states=("NONE",), statuses=(FilingStatus.MFJ,), itemizing=False))
def test_a_surviving_spouse_pays_as_a_couple_of_the_same_deductions(profile: TaxProfile) -> None:
    """tax-rules.md, statuses: qss is mfj but for the senior deduction's threshold."""
    young = replace(profile, age_head=40, age_spouse=40)
    alone = replace(young, filing_status=FilingStatus.QSS, age_spouse=0)
    assert bill(young, LAW).federal_usd == bill(alone, LAW).federal_usd


@settings(max_examples=60, deadline=None)
@given(profile=profiles(states=("NONE",), statuses=(FilingStatus.MFS,), itemizing=False))
def test_two_equal_separate_returns_are_a_joint_one_below_the_top(profile: TaxProfile) -> None:
    """All amounts of a couple are twice those of a separate filer, but the add-back of the AMT
    and the brackets' tops, which are rounded; the joint bill is then twice the separate one."""
    one = replace(
        profile,
        wages_usd=min(profile.wages_usd, Decimal(100_000)),
        lt_gain_usd=min(profile.lt_gain_usd, Decimal(50_000)),
        age_head=40,
    )
    both = replace(
        one,
        filing_status=FilingStatus.MFJ,
        age_spouse=40,
        **{name: 2 * getattr(one, name) for name in DOUBLED},
    )
    assert bill(both, LAW).line("regular_tax") == pytest.approx(
        2 * bill(one, LAW).line("regular_tax"), abs=Decimal("0.02")
    )


DOUBLED = (
    "wages_usd", "taxable_interest_usd", "ordinary_dividends_usd", "qualified_dividends_usd",
    "st_gain_usd", "lt_gain_usd", "st_carryforward_usd", "lt_carryforward_usd",
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(profile=profiles(), st_gain=dollars(-90_000, 90_000), lt_gain=dollars(-90_000, 90_000))
def test_the_walk_sums_to_the_difference(
    profile: TaxProfile, st_gain: Decimal, lt_gain: Decimal
) -> None:
    before = bill(profile, LAW)
    after = bill(profile, LAW, st_gain_usd=st_gain, lt_gain_usd=lt_gain)
    steps = difference(before, after, Decimal("12.34"))
    saved = before.total_usd - after.total_usd
    assert sum(step.amount_usd for step in steps) == saved + Decimal("12.34")


def test_a_short_loss_walks_through_the_short_gain_and_the_niit() -> None:
    before = bill(household(2026, "mfj", "TX", wages=420_000, st_gain=40_000), LAW)
    after = bill(
        household(2026, "mfj", "TX", wages=420_000, st_gain=40_000),
        LAW,
        st_gain_usd=Decimal(-10_000),
    )
    walk = {step.label: step.amount_usd for step in difference(before, after)}
    assert walk["short-term gain offset"] == 3_200
    assert walk["NIIT"] == 380
    assert walk["bracket"] == walk["AMT"] == walk["state"] == 0


def test_a_bill_without_its_explanation_has_the_same_lines() -> None:
    profile = household(2026, "mfj", "NY", wages=420_000, lt_gain=90_000)
    short, full = bill(profile, LAW, explained=False), bill(profile, LAW)
    assert short.lines == full.lines
    assert short.edges == ()
    assert full.edges


def test_edges_tell_the_distance_ahead_and_behind() -> None:
    found = bill(household(2026, wages=150_000, lt_gain=450_000), LAW)
    edges = {(edge.rule, edge.at_usd): edge for edge in found.edges}
    assert edges["niit", Decimal(200_000)].distance_usd == -400_000
    assert edges["AMT phase-out ends", Decimal(680_200)].distance_usd == 680_200 - 600_000
    assert edges["ordinary", Decimal(201_775)].distance_usd == 201_775 - 133_900


def test_a_held_over_figure_is_said_to_be_one() -> None:
    assert bill(household(2026, wages=1), LAW).provisional == ()
    later = bill(household(2027, wages=1), LAW).provisional
    assert any("held at the 2026 amount" in note and "brackets" in note for note in later)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"wages_usd": Decimal(-1)}, "wages_usd: read '-1'; below zero"),
        ({"wages_usd": Decimal("NaN")}, "wages_usd: read 'NaN'"),
        ({"year": 2023}, "year: read '2023'; no tables"),
        ({"state": "ZZ"}, "state: read 'ZZ'; no such state"),
        ({"state": "VA", "year": 2024}, "they begin in 2025"),
        ({"local_rate": 3.876}, "write 3.876 % as 0.03876"),
    ],
)
def test_a_profile_that_cannot_be_is_refused_by_name(
    change: dict[str, object], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        bill(replace(household(2025, wages=5), **change), LAW)


def test_an_old_tape_uses_the_first_tables_and_says_so() -> None:
    law = load()
    now = TaxProfile(2024, FilingStatus.MFJ, "TX", wages_usd=Decimal(250_000))
    old = replace(now, year=2018)
    with pytest.raises(InputError, match="tables begin in 2024"):
        bill(old, law)
    found = bill(old, law.backdated(2018))
    assert found.total_usd == bill(now, law).total_usd
    assert any("projected" in note for note in found.provisional)
    assert law.backdated(2018).version != law.version
