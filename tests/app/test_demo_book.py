"""The demo practice is whole, labelled, and knows nothing of its own future."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from app.demo_book import Practice, practice
from app.demo_market import Closes, Programme, bought, demo_closes, demo_weights
from engine.records import AccountKind, Household, Origin, Rule, SecurityKind, Side

OPENING = datetime(2026, 10, 19, 13, 30, tzinfo=UTC)
TODAY = date(2026, 10, 19)


@pytest.fixture(scope="module")
def demo() -> Practice:
    return practice(OPENING)


@pytest.fixture(scope="module")
def closes() -> Closes:
    return demo_closes().until(TODAY)


def prices(closes: Closes) -> dict[str, Decimal]:
    return {n: Decimal(f"{closes.close_usd[-1, i]:.2f}") for i, n in enumerate(closes.names)}


def test_it_is_three_households_of_five_hundred_positions_and_thousands_of_lots(
    demo: Practice,
) -> None:
    lots = [lot for household in demo.households for lot in household.lots]
    assert len(demo.households) == 3
    assert 480 <= len({(lot.account_id, lot.security_id) for lot in lots}) <= 560
    assert len(lots) >= 3_700
    assert len({lot.lot_id for lot in lots}) == len(lots)


def test_every_client_and_security_says_that_it_is_made_up(demo: Practice) -> None:
    assert all("simulated" in household.name for household in demo.households)
    assert all("fictional" in security.name for security in demo.securities)


def test_the_same_morning_gives_the_same_practice(demo: Practice) -> None:
    assert practice(OPENING) == demo


def test_nothing_was_bought_or_sold_on_the_day_or_after_it(demo: Practice) -> None:
    for household in demo.households:
        assert all(lot.acquired_on < TODAY for lot in household.lots)
        assert all(trade.traded_on < TODAY for trade in household.trades)


def test_the_prices_after_the_morning_change_nothing(
    demo: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = demo_closes()
    later = np.array([day >= TODAY for day in known.days])
    changed = Closes(
        known.days,
        known.names,
        np.where(later[:, None], known.close_usd * 7, known.close_usd),
        np.where(later[:, None], 2.0, known.split),
        known.dividend_usd,
    )
    monkeypatch.setattr("app.demo_book.demo_closes", lambda: changed)
    assert practice(OPENING) == demo


def test_all_that_is_held_is_a_known_security_in_a_known_account(demo: Practice) -> None:
    known = {security.security_id for security in demo.securities}
    for household in demo.households:
        accounts = {account.account_id for account in household.accounts}
        assert {lot.account_id for lot in household.lots} == accounts
        assert {cash.account_id for cash in household.cash} == accounts
        assert {lot.security_id for lot in household.lots} <= known
        assert {trade.security_id for trade in household.trades} <= known
        assert all(lot.shares > 0 for lot in household.lots)


def test_a_lot_cost_the_close_of_its_day_in_todays_shares(demo: Practice, closes: Closes) -> None:
    names = {name: i for i, name in enumerate(closes.names)}
    rows = {day: i for i, day in enumerate(closes.days)}
    for lot in demo.households[0].lots[::7]:
        row, place = rows[lot.acquired_on], names[lot.security_id]
        price = closes.close_usd[row, place] / closes.shares_now(row)[place]
        assert float(lot.basis_usd / lot.shares) == pytest.approx(price, rel=2e-3)


def losers(household: Household, closes: Closes) -> set[str]:
    price = prices(closes)
    taxed = {a.account_id for a in household.accounts if a.kind.taxed}
    return {
        lot.security_id
        for lot in household.lots
        if lot.account_id in taxed
        and lot.security_id in price
        and lot.unrealized_gain(price[lot.security_id]) < 0
    }


def test_purchases_of_the_last_weeks_block_losses_in_every_household(
    demo: Practice, closes: Closes
) -> None:
    for household in demo.households:
        recent = {
            trade.security_id
            for trade in household.trades
            if trade.side is not Side.SELL and TODAY - trade.traded_on <= timedelta(days=30)
        }
        assert len(recent & losers(household, closes)) >= 3
    assert any(
        trade.side is Side.REINVEST for household in demo.households for trade in household.trades
    )
    assert any(
        lot.origin is Origin.REINVESTED for household in demo.households for lot in household.lots
    )


def test_losses_sold_lately_are_realised_and_locked_out(demo: Practice) -> None:
    for household in demo.households:
        assert len(household.realized) >= 3
        held = {lot.lot_id for lot in household.lots}
        for sale in household.realized:
            assert sale.recognized_usd < 0
            assert TODAY - sale.sold_on <= timedelta(days=30)
            assert sale.lot_id not in held


def test_the_households_ask_for_what_the_workstation_can_do(demo: Practice) -> None:
    hale, okafor, lindqvist = demo.households
    need = hale.cash_needs[0]
    assert need.amount_usd == 50_000
    assert timedelta(days=85) < need.due_on - TODAY < timedelta(days=95)
    limits = {c.rule: c.limit for c in hale.constraints}
    assert limits[Rule.NET_GAIN_MAX_USD] == 10_000
    assert {a.kind for a in hale.accounts} == {
        AccountKind.JOINT,
        AccountKind.TAXABLE,
        AccountKind.IRA,
        AccountKind.ROTH,
    }
    outside = okafor.external[0]
    assert outside.value_usd > 10 * outside.basis_usd
    assert outside.security_id in okafor.sleeves[0].target.exclusions
    assert okafor.profile.st_carryforward_usd > 0
    assert okafor.profile.lt_carryforward_usd > 0
    assert any(not account.discretionary for account in lindqvist.accounts)
    kinds = {s.security_id: s.kind for s in demo.securities}
    held = {kinds[lot.security_id] for lot in lindqvist.lots}
    assert {SecurityKind.BOND, SecurityKind.NAV_FUND, SecurityKind.SWEEP} <= held


def test_a_target_sums_to_one_and_holds_no_excluded_name(demo: Practice) -> None:
    for household in demo.households:
        for sleeve in household.sleeves:
            assert sum(sleeve.target.weights.values()) == pytest.approx(1)
            assert not sleeve.target.exclusions & set(sleeve.target.weights)


def test_a_purchase_before_a_split_holds_the_new_shares_at_the_old_cost() -> None:
    days = (date(2026, 1, 5), date(2026, 1, 6), date(2026, 1, 7))
    split = np.array([[1.0], [4.0], [1.0]])
    closes = Closes(days, ("X",), np.array([[400.0], [101.0], [99.0]]), split, np.zeros((3, 1)))
    (lot,) = bought(closes, Programme("A", {"X": 1.0}, 3, 5, 1, 4_000, 0.0), seed=1)
    assert (lot.shares, lot.basis_usd, lot.acquired_on) == (40, 4_000, days[0])


def test_the_index_of_the_demo_sums_to_one() -> None:
    assert sum(demo_weights().values()) == pytest.approx(1)
