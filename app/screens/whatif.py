"""F5: sliders on a frozen copy of the household; nothing here is stored before it is applied.

Each scenario is the best plan under the household's limits, found by the optimiser for a household,
a market and a law that were changed as the sliders say. Solving happens beside the desk.
"""

from dataclasses import dataclass, field, replace
from decimal import Decimal

from app.desk import Rules
from app.screens.levers import (
    TODAY,
    Levers,
    as_is,
    lever_views,
    limited,
    moved_household,
    moved_market,
    without_small_losses,
)
from app.screens.moment import Moment
from engine.decision.alpha import band, results_of
from engine.decision.household_plan import solve_plan
from engine.decision.prepare import prepare, set_aside
from engine.errors import UserError
from engine.law.scenarios import apply_scenario
from engine.records import ZERO, Constraint
from widgets.views import Scenario, WhatIfView

BASE = "book"
CURRENT = "sliders"
MOST_SCENARIOS = 8


@dataclass(slots=True)
class WhatIf:
    """The sliders, how they came to stand there, and the scenarios kept.

    Attributes:
        base: The household as it is, evaluated; frozen when the screen was first asked for.
        rules: Law, choices and thresholds of the desk.
    """

    base: Moment
    rules: Rules
    _past: list[Levers] = field(default_factory=list)
    _future: list[Levers] = field(default_factory=list)
    _kept: dict[str, tuple[str, Levers]] = field(default_factory=dict)
    _solved: dict[Levers, Scenario] = field(default_factory=dict)
    _now: Levers | None = None

    def now(self) -> Levers:
        """Where the sliders stand."""
        return self._now or self.as_is()

    def as_is(self) -> Levers:
        """Sliders of the book itself."""
        return as_is(self.base.prepared.household)

    def move(self, key: str, value: float | str) -> None:
        """A slider (or the law) was set."""
        moved = replace(self.now(), **{key: value})  # type: ignore[arg-type]
        if moved != self.now():
            self._past.append(self.now())
            self._future.clear()
            self._now = moved

    def undo(self) -> None:
        """Back by one move."""
        if self._past:
            self._future.append(self.now())
            self._now = self._past.pop()

    def redo(self) -> None:
        """Forward again."""
        if self._future:
            self._past.append(self.now())
            self._now = self._future.pop()

    def keep(self, name: str) -> None:
        """Keep the sliders under a name, a newer one of that name in place of the older."""
        self._kept[name] = (name, self.now())
        while len(self._kept) > MOST_SCENARIOS:
            del self._kept[next(iter(self._kept))]

    def remove(self, scenario_id: str) -> None:
        """Drop a kept scenario."""
        self._kept.pop(scenario_id, None)

    def as_limits(self, scenario_id: str, limits: tuple[Constraint, ...]) -> tuple[Constraint, ...]:
        """The household's limits with those that a scenario moved.

        Raises:
            UserError: If the scenario moves no limit.
        """
        levers = self._kept[scenario_id][1] if scenario_id in self._kept else self.now()
        made = limited(limits, levers, self.as_is())
        if scenario_id == BASE or set(made) == set(limits):
            raise UserError(
                "this scenario moves no limit: prices, income and law are the world's. Move the "
                "cash, the gain limit, tracking error or turnover, then apply it."
            )
        return made

    def unsolved(self) -> tuple[Levers, ...]:
        """What is on screen and not solved yet, the book first."""
        return tuple(x for _, x in self._wanted().values() if x not in self._solved)

    def solved(self, levers: Levers, found: Scenario) -> None:
        """A solve came back."""
        self._solved[levers] = found

    def view(self, seq: int) -> WhatIfView:
        """The book as it is, the kept scenarios and the sliders, as far as they are solved."""
        return WhatIfView(
            seq=seq,
            levers=lever_views(self.now(), self.as_is(), self.base),
            scenarios=tuple(
                replace(self._solved[levers], scenario_id=key, name=name)
                for key, (name, levers) in self._wanted().items()
                if levers in self._solved
            ),
            laws=(TODAY, *sorted(self.rules.law.scenarios)),
            law=self.now().law,
            solving=bool(self.unsolved()),
            can_undo=bool(self._past),
            can_redo=bool(self._future),
        )

    def _wanted(self) -> dict[str, tuple[str, Levers]]:
        """The columns of the comparison."""
        wanted = {BASE: ("As the book is", self.as_is()), **self._kept}
        if self.now() not in [levers for _, levers in wanted.values()]:
            wanted[CURRENT] = ("Sliders now", self.now())
        return wanted


def solve(base: Moment, rules: Rules, levers: Levers) -> Scenario:
    """The best plan of a changed household in a changed market under a changed law."""
    year = base.prepared.household.profile.year
    law = rules.law if levers.law == TODAY else apply_scenario(rules.law, levers.law, year)
    outlook = moved_market(base.outlook, levers.price_move, levers.volatility_x)
    home = moved_household(base.prepared.household, levers, outlook.today)
    prepared = set_aside(prepare(home, law, outlook, rules.funds, rules.wash), base.decided)
    prepared = without_small_losses(prepared, outlook, levers.least_loss)
    told = "as enacted" if levers.law == TODAY else levers.law
    bill = prepared.tax.bill.total_usd
    try:
        plan = solve_plan(prepared, outlook, rules.settings)
    except UserError as error:
        return _without_plan(told, bill, str(error))
    if plan.status != "solved":
        return _without_plan(told, bill, f"cannot hold together: {', '.join(plan.conflict)}")
    low, high = band(prepared.tax, plan.alpha, results_of(plan.sells), outlook.seed)
    harvested = [s for s, why in zip(plan.sells, plan.kinds, strict=True) if why == "harvest"]
    return Scenario(
        scenario_id="",
        name="",
        law=told,
        tax_usd=plan.bill_after.total_usd,
        alpha_usd=plan.alpha.net_usd,
        alpha_low_usd=low,
        alpha_high_usd=high,
        harvested_usd=-sum((sale.est_gain_usd for sale in harvested), ZERO),
        tracking_error=plan.te_after,
        cash_usd=plan.cash_usd,
        trades=len(plan.sells) + len(plan.buys),
    )


def _without_plan(law: str, bill_usd: Decimal, why: str) -> Scenario:
    """A scenario in which nothing can be traded, with the reason."""
    return Scenario("", "", law, bill_usd, ZERO, ZERO, ZERO, ZERO, 0.0, ZERO, 0, why)
