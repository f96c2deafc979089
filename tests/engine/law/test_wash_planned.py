"""Reinvestments and contributions as the purchases that they will be."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from engine.law.identical import groups
from engine.law.wash_index import index
from engine.law.wash_lookahead import would_wash
from engine.law.wash_planned import (
    Distribution,
    contributions,
    expected_reinvestments,
    reinvesting_accounts,
    reinvestments,
)
from engine.records import (
    Account,
    AccountKind,
    CashNeed,
    FilingStatus,
    Household,
    Lot,
    Side,
    Sleeve,
    Target,
    TaxProfile,
    Trade,
)

ON = date(2026, 3, 3)
PAYS = date(2026, 3, 20)


def lot(name: str, account: str, shares: int, security: str = "X") -> Lot:
    day = date(2024, 1, 2)
    return Lot(name, account, security, Decimal(shares), Decimal(50 * shares), day, day)


HOUSEHOLD = Household(
    "H",
    "Household",
    (),
    (
        Account("T", "c", "taxable", AccountKind.TAXABLE),
        Account("I", "c", "IRA", AccountKind.IRA, reinvest=True),
        Account("J", "c", "joint", AccountKind.JOINT, reinvest=True),
    ),
    (lot("a", "T", 100), lot("b", "I", 300), lot("c", "I", 100), lot("d", "J", 10, "Y")),
    TaxProfile(2026, FilingStatus.MFJ, "IL"),
)


def test_a_dividend_is_reinvested_on_all_shares_of_an_account_that_reinvests() -> None:
    """400 shares x 0.50 / 40.00 = 5 shares, in the IRA alone."""
    (planned,) = reinvestments(HOUSEHOLD, [Distribution("X", PAYS, Decimal("0.5"), Decimal(40))])
    assert (planned.account_id, planned.on, planned.shares) == ("I", PAYS, 5)
    known = index(HOUSEHOLD, 30)
    outlook = would_wash(known, HOUSEHOLD.lots[0], Decimal(100), Decimal(40), ON, [planned])
    assert (outlook.expected_usd, outlook.lost_usd) == (50, 50)
    assert outlook.replacements[0].purchase_id == "dividend reinvested in I"


def test_reinvestment_is_to_be_switched_off_wherever_the_group_is_held() -> None:
    assert reinvesting_accounts(HOUSEHOLD, "X") == ("I",)
    pair = groups((), [frozenset({"X", "Y"})])
    assert reinvesting_accounts(HOUSEHOLD, "X", pair) == ("I", "J")


def test_a_contribution_buys_the_target_of_its_sleeve() -> None:
    """10,000 coming in: 60 % of X at 40 is 150 shares; Z has no price, Y is excluded."""
    target = Target("t", "index", ON, {"X": 0.6, "Y": 0.3, "Z": 0.1}, frozenset({"Y"}))
    coming = CashNeed("n", PAYS, Decimal(-10000), account_id="J", hard=False)
    needed = CashNeed("m", PAYS, Decimal(5000))
    household = replace(
        HOUSEHOLD, sleeves=(Sleeve("s", "core", ("T", "J"), target),), cash_needs=(coming, needed)
    )
    prices = {"X": Decimal(40), "Y": Decimal(10)}
    (planned,) = contributions(household, prices)
    assert (planned.account_id, planned.security_id, planned.shares) == ("J", "X", 150)
    assert planned.probability == Decimal("0.5")
    assert not contributions(replace(household, sleeves=()), prices)


def paid(day: date, account: str = "I", side: Side = Side.REINVEST) -> Trade:
    return Trade(f"{account} {day}", account, "X", side, Decimal(2), Decimal(40), day)


def test_the_next_dividend_is_expected_after_the_usual_interval_where_it_is_reinvested() -> None:
    """Two payments 30 days apart tell of a third; the taxable account takes cash."""
    days = (date(2026, 1, 20), date(2026, 2, 19))
    trades = (*map(paid, days), paid(days[1], "T"), paid(ON, "J", Side.BUY))
    (planned,) = expected_reinvestments(replace(HOUSEHOLD, trades=trades), ON)
    assert (planned.account_id, planned.security_id) == ("I", "X")
    assert (planned.on, planned.shares) == (date(2026, 3, 21), 2)
    assert 0 < planned.probability < 1


def test_one_dividend_tells_of_the_next_a_quarter_later_and_a_stopped_one_of_none() -> None:
    (planned,) = expected_reinvestments(replace(HOUSEHOLD, trades=(paid(date(2026, 1, 2)),)), ON)
    assert planned.on == date(2026, 4, 3)
    stopped = replace(HOUSEHOLD, trades=(paid(date(2025, 6, 2)),))
    assert expected_reinvestments(stopped, ON) == ()
    sold_out = replace(HOUSEHOLD, lots=(), trades=(paid(date(2026, 1, 2)),))
    assert expected_reinvestments(sold_out, ON) == ()
