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
    Sleeve,
    Target,
    TaxProfile,
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
