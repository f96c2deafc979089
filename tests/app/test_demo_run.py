"""The whole way on the demo market: quote to forecast, approval, order, fill, audit, report."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from app.book import audit
from app.book.book import Book
from app.demo_run import Run
from app.desk import NotNowError
from app.office import demo_setting, open_desk, open_feed, seed_book, write_reports
from app.reports.figures import Figures, efficiency
from app.reports.verify import verify
from engine.decision.household_range import household_range
from engine.decision.settings import DecisionSettings
from engine.market.first_passage import touch
from engine.records import QuoteState
from engine.results import ProposalState

AT = datetime(2026, 10, 28, 13, 0, tzinfo=UTC)
TICKS = 9


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    setting = demo_setting()
    path = tmp_path_factory.mktemp("demo") / "demo.lotlight"
    with Book.create(path, at=AT) as book:
        seed_book(book, setting.practice, AT)
        desk = open_desk(book, setting, 7, DecisionSettings())
        walked = Run(book, desk, setting.practice.users[0], 7)
        feed = open_feed(setting, tuple(book.securities().values()))
        for _ in zip(range(TICKS), walked.walk(feed), strict=False):
            pass
        yield walked


def test_the_whole_way_is_walked(run: Run) -> None:
    tally = run.tally
    assert tally.ticks == TICKS
    assert tally.approved >= 3
    assert tally.orders_exported > tally.approved
    assert tally.fills_reconciled > 0
    assert tally.proposals
    assert not audit.walk(run.book.connection, None, None).problems


def test_a_lot_that_is_sold_is_held_no_more(run: Run) -> None:
    held = {lot.lot_id for key, _ in run.book.households() for lot in run.book.household(key).lots}
    closed = {}
    for close in run.book.closes():
        closed[close.lot_id] = closed.get(close.lot_id, 0) + close.shares
    assert closed
    whole = [
        sale
        for proposal in run.book.proposals(None, (ProposalState.EXPORTED,))
        for sale in proposal.sales
        if closed.get(sale.lot_id) == sale.shares
    ]
    assert whole
    assert not {sale.lot_id for sale in whole} & held


def test_no_proposal_rests_on_a_washed_lot_or_buys_a_blocked_name(run: Run) -> None:
    for evaluation in run.desk.evaluations.values():
        no_sale = {b.lot_id for b in evaluation.blocks if b.lot_id}
        no_purchase = {b.security_id for b in evaluation.blocks if not b.lot_id}
        for proposal in evaluation.proposals:
            assert not {s.lot_id for s in proposal.sales} & no_sale
            assert not {p.security_id for p in proposal.purchases} & no_purchase


def test_no_proposal_is_worth_no_more_than_it_costs(run: Run) -> None:
    for evaluation in run.desk.evaluations.values():
        for proposal in evaluation.proposals:
            assert proposal.alpha.net_usd > 0
            assert proposal.alpha_low_usd <= proposal.alpha.net_usd <= proposal.alpha_high_usd


def test_every_simulated_chance_is_within_its_error_of_the_closed_form(run: Run) -> None:
    outlook = run.desk.market.outlook()
    assert outlook is not None
    name = np.repeat(np.arange(len(outlook.names)), 3)
    sd = outlook.touches.sd[name]  # type: ignore[attr-defined]
    barrier = -np.tile([0.3, 1.0, 1.8], len(outlook.names)) * sd
    known = np.isfinite(sd) & (sd > 0)
    found = outlook.touches(name[known], barrier[known])
    simulated = outlook.touches.scenarios.probability(  # type: ignore[attr-defined]
        name[known], barrier[known] / sd[known]
    )
    exact = touch(barrier[known], sd[known])
    error = np.abs(simulated - exact) / np.maximum(found.stderr, 1e-4)
    assert (error < 3.0).mean() > 0.99
    assert error.max() < 4.5


def test_the_same_quotes_give_the_same_evaluation(run: Run) -> None:
    desk = run.desk
    outlook = desk.market.outlook()
    assert outlook is not None
    again = desk.on_quotes((), outlook.as_of, ["okafor"])[0]
    assert again == desk.on_quotes((), outlook.as_of, ["okafor"])[0]


def test_a_stale_price_refuses_an_approval(run: Run) -> None:
    desk, now = run.desk, run.desk.market.now
    assert now is not None
    waiting = next(
        p
        for p in run.book.proposals("okafor", (ProposalState.PROPOSED,))
        if p.kind == "harvest" and p.expires_at > now
    )
    name = waiting.sales[0].security_id
    good = desk.market.quotes[name]
    desk.market.quotes[name] = replace(good, state=QuoteState.STALE)
    try:
        with pytest.raises(NotNowError, match=f"the price of {name} is stale"):
            desk.approve(waiting.proposal_id, run.user, now)
    finally:
        desk.market.quotes[name] = good


def figures(run: Run, household: str = "okafor") -> Figures:
    first, last = AT.date().replace(month=1, day=1), AT.date()
    return efficiency(run.book, run.desk.rules.law, household, first, last, 0.408)


def test_the_report_adds_up_to_its_trades_to_the_cent(run: Run) -> None:
    found = figures(run)
    assert found.trades
    assert sum(t.kept_usd for t in found.trades) == found.alpha.net_usd
    assert sum(t.gain_usd for t in found.trades) == found.gains_usd - found.harvested_usd
    assert found.bill_without_usd - found.bill_with_usd == found.alpha.tax_now_usd
    fall = sum(step.amount_usd for step in found.walk)
    assert fall == found.alpha.tax_now_usd


def test_a_report_is_verified_and_a_changed_figure_is_found(run: Run, tmp_path: Path) -> None:
    pdfs = write_reports(run.book, run.desk, tmp_path, simulated=True)
    assert len(pdfs) == 3
    told = next(tmp_path.glob("efficiency-okafor-*.json"))
    law = run.desk.rules.law
    assert verify(told, run.book, law, 0.408) == []
    text = told.read_text()
    amount = str(figures(run).alpha.net_usd)
    told.write_text(text.replace(f'"net_usd": "{amount}"', '"net_usd": "1.00"'))
    (problem,) = verify(told, run.book, law, 0.408)
    assert problem.field == "figures.net_usd"


def test_a_household_is_told_what_it_could_harvest_by_the_close_and_by_the_years_end(
    run: Run,
) -> None:
    outlook = run.desk.market.outlook()
    assert outlook is not None
    prepared = run.desk.prepared("okafor", outlook)
    found = household_range(prepared, outlook)
    assert found is not None
    assert found.sessions_left == 44  # 29 October to 31 December 2026 without two holidays
    for spread in (found.best_in_window, found.at_window_end, found.at_year_end, found.bill):
        assert list(spread.quantiles_usd) == sorted(spread.quantiles_usd)
    columns = prepared.columns
    price = outlook.price[columns.security]
    now = float(np.nansum(np.maximum(columns.basis_usd - columns.shares * price, 0.0)))
    assert found.best_in_window.quantiles_usd[0] >= now * (1 - 1e-5)
    assert found.best_in_window.mean_usd > found.at_window_end.mean_usd
    wide = found.at_year_end.quantiles_usd
    near = found.at_window_end.quantiles_usd
    assert wide[-1] - wide[0] > 3 * (near[-1] - near[0])
    alone = float(prepared.tax.bill.total_usd)
    assert found.bill.quantiles_usd[-1] <= alone + 1.0  # a harvested loss never adds to the bill


def test_positions_and_sectors_touch_as_wholes(run: Run) -> None:
    outlook = run.desk.market.outlook()
    assert outlook is not None
    evaluation = run.desk.evaluations["okafor"]
    by_state = [row.whole_probability for row in evaluation.positions if row.state == "watch"]
    assert min(by_state) < 0.05
    for row in evaluation.positions:
        lost = -row.unrealized_usd / (row.market_usd - row.unrealized_usd)
        if row.security_id in outlook.index and lost > Decimal("0.0505"):
            assert row.whole_probability == 1.0
    for chances in evaluation.sector_probability.values():
        assert list(chances) == sorted(chances)
        assert 0.0 <= chances[0] <= chances[-1] <= 1.0
