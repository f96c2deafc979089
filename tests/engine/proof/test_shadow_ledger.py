"""A household carried forward under one policy, with its own wash sales."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from app import lawbook
from engine.law.identical import IdenticalGroups
from engine.proof.shadow_ledger import Order, begin, fill
from engine.proof.shadow_worth import BLOCK_DAYS, difference
from engine.records import (
    Account,
    AccountKind,
    Cash,
    FilingStatus,
    Household,
    Lot,
    Person,
    PersonRole,
    Quote,
    QuoteState,
    TaxProfile,
)

D = Decimal
NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
LAW = lawbook.load()
NONE = IdenticalGroups()


def quote(name: str, last: str, state: QuoteState = QuoteState.REPLAY) -> Quote:
    price = D(last)
    return Quote(
        name, price - D("0.05"), price + D("0.05"), price, NOW, NOW, "test", 1, state, price
    )


@pytest.fixture
def household() -> Household:
    bought = date(2024, 1, 5)
    return Household(
        "H",
        "One",
        (Person("P", "One", PersonRole.CLIENT),),
        (Account("A", "P", "Taxable", AccountKind.TAXABLE),),
        (Lot("L1", "A", "AAA", D(100), D("5000.00"), bought, bought),),
        TaxProfile(2026, FilingStatus.SINGLE, "TX", wages_usd=D(200_000)),
        cash=(Cash("A", D("10.00")),),
    )


def swap(household: Household) -> Order:
    return Order("A", (("L1", D(100)),), (("BBB", D("4000.00")),), "test")


def test_a_swap_sells_at_the_bid_buys_at_the_ask_and_pays_both_spreads(
    household: Household,
) -> None:
    quotes = {"AAA": quote("AAA", "40.00"), "BBB": quote("BBB", "20.00")}
    after = fill(begin(household), [swap(household)], quotes, NOW.date(), LAW, NONE)
    (line,) = after.household.realized
    assert line.proceeds_usd == D("3995.00")
    (lot,) = after.household.lots
    assert (lot.security_id, lot.basis_usd) == ("BBB", D("4000.00"))
    assert after.cash_usd("A") == D("10.00") + D("3995.00") - lot.basis_usd
    assert after.cost_usd == pytest.approx(D("5.00") + D("9.98"), abs=D("0.01"))


def test_an_order_waits_for_every_leg_to_have_a_price(household: Household) -> None:
    stale = {"AAA": quote("AAA", "40.00"), "BBB": quote("BBB", "20.00", QuoteState.STALE)}
    ledger = begin(household)
    assert fill(ledger, [swap(household)], stale, NOW.date(), LAW, NONE) is ledger


def test_each_ledger_has_its_own_wash_sale(household: Household) -> None:
    quotes = {"AAA": quote("AAA", "40.00")}
    sold = fill(
        begin(household), [Order("A", (("L1", D(100)),), (), "")], quotes, NOW.date(), LAW, NONE
    )
    assert sold.disallowed_usd == 0
    back = fill(
        sold, [Order("A", (), (("AAA", D("2002.50")),), "")], quotes, date(2026, 3, 20), LAW, NONE
    )
    assert back.washed == 1
    assert back.disallowed_usd == D("502.50")  # half of the shares came back
    assert sum(lot.basis_usd for lot in back.household.lots) == D("2002.50") + D("502.50")
    assert begin(household).household.lots == household.lots


def test_purchases_never_spend_more_than_the_account_has(household: Household) -> None:
    quotes = {"BBB": quote("BBB", "20.00")}
    order = Order("A", (), (("BBB", D("1000.00")),), "")
    after = fill(begin(household), [order], quotes, NOW.date(), LAW, NONE)
    assert D(0) <= after.cash_usd("A") < D("0.05")


def test_a_paired_difference_holds_its_own_sum_and_needs_two_blocks() -> None:
    one = [float(i) for i in range(1, 31)]
    zero = [0.0] * 30
    found = difference("a", "b", "wealth_usd", one, zero, 1)
    assert found.difference_usd == 30.0
    assert found.low_usd == found.high_usd == 30.0  # every day adds the same dollar
    short = difference("a", "b", "wealth_usd", one[: 2 * BLOCK_DAYS - 1], zero[:9], 1)
    assert short.low_usd is None
