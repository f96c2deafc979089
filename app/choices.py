"""Choices of the practice that lie in its book, and the engine's settings made of them."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from app.book.book import Book
from app.people import require
from engine.decision.settings import DecisionSettings
from engine.errors import UserError
from engine.records import CENT, User, UserRole

SIGNERS = "approvals_required"


class Bounds(NamedTuple):
    """What a choice may be, in the unit of ``DecisionSettings``."""

    low: float
    high: float


BOUNDS: Mapping[str, Bounds] = {
    "flag_probability": Bounds(0.5, 0.99),
    "window_hours": Bounds(1.0, 6.5),
    "default_threshold": Bounds(0.01, 0.5),
    "minimum_alpha_usd": Bounds(0.0, 10_000.0),
    SIGNERS: Bounds(1, 2),
}


def chosen(book: Book) -> dict[str, float]:
    """Every choice with the value in force."""
    usual = DecisionSettings()
    found = {name: float(getattr(usual, name, 1)) for name in BOUNDS}
    return {name: float(book.setting(name) or value) for name, value in found.items()}


def decision_settings(book: Book) -> DecisionSettings:
    """The engine's settings as the practice chose them."""
    values = chosen(book)
    return DecisionSettings(
        flag_probability=values["flag_probability"],
        window_hours=values["window_hours"],
        default_threshold=values["default_threshold"],
        minimum_alpha_usd=Decimal(str(values["minimum_alpha_usd"])).quantize(CENT),
    )


def choose(book: Book, wanted: Mapping[str, float], user: User, now: datetime) -> tuple[str, ...]:
    """Write down the choices that differ, each with its line in the log; their names.

    Raises:
        NotAllowedError: If the user may not approve.
        UserError: If a choice is unknown or out of bounds; then nothing is written.
    """
    require(user, user.user_id, UserRole.APPROVE)
    for name, value in wanted.items():
        bounds = BOUNDS.get(name)
        if bounds is None or not bounds.low <= value <= bounds.high:
            raise UserError(f"{name} {value:g} will not do; it lies in {bounds or 'no setting'}")
    old = chosen(book)
    changed = tuple(name for name, value in wanted.items() if value != old[name])
    for name in changed:
        book.save_setting(name, f"{wanted[name]:g}", user.user_id, now)
    return changed
