"""The plan beside the desk: solved when something changes, shown with its limits."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from app.book.book import Book
from app.office import rules
from app.planning import Planned, Planner
from app.priced import Asked, Priced, price
from engine.decision.prepare import Prepared, prepare, under
from engine.decision.settings import DecisionSettings
from engine.records import Constraint, Rule

SETTINGS = DecisionSettings()


@pytest.fixture(scope="module")
def okafor(ticked: Path) -> tuple[Prepared, Priced]:
    rested = rules(SETTINGS)
    with Book.open(ticked, readonly=True) as book:
        found = price(book, Asked(), SETTINGS)
        home = book.household("okafor")
    return prepare(home, rested.law, found.outlook, rested.funds), found


def test_a_plan_is_made_once_and_again_only_after_a_change(
    okafor: tuple[Prepared, Priced],
) -> None:
    prepared, priced = okafor
    waiting: list[Callable[[], None]] = []
    planner = Planner(SETTINGS, waiting.append)
    assert planner.newest(prepared, priced.outlook, ()) is None
    assert planner.solving("okafor")
    waiting.pop()()
    first = planner.newest(prepared, priced.outlook, ())
    assert isinstance(first, Planned)
    assert planner.newest(prepared, priced.outlook, ()) is first
    assert not waiting
    limit = Constraint("gain", Rule.NET_GAIN_MAX_USD, Decimal(5000))
    changed = under(prepared, priced.outlook, (*prepared.household.constraints, limit))
    assert planner.newest(changed, priced.outlook, ()) is first  # until the new one is there
    waiting.pop()()
    second = planner.newest(changed, priced.outlook, ())
    assert second is not None
    assert second.plan is not None
    assert any(row.constraint == limit for row in second.plan.rows)


def test_what_is_decided_is_not_planned_again(okafor: tuple[Prepared, Priced]) -> None:
    prepared, priced = okafor
    planner = Planner(SETTINGS)
    first = planner.newest(prepared, priced.outlook, ())
    assert first is not None
    assert first.plan is not None
    decided = first.plan.sells[:2]
    second = planner.newest(prepared, priced.outlook, decided)
    assert second is not None
    assert second.plan is not None
    assert not {s.lot_id for s in second.plan.sells} & {s.lot_id for s in decided}
