"""State bases that do not start from the federal return.

New Jersey and Pennsylvania tax gross income; gains and losses net within the year, and a net loss
neither offsets other income nor is carried (N.J.S.A. 54A:5-1(c); 72 P.S. 7303(a)(3)).
Massachusetts taxes short-term gain at a rate of its own, lets long-term loss offset short-term
gain, and lets a limited net loss offset dividends (M.G.L. c. 62 s. 2(c), 4).
"""

from typing import Generic, NamedTuple

from engine.law.federal import Income
from engine.law.schedule import N, positive

BASE_NONE, BASE_GROSS, BASE_SPLIT, BASE_EXCISE = 0, 3, 4, 5


class SplitRules(NamedTuple, Generic[N]):
    """Massachusetts: rates by class of income, the loss limit, the payroll-tax deduction."""

    rate: N
    short_rate: N
    loss_limit: N
    payroll_cap: N


def gross_income(income: Income[N]) -> N:
    """Wages, interest, dividends and the year's net gain; a net loss counts as nothing."""
    return (
        income.wages
        + income.interest
        + income.dividends
        + income.other
        + positive(income.st_gain + income.lt_gain)
    )


def split_tax(rules: SplitRules[N], exemption: N, payroll: N, income: Income[N]) -> tuple[N, N]:
    """Taxable income and tax of a state that taxes short-term gain apart."""
    short = income.st_gain - income.st_carried
    long = income.lt_gain - income.lt_carried
    crossed = min(positive(short), positive(-long))
    short, long = short - crossed, long + crossed
    room = min(rules.loss_limit, income.dividends)
    short_used = min(positive(-short), room)
    long_left = positive(long) - min(positive(-short) - short_used, positive(long))
    long_used = min(positive(-long), room - short_used)
    earned = income.wages + income.other + income.interest + income.dividends
    earned -= short_used + long_used + exemption + min(payroll, rules.payroll_cap)
    short_taxed = positive(positive(short) - positive(-earned))
    long_taxed = positive(long_left - positive(positive(-earned) - positive(short)))
    taxable = positive(earned) + short_taxed + long_taxed
    tax = rules.rate * (positive(earned) + long_taxed) + rules.short_rate * short_taxed
    return taxable, tax
