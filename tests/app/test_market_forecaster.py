"""The desk forecasts as ``lotlight forecast score`` does: one forecaster, two ways to feed it."""

from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pytest

from app import calendars
from app.market import Market
from app.past import Past
from app.profiles import shipped_profile
from engine.market.events import VARIANCE_FACTOR, Event, EventKind
from engine.market.moments import moments, taught
from engine.market.name_days import BarTable
from engine.market.session_history import DailyTable, session_history
from engine.proof.walk_forward import walk
from engine.records import Quote, QuoteState, Security

NAMES = ("A", "B", "C", "D")
INTERVAL, DAYS = 15, 40
ENDS = np.arange(570 + INTERVAL, 961, INTERVAL)
CALENDAR = calendars.load()
FIRST = int(np.searchsorted(CALENDAR.day, date(2026, 8, 3).toordinal()))
SESSIONS = CALENDAR.day[FIRST : FIRST + DAYS]


def tape() -> BarTable:
    """Bars of four names, livelier in the morning, on real sessions."""
    rng = np.random.default_rng(8)
    wild = np.exp(0.3 * rng.normal(size=(1, DAYS, 1))) * np.linspace(1.5, 0.7, ENDS.size)
    steps = rng.normal(size=(len(NAMES), DAYS, ENDS.size)) * 0.002 * wild
    log = np.cumsum(steps.reshape(len(NAMES), -1), axis=1).reshape(steps.shape) + np.log(100.0)
    close, before = np.round(np.exp(log), 4), np.round(np.exp(log - steps), 4)
    low = np.round(np.minimum(close, before) * (1 - np.abs(rng.normal(size=steps.shape)) * 1e-3), 4)
    return BarTable(
        np.repeat(np.arange(len(NAMES)), DAYS * ENDS.size),
        np.tile(np.repeat(SESSIONS, ENDS.size), len(NAMES)),
        np.tile(ENDS, len(NAMES) * DAYS),
        *(x.ravel() for x in (before, low, close)),
    )


def some(bars: BarTable, chosen: np.ndarray) -> BarTable:
    return BarTable(*(getattr(bars, f)[chosen] for f in BarTable.__slots__))


def desk(bars: BarTable, before: int) -> Market:
    """A market whose past ends before a session of the bars."""
    past = some(bars, bars.day < before)
    days = SESSIONS[before > SESSIONS]
    close = np.full((days.size, len(NAMES)), np.nan)
    last = past.end_minute == 960
    close[np.searchsorted(days, past.day[last]), past.name[last]] = past.close[last]
    found = Past(
        tuple(date.fromordinal(int(d)) for d in days), NAMES, close, bars=past,
        bar_minutes=INTERVAL,
    )  # fmt: skip
    securities = {name: Security(name, name, name, sector="X") for name in NAMES}
    return Market(found, securities, CALENDAR, shipped_profile(), seed=3, paths=512)


def play(market: Market, bars: BarTable, first: int, last: int, minute: int) -> None:
    """Play the bars of sessions, the last one up to a minute of the day."""
    wanted = (bars.day >= first) & ((bars.day < last) | (bars.end_minute <= minute))
    wanted &= bars.day <= last
    part = some(bars, wanted)
    for day, end in np.unique(np.column_stack([part.day, part.end_minute]), axis=0):
        session = CALENDAR.session_on(date.fromordinal(int(day)))
        at_s = CALENDAR.open_ns[session] / 1e9 + (int(end) - 570) * 60
        at = datetime.fromtimestamp(at_s, UTC)
        rows = np.flatnonzero((part.day == day) & (part.end_minute == end))
        market.take([quote(part, row, at) for row in rows], at)


def quote(bars: BarTable, row: int, at: datetime) -> Quote:
    last, low, opened = (Decimal(str(getattr(bars, f)[row])) for f in ("close", "low", "open"))
    return Quote(
        NAMES[bars.name[row]], last, last, last, at, at, "tape", 1, QuoteState.REPLAY, low, opened
    )


@pytest.mark.parametrize("minute", [630, 720, 870])
def test_the_desk_and_the_score_give_one_probability(minute: int) -> None:
    bars, day = tape(), int(SESSIONS[-1])
    found = bars.cut()
    days = np.unique(found.day)
    empty = DailyTable(*(np.full((len(NAMES), days.size), np.nan) for _ in range(5)))
    history = session_history(found, days, empty)
    scored, close = found.day == day, np.full(found.day.size, 960)
    looks, skipped = moments(found, scored, close, (minute,), 3.0, shipped_profile())
    maps = taught(found, history, close, 3.0, shipped_profile())
    walked = walk(found, history, looks, (0.01,), scored, skipped, maps)

    market = desk(bars, day)
    play(market, bars, day, day, minute)
    outlook = market.outlook()
    assert outlook is not None
    said = outlook.touches(walked.name, np.full(4, np.log(0.99)))
    assert 0.0 < said.probability.min() < said.probability.max() < 0.98
    np.testing.assert_allclose(said.probability, walked.probability, rtol=1e-6)


def test_sessions_that_the_desk_lived_through_teach_like_those_of_a_file() -> None:
    bars, day = tape(), int(SESSIONS[-1])
    read, lived = desk(bars, day), desk(bars, int(SESSIONS[-4]))
    play(read, bars, day, day, 660)
    play(lived, bars, int(SESSIONS[-4]), day, 660)
    one, other = read.outlook(), lived.outlook()
    assert one is not None
    assert other is not None
    np.testing.assert_allclose(one.vol_annual, other.vol_annual, rtol=1e-6)
    np.testing.assert_allclose(
        one.touches.learned.table,
        other.touches.learned.table,  # type: ignore[attr-defined]
    )


def test_the_map_of_the_past_and_not_the_prior_is_used() -> None:
    bars, day = tape(), int(SESSIONS[-1])
    market = desk(bars, day)
    play(market, bars, day, day, 630)
    outlook = market.outlook()
    assert outlook is not None
    assert outlook.touches.learned.days == DAYS - 2  # type: ignore[attr-defined]  # the first day has no state to learn by


def test_ticks_between_bars_leave_the_variance_of_the_bars() -> None:
    bars, day = tape(), int(SESSIONS[-1])
    plain, busy = desk(bars, day), desk(bars, day)
    play(plain, bars, day, day, 660)
    session = CALENDAR.session_on(date.fromordinal(day))
    for minute in range(585, 661, 15):
        play(busy, some(bars, bars.end_minute == minute), day, day, minute)
        at = datetime.fromtimestamp(CALENDAR.open_ns[session] / 1e9 + (minute - 565) * 60, UTC)
        if minute < 660:  # a wild print inside the next bar, gone by its end
            usd = Decimal("103.5")
            busy.take([Quote("A", usd, usd, usd, at, at, "x", 1, QuoteState.REPLAY, usd)], at)
    one, other = plain.outlook(), busy.outlook()
    assert one is not None
    assert other is not None
    np.testing.assert_allclose(one.vol_annual, other.vol_annual, rtol=1e-6)


def test_an_event_day_widens_the_window_of_its_name_alone() -> None:
    bars, day = tape(), int(SESSIONS[-1])
    usual, flagged = desk(bars, day), desk(bars, day)
    for found in (usual, flagged):
        play(found, bars, day, day, 660)
    today = date.fromordinal(day)
    flagged.events = (Event("B", today, EventKind.EARNINGS), Event("C", today, EventKind.NEWS))
    one, other = usual.outlook(), flagged.outlook()
    assert one is not None
    assert other is not None
    wider = (other.vol_annual / one.vol_annual) ** 2
    expected = [1.0, VARIANCE_FACTOR[EventKind.EARNINGS], VARIANCE_FACTOR[EventKind.NEWS], 1.0]
    np.testing.assert_allclose(wider, expected)
    flagged.events = (Event("B", date.fromordinal(day + 1), EventKind.EARNINGS),)
    later = flagged.outlook()
    assert later is not None
    np.testing.assert_allclose(later.vol_annual, one.vol_annual)
    assert later.touches.sd_next[1] > 1.2 * one.touches.sd_next[1]  # type: ignore[attr-defined]


def test_signals_are_shown_with_what_past_sessions_say_of_them() -> None:
    bars, day = tape(), int(SESSIONS[-1])
    market = desk(bars, day)
    play(market, bars, day, day, 660)
    outlook = market.outlook()
    assert outlook is not None
    said = {e.name: e for e in outlook.signals}
    assert set(said) == {"name_move", "market_move", "sector_move", "gap", "unrest"}
    assert all(e.days == DAYS - 2 for e in said.values())
    weak = [e for e in said.values() if not e.counts]
    assert len(weak) >= 3  # the bars are a random walk
    assert all(e.weight == 0.0 and "no evidence" in e.verdict for e in weak)
