"""Corporate actions recorded when known, and booked on the lots when someone says so.

Between the two the securities they touch are frozen (``Household.unbooked``). Booking changes the
lots of every household that holds the security, in one transaction with its audit line; cash that
an action pays comes with the custodian's own file.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from app.book import households
from app.book.actions import load, to_action_row
from app.book.change import Change
from app.book.rows import to_row
from engine.errors import UserError
from engine.law.corporate_actions import CorporateAction, SymbolChange, Unresolved
from engine.law.corporate_effects import apply, renamed


def add(change: Change, found: Iterable[CorporateAction]) -> None:
    """Record actions; one that waits may be told anew, with its terms.

    Raises:
        UserError: The action is booked already, or names a security that the book has not.
    """
    known = households.securities(change.connection)
    for action in found:
        row = change.get("corporate_actions", action.action_id)
        if row is not None and row["booked_at"] is not None:
            raise UserError(f"action {action.action_id!r} is booked already; give a new id")
        for field in ("security_id", "child_id", "successor_id"):
            name = getattr(action, field, "")
            if name and name not in known:
                raise UserError(
                    f"action {action.action_id!r}: the book has no security {name!r}; "
                    "add it first (`lotlight context import`)"
                )
        change.put("corporate_actions", to_action_row(action, None))


def book(change: Change, action_id: str) -> int:
    """Apply a waiting action to the lots of every household; how many households changed.

    Raises:
        UserError: There is no such action, it is booked, or its terms are not known.
    """
    row = next((x for x in load(change.connection) if x.action.action_id == action_id), None)
    if row is None or row.booked_at is not None:
        what = "there is no action" if row is None else "already booked: action"
        raise UserError(f"{what} {action_id!r}; `lotlight actions list` names those that wait")
    action = row.action
    if isinstance(action, Unresolved):
        raise UserError(f"action {action_id!r} has no terms yet: {action.note}")
    if isinstance(action, SymbolChange):
        security = households.securities(change.connection)[action.security_id]
        change.put("securities", to_row(renamed(security, action)))
    changed = 0
    for household_id, _ in households.names(change.connection):
        changed += _on_household(change, action, household_id)
    change.put("corporate_actions", to_action_row(action, change.at))
    return changed


def _on_household(change: Change, action: CorporateAction, household_id: str) -> bool:
    """Lots and results of one household after the action; whether there was anything to do."""
    home = households.load(change.connection, household_id)
    if not any(lot.security_id == action.security_id for lot in home.lots):
        return False
    done = apply(action, home.lots)
    after = replace(home, lots=done.lots, realized=(*home.realized, *done.realized))
    households.save(change, after)
    return after.lots != home.lots
