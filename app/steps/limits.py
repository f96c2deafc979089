"""Edits of the constraint matrix, each solved again, and undo for it and for What-if."""

from datetime import datetime
from decimal import Decimal

from app.desk import Desk
from app.screens.limits import added, edited
from app.screens.presenter import Presenter
from app.steps.caller import Caller, Step, moment_of
from engine.records import ZERO, Constraint, Rule

Limits = tuple[Constraint, ...]


def steps(caller: Caller) -> dict[str, Step]:
    """Steps of F4."""

    def back(d: Desk, p: Presenter, now: datetime, screen: str) -> None:
        if screen == "whatif":
            _slid_back(caller, p, forward=False)
        else:
            store(caller, d, p, now, p.limits.undo(limits_now(p)))

    def forward(d: Desk, p: Presenter, now: datetime, screen: str) -> None:
        if screen == "whatif":
            _slid_back(caller, p, forward=True)
        else:
            store(caller, d, p, now, p.limits.redo(limits_now(p)))

    return {
        "limit_edited": lambda d, p, now, key, limit, hard: change(
            caller, d, p, now, edited(limits_now(p), key, limit, hard)
        ),
        "limit_added": lambda d, p, now, rule, scope, limit: change(
            caller, d, p, now, added(moment_of(p), limits_now(p), Rule(rule), scope, limit)
        ),
        "limit_removed": lambda d, p, now, key: change(
            caller, d, p, now, tuple(x for x in limits_now(p) if x.constraint_id != key)
        ),
        "undo": back,
        "redo": forward,
        "solve": lambda d, p, now: p.planner and p.planner.again(p.household_id),
    }


def _slid_back(caller: Caller, p: Presenter, *, forward: bool) -> None:
    """One move of the sliders back or forward."""
    if p.whatif is not None:
        p.whatif.redo() if forward else p.whatif.undo()
        caller.show_whatif()


def limits_now(p: Presenter) -> Limits:
    """Limits of the household on screen, as the book has them."""
    return p.book.household(p.household_id).constraints


def change(caller: Caller, d: Desk, p: Presenter, now: datetime, after: Limits) -> None:
    """Make these the limits; undo leads back to what they were."""
    before = limits_now(p)
    store(caller, d, p, now, after)
    p.limits.change(before)


def store(caller: Caller, d: Desk, p: Presenter, now: datetime, limits: Limits) -> None:
    """Write the limits down, value the household under them, and solve for their prices."""
    before = _alpha(d, p)
    d.save_limits(p.household_id, limits, caller.user, now)
    p.refresh_whatif(caller.show_whatif)
    p.told = f"Stored. Alpha of the proposals: ${before:,.0f} before, ${_alpha(d, p):,.0f} after."


def _alpha(d: Desk, p: Presenter) -> Decimal:
    """Alpha of the newest proposals, one by one."""
    found = d.evaluations.get(p.household_id)
    return sum((q.alpha.net_usd for q in found.proposals), ZERO) if found else ZERO
