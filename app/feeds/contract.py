"""What every source of prices keeps: batches of quotes on the feed's own clock.

A feed is a stream of ``Batch`` values. Each batch says what time it is for the feed and hands over
the newest quote of every name that has changed since the batch before: never a queue, so a slow
desk sees newer prices and not older ones. Whether a quote may be acted on is in its state, and a
state is told once more when it changes: a name that falls silent comes out again as ``stale``.

The desk therefore keeps one quote for each name, the newest it was handed, and asks nothing else.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Protocol

from engine.records import Quote

STALE_AFTER_INTERVALS = 3


class Reason(StrEnum):
    """Why a quote was held back."""

    NOT_A_NUMBER = "not_a_number"
    NOT_POSITIVE = "not_positive"
    CROSSED = "crossed"
    INCONSISTENT_BAR = "inconsistent_bar"
    JUMP = "jump"
    OUT_OF_ORDER = "out_of_order"
    FROM_THE_FUTURE = "from_the_future"
    UNKNOWN_NAME = "unknown_name"


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A quote in quarantine: shown with its reason, never traded on.

    Attributes:
        security_id: The name as the feed knows it.
        reason: The first rule that it broke.
        read: The figures as they were read, for a person.
        event_at: When the feed says that the price was made.
        seq: Number within the source.
    """

    security_id: str
    reason: Reason
    read: str
    event_at: datetime
    seq: int


@dataclass(frozen=True, slots=True)
class SplitSeen:
    """A price that changed its scale by a known split; the name is frozen until it is booked.

    Attributes:
        security_id: The name.
        on: Date on which the new shares trade.
        ratio: New shares for one old share.
    """

    security_id: str
    on: date
    ratio: Fraction


@dataclass(frozen=True, slots=True)
class Batch:
    """What became known at one moment of the feed.

    Attributes:
        at: The feed's clock, UTC; no quote of the batch is known later than this.
        quotes: Newest quote of each name whose price or state changed, in order of the names.
        held_back: Quotes that went into quarantine since the last batch.
        splits: Splits seen in the prices since the last batch.
    """

    at: datetime
    quotes: tuple[Quote, ...]
    held_back: tuple[HeldBack, ...] = ()
    splits: tuple[SplitSeen, ...] = ()


class QuoteFeed(Protocol):
    """One source of prices.

    Attributes:
        name: Source as it is written into each quote.
        interval: How often the feed promises a price of a name that trades.
        now: The feed's clock: the ``at`` of the newest batch.
        counts: Quotes held back so far, by reason.
    """

    @property
    def name(self) -> str: ...  # noqa: D102 (attribute of the protocol, told above)

    @property
    def interval(self) -> timedelta: ...  # noqa: D102

    @property
    def now(self) -> datetime: ...  # noqa: D102

    @property
    def counts(self) -> Mapping[Reason, int]: ...  # noqa: D102

    def batches(self) -> Iterator[Batch]:
        """Batches in the order of the feed's clock, until the feed ends or is stopped."""
        ...

    def book_split(self, security_id: str) -> None:
        """Tell the feed that the lots carry the split; the name thaws with its next price."""
        ...

    def stop(self) -> None:
        """End ``batches`` soon; may be called from another thread."""
        ...
