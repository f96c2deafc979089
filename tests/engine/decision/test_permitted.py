"""No proposal breaks a hard limit, whatever the limits are; asked again here from the records."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.decision.evaluate import evaluate
from engine.decision.harvest_policy import HarvestTable, table
from engine.decision.proposals import usd_a_minute
from engine.decision.settings import DecisionSettings
from engine.records import Constraint, Rule, Scope
from engine.results import Proposal
from tests.engine.decision.plan_books import NAMES, SECTORS, laid_out, limit, lots_of, market

D = Decimal
MARKET = market()
LOSING = lots_of(MARKET, seed=4, up=-0.25)
CHOICES = DecisionSettings()


@pytest.fixture(scope="module")
def lines() -> HarvestTable:
    return table(years=1.0)


def proposals(lines: HarvestTable, *limits: Constraint) -> tuple[Proposal, ...]:
    home = laid_out(MARKET, *limits, lots=LOSING)
    return evaluate(home, MARKET, CHOICES, lines, "test").proposals


def usd(proposal: Proposal) -> list[Decimal]:
    sold = sum((s.shares * proposal.limit_usd for s in proposal.sales), D(0))
    return [sold, *(b.shares * b.est_price_usd for b in proposal.purchases)]


def sector_weight(proposal: Proposal, sector: str) -> tuple[float, float]:
    mine = {n for n in NAMES if MARKET.securities[n].sector == sector}
    price = {n: float(MARKET.quotes[n].last_usd) for n in NAMES}
    held = {n: sum(float(x.shares) for x in LOSING if x.security_id == n) for n in NAMES}
    after = dict(held)
    for s in proposal.sales:
        after[s.security_id] -= float(s.shares)
    for b in proposal.purchases:
        after[b.security_id] += float(b.shares)
    total = sum(held[n] * price[n] for n in NAMES)
    before, then = (sum(w[n] * price[n] for n in mine) / total for w in (held, after))
    return before, then


@settings(max_examples=25, deadline=None)
@given(
    least=st.sampled_from(["0", "2000", "6000", "20000"]),
    whole=st.booleans(),
    days=st.sampled_from(["0", "200", "5000"]),
    most=st.sampled_from(["0.01", "0.03", "0.2"]),
    sector=st.sampled_from(SECTORS),
    weight=st.sampled_from(["0.1", "0.26", "0.9"]),
    turnover=st.sampled_from(["0.005", "0.05", "1"]),
)
def test_no_proposal_breaks_a_hard_limit(
    lines: HarvestTable,
    least: str,
    whole: bool,
    days: str,
    most: str,
    sector: str,
    weight: str,
    turnover: str,
) -> None:
    limits = (
        limit(Rule.MIN_TRADE_USD, least),
        limit(Rule.WHOLE_SHARES, str(int(whole))),
        limit(Rule.MIN_HOLDING_DAYS, days),
        limit(Rule.POSITION_MAX_WEIGHT, most),
        limit(Rule.SECTOR_MAX_WEIGHT, weight, scope=Scope.SECTOR, scope_id=sector),
        limit(Rule.TURNOVER_MAX, turnover),
        limit(Rule.LOSS_HARVEST_ONLY, "1"),
    )
    held = {lot.lot_id: lot for lot in LOSING}
    for found in proposals(lines, *limits):
        assert all(size >= D(least) for size in usd(found))
        traded = [*(s.shares for s in found.sales), *(b.shares for b in found.purchases)]
        assert not whole or all(q % 1 == 0 for q in traded)
        assert all(s.est_gain_usd <= 0 for s in found.sales)
        ages = [(MARKET.today - held[s.lot_id].acquired_on).days for s in found.sales]
        assert min(ages) >= int(days)
        before, after = sector_weight(found, sector)
        assert after <= max(before, float(weight)) + 1e-6
        total = sum(float(x.shares * MARKET.quotes[x.security_id].last_usd) for x in LOSING)
        assert float(sum(usd(found))) / total <= float(turnover) + 1e-4
        assert found.alpha.net_usd > 0


def test_without_limits_there_are_proposals_and_they_stand_by_dollars_a_minute(
    lines: HarvestTable,
) -> None:
    found = proposals(lines)
    assert len(found) > 5
    assert np.all(np.diff([float(usd_a_minute(p)) for p in found]) <= 0)


def test_never_buying_anything_leaves_nothing_to_propose(lines: HarvestTable) -> None:
    assert proposals(lines, limit(Rule.NEVER_BUY, "1")) == ()
