"""What a harvest is worth, against worked figures and the identities of engine-math section 4."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.lawbook import load
from engine.decision.alpha import TradeCosts, attribute, band, results_of, value
from engine.decision.household_tax import YearResults, open_year, results_so_far
from engine.records import Horizon, Term
from tests.engine.decision.households import household, profile, sale

D = Decimal
LAW = load()
TOP = 0.408
FOREVER = Horizon(years=10, discount_rate=0.04, step_up_probability=1.0)
TOMORROW = Horizon(years=0, discount_rate=0.0, step_up_probability=0.0)
COSTS = TradeCosts(spread_usd=D("12.34"), commission_usd=D("1.00"), tracking_usd=D("0.66"))


@pytest.mark.parametrize(
    ("short", "long", "saved"),
    [("50000", "0", "3580"), ("0", "50000", "1880"), ("0", "0", "720")],
    ids=["against short-term gain", "against long-term gain", "with no gains"],
)
def test_the_same_loss_saves_what_it_offsets(short: str, long: str, saved: str) -> None:
    """
    2026 couple, wages 400,000: $10,000 of short-term loss.
    32 % + 3.8 % of short-term gain; 15 % + 3.8 % of long-term gain; $3,000 at 24 %.
    """
    year = open_year(household(short=short, long=long), LAW)
    alpha = value(year, [sale("-10000")], TradeCosts(), TOP)
    assert alpha.tax_now_usd == D(saved)
    assert alpha.others_claim_usd == 4080


def test_a_step_up_leaves_nothing_to_give_back() -> None:
    year = open_year(household(short="50000", horizon=FOREVER), LAW)
    alpha = value(year, [sale("-10000")], COSTS, TOP)
    assert alpha.deferred_usd == 0
    assert alpha.net_usd == alpha.tax_now_usd - alpha.cost_usd


def test_no_free_lunch_when_the_exit_is_now_at_the_same_rate() -> None:
    """A long loss against long gain at 18.8 %, given back at 18.8 %: what is left is the cost."""
    year = open_year(household(long="50000", horizon=TOMORROW), LAW)
    alpha = value(year, [sale("-10000", Term.LONG)], COSTS, TOP)
    gain_rate = year.use.gain_rate
    assert alpha.net_usd == pytest.approx(
        float(alpha.tax_now_usd) - 10_000 * gain_rate - float(COSTS.spread_usd) - 1.66, abs=0.02
    )


@given(st.integers(-60_000, 60_000), st.sampled_from(list(Term)), st.integers(0, 80_000))
@settings(max_examples=40, deadline=None)
def test_the_twin_screens_what_the_exact_bill_says(gain: int, term: Term, other: int) -> None:
    year = open_year(household(short=str(other)), LAW)
    more = results_of([sale(str(gain), term)])
    _, saved, carried = year.exact(more)
    screened = year.saved(float(more.short_usd), float(more.long_usd))  # type: ignore[arg-type]
    assert float(screened) == pytest.approx(float(saved + carried), abs=0.05)


def test_parts_add_up_and_attribution_spends_every_cent() -> None:
    year = open_year(household(short="12000"), LAW)
    sales = [sale("-9000", lot_id="a"), sale("-7000", lot_id="b"), sale("2000", Term.LONG, "c")]
    whole = value(year, sales, COSTS, TOP)
    parts = attribute(year, sales, COSTS, TOP)
    assert sum(parts) == whole.net_usd
    assert len(parts) == 3
    assert attribute(year, [], COSTS, TOP) == ()


def test_two_halves_are_worth_one_whole() -> None:
    year = open_year(household(short="12000"), LAW)
    halves = value(year, [sale("-5000", lot_id="a"), sale("-5000", lot_id="b")], COSTS, TOP)
    assert halves == value(year, [sale("-10000")], COSTS, TOP)


def test_the_band_holds_the_estimate_and_widens_with_doubtful_plans() -> None:
    sure = open_year(household(short="6000"), LAW)
    doubtful = open_year(household(short="6000", sd="4000"), LAW)
    sales = [sale("-9000")]
    widths = []
    for year in (sure, doubtful):
        alpha = value(year, sales, COSTS, TOP)
        low, high = band(year, alpha, results_of(sales), seed=3)
        assert low <= alpha.net_usd <= high
        assert band(year, alpha, results_of(sales), seed=3) == (low, high)
        widths.append(high - low)
    assert widths[1] > widths[0]


def test_a_loss_beyond_use_is_worth_only_what_it_carries() -> None:
    year = open_year(household(st_carryforward_usd=D(200_000)), LAW)
    alpha = value(year, [sale("-10000")], TradeCosts(), TOP)
    assert alpha.tax_now_usd == 0
    assert 0 < alpha.carryforward_usd < 1000
    assert year.short_rate < 0.1


def test_the_year_counts_sales_of_the_book_and_planned_gains() -> None:
    home = household(short="500", long="700")
    assert results_so_far(home, 2026) == YearResults(D(500), D(700))
    assert results_so_far(home, 2027) == YearResults()
    assert profile().year == 2026
