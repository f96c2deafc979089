"""The alternative minimum tax (26 U.S.C. 55 to 59, Form 6251).

Gains alone can bring it on: they fill the exemption's phase-out, in which each dollar of gain
also exposes part of a dollar of ordinary income to 26 or 28 %. From 2026 the phase-out starts
lower and runs twice as fast, so that the zone is one that many sales cross.

A separate filer whose exemption is gone adds more to income (55(d)(3), last sentence), so that
two separate returns do not beat a joint one.
"""

from typing import Generic, NamedTuple

from engine.law.schedule import N, Schedule, positive, schedule_tax, stacked_tax


class AmtRules(NamedTuple, Generic[N]):
    """AMT numbers for one year and filing status; ``addback`` is 1 for a separate filer."""

    rates: Schedule[N]
    exemption: N
    phaseout_start: N
    phaseout_rate: N
    addback: N


def alternative_taxable(rules: AmtRules[N], income: N) -> N:
    """Form 6251 line 4: the income with the separate filer's add-back."""
    gone_at = rules.phaseout_start + rules.exemption / rules.phaseout_rate
    added = min(rules.exemption, rules.phaseout_rate * positive(income - gone_at))
    return income + rules.addback * added


def exemption(rules: AmtRules[N], amti: N) -> N:
    """Form 6251 line 5: the exemption after its phase-out."""
    return positive(rules.exemption - rules.phaseout_rate * positive(amti - rules.phaseout_start))


def alternative_tax(
    rules: AmtRules[N], gains: Schedule[N], amti: N, eligible: N, ordinary: N, regular: N
) -> N:
    """AMT beyond the regular tax; preferred income keeps its rates (55(b)(3), Part III).

    ``ordinary`` is the ordinary part of regular taxable income: it decides which gains
    brackets are left for the preferred income, exactly as in the regular tax.
    """
    base = positive(amti - exemption(rules, amti))
    preferred = min(base, eligible)
    part_three = schedule_tax(rules.rates, base - preferred) + stacked_tax(
        gains, ordinary, ordinary + preferred
    )
    tentative = min(part_three, schedule_tax(rules.rates, base))
    return positive(tentative - regular)
