"""Strategies and short forms for tax profiles, shared by the tests of the law."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import strategies as st

from engine.records import FilingStatus, TaxProfile

YEARS = (2024, 2025, 2026)
STATES_2024 = ("NONE", "TX", "CA", "IL", "MA", "NJ", "NY", "PA", "WA")


def dollars(low: int, high: int) -> st.SearchStrategy[Decimal]:
    """Amounts to the cent."""
    return st.integers(low * 100, high * 100).map(lambda c: Decimal(c) / 100)


@st.composite
def profiles(
    draw: st.DrawFn,
    states: tuple[str, ...] = STATES_2024,
    years: tuple[int, ...] = YEARS,
    statuses: tuple[FilingStatus, ...] = tuple(FilingStatus),
    itemizing: bool = True,
) -> TaxProfile:
    """Households of every kind, from poor to very rich."""
    status = draw(st.sampled_from(statuses))
    qualified = draw(dollars(0, 60_000))
    joint = status is FilingStatus.MFJ
    return TaxProfile(
        year=draw(st.sampled_from(years)),
        filing_status=status,
        state=draw(st.sampled_from(states)),
        wages_usd=draw(st.one_of(dollars(0, 300_000), dollars(0, 3_000_000))),
        taxable_interest_usd=draw(dollars(0, 50_000)),
        ordinary_dividends_usd=qualified + draw(dollars(0, 20_000)),
        qualified_dividends_usd=qualified,
        st_gain_usd=draw(dollars(-50_000, 100_000)),
        lt_gain_usd=draw(dollars(-100_000, 800_000)),
        st_carryforward_usd=draw(dollars(0, 40_000)),
        lt_carryforward_usd=draw(dollars(0, 40_000)),
        salt_paid_usd=draw(dollars(0, 90_000)) if itemizing else Decimal(0),
        mortgage_interest_usd=draw(dollars(0, 60_000)) if itemizing else Decimal(0),
        charity_cash_usd=draw(dollars(0, 30_000)) if itemizing else Decimal(0),
        age_head=draw(st.integers(25, 90)),
        age_spouse=draw(st.integers(25, 90)) if joint else 0,
    )


def household(year: int, status: str = "single", state: str = "NONE", **usd: int) -> TaxProfile:
    """A profile from a few whole-dollar amounts: ``household(2026, wages=150_000)``."""
    base = TaxProfile(year, FilingStatus(status), state)
    return replace(base, **{f"{name}_usd": Decimal(amount) for name, amount in usd.items()})
