"""A signed rule fires when its terms are met, and only then; each refusal says why."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine.decision.preapproval import Fired, NotYet, fires
from engine.decision.preapproval_terms import PreApproval
from engine.decision.prepare import Prepared
from engine.decision.settings import DecisionSettings
from engine.records import Lot, QuoteState, Rule, Scope
from tests.engine.decision.plan_books import NOW, TODAY, laid_out, limit, market

D = Decimal
MARKET = market()
BID = MARKET.quotes["S00"].bid_usd
SETTINGS = DecisionSettings()


def lot(lot_id: str, basis_of_bid: str, shares: str = "100") -> Lot:
    basis = (D(shares) * BID * D(basis_of_bid)).quantize(D("0.01"))
    bought = TODAY.replace(year=2026, month=3)
    return Lot(lot_id, "A1", "S00", D(shares), basis, bought, bought)


LOTS = (lot("DOWN", "1.25"), lot("DEEP", "1.60", "40"), lot("UP", "0.8"))
RULE = PreApproval(
    "R1", "H1", "S00", ("DOWN", "DEEP"), "A1", D(200), D(5), "U1",
    NOW - timedelta(hours=1), NOW + timedelta(hours=3), BID + 1, D("0.05"),
)  # fmt: skip


def house(*extra: object, **changes: object) -> Prepared:
    return laid_out(MARKET, *extra, **{"lots": LOTS, **changes})  # type: ignore[arg-type]


def test_it_fires_with_the_lots_signed_for_and_their_value() -> None:
    found = fires(RULE, house(), MARKET, SETTINGS, NOW)
    assert isinstance(found, Fired)
    assert {s.lot_id for s in found.harvest.sales} == {"DOWN", "DEEP"}
    assert found.harvest.alpha.net_usd >= 5
    assert "S00" not in {p.security_id for p in found.harvest.purchases}


def test_a_rule_for_the_name_leaves_lots_at_a_gain_alone() -> None:
    found = fires(replace(RULE, lot_ids=()), house(), MARKET, SETTINGS, NOW)
    assert isinstance(found, Fired)
    assert {s.lot_id for s in found.harvest.sales} == {"DOWN", "DEEP"}


def test_no_more_shares_are_sold_than_signed_for_and_the_largest_loss_goes_first() -> None:
    found = fires(replace(RULE, most_shares=D(100)), house(), MARKET, SETTINGS, NOW)
    assert isinstance(found, Fired)
    assert sum(s.shares for s in found.harvest.sales) <= 100
    few = fires(replace(RULE, most_shares=D(10)), house(), MARKET, SETTINGS, NOW)
    assert isinstance(few, NotYet)
    assert "more than" in few.reason


@pytest.mark.parametrize(
    ("rule", "reason", "void"),
    [
        (replace(RULE, at_most_usd=BID - 1), "is above the", False),
        (replace(RULE, loss_at_least=D("0.5")), "is signed for", False),
        (replace(RULE, minimum_alpha_usd=D(10**6)), "is below the", False),
        (replace(RULE, lot_ids=("UP",)), "stands at a gain", False),
        (replace(RULE, lot_ids=("SOLD",)), "no longer held", True),
        (replace(RULE, expires_at=NOW - timedelta(minutes=1)), "it expired", True),
        (replace(RULE, signed_at=NOW + timedelta(minutes=1)), "after now", True),
        (replace(RULE, household_id="H2"), "household H2", True),
        (replace(RULE, account_id="A2"), "is not S00 in A2", True),
    ],
)  # fmt: skip
def test_it_waits_or_is_void_with_the_reason(rule: PreApproval, reason: str, void: bool) -> None:
    found = fires(rule, house(), MARKET, SETTINGS, NOW)
    assert isinstance(found, NotYet)
    assert reason in found.reason
    assert found.void is void


@pytest.mark.parametrize("state", [QuoteState.STALE, QuoteState.HALTED, QuoteState.CROSSED])
def test_a_price_that_may_not_be_acted_on_voids_the_firing(state: QuoteState) -> None:
    found = fires(RULE, house(), market(states={"S00": state}), SETTINGS, NOW)
    assert isinstance(found, NotYet)
    assert f"the price of S00 is {state}" in found.reason


def test_an_old_price_voids_the_firing_whatever_its_state() -> None:
    found = fires(RULE, house(), MARKET, SETTINGS, NOW + timedelta(minutes=20))
    assert isinstance(found, NotYet)
    assert "is from 15:00 UTC" in found.reason


def test_a_purchase_made_since_the_signature_washes_and_stops_it() -> None:
    bought = TODAY - timedelta(days=3)
    plan = Lot("IRA", "A3", "S00", D(200), D(9000), bought, bought)
    found = fires(RULE, house(lots=(*LOTS, plan)), MARKET, SETTINGS, NOW)
    assert isinstance(found, NotYet)
    assert "washes lot" in found.reason


def test_a_limit_set_since_the_signature_stops_it() -> None:
    never = limit(Rule.NEVER_SELL, "1", scope=Scope.SECURITY, scope_id="S00")
    found = fires(RULE, house(never), MARKET, SETTINGS, NOW)
    assert isinstance(found, NotYet)
    assert "a limit of the household forbids" in found.reason
