"""Plans of a real household: needs and limits hold in every one, to the cent, at the best price."""

from dataclasses import replace
from decimal import Decimal
from functools import cache

import numpy as np
import pytest

from engine.decision.alpha import results_of
from engine.decision.constraints import raising
from engine.decision.household_plan import Plan, solve_plan
from engine.decision.household_problem import household_problem, lay_out, rates_at
from engine.decision.household_tax import YearResults
from engine.decision.plan_orders import alpha_of, orders_of
from engine.decision.problem import Trades, worth
from engine.decision.settings import DecisionSettings
from engine.law import liability
from engine.records import (
    CENT,
    Constraint,
    ExternalAsset,
    Lot,
    QuoteState,
    RealizedLot,
    Rule,
    Scope,
    Term,
)
from tests.engine.decision.plan_books import LAW, TODAY, laid_out, limit, lots_of, market

D = Decimal
SETTINGS = DecisionSettings(risk_aversion=150.0)  # a practice that stays near the index
MARKET = market()
TEN = limit(Rule.NET_GAIN_MAX_USD, "10000")


@cache
def plan(*limits: Constraint, need: str = "") -> Plan:
    return solve_plan(laid_out(MARKET, *limits, need=need), MARKET, SETTINGS)


def gains(found: Plan) -> Decimal:
    return sum((sale.est_gain_usd for sale in found.sells), D(0))


@pytest.mark.parametrize("need", ["50000", "120000"])
def test_the_cash_needed_in_three_months_is_there_to_the_cent_in_every_plan(need: str) -> None:
    found = plan(need=need)
    assert found.status == "solved"
    proceeds = sum(
        (s.shares * MARKET.quotes[s.security_id].bid_usd).quantize(CENT) for s in found.sells
    )
    spent = sum((b.shares * b.est_price_usd).quantize(CENT) for b in found.buys)
    assert found.cash_usd == D(4000) + proceeds - spent
    assert found.cash_usd >= D(need)


def test_the_plan_changes_when_the_need_changes() -> None:
    none, fifty, more = plan(), plan(need="50000"), plan(need="120000")
    assert len({p.sells for p in (none, fifty, more)}) == 3
    assert gains(more) > gains(fifty)


def test_at_most_ten_thousand_of_gains_holds_and_changes_the_plan() -> None:
    free = plan(need="236000")
    assert gains(free) > 10_000
    held = plan(TEN, need="236000")
    assert held.status == "solved"
    assert gains(held) <= 10_000
    assert held.cash_usd >= 236_000
    less = plan(limit(Rule.NET_GAIN_MAX_USD, "9500"), need="236000")
    assert gains(less) <= 9_500
    assert len({free.sells, held.sells, less.sells}) == 3
    row = next(r for r in held.rows if r.constraint.rule is Rule.NET_GAIN_MAX_USD)
    assert row.binding
    assert row.price_usd > 0
    assert raising(row, D(1000)).startswith("raising it by $1,000 saves about $")


def test_gains_realised_before_count_in_the_limit() -> None:
    line = RealizedLot(
        "S", "gone", "A1", "S00", D(10), D(2500), D(2000), TODAY.replace(year=2020),
        TODAY.replace(year=2020), TODAY.replace(month=2), Term.LONG,
    )  # fmt: skip
    prepared = laid_out(MARKET, TEN, need="236000", realized=(line,))
    found = solve_plan(prepared, MARKET, SETTINGS)
    assert found.status == "solved"
    assert gains(found) <= 9_500


def test_forced_sales_are_labelled_and_cheaper_than_selling_a_slice_of_everything() -> None:
    found = plan(need="120000")
    assert "cash_need" in found.kinds
    assert set(found.kinds) <= {"cash_need", "harvest"}
    assert len(found.kinds) == len(found.sells)
    prepared = laid_out(MARKET, need="120000")
    laid = lay_out(prepared, MARKET, SETTINGS)
    p = laid.problem
    share = (p.cash_need_usd - p.cash_usd) / float(
        p.lot_shares @ (p.lot_price * (1 - p.cost_rate[p.lot_name]))
    )
    sliced = Trades(np.round(p.lot_shares * share * 1.0001, 6), np.zeros(p.names))
    orders = orders_of(prepared, MARKET, laid, sliced, SETTINGS)
    assert orders.cash_usd >= 120_000
    none = worth(p, Trades(0 * sliced.sells, 0 * sliced.buys)).risk_usd
    naive = alpha_of(prepared, MARKET, SETTINGS, orders, worth(p, sliced).risk_usd - none)
    assert found.alpha.net_usd > naive.net_usd + 1000


def test_the_bill_shown_is_the_exact_bill_of_the_sales_shown() -> None:
    found = plan(TEN, need="236000")
    prepared = laid_out(MARKET, TEN, need="236000")
    more = results_of(found.sells)
    bill = liability.bill(
        prepared.household.profile, LAW, st_gain_usd=more.short_usd, lt_gain_usd=more.long_usd
    )
    assert found.bill_after.total_usd == bill.total_usd
    assert found.alpha.tax_now_usd == found.bill_before.total_usd - bill.total_usd


@pytest.mark.parametrize(
    "extra",
    [
        limit(Rule.TRACKING_ERROR_MAX, "0.01"),
        limit(Rule.NEVER_SELL, "1", scope=Scope.SECTOR, scope_id="tech"),
        limit(Rule.TURNOVER_MAX, "0.18"),
        limit(Rule.WHOLE_SHARES, "1"),
        limit(Rule.MIN_TRADE_USD, "1500"),
    ],
    ids=lambda c: c.rule.value,
)
def test_one_more_limit_holds_and_never_helps(extra: Constraint) -> None:
    free, held = plan(need="120000"), plan(extra, need="120000")
    assert held.status == "solved"
    assert held.alpha.net_usd <= D(free.bound_usd) + 25
    for sale in held.sells:
        usd = sale.shares * MARKET.quotes[sale.security_id].bid_usd
        if extra.rule is Rule.MIN_TRADE_USD:
            assert usd >= 1500
        if extra.rule is Rule.WHOLE_SHARES:
            assert sale.shares == int(sale.shares)
        if extra.rule is Rule.NEVER_SELL:
            assert MARKET.securities[sale.security_id].sector != "tech"
    if extra.rule is Rule.TRACKING_ERROR_MAX:
        assert held.te_after <= 0.01


def test_more_cash_never_costs_less_tax_and_spread() -> None:
    calm = replace(SETTINGS, risk_aversion=0.0)
    worths = [
        solve_plan(laid_out(MARKET, need=need), MARKET, calm).alpha.net_usd
        for need in ("60000", "120000", "236000")
    ]
    assert worths[0] + 5 >= worths[1]
    assert worths[1] + 5 >= worths[2]


def test_rates_settle_at_the_year_that_the_plan_makes() -> None:
    found = plan(need="236000")
    prepared = laid_out(MARKET, need="236000")
    at_plan = rates_at(prepared.tax, results_of(found.sells))
    at_start = rates_at(prepared.tax, YearResults())
    assert found.rates.near(at_plan, 0.02)
    assert not found.rates.near(at_start, 0.02)
    assert found.gap_usd >= 0


def test_limits_that_cannot_hold_together_come_back_by_name_with_a_way_out() -> None:
    found = plan(limit(Rule.NET_GAIN_MAX_USD, "-400000"), need="50000")
    assert found.status == "infeasible"
    assert "C-net_gain_max_usd" in found.conflict
    assert found.ways_out
    assert not found.sells


def test_a_tax_limit_is_kept_by_the_exact_bill() -> None:
    free = plan(need="236000")
    limit_usd = free.bill_after.total_usd - 200
    held = plan(limit(Rule.TAX_MAX_USD, str(limit_usd)), need="236000")
    assert held.status == "solved"
    assert held.bill_after.total_usd <= limit_usd
    assert held.cash_usd >= 236_000
    never = plan(limit(Rule.TAX_MAX_USD, "1000"), need="236000")
    assert never.status == "infeasible"
    assert never.conflict == ("C-tax_max_usd",)


@pytest.mark.parametrize("price", ["0.001", "5"], ids=["cheap", "dear"])
def test_a_soft_gain_limit_is_kept_only_while_keeping_it_is_worth_its_price(price: str) -> None:
    soft = limit(Rule.NET_GAIN_MAX_USD, "10000", hard=False, price=D(price))
    found = plan(soft, need="236000")
    free = plan(need="236000")
    if price == "5":
        assert gains(found) <= 10_050
    else:
        assert float(gains(found)) == pytest.approx(float(gains(free)), rel=0.05)
        assert found.charge_usd == pytest.approx((float(gains(found)) - 10_000) * 0.001, abs=1)


def test_a_soft_tracking_limit_draws_the_plan_in_when_it_is_dear() -> None:
    free = plan(need="120000")
    asked = free.te_after / 2
    soft = limit(Rule.TRACKING_ERROR_MAX, f"{asked:.6f}", hard=False, price=D(10_000_000))
    assert plan(soft, need="120000").te_after < 0.75 * free.te_after


def test_stale_names_are_held_and_washed_or_blocked_ones_left_alone() -> None:
    stale = market(states={"S03": QuoteState.STALE})
    fresh = Lot("NEW", "A3", "S05", D(40), D(2000), TODAY.replace(day=20), TODAY.replace(day=20))
    lots = (*lots_of(stale, up=0.0), fresh)
    line = RealizedLot(
        "S", "gone", "A1", "S07", D(10), D(1000), D(2000), TODAY.replace(year=2020),
        TODAY.replace(year=2020), TODAY.replace(day=12), Term.LONG,
    )  # fmt: skip
    prepared = laid_out(stale, lots=lots, realized=(line,), need="50000")
    assert any(prepared.washed)
    found = solve_plan(prepared, stale, SETTINGS)
    assert "S03" not in {s.security_id for s in found.sells} | {b.security_id for b in found.buys}
    assert "S07" not in {b.security_id for b in found.buys}
    washed = {lot.lot_id for lot, one in zip(prepared.lots, prepared.washed, strict=True) if one}
    harvested = {s.security_id for s in found.sells if s.est_gain_usd < 0}
    assert not harvested & {b.security_id for b in found.buys}
    assert not washed & {
        s.lot_id for s, k in zip(found.sells, found.kinds, strict=True) if k == "harvest"
    }


def test_a_stock_held_elsewhere_turns_the_plan_away_from_its_like() -> None:
    asset = ExternalAsset("X", "Founder", D(800_000), D(1000), TODAY, security_id="S00")
    alone, _ = household_problem(laid_out(MARKET), MARKET, SETTINGS)
    with_it, book = household_problem(laid_out(MARKET, external=(asset,)), MARKET, SETTINGS)
    assert not alone.exposure.any()
    weight = 800_000 / with_it.value_usd
    assert with_it.exposure == pytest.approx(MARKET.risk.loadings[0] * weight)
    assert with_it.exposure_variance == pytest.approx((weight * MARKET.risk.specific_vol[0]) ** 2)
    assert book.securities == MARKET.names


def test_a_limit_on_a_name_that_is_not_here_changes_nothing() -> None:
    nobody = limit(Rule.NEVER_BUY, "1", scope=Scope.SECURITY, scope_id="ELSEWHERE")
    assert plan(nobody, need="50000").sells == plan(need="50000").sells
