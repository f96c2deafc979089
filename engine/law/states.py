"""State income tax: one evaluator driven by tables, and the few real rules beside it.

A state taxes federal AGI or federal taxable income, or a base of its own; lets part of long-term
gain out or gives it rates of its own; takes deductions, exemptions and credits that may fall
with income. States with a base of their own are in ``engine.law.state_bases``, the rules that no
table holds (New York's recapture, California's credit steps, Utah's credit) in
``engine.law.state_credits``. Amounts in dollars, not rounded.
"""

from typing import Generic, NamedTuple

from engine.law.federal import FederalReturn, FederalRules, Income, payroll_tax
from engine.law.schedule import (
    N,
    Schedule,
    looked_up,
    phased,
    positive,
    schedule_tax,
    stacked_tax,
    steps_begun,
)
from engine.law.state_bases import (
    BASE_EXCISE,
    BASE_GROSS,
    BASE_NONE,
    BASE_SPLIT,
    SplitRules,
    gross_income,
    split_tax,
)
from engine.law.state_credits import (
    CreditRules,
    RecaptureRules,
    deduction_credit,
    exemption_credit,
    recapture,
)

BASE_AGI, BASE_FEDERAL_TAXABLE = 1, 2


class GainRules(NamedTuple, Generic[N]):
    """How a state treats gains that its ordinary schedule does not.

    Attributes:
        long_excluded_share: Share of net long-term gain left out.
        long_excluded_usd: Dollars of net long-term gain left out.
        gain_excluded_usd: Dollars of net capital gain, short or long, left out.
        qualified_excluded_share: Share of qualified dividends left out.
        exempt_share: Share of every capital gain, short and long, left out.
        top_rate: Rate that net long-term gain never exceeds; 0 where there is none.
        own: Schedule of its own for net long-term gain, stacked; no brackets where none.
        surtax_rate: Added rate on net capital gain when AGI passes ``surtax_start``.
        surtax_start: AGI above which it applies.
        losses_in_full: 1 where the year's net loss is deducted without the federal limit.
    """

    long_excluded_share: N
    long_excluded_usd: N
    gain_excluded_usd: N
    qualified_excluded_share: N
    exempt_share: N
    top_rate: N
    own: Schedule[N]
    surtax_rate: N
    surtax_start: N
    losses_in_full: N


class AllowanceRules(NamedTuple, Generic[N]):
    """Deductions and exemptions, and how they fall as AGI rises.

    Attributes:
        deduction: Standard deduction.
        deduction_start: AGI from which it falls.
        deduction_rate: Share of the excess taken away.
        deduction_start_high: AGI from which it falls at ``deduction_rate_high`` as well.
        deduction_rate_high: Second rate.
        deduction_least: Amount that is left whatever the income.
        exemption: Personal exemptions as a deduction.
        exemption_aged: Further exemption for each aged person.
        exemption_start: AGI from which they fall.
        exemption_rate: Share of the excess taken away.
        exemption_limit: AGI above which there is none.
        exemption_by_income: Exemption by AGI, a published table; no steps where none.
        step_start: AGI from which deduction and exemption together fall in steps.
        step_size: Started dollars of AGI for each step; 0 for no steps.
        step_share: Share of both that each step takes.
        payroll_deducted: 1 where employee payroll tax may be deducted instead of the standard.
        federal_tax_share: Share of federal tax deducted.
        federal_tax_cap: Most of it that is deducted.
        federal_tax_start: AGI from which that cap falls.
        federal_tax_rate: Share of the excess taken off the cap.
        addback_over: Federal deduction above this is added back ...
        addback_start: ... when AGI passes this.
    """

    deduction: N
    deduction_start: N
    deduction_rate: N
    deduction_start_high: N
    deduction_rate_high: N
    deduction_least: N
    exemption: N
    exemption_aged: N
    exemption_start: N
    exemption_rate: N
    exemption_limit: N
    exemption_by_income: Schedule[N]
    step_start: N
    step_size: N
    step_share: N
    payroll_deducted: N
    federal_tax_share: N
    federal_tax_cap: N
    federal_tax_start: N
    federal_tax_rate: N
    addback_over: N
    addback_start: N


class StateRules(NamedTuple, Generic[N]):
    """Every number of a state for one year and filing status.

    ``base`` is one of the ``BASE_`` codes; ``no_tax_below`` is the income up to which nothing is
    due; ``base_tax`` is due once the first taxed bracket is reached; ``income_brackets`` tax AGI
    beside an excise, which is credited; ``added_by_income`` adds dollars by a table of AGI.
    """

    base: int
    brackets: Schedule[N]
    allowances: AllowanceRules[N]
    gains: GainRules[N]
    credit: CreditRules[N]
    recapture: RecaptureRules[N]
    income_brackets: Schedule[N]
    surtax: Schedule[N]
    investment_surtax: Schedule[N]
    split: SplitRules[N]
    added_by_income: Schedule[N]
    no_tax_below: N
    base_tax: N
    minimum_share: N
    minimum_start: N


class StateReturn(NamedTuple, Generic[N]):
    """The state return worked out: taxable income, state tax, and local tax on the same base."""

    taxable: N
    tax: N
    local: N


def allowances(
    rules: AllowanceRules[N],
    federal_rules: FederalRules[N],
    income: Income[N],
    federal: FederalReturn[N],
) -> N:
    """Deductions and exemptions that the state takes off its base."""
    agi = federal.agi
    nothing = agi - agi
    deduction = max(
        rules.deduction_least,
        rules.deduction
        - rules.deduction_rate * positive(agi - rules.deduction_start)
        - rules.deduction_rate_high * positive(agi - rules.deduction_start_high),
    )
    payroll = rules.payroll_deducted * payroll_tax(federal_rules.payroll, income.wages)
    full = rules.exemption + income.aged * rules.exemption_aged
    exemption = phased(full, rules.exemption_rate, agi - rules.exemption_start, nothing)
    if agi > rules.exemption_limit:
        exemption = nothing
    exemption += looked_up(rules.exemption_by_income, agi)
    paid = rules.federal_tax_share * (federal.regular + federal.amt + federal.niit)
    cap = phased(
        rules.federal_tax_cap, rules.federal_tax_rate, agi - rules.federal_tax_start, nothing
    )
    left = positive(1 - rules.step_share * steps_over(rules, agi))
    return (max(deduction, payroll) + exemption) * left + min(paid, cap)


def steps_over(rules: AllowanceRules[N], agi: N) -> N:
    """Steps of AGI begun over the start of a stepped phase-out."""
    excess = positive(agi - rules.step_start)
    return steps_begun(excess, rules.step_size) if rules.step_size > 0 else excess - excess


def gains_left_out(rules: GainRules[N], income: Income[N], federal: FederalReturn[N]) -> N:
    """Capital gain and qualified dividends that the state does not tax."""
    gain = positive(federal.netting.in_income)
    long = federal.netting.preferred
    return (
        rules.long_excluded_share * long
        + min(long, rules.long_excluded_usd)
        + min(gain, rules.gain_excluded_usd)
        + rules.qualified_excluded_share * income.qualified
        + rules.exempt_share * gain
    )


def loss_beyond_limit(income: Income[N], federal: FederalReturn[N]) -> N:
    """Net loss of the year itself that the federal limit holds back."""
    loss = positive(-(income.st_gain + income.lt_gain))
    return positive(loss - positive(-federal.netting.in_income))


def addback(rules: AllowanceRules[N], federal: FederalReturn[N]) -> N:
    """Part of the federal deduction that the state adds back at high income."""
    if federal.agi <= rules.addback_start:
        return federal.agi - federal.agi
    return positive(federal.deductions.taken - rules.addback_over)


def gains_rate_tax(rules: StateRules[N], taxable: N, long: N) -> N:
    """Tax on the brackets, with the state's own rates or top rate for net long-term gain."""
    preferred = min(long, taxable)
    ordinary = taxable - preferred
    if len(rules.gains.own.starts) > 0:
        return schedule_tax(rules.brackets, ordinary) + stacked_tax(
            rules.gains.own, ordinary, taxable
        )
    whole = schedule_tax(rules.brackets, taxable)
    if rules.gains.top_rate <= 0:
        return whole
    filled = ordinary
    for i in range(len(rules.brackets.starts)):
        if rules.brackets.rates[i] > rules.gains.top_rate:
            filled = max(ordinary, min(taxable, rules.brackets.starts[i]))
            break
    return min(
        whole, schedule_tax(rules.brackets, filled) + rules.gains.top_rate * (taxable - filled)
    )


def surtaxes(rules: StateRules[N], taxable: N, income: Income[N], federal: FederalReturn[N]) -> N:
    """Added taxes on high income, on high investment income and on gains."""
    gains = positive(federal.netting.in_income)
    on_gains = rules.gains.surtax_rate * gains
    if federal.agi <= rules.gains.surtax_start:
        on_gains = gains - gains
    return (
        schedule_tax(rules.surtax, taxable)
        + schedule_tax(rules.investment_surtax, federal.investment)
        + on_gains
    )


def table_tax(
    rules: StateRules[N],
    federal_rules: FederalRules[N],
    income: Income[N],
    federal: FederalReturn[N],
) -> StateReturn[N]:
    """A state whose base is federal AGI, federal taxable income, or gross income of its own."""
    base = federal.agi
    if rules.base == BASE_FEDERAL_TAXABLE:
        base = federal.unfloored + addback(rules.allowances, federal)
    if rules.base == BASE_GROSS:
        base = gross_income(income)
    base -= rules.gains.losses_in_full * loss_beyond_limit(income, federal)
    untaxed = base <= rules.no_tax_below
    off = allowances(rules.allowances, federal_rules, income, federal)
    off += gains_left_out(rules.gains, income, federal)
    taxable = positive(base - off)
    tax = gains_rate_tax(rules, taxable, federal.netting.preferred)
    if tax > 0:
        tax += rules.base_tax
    tax += recapture(rules.recapture, rules.brackets, taxable, tax, federal.agi)
    tax += surtaxes(rules, taxable, income, federal)
    tax += looked_up(rules.added_by_income, federal.agi)
    tax = max(tax, rules.minimum_share * base) if federal.agi > rules.minimum_start else tax
    tax -= exemption_credit(rules.credit, federal.agi, income.aged)
    tax -= looked_up(rules.credit.by_income, federal.agi)
    tax -= deduction_credit(rules.credit, federal.deductions, taxable)
    nothing = tax - tax
    local = income.local_rate * taxable
    if untaxed:
        return StateReturn(taxable=nothing, tax=nothing, local=nothing)
    return StateReturn(taxable=taxable, tax=positive(tax), local=local)


def state_return(
    rules: StateRules[N],
    federal_rules: FederalRules[N],
    income: Income[N],
    federal: FederalReturn[N],
) -> StateReturn[N]:
    """State and local tax of one household, beside its federal return."""
    nothing = federal.agi - federal.agi
    if rules.base == BASE_NONE:
        return StateReturn(taxable=nothing, tax=nothing, local=nothing)
    if rules.base == BASE_EXCISE:
        taxable = positive(federal.netting.long - rules.allowances.deduction)
        excise = schedule_tax(rules.brackets, taxable)
        on_income = schedule_tax(rules.income_brackets, federal.agi)
        return StateReturn(taxable=taxable, tax=max(excise, on_income), local=nothing)
    if rules.base == BASE_SPLIT:
        payroll = payroll_tax(federal_rules.payroll, income.wages)
        exemption = rules.allowances.exemption + income.aged * rules.allowances.exemption_aged
        taxable, tax = split_tax(rules.split, exemption, payroll, income)
        tax += schedule_tax(rules.surtax, taxable)
        return StateReturn(taxable=taxable, tax=tax, local=income.local_rate * taxable)
    return table_tax(rules, federal_rules, income, federal)
