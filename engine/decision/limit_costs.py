"""What a limit costs that has no multiplier of its own: the same problem solved without it.

A never-sell, a holding period, whole shares or the smallest trade is not a row of the convex
problem but a range or a grid, so its price is the difference of two optima at the same rates.
"""

from collections.abc import Sequence
from dataclasses import replace

from engine.decision.constraints import ConstraintRow
from engine.decision.household_problem import Rates, lay_out
from engine.decision.optimize import Settings, solve
from engine.decision.outlook import Outlook
from engine.decision.prepare import Prepared, under
from engine.decision.settings import DecisionSettings
from engine.kernel import Vector
from engine.records import Constraint, Rule

QUIET = Settings(gap=1e-5, explain=False)
NO_MULTIPLIER = frozenset(
    {
        Rule.NEVER_BUY, Rule.NEVER_SELL, Rule.MIN_HOLDING_DAYS, Rule.LOSS_HARVEST_ONLY,
        Rule.MIN_TRADE_USD, Rule.WHOLE_SHARES, Rule.POSITION_MAX_WEIGHT, Rule.TAX_MAX_USD,
    }
)  # fmt: skip
CENTS = 0.005


def whole_costs(
    prepared: Prepared,
    outlook: Outlook,
    settings: DecisionSettings,
    rows: Sequence[ConstraintRow],
    rates: Rates,
    objective_usd: float,
    warm: Vector | None = None,
) -> tuple[ConstraintRow, ...]:
    """The rows, those without a multiplier with what the whole limit costs.

    Args:
        prepared: The household.
        outlook: The market.
        settings: Choices of the practice.
        rows: As ``matrix`` made them.
        rates: Rates at which the plan settled.
        objective_usd: Objective of the plan under all limits at those rates.
        warm: Prices to start from.
    """
    return tuple(
        _priced(prepared, outlook, settings, row, rates, objective_usd, warm)
        if row.constraint.hard and row.constraint.rule in NO_MULTIPLIER
        else row
        for row in rows
    )


def _priced(
    prepared: Prepared,
    outlook: Outlook,
    settings: DecisionSettings,
    row: ConstraintRow,
    rates: Rates,
    objective_usd: float,
    warm: Vector | None,
) -> ConstraintRow:
    """One row with the cost of its limit."""
    without = _without(prepared, outlook, row.constraint)
    found = solve(lay_out(without, outlook, settings).at(rates), QUIET, warm)
    saved = objective_usd - found.found.objective_usd if found.status == "solved" else 0.0
    saved = saved if saved > CENTS else 0.0
    return replace(row, whole_usd=saved, binding=row.binding or saved > 0)


def _without(prepared: Prepared, outlook: Outlook, limit: Constraint) -> Prepared:
    """The household without one limit; lots set aside for another reason stay so."""
    limits = prepared.household.constraints
    bare = under(prepared, outlook, [c for c in limits if c != limit])
    own = under(prepared, outlook, limits).kept
    return replace(bare, kept=bare.kept | (prepared.kept & ~own))
