"""A household's plan beside the desk: solved when its limits or holdings change, not at each tick.

A plan takes a second or more, so it is made on another thread from frozen inputs; until it is
there the plan before it is shown with its time, and nothing waits.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from engine.decision.household_plan import Plan, solve_plan
from engine.decision.outlook import Outlook
from engine.decision.prepare import Prepared, set_aside
from engine.decision.settings import DecisionSettings
from engine.errors import EngineError
from engine.results import LotSale

Start = Callable[[Callable[[], None]], None]


@dataclass(frozen=True, slots=True, eq=False)
class Planned:
    """What came of one solve.

    Attributes:
        plan: The plan with its constraint rows; ``None`` where none could be made.
        told: Why there is none, "" when there is.
        as_of: Instant of the quotes it rests on, UTC.
    """

    plan: Plan | None
    told: str
    as_of: datetime


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """What a plan was asked for; the same objects mean the same household."""

    prepared: Prepared
    decided: tuple[LotSale, ...]

    def same(self, prepared: Prepared, decided: tuple[LotSale, ...]) -> bool:
        """Whether nothing has changed since."""
        return self.prepared is prepared and self.decided == decided


class Planner:
    """The newest plan of each household.

    ``start`` runs the solve: at once by default, or on a thread of its own; ``on_done`` is then
    called from that thread.
    """

    def __init__(
        self,
        settings: DecisionSettings,
        start: Start = lambda work: work(),
        on_done: Callable[[], None] = lambda: None,
    ) -> None:
        """Without any plan yet."""
        self._settings, self._start, self._on_done = settings, start, on_done
        self._asked: dict[str, _Asked] = {}
        self._found: dict[str, Planned] = {}

    def newest(
        self, prepared: Prepared, outlook: Outlook, decided: tuple[LotSale, ...]
    ) -> Planned | None:
        """The newest plan of the household; a new one is begun where something has changed."""
        household_id = prepared.household.household_id
        before = self._asked.get(household_id)
        if before is None or not before.same(prepared, decided):
            asked = self._asked[household_id] = _Asked(prepared, decided)
            self._start(lambda: self._solve(household_id, asked, outlook))
        return self._found.get(household_id)

    def again(self, household_id: str) -> None:
        """Solve anew when next asked, at the prices of then."""
        self._asked.pop(household_id, None)

    def choose(self, settings: DecisionSettings) -> None:
        """Solve everything anew under other choices of the practice."""
        self._settings = settings
        self._asked.clear()

    def solving(self, household_id: str) -> bool:
        """Whether no plan of the household is there yet."""
        return household_id in self._asked and household_id not in self._found

    def _solve(self, household_id: str, asked: _Asked, outlook: Outlook) -> None:
        """Make the plan, unless it was overtaken while it waited."""
        if self._asked.get(household_id) is not asked:
            return
        found = planned(asked.prepared, outlook, self._settings, asked.decided)
        if self._asked.get(household_id) is asked:
            self._found[household_id] = found
            self._on_done()


def planned(
    prepared: Prepared,
    outlook: Outlook,
    settings: DecisionSettings,
    decided: tuple[LotSale, ...] = (),
    *,
    quick: bool = False,
) -> Planned:
    """The plan of a household with what is decided set aside; trouble becomes a sentence."""
    try:
        made = solve_plan(set_aside(prepared, decided), outlook, settings, quick=quick)
        return Planned(made, "", outlook.as_of)
    except EngineError as error:
        return Planned(None, str(error), outlook.as_of)
