"""Who signs, what the practice has chosen, and whether the engine's word counts."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from app.activation import activate, back_to_shadow
from app.book.book import SELF, Book
from app.choices import choose, decision_settings
from app.desk import Desk
from app.people import hash_passphrase, passphrase_fits, require
from app.screens.presenter import Presenter
from app.steps.caller import Caller, Step
from engine.errors import UserError
from engine.records import UserRole
from widgets.views import Mode, Refused, SignedIn


def steps(caller: Caller) -> dict[str, Step]:
    """Steps of the lock, the settings and the gate."""

    def settings(d: Desk, p: Presenter, now: datetime, values: Mapping[str, float]) -> None:
        changed = choose(p.book, values, caller.user, now)
        if changed:
            d.choose(decision_settings(p.book))
            if p.planner is not None:
                p.planner.choose(d.rules.settings)
            p.refresh_whatif(caller.show_whatif)
            words = ", ".join(name.replace("_usd", "").replace("_", " ") for name in changed)
            caller.tell(f"Changed and on record: {words}.", False)

    return {
        "unlock": lambda d, p, now, typed: _sign_in(caller, p, caller.user.user_id, typed),
        "sign_in": lambda d, p, now, user_id, typed: _sign_in(caller, p, user_id, typed),
        "passphrase_changed": lambda d, p, now, old, new: _passphrase(caller, p, now, old, new),
        "settings_changed": settings,
        "set_active": lambda d, p, now, active: _set_mode(caller, p, now, active=active),
        "book_new": lambda d, p, now, path: _new_book(caller, Path(path), now),
        "book_opened": lambda d, p, now, path: caller.open_window(Path(path)),
        "cancel_job": lambda d, p, now, key: caller.cancel(key),
    }


def _sign_in(caller: Caller, p: Presenter, user_id: str, typed: str) -> None:
    """Let a user in whose passphrase fits; one who has none yet needs none."""
    found = {user.user_id: user for user in p.book.users()}
    user, kept = found[user_id], p.book.passphrase_hash(user_id)
    if kept and not passphrase_fits(typed, kept):
        caller.reply(Refused(f"That is not the passphrase of {user.name}. Try again."))
        return
    caller.user = p.user = user
    hint = "" if kept else "No passphrase is set yet: choose one in Settings."
    caller.reply(SignedIn(user.name, hint))


def _passphrase(caller: Caller, p: Presenter, now: datetime, old: str, new: str) -> None:
    """Change the passphrase of whoever is signed in.

    Raises:
        UserError: If the old one does not fit, or the new one is too short.
    """
    user, kept = caller.user, p.book.passphrase_hash(caller.user.user_id)
    if kept and not passphrase_fits(old, kept):
        raise UserError(f"the passphrase of {user.name} was not changed: the old one does not fit")
    p.book.save_user(user, user.user_id, now, hash_passphrase(new))
    caller.tell(f"{user.name} signs in with the new passphrase from now on.", False)


def _new_book(caller: Caller, path: Path, now: datetime) -> None:
    """An empty book with whoever is signed in as its first user, opened beside this one.

    Raises:
        BookError: If there is a file already, or the place cannot be written.
    """
    with Book.create(path, at=now) as book:
        book.save_user(caller.user, SELF, now)
    caller.open_window(path)


def _set_mode(caller: Caller, p: Presenter, now: datetime, *, active: bool) -> None:
    """Through the gate to ACTIVE, or back to SHADOW, which is always open.

    Raises:
        NotAllowedError: If the user may not approve.
        GateShutError: If a criterion of the gate is not met.
    """
    require(caller.user, caller.user.user_id, UserRole.APPROVE)
    if active:
        activate(p.book, caller.user.user_id, now)
    else:
        back_to_shadow(p.book, caller.user.user_id, now, "asked for")
    mode = Mode.ACTIVE if active else Mode.SHADOW
    caller.tell(f"The engine is {mode.value.upper()} from now on; the log has it.", False)
