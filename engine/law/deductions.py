"""Deductions from adjusted gross income: standard or itemised, and the senior deduction.

The larger of the standard deduction (26 U.S.C. 63(c)) and itemised deductions is taken. State
and local tax is capped, and the cap falls with income to a floor (164(b)(6) and (7)); cash gifts
count above a floor and up to a share of AGI (170(b)); in the top bracket itemised deductions
lose a fixed part (68). The senior deduction (151(d)(5)(C)) comes off besides either.
"""

from typing import Generic, NamedTuple

from engine.law.schedule import N, phased, positive


class DeductionRules(NamedTuple, Generic[N]):
    """Amounts and rates of the deductions for one year and filing status."""

    standard: N
    aged_addition: N
    senior_amount: N
    senior_start: N
    senior_rate: N
    salt_cap: N
    salt_start: N
    salt_rate: N
    salt_floor: N
    charity_floor_share: N
    charity_limit_share: N
    charity_nonitemizer: N
    top_limit_rate: N
    top_limit_start: N


class Deductions(NamedTuple, Generic[N]):
    """What is deducted.

    Attributes:
        taken: Standard or itemised deduction, the larger.
        itemizes: Whether it is the itemised one.
        senior: Senior deduction.
        salt: State and local tax that Schedule A admits.
        amt_added: Part of ``taken`` that the AMT does not allow (56(b)(1)).
        standard: The standard deduction, for the distance to itemising.
        itemized: The itemised deductions.
    """

    taken: N
    itemizes: bool
    senior: N
    salt: N
    amt_added: N
    standard: N
    itemized: N


def salt_allowed(rules: DeductionRules[N], paid: N, agi: N) -> N:
    """State and local tax under the cap of the year and income (164(b)(7))."""
    cap = phased(rules.salt_cap, rules.salt_rate, agi - rules.salt_start, rules.salt_floor)
    return min(paid, cap)


def itemized_deductions(
    rules: DeductionRules[N], agi: N, senior: N, salt: N, mortgage: N, charity: N
) -> N:
    """Schedule A after the charity floor and limit and the top-bracket limit (68)."""
    income = positive(agi)
    gifts = positive(
        min(charity, rules.charity_limit_share * income) - rules.charity_floor_share * income
    )
    total = salt + mortgage + gifts
    in_top_bracket = positive(min(total, agi - senior - rules.top_limit_start))
    return total - rules.top_limit_rate * in_top_bracket


def deductions(
    rules: DeductionRules[N], agi: N, salt_paid: N, mortgage: N, charity: N, aged: N
) -> Deductions[N]:
    """The deductions of a return; ``aged`` counts its people of the higher standard deduction."""
    nothing = agi - agi
    each = phased(rules.senior_amount, rules.senior_rate, agi - rules.senior_start, nothing)
    senior = aged * each
    salt = salt_allowed(rules, salt_paid, agi)
    standard = rules.standard + aged * rules.aged_addition + min(charity, rules.charity_nonitemizer)
    itemized = itemized_deductions(rules, agi, senior, salt, mortgage, charity)
    itemizes = itemized > standard
    return Deductions(
        taken=max(standard, itemized),
        itemizes=itemizes,
        senior=senior,
        salt=salt,
        amt_added=salt if itemizes else standard,
        standard=standard,
        itemized=itemized,
    )
