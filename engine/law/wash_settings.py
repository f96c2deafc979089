"""What the wash-sale rule rests on besides the trades: the statute of the year, and open points.

Where the law is open there is a choice of the practice, conservative by default and named in every
report. What a scenario may change (whether digital assets are in the rule, whether the statute
itself names related parties) is read from the law of the year.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from engine.law.rules import Law
from engine.law.wash_ledger import Choices
from engine.records import Security, SecurityKind

OUTSIDE = "digital assets are outside the rule of present law"
OUTSIDE_CITATION = "26 U.S.C. 1091(a): stock or securities; Notice 2014-21 section 4"


class Tacking(StrEnum):
    """How the holding period of the shares sold is added to the replacement's."""

    ADD_DAYS = "add_days"
    ORIGINAL_DATE = "original_date"


@dataclass(frozen=True, slots=True)
class WashSettings:
    """Points where the law is open; the defaults are the conservative side.

    Attributes:
        tacking: Add the days held (1223(3) as written), or copy the date as some brokers do.
        earlier_purchases_count: Shares bought before the lot sold, but inside the window, count.
        related_carries: A spouse's or controlled entity's lot carries the loss on; else it is lost.
    """

    tacking: Tacking = Tacking.ADD_DAYS
    earlier_purchases_count: bool = True
    related_carries: bool = True

    def choices(self, window_days: int) -> Choices:
        """The choices as the ledger needs them."""
        copied = self.tacking is Tacking.ORIGINAL_DATE
        return Choices(window_days, copied, self.earlier_purchases_count)

    def in_words(self) -> tuple[str, ...]:
        """The choices as sentences for a report."""
        return (
            "The days the shares sold were held are added to the replacement's holding period."
            if self.tacking is Tacking.ADD_DAYS
            else "The replacement takes over the start date of the shares sold.",
            "Shares bought before the lot sold, but inside the window, "
            + ("count as replacement." if self.earlier_purchases_count else "do not count."),
            "A loss replaced by a spouse or a controlled entity "
            + ("is carried in their lot." if self.related_carries else "is treated as lost."),
        )


@dataclass(frozen=True, slots=True)
class WashStatute:
    """The rule as the law of a year has it.

    Attributes:
        window_days: Days before and after a sale (26 U.S.C. 1091(a)).
        outside: Securities that the rule does not reach.
        related_named: Whether the statute itself names the spouse and controlled entities.
    """

    window_days: int
    outside: frozenset[str] = field(default_factory=frozenset)
    related_named: bool = False


def statute(law: Law, year: int, securities: Iterable[Security] = ()) -> WashStatute:
    """The rule of a year; digital assets are outside it unless the law says otherwise."""
    digital = {s.security_id for s in securities if s.kind is SecurityKind.DIGITAL_ASSET}
    reached = law.flag("wash.digital_assets", year)
    return WashStatute(
        law.wash_window_days,
        frozenset() if reached else frozenset(digital),
        law.flag("wash.related_parties_in_statute", year),
    )
