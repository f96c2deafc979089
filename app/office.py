"""Opens what a day needs: law, thresholds, calendar, past prices, feed, desk.

Two ways to fill a day: the demo market that ships, and a tape of real bars with daily history.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from importlib.metadata import version
from pathlib import Path

from app import calendars, clock, event_flags, lawbook
from app.book.book import SELF, Book
from app.demo_book import Practice, practice
from app.demo_market import Closes, demo_closes, demo_file
from app.desk import Desk, Rules
from app.feeds.contract import QuoteFeed
from app.feeds.files import open_replay
from app.feeds.quarantine import NEW_YORK
from app.fund_table import load as load_funds
from app.market import Market
from app.past import past_of, with_bars, with_ranges
from app.profiles import shipped_profile
from app.reports.efficiency import Evidence, write
from app.reports.figures import Figures, efficiency
from app.tape_book import tape_practice
from app.wash_choice import chosen
from engine.decision.harvest_policy import HarvestTable, table
from engine.decision.settings import DecisionSettings
from engine.errors import UserError
from engine.law.wash_settings import WashSettings
from engine.records import Security

FEED, DEMO = "feed", "demo"
DEMO_FIRST, DEMO_LAST = date(2026, 10, 28), date(2026, 10, 30)
PATHS = 10_240


@dataclass(frozen=True, slots=True)
class Tape:
    """Real bars to be replayed, with the daily history behind them."""

    bars: Path
    daily: tuple[Path, ...]
    label: str = ""
    first: date | None = None
    last: date | None = None
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """A practice and the prices it lives through.

    Attributes:
        practice: Who is in the book on the first morning.
        closes: Closes before the first session.
        first: First session.
        last: Last session, ``None`` = to the end of the tape.
        simulated: Whether the prices are made up.
        bars: File to replay; ``None`` = no feed.
        label: Label of its bars.
        daily: Daily files behind it.
    """

    practice: Practice
    closes: Closes
    first: date
    last: date | None
    simulated: bool
    bars: Path | None
    label: str
    daily: tuple[Path, ...]


def demo_setting(first: date | None = None, last: date | None = None) -> Setting:
    """The demo practice on the simulated market."""
    begin = first or DEMO_FIRST
    at = datetime.combine(begin, time(9), NEW_YORK)
    bars = demo_file("demo_bars_5min.parquet")
    return Setting(
        practice(at), demo_closes().until(begin), begin, last or DEMO_LAST, True, bars, "start", ()
    )


def tape_setting(tape: Tape) -> Setting:
    """Made-up clients who hold the names of a tape of real bars."""
    found, known = tape_practice(
        tape.bars, tape.daily, label=tape.label, first=tape.first, exclude=tape.exclude
    )
    return Setting(
        found, known.closes, known.first, tape.last, False, tape.bars, tape.label, tape.daily
    )


def no_feed_setting(book: Book) -> Setting:
    """A book without a feed: everything is there but prices."""
    today = clock.now().astimezone(NEW_YORK).date()
    nobody = Practice((), book.users(), ())
    return Setting(nobody, demo_closes().until(today), today, None, False, None, "", ())


def setting_of(book: Book) -> Setting:
    """The setting that a book names itself: the demo market it was made with, or no feed."""
    return demo_setting() if book.setting(FEED) == DEMO else no_feed_setting(book)


def seed_book(book: Book, found: Practice, at: datetime) -> None:
    """Write a practice into an empty book."""
    book.save_securities(found.securities, SELF, at)
    for user in found.users:
        book.save_user(user, SELF, at)
    for household in found.households:
        book.save_household(household, SELF, at)
    if found.feed:
        book.save_setting(FEED, found.feed, SELF, at)


def open_desk(book: Book, setting: Setting, seed: int, settings: DecisionSettings) -> Desk:
    """Sit down at a book with the setting's past behind the market."""
    securities = book.securities()
    market = open_market(setting, securities, seed, settings)
    market.events = event_flags.load(book)
    return Desk(book, market, rules(settings, setting.first.year, chosen(book)))


def open_market(
    setting: Setting, securities: dict[str, Security], seed: int, settings: DecisionSettings
) -> Market:
    """The market on the first morning of a setting."""
    traded = [s for s in securities.values() if s.kind.tradable]
    past = with_ranges(past_of(setting.closes, traded), setting.daily, traded)
    if setting.bars is not None:
        past = with_bars(past, setting.bars, setting.label, setting.first, traded)
    return Market(
        past,
        securities,
        calendars.load(),
        shipped_profile(),
        seed,
        PATHS,
        settings.window_hours,
    )


def open_feed(
    setting: Setting, securities: Sequence[Security], speed: float = math.inf
) -> QuoteFeed:
    """The tape of a setting as a feed.

    Raises:
        UserError: If the setting has none.
    """
    if setting.bars is None:
        raise UserError("no feed is set; name a tape with --tape")
    return open_replay(
        setting.bars,
        label=setting.label,
        securities=[s for s in securities if s.kind.tradable],
        daily=setting.daily,
        first=setting.first,
        last=setting.last,
        speed=speed,
    )


@cache
def thresholds() -> HarvestTable:
    """The now-or-wait table of this program version; a few seconds, once a process."""
    return table()


def rules(
    settings: DecisionSettings, year: int | None = None, wash: WashSettings | None = None
) -> Rules:
    """Law, choices, thresholds and funds; a tape from before the first tables uses those."""
    law = lawbook.load()
    if year is not None and law.entry("federal.brackets", year) is None:
        law = law.backdated(year)
    made = version("lotlight")
    return Rules(law, settings, thresholds(), load_funds(), made, wash or WashSettings())


def report_of(
    book: Book, desk: Desk, household_id: str, simulated: bool, now: datetime
) -> tuple[Figures, Evidence]:
    """The Efficiency Report's figures of a household over its tax year so far."""
    year = book.household(household_id).profile.year
    found = efficiency(
        book,
        desk.rules.law,
        household_id,
        date(year, 1, 1),
        now.astimezone(NEW_YORK).date(),
        desk.rules.settings.top_rate,
    )
    return found, Evidence(
        book.audit_head(), desk.rules.version, simulated, now, chosen(book).in_words()
    )


def write_reports(book: Book, desk: Desk, folder: Path, simulated: bool) -> tuple[Path, ...]:
    """The Efficiency Report of every household; the PDFs."""
    now = desk.market.now
    if now is None:
        return ()
    homes = [household_id for household_id, _ in book.households()]
    return tuple(write(folder, *report_of(book, desk, key, simulated, now))[0] for key in homes)
