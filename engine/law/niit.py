"""The net investment income tax (26 U.S.C. 1411, Form 8960).

A flat rate on the smaller of net investment income and AGI above a threshold that is not
indexed. The capital line is what Schedule D puts into income: a limited loss reduces other
investment income (Reg. 1.1411-4(f)(4)). Wages, pensions and municipal interest are not
investment income. Simplified: investment interest and state tax on investment income, which
itemisers may deduct here, are not.
"""

from typing import Generic, NamedTuple

from engine.law.schedule import N, positive


class NiitRules(NamedTuple, Generic[N]):
    """Rate and threshold of the tax for one filing status."""

    rate: N
    start: N


def investment_income(amount: N) -> N:
    """Form 8960 line 12: interest, dividends and the capital line, never below zero."""
    return positive(amount)


def investment_tax(rules: NiitRules[N], investment: N, agi: N) -> N:
    """Form 8960 line 17."""
    return rules.rate * min(investment, positive(agi - rules.start))
