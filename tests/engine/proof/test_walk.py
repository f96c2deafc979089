from dataclasses import replace

import numpy as np
import pytest

from engine.proof.backtest import growth_bp, outcome, paired, summarise
from engine.proof.history import History
from engine.proof.policies import Drift, FixedThreshold, Hold, Policy, Predictive
from engine.proof.walk import Walked, walk
from tests.engine.proof.samples import FlatOffice, diagonal_risk, market, plan


def line(vol_annual: np.ndarray, rate_now: np.ndarray, rate_exit: float) -> np.ndarray:
    return np.where(rate_now > rate_exit, 0.25 * vol_annual, np.inf)


POLICIES: tuple[Policy, ...] = (
    Hold(),
    Drift(),
    FixedThreshold("monthly", 21),
    FixedThreshold("daily5", 1),
    Predictive(line),
)


def run(history: History, policy: Policy, **changes: object) -> Walked:
    return walk(history, plan(history, **changes), policy, FlatOffice(), diagonal_risk(history))


def test_holding_without_costs_or_dividends_earns_the_price_return() -> None:
    history = market(dividends=False)
    found = run(history, Hold(), half_spread=np.zeros(24))
    grown = history.price_index()[-1] / history.price_index()[30]
    assert found.wealth[-1] / 1e6 == pytest.approx(grown.mean(), rel=0.003)


@pytest.mark.parametrize("policy", POLICIES, ids=lambda p: p.name)
def test_the_future_changes_nothing_before_it(policy: Policy) -> None:
    history = market()
    changed = history.close.copy()
    changed[200:] *= np.linspace(0.5, 1.5, 24)
    other = replace(history, close=changed)
    one, two = run(history, policy), run(other, policy)
    assert np.array_equal(one.wealth[:169], two.wealth[:169])
    assert not np.array_equal(one.wealth, two.wealth)


@pytest.mark.parametrize("policy", POLICIES[2:], ids=lambda p: p.name)
def test_a_harvester_never_buys_within_thirty_days_of_its_loss(policy: Policy) -> None:
    ledger = run(market(count=500), policy).ledger
    losses = [s for s in ledger.sold if s.gain_usd < 0]
    assert len(losses) > 20
    for sale in losses:
        near = [b for b in ledger.bought if b.name == sale.name and b.lot != sale.lot]
        assert all(abs(b.day - sale.day) > 30 for b in near)


def test_predictive_keeps_its_tracking_limit() -> None:
    loose = run(market(count=400), Predictive(line), tracking_limit=1.0)
    tight = run(market(count=400), Predictive(line), tracking_limit=0.02)
    assert tight.breaches == 0
    assert tight.active_return[1:].std() < loose.active_return[1:].std()


def test_a_portfolio_that_prices_carried_past_its_limit_may_still_be_harvested() -> None:
    history = market(count=400)
    close = history.close.copy()
    close[100:, 0] *= 3.0  # one name runs away: no sale of losers brings the rest back
    far = replace(history, close=close)
    found = run(far, Predictive(line), tracking_limit=0.02)
    assert sum(s.day > far.days[110] for s in found.ledger.sold) > 5
    assert found.breaches == 0


def test_a_withdrawal_is_raised_on_its_day_and_a_contribution_is_put_to_work() -> None:
    history = market()
    due = int(history.days[100])
    flows = ((due, -50_000.0), (due + 30, 20_000.0))
    found, base = run(history, Hold(), flows=flows), run(history, Hold())
    assert found.flow_usd == -30_000
    fall = base.wealth[70] - found.wealth[70]
    assert fall == pytest.approx(50_000, rel=0.01)


def test_a_spin_off_moves_value_and_no_shares() -> None:
    history = market(dividends=False)
    spun = history.spinoff.copy()
    close = history.close.copy()
    spun[150, 3] = 1.25
    close[150:, 3] /= 1.25
    found = run(replace(history, spinoff=spun, close=close), Hold(), half_spread=np.zeros(24))
    plain = run(history, Hold(), half_spread=np.zeros(24))
    assert found.wealth[119] == pytest.approx(plain.wealth[119], rel=1e-9)
    assert found.wealth[120] == pytest.approx(plain.wealth[120], rel=1e-9)


def test_the_summary_counts_hold_as_zero_and_pairs_have_intervals() -> None:
    history = market(count=500)
    setup = plan(history)
    offices = {p.name: FlatOffice() for p in POLICIES}
    outcomes = {
        p.name: outcome(
            history,
            walk(history, setup, p, offices[p.name], diagonal_risk(history)),
            offices[p.name],
        )
        for p in POLICIES
    }
    table = summarise(outcomes)
    assert table["hold"].tax_alpha_bp == 0
    assert table["hold"].permanent == 0
    assert table["daily5"].harvested_st > table["monthly"].harvested_st > 0
    (pair,) = paired(outcomes, [("predictive", "drift")], seed=1)
    assert pair.low < pair.difference_bp < pair.high
    assert growth_bp(1.1, 1.0, 1.0) == pytest.approx(1000)
