"""State rules that no bracket table holds: credits that fall in steps, and recapture.

California cuts each exemption credit by a fixed sum for every started step of AGI over a
threshold (R&TC 17054(b)). New York takes back the benefit of the lower brackets, so that at high
income the top rate reached applies to every dollar (Tax Law 601(d-1) to (d-4)). Utah credits a
share of deductions, less a share of income over a threshold (59-10-1018).
"""

from typing import Generic, NamedTuple

from engine.law.deductions import Deductions
from engine.law.schedule import N, Schedule, bracket, positive, schedule_tax, steps_begun


class CreditRules(NamedTuple, Generic[N]):
    """Credits against state tax.

    Attributes:
        amount: Exemption credit of the return.
        aged: Further credit for each aged person.
        start: AGI from which it is cut.
        step: Started dollars of AGI for each cut; 0 for no cut.
        cut: Dollars of each cut.
        aged_cut: Further dollars of each cut for each aged person.
        limit: AGI above which there is none.
        by_income: Further credit by AGI, a published table.
        deduction_share: Share of the federal deduction that is credited.
        deduction_start: Taxable income from which that credit falls.
        deduction_rate: Share of the excess taken away.
    """

    amount: N
    aged: N
    start: N
    step: N
    cut: N
    aged_cut: N
    limit: N
    by_income: Schedule[N]
    deduction_share: N
    deduction_start: N
    deduction_rate: N


class RecaptureRules(NamedTuple, Generic[N]):
    """New York: AGI over which the recapture begins, its width, the first rate recaptured."""

    start: N
    span: N
    first_rate: N


def exemption_credit(rules: CreditRules[N], agi: N, aged: N) -> N:
    """The exemption credit after its steps; never negative."""
    if agi > rules.limit:
        return agi - agi
    full = rules.amount + aged * rules.aged
    excess = positive(agi - rules.start)
    if rules.step <= 0 or excess <= 0:
        return full
    steps = steps_begun(excess, rules.step)
    return positive(full - steps * (rules.cut + aged * rules.aged_cut))


def deduction_credit(rules: CreditRules[N], deductions: Deductions[N], taxable: N) -> N:
    """Credit for a share of the federal deduction, falling with taxable income."""
    full = rules.deduction_share * (deductions.taken + deductions.senior)
    return positive(full - rules.deduction_rate * positive(taxable - rules.deduction_start))


def recapture(rules: RecaptureRules[N], brackets: Schedule[N], taxable: N, tax: N, agi: N) -> N:
    """Tax added so that the bracket's rate comes to apply to all income; zero where no rule."""
    if rules.span <= 0 or agi <= rules.start:
        return tax - tax
    k = bracket(brackets, taxable)
    rate = brackets.rates[k]
    if rate <= rules.first_rate:
        return (rate * taxable - tax) * share_of(agi - rules.start, rules.span)
    start = brackets.starts[k]
    before = lower_bracket_benefit(brackets, k - 1)
    return before + (lower_bracket_benefit(brackets, k) - before) * share_of(
        positive(agi - start), rules.span
    )


def share_of(part: N, whole: N) -> N:
    """Part of the whole, at most all of it."""
    return min(part, whole) / whole


def lower_bracket_benefit(brackets: Schedule[N], k: int) -> N:
    """What the lower brackets save someone whose income just enters bracket ``k``."""
    start = brackets.starts[k]
    return brackets.rates[k] * start - schedule_tax(brackets, start)
