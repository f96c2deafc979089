"""The holding period: when a lot turns long-term.

A gain or loss is long-term when the asset was held for more than one year (26 U.S.C. 1222). The
day of acquisition is left out and the day of sale is counted, both by trade date; settlement does
not matter (Rev. Rul. 66-97, 70-598). The year runs by the calendar: holding starts on the day
after the acquisition, and a sale on or after the same day of the next year is long. A start on
29 February has no such day in a common year, so the year is full on 1 March.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from engine.records import Lot, Origin, Term

DAY = timedelta(days=1)
# Years of the statute as it has stood since 1988; ``Law.long_term_years`` says what a law wants,
# and a test holds the two together.
STATUTE_YEARS = 1


def long_from(held_since: date, years: int = STATUTE_YEARS) -> date:
    """First trade date on which a sale is long-term.

    Args:
        held_since: Trade date from which the holding period is counted.
        years: Years that the asset must be held for more than (``Law.long_term_years``).
    """
    first = held_since + DAY
    try:
        return first.replace(year=first.year + years)
    except ValueError:  # held from 29 February on, to a year that has none
        return date(first.year + years, 3, 1)


def term(held_since: date, sold_on: date, years: int = STATUTE_YEARS) -> Term:
    """Short or long for a sale on that trade date."""
    return Term.LONG if sold_on >= long_from(held_since, years) else Term.SHORT


def days_to_long(held_since: date, on: date, years: int = STATUTE_YEARS) -> int:
    """Calendar days from ``on`` to the first long-term date; 0 when it has come."""
    return max(0, (long_from(held_since, years) - on).days)


def term_of(
    lot: Lot, sold_on: date, price_usd: Decimal | None = None, years: int = STATUTE_YEARS
) -> Term:
    """Term of a lot, with its origin in mind.

    Inherited shares are always long (26 U.S.C. 1223(9)). A gift sold for a loss on its market
    value at the gift is held from the gift on, not from the donor's purchase (1015(a), 1223(2)).

    Args:
        lot: The lot.
        sold_on: Trade date of the sale.
        price_usd: Price of a share, which decides the basis of a gift; ``None`` where unknown.
        years: Years that the asset must be held for more than.
    """
    if lot.origin is Origin.INHERITED:
        return Term.LONG
    gift_at_a_loss = (
        lot.loss_basis_usd is not None
        and price_usd is not None
        and lot.shares * price_usd < lot.loss_basis_usd
    )
    return term(lot.acquired_on if gift_at_a_loss else lot.held_since, sold_on, years)
