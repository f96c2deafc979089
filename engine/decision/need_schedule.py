"""Cash needs after the nearest one: raise the money today, or on the day; whichever costs less.

Both are solved: today's plan with the need added, and the plan of the day itself, at today's prices
(with a martingale price waiting has no expected gain of its own) but with lots by then long-term
and, past New Year, in a fresh tax year. What a need costs is the net alpha it takes away.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.arrays import as_float
from engine.decision.household_plan import Plan, solve_plan
from engine.decision.household_problem import nearest_needs
from engine.decision.household_tax import YearResults, open_year
from engine.decision.outlook import Outlook
from engine.decision.prepare import Prepared, prepare
from engine.decision.settings import DecisionSettings
from engine.records import CashNeed

DAYS_A_YEAR = 365.0


@dataclass(frozen=True, slots=True)
class Provision:
    """How a later cash need is best met.

    Attributes:
        need: The need.
        now_usd: Net alpha that raising it with today's sales takes away; inf where it cannot be.
        later_usd: The same on its day, in present dollars.
        risk_usd: One standard deviation by which the value of what is sold may move until then.
    """

    need: CashNeed
    now_usd: float
    later_usd: float
    risk_usd: float

    @property
    def now(self) -> bool:
        """Whether to raise it today."""
        return self.now_usd <= self.later_usd

    @property
    def says(self) -> str:
        """The answer in a sentence."""
        if not np.isfinite(min(self.now_usd, self.later_usd)):
            return f"${self.need.amount_usd:,.0f} by {self.need.due_on}: it cannot be raised"
        when, other = ("today", "on its day") if self.now else ("on its day", "today")
        less = abs(self.now_usd - self.later_usd)
        saved = f", ${less:,.0f} less than {other}" if np.isfinite(less) else ""
        return (
            f"${self.need.amount_usd:,.0f} by {self.need.due_on}: sell {when}, it costs "
            f"${min(self.now_usd, self.later_usd):,.0f} of net alpha{saved}; until then what is "
            f"sold may move by ${self.risk_usd:,.0f} (one standard deviation)"
        )


def provisions(
    prepared: Prepared, outlook: Outlook, settings: DecisionSettings
) -> tuple[Provision, ...]:
    """The later hard needs of a household by day; the nearest is in the plan itself."""
    first = nearest_needs(prepared)
    later = sorted(
        (
            need
            for need in prepared.household.cash_needs
            if need.hard and need.amount_usd > 0 and first and need.due_on > first[0].due_on
        ),
        key=lambda need: (need.due_on, need.need_id),
    )
    if not later:
        return ()
    base = solve_plan(_needing(prepared, first), outlook, settings, quick=True)
    return tuple(_provision(prepared, outlook, settings, base, first, need) for need in later)


def _provision(
    prepared: Prepared,
    outlook: Outlook,
    settings: DecisionSettings,
    base: Plan,
    first: Sequence[CashNeed],
    need: CashNeed,
) -> Provision:
    """Both ways of one need."""
    moved = replace(need, due_on=first[0].due_on)
    both = solve_plan(_needing(prepared, (*first, moved)), outlook, settings, quick=True)
    on_the_day = replace(outlook, today=need.due_on)
    without = solve_plan(_on_day(prepared, on_the_day, ()), on_the_day, settings, quick=True)
    with_it = solve_plan(_on_day(prepared, on_the_day, (need,)), on_the_day, settings, quick=True)
    years = (need.due_on - prepared.today).days / DAYS_A_YEAR
    discount = (1.0 + prepared.household.horizon.discount_rate) ** -years
    return Provision(
        need,
        _taken(base, both),
        _taken(without, with_it) * discount,
        _risk_usd(outlook, with_it, years),
    )


def _needing(prepared: Prepared, needs: Sequence[CashNeed]) -> Prepared:
    """The household with these needs alone."""
    return replace(prepared, household=replace(prepared.household, cash_needs=tuple(needs)))


def _on_day(prepared: Prepared, outlook: Outlook, needs: Sequence[CashNeed]) -> Prepared:
    """The household as it stands on a later day; past New Year with nothing realised yet."""
    household = replace(prepared.household, cash_needs=tuple(needs))
    law = prepared.tax.law
    then = replace(prepare(household, law, outlook), group=prepared.group)
    if outlook.today.year > prepared.household.profile.year:
        return replace(then, tax=open_year(household, law, YearResults()))
    return then


def _taken(without: Plan, with_it: Plan) -> float:
    """Net alpha that a need takes away; inf where it cannot be met."""
    if with_it.status != "solved":
        return float("inf")
    return as_float(without.alpha.net_usd) - as_float(with_it.alpha.net_usd)


def _risk_usd(outlook: Outlook, plan: Plan, years: float) -> float:
    """One standard deviation of the value of what is sold, its names moving together."""
    total = 0.0
    for sale in plan.sells:
        usd = as_float(sale.shares * outlook.quotes[sale.security_id].bid_usd)
        total += usd * float(outlook.vol_annual[outlook.index[sale.security_id]])
    return total * float(np.sqrt(max(years, 0.0)))
