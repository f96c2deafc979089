"""SHADOW and ACTIVE: who may turn it on, and what drops it back.

In SHADOW an order leaves for the paper custodian alone. ACTIVE is turned on through the gate; it
still means that a person signs each order or has signed a pre-approval.
"""

from dataclasses import replace
from datetime import date, datetime

from app.book.book import SELF, Book
from app.feeds.quarantine import NEW_YORK
from app.shadow_store import evidence
from engine.errors import UserError
from engine.proof.gate import Criterion, fallen, gate, passed, refusal
from engine.proof.track_record import Scored, TrackRecord, track_record

SHADOW, ACTIVE, SETTING = "shadow", "active", "mode"
NEWEST_FORECASTS = 20_000
SEED = 1


class GateShutError(UserError):
    """ACTIVE was asked for, or an order for a custodian, and the gate does not allow it."""


def mode(book: Book) -> str:
    """``shadow`` or ``active``; a new book is in shadow."""
    return ACTIVE if book.setting(SETTING, SHADOW) == ACTIVE else SHADOW


def criteria(book: Book) -> tuple[Criterion, ...]:
    """Every criterion of the gate with what the book's newest shadow period has shown."""
    found = evidence(book)
    if simulated(book) and not found.simulated:
        found = replace(found, source="the simulated market", simulated=True)
    return gate(found)


def activate(book: Book, user_id: str, at: datetime) -> None:
    """Turn ACTIVE on.

    Raises:
        GateShutError: If a criterion is not met; each one missing is named with its value.
    """
    found = criteria(book)
    if not passed(found):
        raise GateShutError(
            f"the gate to ACTIVE stays shut: {refusal(found)}. `lotlight shadow run` fills the "
            "evidence"
        )
    book.save_setting(SETTING, ACTIVE, user_id, at)


def back_to_shadow(book: Book, user_id: str, at: datetime, why: str) -> None:
    """Turn ACTIVE off; the audit line tells why."""
    if mode(book) == ACTIVE:
        book.save_setting(SETTING, SHADOW, user_id, at, why=why)


def simulated(book: Book) -> bool:
    """Whether the book lives in the demo market, whose prices are made up."""
    from app.demo_market import demo_securities

    traded = {s.symbol for s in book.securities().values() if s.kind.tradable}
    return bool(traded) and traded <= {s.symbol for s in demo_securities()}


def may_export(book: Book, *, paper: bool) -> None:
    """Refuse an order file for a custodian while the practice is in shadow.

    Raises:
        GateShutError: In SHADOW, unless the order goes to the paper custodian.
    """
    if paper or mode(book) == ACTIVE:
        return
    raise GateShutError(
        "the practice is in SHADOW: orders go to the paper custodian alone (--paper). ACTIVE still "
        f"wants {refusal(criteria(book)) or 'to be turned on: `lotlight shadow activate`'}"
    )


def fall_back(book: Book, now: datetime) -> str:
    """Drop an active practice to shadow when its forecasts have left their calibration.

    Returns:
        Why it was dropped; "" while nothing changed.
    """
    if mode(book) != ACTIVE:
        return ""
    why = fallen(live_record(book))
    if why:
        back_to_shadow(book, SELF, now, f"out of calibration: {why}")
    return why


def live_record(book: Book, since: date | None = None) -> TrackRecord | None:
    """Track record of the forecasts that the desk itself stamped and scored, newest ones."""
    sectors = {key: s.sector for key, s in book.securities().items()}
    told = [f for f in book.forecasts(scored=True) if not f.forecast.ready][-NEWEST_FORECASTS:]
    found = [
        Scored(
            f.stamped_at.astimezone(NEW_YORK).date(),
            f.forecast.security_id,
            sectors.get(f.forecast.security_id, ""),
            f.forecast.window_hours,
            f.forecast.vol_annual,
            f.forecast.probability,
            bool(f.touched),
        )
        for f in told
    ]
    kept = [s for s in found if since is None or s.on >= since]
    return track_record(kept, SEED)
