"""A book with prices and their past, for commands that value it while no feed is running.

Prices come from a dropped file or from the newest snapshot that the book has kept; the past comes
from daily files, or from the shipped demo market where the book lives in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from app import calendars, event_flags
from app.book.book import Book
from app.clock import now as wall_clock
from app.commands.output import ProblemsError
from app.demo_market import Closes, demo_closes, read_closes
from app.feeds.dropped import DroppedFileFeed
from app.market import NEW_YORK, Market
from app.office import PATHS
from app.past import Past, past_of, with_ranges
from app.profiles import shipped_profile
from engine.decision.outlook import Outlook
from engine.decision.settings import DecisionSettings
from engine.errors import UserError
from engine.records import MICRO, Quote, Security

DEMO_HISTORY = "simulated demo market"
SHOWN_NAMES = 8


@dataclass(frozen=True, slots=True)
class Asked:
    """Where prices and their past are to come from.

    Attributes:
        as_of: Instant to value at, UTC; ``None`` = that of the newest prices.
        prices: Dropped CSV; ``None`` = the book's newest snapshot.
        daily: Daily files; none = the demo market, for a book that lives in it.
        seed: Seed of the simulation.
    """

    as_of: datetime | None = None
    prices: Path | None = None
    daily: tuple[Path, ...] = ()
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Shock:
    """Prices and volatility other than they are.

    Attributes:
        price: Factor on every price.
        volatility: Factor on the volatility of every name.
    """

    price: Decimal = Decimal(1)
    volatility: float = 1.0

    def quote(self, quote: Quote) -> Quote:
        """A quote at the other price."""
        names = ("bid_usd", "ask_usd", "last_usd", "low_usd")
        moved = {name: (getattr(quote, name) * self.price).quantize(MICRO) for name in names}
        return replace(quote, **moved)

    def past(self, past: Past) -> Past:
        """A past whose daily moves were larger or smaller, ending at the same closes."""
        return past.livelier(self.volatility)


AS_IT_IS = Shock()


@dataclass(frozen=True, slots=True, eq=False)
class Priced:
    """A market that has its prices.

    Attributes:
        market: The market after its prices came in.
        outlook: What may become of them.
        at: Instant of the prices; what is decided is decided then where they are simulated.
        simulated: Whether prices and past are made up.
        history: Where the past came from, in words.
        notes: What a reader of the figures must know.
    """

    market: Market
    outlook: Outlook
    at: datetime
    simulated: bool
    history: str
    notes: tuple[str, ...]

    @property
    def now(self) -> datetime:
        """The clock of decisions on these prices."""
        return self.at if self.simulated else wall_clock()


def price(book: Book, asked: Asked, settings: DecisionSettings, shock: Shock = AS_IT_IS) -> Priced:
    """Price the names of a book, as they are or otherwise.

    Raises:
        UserError: There is no price, no history, or no session at that instant; says what to do.
        ProblemsError: The dropped file has rows that cannot be read.
    """
    securities = book.securities()
    traded = [s for s in securities.values() if s.kind.tradable]
    quotes, at = _quotes(book, asked, traded)
    closes, history, simulated = _closes(asked, traded)
    known = closes.until(at.astimezone(NEW_YORK).date())
    past = with_ranges(past_of(known, traded), asked.daily, traded)
    market = Market(
        past if shock is AS_IT_IS else shock.past(past),
        securities,
        calendars.load(),
        shipped_profile(),
        asked.seed,
        PATHS,
        settings.window_hours,
    )
    market.events = event_flags.load(book)
    market.take(quotes if shock is AS_IT_IS else map(shock.quote, quotes), at)
    market.unseen()
    outlook = market.outlook()
    if outlook is None:
        local = at.astimezone(NEW_YORK)
        raise UserError(
            f"no session is running at {local:%Y-%m-%d %H:%M} in New York; "
            "give --as-of an instant between 9:30 and 16:00 of a trading day"
        )
    return Priced(market, outlook, at, simulated, history, tuple(_notes(known, traded)))


def _quotes(
    book: Book, asked: Asked, traded: Sequence[Security]
) -> tuple[tuple[Quote, ...], datetime]:
    """Quotes and their instant."""
    if asked.prices is not None:
        return _dropped(asked.prices, asked.as_of or wall_clock(), traded)
    found = book.newest_snapshot(asked.as_of)
    if found is None:
        when = f" at or before {asked.as_of:%Y-%m-%d %H:%M} UTC" if asked.as_of else ""
        raise UserError(
            f"{book.path}: the book has no prices{when}; give --prices FILE "
            "(CSV with the columns symbol and last), or let the desk run on it first"
        )
    snapshot_id, at = found
    return tuple(book.snapshot(snapshot_id).values()), at


def _dropped(
    path: Path, at: datetime, traded: Sequence[Security]
) -> tuple[tuple[Quote, ...], datetime]:
    """Quotes of a dropped file."""
    feed = DroppedFileFeed(path, traded, clock=lambda: at)
    try:
        batch = feed.read()
    except FileNotFoundError as error:
        raise UserError(f"{path}: there is no such file; give --prices a CSV") from error
    if feed.problems:
        raise ProblemsError(feed.problems)
    if not any(quote.state.actionable for quote in batch.quotes):
        raise UserError(
            f"{path}: no price may be acted on at {at:%Y-%m-%d %H:%M} UTC (stale, held back, or of "
            "other names); give --as-of the instant of the prices, or newer prices"
        )
    return batch.quotes, batch.at


def _closes(asked: Asked, traded: Sequence[Security]) -> tuple[Closes, str, bool]:
    """The past, where it came from, and whether it is made up."""
    symbols = {s.symbol for s in traded}
    if asked.daily:
        found = read_closes(asked.daily)
        if not symbols & set(found.names):
            files = ", ".join(p.name for p in asked.daily)
            raise UserError(
                f"{files}: no name of the book is in it; the ticker column must hold its symbols"
            )
        return found, ", ".join(p.name for p in asked.daily), False
    demo = demo_closes()
    if symbols and symbols <= set(demo.names):
        return demo, DEMO_HISTORY, True
    raise UserError(
        "there is no price history for the names of the book; "
        "give --daily FILE (columns date, ticker, close, split, dividend)"
    )


def _notes(known: Closes, traded: Sequence[Security]) -> list[str]:
    """What a reader of the figures must know."""
    found = ["Today counts as a usual day: one snapshot does not tell how it has moved so far."]
    missing = sorted({s.symbol for s in traded} - set(known.names))
    if missing:
        more = "" if len(missing) <= SHOWN_NAMES else f" and {len(missing) - SHOWN_NAMES} more"
        names = ", ".join(missing[:SHOWN_NAMES])
        found.append(f"Without history, so neither forecast nor proposed: {names}{more}.")
    return found
