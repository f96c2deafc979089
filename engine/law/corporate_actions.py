"""Corporate actions: what an issuer does to the shares, and which of them are still open.

The basis follows the issuer's Form 8937. A split, a spin-off, a tax-free merger and a change of
name are no purchases (tax-rules W2) and keep the dates; a taxable merger is a sale and a purchase
on its day. What each does to lots is in ``corporate_effects``.

A price vendor's "split" factor is not always a split: a spin-off shows up as one, too (AT&T 1.324
on 11 April 2022), for it lowers the price without changing the number of shares. Such a factor
becomes an ``Unresolved`` action: it blocks the security until the terms of the spin-off are known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from engine.errors import InputError
from engine.records import ZERO, Unbooked


class Fractions(StrEnum):
    """What becomes of an account's fraction of a share."""

    KEEP = "keep"
    CASH = "cash"
    ROUND_UP = "round_up"


@dataclass(frozen=True, slots=True)
class Split:
    """A stock split, stock dividend or reverse split; basis and dates stay.

    Attributes:
        action_id: Identity.
        security_id: Security.
        effective_on: First day on which the new shares trade.
        numerator: New shares ...
        denominator: ... for as many old ones.
        fractions: What becomes of fractions.
        in_lieu_usd: Cash for a whole new share, where fractions are paid.
    """

    action_id: str
    security_id: str
    effective_on: date
    numerator: int
    denominator: int
    fractions: Fractions = Fractions.KEEP
    in_lieu_usd: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class SpinOff:
    """Shares of another company handed out (26 U.S.C. 355, 358); the holding period is shared.

    Attributes:
        action_id: Identity.
        security_id: The parent.
        effective_on: Day of the distribution.
        child_id: What is handed out.
        numerator: Child shares ...
        denominator: ... for as many parent shares.
        kept_fraction: Part of the basis that stays with the parent (Form 8937).
        fractions: What becomes of fractions of a child share.
        in_lieu_usd: Cash for a whole child share, where fractions are paid.
    """

    action_id: str
    security_id: str
    effective_on: date
    child_id: str
    numerator: int
    denominator: int
    kept_fraction: Decimal
    fractions: Fractions = Fractions.CASH
    in_lieu_usd: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Merger:
    """Shares exchanged for those of a successor, for cash, or for both.

    Attributes:
        action_id: Identity.
        security_id: What is given up.
        effective_on: Day of the exchange.
        successor_id: What is received; "" for cash alone.
        numerator: Successor shares (0 for cash alone) ...
        denominator: ... for as many old ones.
        cash_usd: Cash for an old share.
        price_usd: Market value of a successor share (Form 8937); needed when there is cash, or
            when the exchange is taxable.
        taxable: A sale of everything (1001); else a reorganisation, in which gain is recognised
            up to the cash, and no loss (354, 356).
        fractions: What becomes of fractions of a successor share.
        in_lieu_usd: Cash for a whole successor share, where fractions are paid.
    """

    action_id: str
    security_id: str
    effective_on: date
    successor_id: str = ""
    numerator: int = 0
    denominator: int = 1
    cash_usd: Decimal = ZERO
    price_usd: Decimal = ZERO
    taxable: bool = False
    fractions: Fractions = Fractions.CASH
    in_lieu_usd: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class ReturnOfCapital:
    """A distribution that is no dividend: it lowers the basis, and is a gain beyond it (301(c))."""

    action_id: str
    security_id: str
    effective_on: date
    per_share_usd: Decimal


@dataclass(frozen=True, slots=True)
class SymbolChange:
    """A new ticker or CUSIP. The security keeps its id, so lots and wash sales do not see it."""

    action_id: str
    security_id: str
    effective_on: date
    symbol: str
    cusip: str = ""


@dataclass(frozen=True, slots=True)
class Worthless:
    """A security worth nothing: sold for nothing on the last day of the year (165(g)(1))."""

    action_id: str
    security_id: str
    effective_on: date


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Something happened whose terms are not known yet; lots are left alone and blocked."""

    action_id: str
    security_id: str
    effective_on: date
    note: str


CorporateAction = Split | SpinOff | Merger | ReturnOfCapital | SymbolChange | Worthless | Unresolved

SPLIT_KINDS = ("split", "stock_dividend")
SPIN_OFF_KIND = "spinoff_adjustment"
LARGEST_RATIO = 1000


def from_vendor(security_id: str, on: date, factor: Decimal, kind: str) -> Split | Unresolved:
    """A vendor's price factor as what it is.

    Args:
        security_id: Security.
        on: First day at the new price.
        factor: Old price over new price, with the vendor's rounding (1.499999925 is 3 for 2).
        kind: ``split``, ``stock_dividend`` or ``spinoff_adjustment``.

    Raises:
        InputError: If the kind is another, or the factor is not above zero.
    """
    action_id = f"{security_id}:{on.isoformat()}:{kind}"
    if factor <= 0:
        raise InputError("split", factor, "a factor is above zero")
    if kind == SPIN_OFF_KIND:
        note = f"price factor {factor} of a spin-off: enter what was handed out, and the basis kept"
        return Unresolved(action_id, security_id, on, note)
    if kind not in SPLIT_KINDS:
        known = ", ".join((*SPLIT_KINDS, SPIN_OFF_KIND))
        raise InputError("split_kind", kind, f"one of {known}")
    ratio = Fraction(factor).limit_denominator(LARGEST_RATIO)
    if factor < 1:
        ratio = 1 / Fraction(1 / factor).limit_denominator(LARGEST_RATIO)
    return Split(action_id, security_id, on, ratio.numerator, ratio.denominator)


def unbooked(actions: Iterable[CorporateAction]) -> tuple[Unbooked, ...]:
    """What freezes until these actions are booked: every security whose lots they change.

    A change of name or number changes no lot and freezes nothing.
    """
    found = []
    for action in sorted(actions, key=lambda a: (a.effective_on, a.action_id)):
        if isinstance(action, SymbolChange):
            continue
        what = action.note if isinstance(action, Unresolved) else type(action).__name__
        reason = f"{what} of {action.effective_on} is not booked yet"
        found += [
            Unbooked(action.action_id, security_id, action.effective_on, reason)
            for security_id in _touched(action)
        ]
    return tuple(found)


def blocked_securities(waiting: Iterable[Unbooked], as_of: date) -> dict[str, str]:
    """Securities that may not be traded on a day, with the reason."""
    return {item.security_id: item.reason for item in waiting if item.effective_on <= as_of}


def _touched(action: CorporateAction) -> tuple[str, ...]:
    """Securities whose lots an action changes."""
    if isinstance(action, SpinOff):
        return (action.security_id, action.child_id)
    if isinstance(action, Merger) and action.successor_id:
        return (action.security_id, action.successor_id)
    return (action.security_id,)
