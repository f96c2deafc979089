"""The morning after: did the custodian close the lots that were instructed?

The custodian's realised-lots file is the truth for the tax return; what we closed is kept beside
it. Sales of one security, account and day are compared lot by lot; another open date, other
shares, or more than a cent of difference is a break, with the result under both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.custodian.order_values import LotClose
from app.custodian.orders import NEW_YORK
from engine.law.holding import term
from engine.records import CENT, ZERO, RealizedLot, Term


@dataclass(frozen=True, slots=True)
class Piece:
    """Shares closed from one open date, by either side."""

    acquired_on: date
    shares: Decimal
    basis_usd: Decimal
    proceeds_usd: Decimal


@dataclass(frozen=True, slots=True)
class ReliefBreak:
    """A sale whose lots, by the custodian, are not those instructed.

    Attributes:
        account_id: Account.
        security_id: Security.
        sold_on: Trade date in New York.
        ours: What was instructed and filled.
        theirs: What the custodian closed; empty when its file has no such sale.
        ours_st_usd, ours_lt_usd: Result under our lots, before wash sales.
        theirs_st_usd, theirs_lt_usd: Result under the custodian's lots.
        what: One sentence for the advisor.
    """

    account_id: str
    security_id: str
    sold_on: date
    ours: tuple[Piece, ...]
    theirs: tuple[Piece, ...]
    ours_st_usd: Decimal
    ours_lt_usd: Decimal
    theirs_st_usd: Decimal
    theirs_lt_usd: Decimal
    what: str


Sale = tuple[str, str, date]


def check_relief(
    closes: Iterable[LotClose], realized: Iterable[RealizedLot]
) -> tuple[ReliefBreak, ...]:
    """Breaks between what was closed here and what the custodian's realised-lots file says.

    Only sales of ours are checked; a sale the file has and we do not is for the reconciliation.
    """
    ours: dict[Sale, list[Piece]] = defaultdict(list)
    theirs: dict[Sale, list[Piece]] = defaultdict(list)
    terms: dict[tuple[Sale, date], Term] = {}
    for close in closes:
        sold_on = close.closed_at.astimezone(NEW_YORK).date()
        sale = (close.account_id, close.security_id, sold_on)
        ours[sale].append(
            Piece(close.acquired_on, close.shares, close.basis_usd, close.proceeds_usd)
        )
        terms[sale, close.acquired_on] = term(close.held_since, sold_on)
    for row in realized:
        sale = (row.account_id, row.security_id, row.sold_on)
        if sale in ours:
            theirs[sale].append(Piece(row.acquired_on, row.shares, row.basis_usd, row.proceeds_usd))
            terms[sale, row.acquired_on] = row.term
    found = []
    for sale, pieces in ours.items():
        mine, other = _by_day(pieces), _by_day(theirs[sale])
        what = _difference(mine, other)
        if what:
            found.append(
                ReliefBreak(
                    *sale,
                    ours=mine,
                    theirs=other,
                    ours_st_usd=_gain(mine, sale, terms, Term.SHORT),
                    ours_lt_usd=_gain(mine, sale, terms, Term.LONG),
                    theirs_st_usd=_gain(other, sale, terms, Term.SHORT),
                    theirs_lt_usd=_gain(other, sale, terms, Term.LONG),
                    what=what,
                )
            )
    return tuple(found)


def _by_day(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Pieces of one open date are one, in order of the date."""
    days: dict[date, Piece] = {}
    for piece in pieces:
        held = days.get(piece.acquired_on, Piece(piece.acquired_on, ZERO, ZERO, ZERO))
        days[piece.acquired_on] = Piece(
            piece.acquired_on,
            held.shares + piece.shares,
            held.basis_usd + piece.basis_usd,
            held.proceeds_usd + piece.proceeds_usd,
        )
    return tuple(days[day] for day in sorted(days))


def _difference(ours: tuple[Piece, ...], theirs: tuple[Piece, ...]) -> str:
    if not theirs:
        return "The custodian's file does not show this sale yet."
    if [p.acquired_on for p in ours] != [p.acquired_on for p in theirs]:
        dates = ", ".join(str(piece.acquired_on) for piece in theirs)
        return f"The custodian closed lots of {dates}."
    for mine, other in zip(ours, theirs, strict=True):
        if mine.shares != other.shares:
            shares = f"{other.shares.normalize():f}"
            return f"The custodian closed {shares} shares of the lot of {mine.acquired_on}."
        for name in ("basis_usd", "proceeds_usd"):
            told = getattr(other, name)
            if abs(getattr(mine, name) - told) > CENT:
                word = name.removesuffix("_usd")
                return f"The custodian's {word} of the lot of {mine.acquired_on} is {told}."
    return ""


def _gain(
    pieces: tuple[Piece, ...], sale: Sale, terms: dict[tuple[Sale, date], Term], wanted: Term
) -> Decimal:
    return sum(
        (p.proceeds_usd - p.basis_usd for p in pieces if terms[sale, p.acquired_on] is wanted), ZERO
    )
