"""Rubbish is stopped at the door: every quote passes these rules before anyone sees it.

A quote is held back when a figure is not a number, a price is not above zero, the ask is below the
bid, the time or number runs backwards, or the price jumps by more than a fifth against the last
one believed. A jump is believed at once when a split of that day explains it, and otherwise only
after ``CONFIRMATIONS`` trades in a row, each later than the one before and all within
``AGREEMENT`` of one another: one bad print never becomes a proposal, a real collapse does so a few
prints later.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from app.feeds.contract import HeldBack, Reason, SplitSeen
from engine.records import Quote, QuoteState

JUMP = Decimal("0.20")
AGREEMENT = Decimal("0.05")
CONFIRMATIONS = 3
NEW_YORK = ZoneInfo("America/New_York")

Splits = Mapping[tuple[str, date], Fraction]


@dataclass(frozen=True, slots=True)
class Print:
    """A quote as a source read it, with what the rules need beside it.

    Attributes:
        quote: The quote; its figures may be anything.
        traded: Whether a trade stands behind ``last_usd``.
        high_usd: Highest trade of a bar; ``None`` for a plain quote.
        open_usd: First trade of a bar; ``None`` for a plain quote.
    """

    quote: Quote
    traded: bool = True
    high_usd: Decimal | None = None
    open_usd: Decimal | None = None


@dataclass(slots=True)
class _Known:
    """What is believed of one name."""

    quote: Quote
    doubted: Quote | None = None
    confirmed: int = 0


class Door:
    """The rules with their memory: what is believed of each name, and what was held back.

    Attributes:
        counts: Quotes held back so far, by reason.
    """

    def __init__(self, splits: Splits | None = None) -> None:
        """Open the door; ``splits`` tells the known ratio of a name on a date."""
        self.counts: Counter[Reason] = Counter()
        self._splits = splits or {}
        self._known: dict[str, _Known] = {}
        self._frozen: dict[str, date] = {}

    def admit(self, read: Print, now: datetime) -> tuple[Quote | None, HeldBack | SplitSeen | None]:
        """Judge one quote on the feed's clock.

        Returns:
            What to hand on, and what to tell beside it. A good quote is handed on as it is; for a
            bad one the last good price is handed on in a state that cannot be acted on, or nothing
            where no price was ever good.
        """
        quote = read.quote
        known = self._known.get(quote.security_id)
        seen = self._split_of(quote, known)
        reason = self._fault(read, known, now, seen)
        if reason is not None:
            return self._hold_back(quote, known, reason)
        if seen is not None:
            self._frozen[quote.security_id] = seen.on
        self._known[quote.security_id] = _Known(quote)
        if quote.security_id in self._frozen:
            quote = replace(quote, state=QuoteState.FROZEN)
        return quote, seen

    def book_split(self, security_id: str) -> None:
        """The lots carry the split now; the next price of the name is good again."""
        self._frozen.pop(security_id, None)

    def _fault(
        self, read: Print, known: _Known | None, now: datetime, seen: SplitSeen | None
    ) -> Reason | None:
        """The first rule that the quote breaks."""
        fault = _fault_alone(read) or (
            Reason.FROM_THE_FUTURE if read.quote.known_at > now else None
        )
        if fault is not None or known is None:
            return fault
        if _runs_backwards(read.quote, known.quote):
            return Reason.OUT_OF_ORDER
        if seen is not None or not _jumps(read.quote, known.quote.last_usd):
            return None
        return None if _believed(read, known) else Reason.JUMP

    def _split_of(self, quote: Quote, known: _Known | None) -> SplitSeen | None:
        """The day's split, where the price really changed its scale by it (raw prices)."""
        if known is None or not self._splits or not _figures_sound(quote):
            return None
        day = quote.event_at.astimezone(NEW_YORK).date()
        ratio = self._splits.get((quote.security_id, day))
        if ratio is None or known.quote.event_at.astimezone(NEW_YORK).date() >= day:
            return None
        before = known.quote.last_usd
        scaled = before * ratio.denominator / ratio.numerator
        if abs(quote.last_usd - scaled) >= abs(quote.last_usd - before) or _jumps(quote, scaled):
            return None
        return SplitSeen(quote.security_id, day, ratio)

    def _hold_back(
        self, quote: Quote, known: _Known | None, reason: Reason
    ) -> tuple[Quote | None, HeldBack]:
        """Count and describe; the last good price goes on, but cannot be acted on.

        A late or repeated quote says nothing against the newer one that is known: nothing goes on.
        """
        self.counts[reason] += 1
        figures = f"bid {quote.bid_usd} ask {quote.ask_usd} last {quote.last_usd}"
        told = HeldBack(quote.security_id, reason, figures, quote.event_at, quote.seq)
        if known is None or reason is Reason.OUT_OF_ORDER:
            return None, told
        state = QuoteState.CROSSED if reason is Reason.CROSSED else QuoteState.QUARANTINED
        return replace(known.quote, state=state), told


def _figures_sound(quote: Quote) -> bool:
    """Whether all prices are finite and above zero."""
    prices = (quote.bid_usd, quote.ask_usd, quote.last_usd, quote.low_usd)
    return all(price.is_finite() and price > 0 for price in prices)


def _fault_alone(read: Print) -> Reason | None:
    """What is wrong with a quote whatever came before."""
    quote, opened, high = read.quote, read.open_usd, read.high_usd
    bar = () if opened is None or high is None else (opened, high)
    figures = (quote.bid_usd, quote.ask_usd, quote.last_usd, quote.low_usd, *bar)
    if not all(price.is_finite() for price in figures):
        return Reason.NOT_A_NUMBER
    if min(figures) <= 0:
        return Reason.NOT_POSITIVE
    if quote.ask_usd < quote.bid_usd:
        return Reason.CROSSED
    if bar and (
        quote.low_usd > min(bar[0], quote.last_usd) or bar[1] < max(bar[0], quote.last_usd)
    ):
        return Reason.INCONSISTENT_BAR
    return Reason.FROM_THE_FUTURE if quote.event_at > quote.known_at else None


def _runs_backwards(quote: Quote, before: Quote) -> bool:
    """Whether time or number fall behind the last good quote of the name."""
    return quote.event_at < before.event_at or quote.seq <= before.seq


def _jumps(quote: Quote, before: Decimal) -> bool:
    """Whether any price of the quote is more than a fifth away from the last one believed."""
    prices = (quote.bid_usd, quote.ask_usd, quote.last_usd, quote.low_usd)
    return max(prices) - before > JUMP * before or before - min(prices) > JUMP * before


def _believed(read: Print, known: _Known) -> bool:
    """Count a later trade that confirms a doubted price; a change of mind starts anew."""
    if not read.traded:
        return False
    quote, doubted = read.quote, known.doubted
    if doubted is None or _apart(quote.last_usd, doubted.last_usd):
        known.doubted, known.confirmed = quote, 0
        return False
    if quote.event_at > doubted.event_at:
        known.doubted, known.confirmed = quote, known.confirmed + 1
    return known.confirmed >= CONFIRMATIONS


def _apart(price: Decimal, other: Decimal) -> bool:
    """Whether two prints disagree."""
    return abs(price - other) > AGREEMENT * other
