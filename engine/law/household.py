"""From the household's profile to the numbers of the return, with every field checked.

Nothing is guessed: a field that cannot be, a status or state the law does not know, or a year
without tables is a problem with its name, its value and what to do.
"""

from decimal import Decimal

from engine.errors import InputError
from engine.law.federal import Income
from engine.law.rules import Law
from engine.law.state_tables import NO_STATE
from engine.records import ZERO, FilingStatus, TaxProfile
from engine.results import Problem

NOT_NEGATIVE = (
    "wages_usd",
    "taxable_interest_usd",
    "ordinary_dividends_usd",
    "qualified_dividends_usd",
    "st_carryforward_usd",
    "lt_carryforward_usd",
    "salt_paid_usd",
    "mortgage_interest_usd",
    "charity_cash_usd",
)
AMOUNTS = (*NOT_NEGATIVE, "other_ordinary_usd", "st_gain_usd", "lt_gain_usd")
JOINT = (FilingStatus.MFJ,)


def profile_problems(
    profile: TaxProfile, law: Law, source: str = "profile", line: int = 0
) -> list[Problem]:
    """Everything in a profile that the bill cannot be computed from, field by field."""
    found: list[Problem] = []

    def wrong(field: str, value: object, rule: str, remedy: str) -> None:
        found.append(Problem(source, line, field, str(value), rule, remedy))

    for field in AMOUNTS:
        amount: Decimal = getattr(profile, field)
        if not amount.is_finite():
            wrong(field, amount, "not a number of dollars", "write the amount in dollars")
        elif amount < 0 and field in NOT_NEGATIVE:
            wrong(field, amount, "below zero", "write it as a positive amount")
    dividends, qualified = profile.ordinary_dividends_usd, profile.qualified_dividends_usd
    if dividends.is_finite() and qualified.is_finite() and qualified > dividends:
        wrong(
            "qualified_dividends_usd",
            qualified,
            f"more than the ordinary dividends of {dividends}",
            "ordinary dividends (line 3b) include the qualified ones (line 3a)",
        )
    if not profile.age_head >= 0 or not profile.age_spouse >= 0:
        wrong("age_head", profile.age_head, "below zero", "write ages in whole years")
    if not 0 <= profile.local_rate < 1:
        wrong("local_rate", profile.local_rate, "not a fraction", "write 3.876 % as 0.03876")
    found += _coverage(profile, law, source, line)
    return found


def _coverage(profile: TaxProfile, law: Law, source: str, line: int) -> list[Problem]:
    """Whether the law has tables for the year and the state."""
    found: list[Problem] = []
    first = law.values["federal.brackets"][0].first_year
    if profile.year < first:
        remedy = f"tables begin in {first}"
        found.append(Problem(source, line, "year", str(profile.year), "no tables", remedy))
    entries = law.values.get(f"{profile.state}.base", ())
    if profile.state != NO_STATE and not entries:
        remedy = f"write a two-letter code, or {NO_STATE} to leave the state out"
        found.append(Problem(source, line, "state", profile.state, "no such state", remedy))
    elif entries and entries[0].first_year > profile.year:
        rule = f"no tables of this state for {profile.year}"
        remedy = f"they begin in {entries[0].first_year}; {NO_STATE} leaves the state out"
        found.append(Problem(source, line, "state", profile.state, rule, remedy))
    return found


def income_of(
    profile: TaxProfile, law: Law, st_gain_usd: Decimal = ZERO, lt_gain_usd: Decimal = ZERO
) -> Income[Decimal]:
    """The numbers of the return; the gains given come on top of those of the profile.

    Raises:
        InputError: On the first field that cannot be.
    """
    problems = profile_problems(profile, law)
    if problems:
        first = problems[0]
        raise InputError(first.field, first.value, f"{first.rule}; {first.remedy}")
    for field, amount in (("st_gain_usd", st_gain_usd), ("lt_gain_usd", lt_gain_usd)):
        if not amount.is_finite():
            raise InputError(field, amount, "write the amount in dollars")
    joint = profile.filing_status in JOINT
    senior_age = law.number("federal.senior_age", profile.year)
    aged = int(profile.age_head >= senior_age) + int(joint and profile.age_spouse >= senior_age)
    return Income(
        wages=profile.wages_usd,
        interest=profile.taxable_interest_usd,
        dividends=profile.ordinary_dividends_usd,
        qualified=profile.qualified_dividends_usd,
        other=profile.other_ordinary_usd,
        st_gain=profile.st_gain_usd + st_gain_usd,
        lt_gain=profile.lt_gain_usd + lt_gain_usd,
        st_carried=profile.st_carryforward_usd,
        lt_carried=profile.lt_carryforward_usd,
        salt=profile.salt_paid_usd,
        mortgage=profile.mortgage_interest_usd,
        charity=profile.charity_cash_usd,
        aged=Decimal(aged),
        people=Decimal(2 if joint else 1),
        local_rate=Decimal(str(profile.local_rate)),
    )
