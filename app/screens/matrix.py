"""F4 solved: the best plan under the household's limits, what binds in it and what that costs."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from app.screens.limits import LABELS, constraint_rows
from app.screens.moment import Moment
from engine.decision.constraints import ConstraintRow
from engine.decision.household_plan import Plan, solve_plan
from engine.decision.prepare import with_decided
from engine.decision.settings import DecisionSettings
from engine.errors import EngineError, UserError
from engine.records import CENT, MICRO, Constraint
from widgets.views import ConstraintRowView

UNSOLVED = "Used is counted live; what binds and what it costs appears once this is solved."


@dataclass(slots=True)
class Matrix:
    """The newest solve of the household on screen.

    Attributes:
        solving: Whether one is under way.
    """

    solving: bool = False
    _limits: tuple[Constraint, ...] = ()
    _found: Plan | str | None = None
    _at: datetime | None = None

    def forget(self) -> None:
        """Another household is on screen."""
        self.solving, self._limits, self._found, self._at = False, (), None, None

    def take(self, moment: Moment, found: Plan | str) -> None:
        """A solve came back for what was on screen at that moment."""
        self.solving = False
        self._limits = moment.prepared.household.constraints
        self._found, self._at = found, moment.outlook.as_of

    def wanted(self, moment: Moment) -> bool:
        """Whether nothing is known of the limits as they are now, and nobody is finding out."""
        known = self._found is not None and self._limits == moment.prepared.household.constraints
        return not known and not self.solving

    def rows(self, moment: Moment) -> tuple[ConstraintRowView, ...]:
        """Each limit with what is counted now and what the solve says of it."""
        counted = constraint_rows(moment)
        if self._at is None or not isinstance(self._found, Plan):
            return counted
        solved = {row.constraint.constraint_id: row for row in self._found.rows}
        conflict = self._found.conflict
        return tuple(
            _solved(row, solved.get(row.constraint.constraint_id), self._at)
            if row.constraint in self._limits and row.constraint.constraint_id not in conflict
            else replace(row, broken=_broken(row, conflict))
            for row in counted
        )

    def told(self, moment: Moment) -> str:
        """What the solve came to, in a sentence or two."""
        if self._found is None or self._at is None:
            return UNSOLVED
        if isinstance(self._found, str):
            return self._found
        at = f"Solved at {self._at:%H:%M} UTC"
        if self._found.status != "solved":
            ways = "; ".join(
                f"{_name(moment, way.limit)} at {way.reachable:,.6g} instead of {way.asked:,.6g}"
                for way in self._found.ways_out
            )
            names = ", ".join(_name(moment, key) for key in self._found.conflict)
            return f"{at}: these cannot hold together: {names}. Ways out: {ways or 'none found'}."
        plan = self._found
        return (
            f"{at}: the best plan sells {len(plan.sells)} lots and is worth "
            f"${plan.alpha.net_usd:,.0f}, at most ${max(plan.gap_usd, 0.0):,.0f} below the bound. "
            f"Bill ${plan.bill_before.total_usd:,.0f} to ${plan.bill_after.total_usd:,.0f}, "
            f"tracking error {plan.te_before:.2%} to {plan.te_after:.2%}."
        )


def solve(moment: Moment, settings: DecisionSettings) -> Plan | str:
    """The best plan with what is decided counted in; why there is none, in words."""
    try:
        prepared = with_decided(moment.prepared, moment.decided)
        return solve_plan(prepared, moment.outlook, settings)
    except (UserError, EngineError) as error:
        return f"Not solved: {error}"


def _solved(row: ConstraintRowView, found: ConstraintRow | None, at: datetime) -> ConstraintRowView:
    """A counted row with the plan's use of the limit and its price."""
    if found is None:
        return row
    return replace(
        row,
        used=Decimal(repr(found.used)).quantize(MICRO),
        binding=found.binding,
        shadow_price_usd=Decimal(repr(found.price_usd)).quantize(CENT),
        as_of=at,
    )


def _broken(row: ConstraintRowView, conflict: tuple[str, ...]) -> str:
    """Whether the limit is one of those that cannot hold together."""
    return "cannot hold" if row.constraint.constraint_id in conflict else ""


def _name(moment: Moment, key: str) -> str:
    """A limit in words: a row of the book, or one of the solver's own."""
    for limit in moment.prepared.household.constraints:
        if limit.constraint_id == key:
            return LABELS[limit.rule].lower()
    return key.replace("_", " ")
