"""The federal return: income, deductions, regular tax, AMT and NIIT, in the order of the forms.

Regular tax follows the qualified dividends and capital gain worksheet: ordinary income fills the
brackets first, preferred income lies on top of it in brackets of its own, and the tax is never
more than the ordinary schedule on everything (the worksheet's last "smaller of", which binds
between the 0 % top and the 12 % top). Rate schedules are exact; the $50 tax table is not used.

Left out: credits, self-employment tax, the Additional Medicare Tax (gains never change it),
foreign tax, collectibles, section 1250, 1202 and 1256 gains.
"""

from typing import Generic, NamedTuple

from engine.law.amt import AmtRules, alternative_tax, alternative_taxable
from engine.law.deductions import DeductionRules, Deductions, deductions
from engine.law.netting import Netting, carried, net
from engine.law.niit import NiitRules, investment_income, investment_tax
from engine.law.schedule import N, Schedule, positive, schedule_tax, stacked_tax


class Income(NamedTuple, Generic[N]):
    """What a household earns and pays in a year, in dollars; counts of people as numbers.

    ``aged`` counts people of the age for the larger standard deduction, ``people`` those on the
    return. Carryforwards are positive; ``salt`` is what Schedule A may count before the cap.
    """

    wages: N
    interest: N
    dividends: N
    qualified: N
    other: N
    st_gain: N
    lt_gain: N
    st_carried: N
    lt_carried: N
    salt: N
    mortgage: N
    charity: N
    aged: N
    people: N
    local_rate: N


class PayrollRules(NamedTuple, Generic[N]):
    """Employee payroll tax (26 U.S.C. 3101), which some states let people deduct."""

    social_security_rate: N
    social_security_top: N
    medicare_rate: N
    additional_rate: N
    additional_start: N


class FederalRules(NamedTuple, Generic[N]):
    """Every number of the federal return for one year and filing status."""

    ordinary: Schedule[N]
    gains: Schedule[N]
    loss_limit: N
    deduction: DeductionRules[N]
    amt: AmtRules[N]
    niit: NiitRules[N]
    payroll: PayrollRules[N]


class FederalReturn(NamedTuple, Generic[N]):
    """The federal return worked out; amounts in dollars, not rounded.

    Attributes:
        netting: Schedule D.
        agi: Form 1040 line 11.
        deductions: Standard or itemised, and the senior deduction.
        unfloored: Income less deductions; may be negative.
        taxable: Line 15, floored at zero.
        eligible: Qualified dividends and net capital gain.
        ordinary: Part of ``taxable`` on the ordinary schedule.
        regular: Regular tax.
        amti: Alternative minimum taxable income with the separate filer's add-back.
        amt: Alternative minimum tax.
        investment: Net investment income.
        niit: Net investment income tax.
        st_carried: Short-term loss to the next year.
        lt_carried: Long-term loss to the next year.
    """

    netting: Netting[N]
    agi: N
    deductions: Deductions[N]
    unfloored: N
    taxable: N
    eligible: N
    ordinary: N
    regular: N
    amti: N
    amt: N
    investment: N
    niit: N
    st_carried: N
    lt_carried: N


def regular_tax(rules: FederalRules[N], taxable: N, ordinary: N) -> N:
    """Tax by the 25-line worksheet (Form 1040 instructions, line 16; 26 U.S.C. 1(h))."""
    worksheet = schedule_tax(rules.ordinary, ordinary) + stacked_tax(rules.gains, ordinary, taxable)
    return min(worksheet, schedule_tax(rules.ordinary, taxable))


def payroll_tax(rules: PayrollRules[N], wages: N) -> N:
    """Employee share of social security and Medicare tax on the wages of one earner."""
    return (
        rules.social_security_rate * min(wages, rules.social_security_top)
        + rules.medicare_rate * wages
        + rules.additional_rate * positive(wages - rules.additional_start)
    )


def federal_return(rules: FederalRules[N], income: Income[N]) -> FederalReturn[N]:
    """Work out the return of one household."""
    netting = net(
        income.st_gain, income.lt_gain, income.st_carried, income.lt_carried, rules.loss_limit
    )
    agi = income.wages + income.interest + income.dividends + income.other + netting.in_income
    taken = deductions(
        rules.deduction, agi, income.salt, income.mortgage, income.charity, income.aged
    )
    unfloored = agi - taken.taken - taken.senior
    taxable = positive(unfloored)
    eligible = income.qualified + netting.preferred
    ordinary = positive(taxable - eligible)
    regular = regular_tax(rules, taxable, ordinary)
    amti = alternative_taxable(rules.amt, unfloored + taken.amt_added + taken.senior)
    investment = investment_income(income.interest + income.dividends + netting.in_income)
    st_carried, lt_carried = carried(netting, unfloored)
    return FederalReturn(
        netting=netting,
        agi=agi,
        deductions=taken,
        unfloored=unfloored,
        taxable=taxable,
        eligible=eligible,
        ordinary=ordinary,
        regular=regular,
        amti=amti,
        amt=alternative_tax(rules.amt, rules.gains, amti, eligible, ordinary, regular),
        investment=investment,
        niit=investment_tax(rules.niit, investment, agi),
        st_carried=st_carried,
        lt_carried=lt_carried,
    )
