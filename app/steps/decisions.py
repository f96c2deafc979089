"""What is decided on proposals."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from app.desk import Desk, GotWorseError
from app.screens.desk import impact
from app.screens.presenter import Presenter
from app.steps.caller import Caller, Step, moment_of
from engine.errors import UserError
from widgets.views import GotWorse, Priced


def steps(caller: Caller) -> dict[str, Step]:
    """Steps of the approval queue."""

    def approve(d: Desk, p: Presenter, now: datetime, key: str, note: str = "") -> None:
        try:
            d.approve(key, caller.user, now, note=note)
        except GotWorseError as error:
            caller.reply(GotWorse(d.proposal(key), error.checked.now_usd))
            return
        _half_signed(caller, p, key)

    return {
        "approve": approve,
        "approve_noted": approve,
        "approve_many": lambda d, p, now, keys: _approve_many(caller, d, now, keys),
        "approve_anyway": lambda d, p, now, key: d.approve(
            key, caller.user, now, accept_worse=True
        ),
        "stage": lambda d, p, now, key: d.stage(key, caller.user, now),
        "reject": lambda d, p, now, key, why: d.reject(key, caller.user, now, why),
        "defer": lambda d, p, now, key, minutes: d.defer(key, caller.user, now, minutes),
        "withdraw": lambda d, p, now, key: d.withdraw(
            key, caller.user, now, "withdrawn on the desk"
        ),
        "edit": lambda d, p, now, key, n, limit: d.resize(key, n, limit, caller.user, now),
        "price": lambda d, p, now, key, n, limit: _price(caller, d, p, key, n, limit),
    }


def _half_signed(caller: Caller, p: Presenter, key: str) -> None:
    """Say so when the signature was the first of two."""
    signed, wanted = p.book.signatures(key), int(p.book.setting("approvals_required", "1"))
    if len(signed) < wanted:
        caller.tell(
            f"Signed by {', '.join(signed)}; {wanted - len(signed)} more signature is needed: "
            "another user signs in (Ctrl+Shift+L) and approves it in the list of the decided.",
            False,
        )


def _approve_many(caller: Caller, d: Desk, now: datetime, keys: Sequence[str]) -> None:
    """Sign each that is still worth it.

    Raises:
        UserError: If some were left, with the first reason.
    """
    left = []
    for key in keys:
        try:
            d.approve(key, caller.user, now)
        except UserError as error:
            left.append(str(error))
    if left:
        raise UserError(f"{len(keys) - len(left)} signed, {len(left)} left: {left[0]}")


def _price(
    caller: Caller, d: Desk, p: Presenter, key: str, shares: Decimal, limit_usd: Decimal
) -> None:
    """Price an edit for the sheet that asks: bill, cash and tracking error at once."""
    changed = d.resized(key, shares, limit_usd)
    caller.reply(Priced(key, impact(moment_of(p), changed)))
