"""The market as the desk sees it: newest quotes, the days before, and what may become of them.

History is handed in once as closes; a session of the tape that ends joins them, so that nothing of
a day is known before it is over. Scenarios are drawn again when the half hour or the day changes.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from app.past import Past
from app.priority import lower_priority
from app.session_bars import SessionBars
from engine.arrays import price_array
from engine.decision.outlook import Outlook
from engine.market.calendar import Calendar
from engine.market.diurnal import OPEN_MINUTE
from engine.market.events import Event, variance_factors
from engine.market.evidence import evidence
from engine.market.moments import moments
from engine.market.morning import Morning, morning
from engine.market.name_days import DAY_MINUTES
from engine.market.risk import RiskModel, risk_model
from engine.market.scenarios import ScenarioSet, shape_of, simulate
from engine.market.session_history import session_history
from engine.market.signals import Evidence
from engine.market.touch_table import TouchTable
from engine.market.volatility import BASES, window_variance
from engine.records import Quote, Security

NEW_YORK = ZoneInfo("America/New_York")
Floats = NDArray[np.float64]
STEP_MINUTES = 30
RISK_DAYS = 252
MINUTES = np.arange(DAY_MINUTES)
SIGNAL_MINUTES = (630, 690, 750)
THREADS = max(1, (os.cpu_count() or 1) - 1)  # one core is left to the window
HOURS_A_YEAR = 252 * 6.5


@dataclass(frozen=True, slots=True, eq=False)
class _Day:
    """What is estimated once a day."""

    today: date
    morning: Morning
    risk: RiskModel
    signals: tuple[Evidence, ...]


class Market:
    """Newest prices of every name and the outlook on them.

    Attributes:
        quotes: Newest quote by security.
        now: Instant of the newest batch, UTC; ``None`` before the first.
        seed: Seed of all scenario sets.
        paths: Simulated paths.
        events: Days on which the advisor expects a name to move.
    """

    def __init__(
        self,
        past: Past,
        securities: Mapping[str, Security],
        calendar: Calendar,
        profile: Floats,
        seed: int,
        paths: int = 10_240,
        window_hours: float = 3.0,
    ) -> None:
        """Lay the past in.

        Args:
            past: Closes of the names to simulate.
            securities: All securities of the book.
            calendar: Sessions.
            profile: Shipped share of a session's variance up to each minute of the day, (1440,).
            seed: Seed.
            paths: Simulated paths, a multiple of 256.
            window_hours: Session hours ahead that a forecast looks.
        """
        self.quotes: dict[str, Quote] = {}
        self.now: datetime | None = None
        self.seed, self.paths, self._hours = seed, paths, window_hours
        self._past, self._securities = past, securities
        self._calendar, self._profile = calendar, profile
        self._index = {name: i for i, name in enumerate(past.names)}
        self._daily, self._bars = past.daily(), past.bars
        self._ordinals = [day.toordinal() for day in past.days]
        self._session = SessionBars(len(past.names), past.bar_minutes)
        self._day: _Day | None = None
        self._drawn: tuple[object, ScenarioSet] | None = None
        self.events: tuple[Event, ...] = ()

    @property
    def opened(self) -> Floats:
        """First price of each name in the session, NaN before it, shape (names,)."""
        return self._session.opened

    def take(self, quotes: Iterable[Quote], now: datetime) -> None:
        """Keep the newest quotes; a new day closes the one before."""
        today = now.astimezone(NEW_YORK).date()
        before = self.now and self.now.astimezone(NEW_YORK).date()
        if before is not None and before != today:
            self._end_day(before)
        self.now = now
        session = self._calendar.session_on(today)
        for quote in quotes:
            self.quotes[quote.security_id] = quote
            place = self._index.get(quote.security_id)
            usable = quote.state.actionable and quote.last_usd > 0 and quote.low_usd > 0
            if place is not None and session >= 0 and usable:
                self._move(place, quote, session)

    def unseen(self) -> None:
        """Nothing is known of today's movement before now: today counts as a usual day."""
        self._session.forget()

    def look_ahead(self, window_hours: float) -> None:
        """Let forecasts look so many session hours ahead from now on."""
        self._hours, self._day, self._drawn = window_hours, None, None

    def learn(self, securities: Mapping[str, Security]) -> None:
        """The book has more securities now; those without a past are held and not simulated."""
        self._securities = securities

    def outlook(self) -> Outlook | None:
        """What may become of the newest prices; None before any arrived or outside sessions."""
        if self.now is None:
            return None
        at_ns = int(self.now.timestamp() * 1e9)
        session = int(self._calendar.session_of([at_ns])[0])
        if session < 0:
            return None
        day = self._this_day(self.now.astimezone(NEW_YORK).date())
        morning = day.morning
        window = self._calendar.window([at_ns], self._hours)
        opened = int(self._calendar.open_ns[session])
        start, end = ((int(ns) - opened) / 60e9 for ns in (at_ns, window.end_ns[0]))
        if int(window.session[0]) != session:
            return None  # at the close itself: nothing of this session is left
        close = (int(self._calendar.close_ns[session]) - opened) / 60e9
        before = self._daily.close[:, -1]
        today = self._session.today(morning, before, start, end)
        flagged = variance_factors(self.events, self._past.names, day.today)
        variance = flagged * window_variance(morning.state, today)
        until_close = self._session.today(morning, before, start, close)
        rest = flagged * window_variance(morning.state, until_close)
        following = date.fromordinal(int(self._calendar.day[session + 1]))
        after = variance_factors(self.events, self._past.names, following) * morning.session
        steps = _steps(start, end)
        shares = np.diff(np.interp(OPEN_MINUTE + steps, MINUTES, morning.shape.pooled[0]))
        scenarios = self._scenarios(day, shares / shares.sum(), start, end)
        sd = np.sqrt(np.where(np.isfinite(variance), variance, 0.0))
        return Outlook(
            as_of=self.now,
            today=day.today,
            snapshot_id=snapshot_id(self.quotes),
            seed=self.seed,
            paths=self.paths,
            names=self._past.names,
            index=self._index,
            securities=self._securities,
            quotes=dict(self.quotes),
            price=np.where(
                np.isfinite(variance), price_array(self.quotes, self._past.names), np.nan
            ),
            half_spread=self._half_spread(),
            adv_usd=self._per_name(lambda s: s.adv_usd),
            vol_annual=sd * np.sqrt(HOURS_A_YEAR / float(window.hours[0])),
            window_ends_at=datetime.fromtimestamp(int(window.end_ns[0]) / 1e9, UTC),
            window_hours=float(window.hours[0]),
            to_close=bool(window.at_close[0]),
            touches=TouchTable(
                sd,
                np.sqrt(np.nan_to_num(rest + morning.night + after)),
                scenarios,
                morning.map_at(today, to_close=bool(window.at_close[0])),
                max(1, round((end - start) / self._past.bar_minutes)),
            ),
            hours=(steps[1:] - start) / 60.0,
            relatives=np.exp(scenarios.moves * sd.astype(np.float32)),
            risk=day.risk,
            signals=day.signals,
            sessions_left=self._calendar.sessions_left_in_year(day.today),
        )

    def seconds_to_close(self) -> int:
        """Seconds to the close of the running session, 0 outside sessions."""
        if self.now is None:
            return 0
        return int(self._calendar.minutes_left([int(self.now.timestamp() * 1e9)])[0] * 60.0)

    def bases(self) -> NDArray[np.int64]:
        """What each name's variance rests on, index into ``volatility.BASES``, shape (names,)."""
        day = self._this_day(self.now.astimezone(NEW_YORK).date()) if self.now else None
        none = np.full(len(self._past.names), len(BASES) - 1)
        return none if day is None else day.morning.state.basis

    def usual_vol(self) -> Floats:
        """Usual yearly volatility of each name, nights included, shape (names,)."""
        if self._day is None:
            return np.full(len(self._past.names), np.nan)
        known = self._day.morning
        return np.asarray(np.sqrt((known.session + known.night) * 252.0))

    def _move(self, place: int, quote: Quote, session: int) -> None:
        """Take a price of the running session into today's bars."""
        opened_ns, closed_ns = (
            int(at[session]) for at in (self._calendar.open_ns, self._calendar.close_ns)
        )
        minute = quote.event_at.timestamp() / 60.0 - opened_ns / 60e9
        if 0.0 <= minute <= (closed_ns - opened_ns) / 60e9:
            opened = None if quote.open_usd is None else float(quote.open_usd)
            price, low = float(quote.last_usd), float(quote.low_usd)
            self._session.take(place, minute, price, low, opened)

    def _end_day(self, today: date) -> None:
        """The bars and last prices of the day join the past."""
        session = self._calendar.session_on(today)
        if session < 0 or np.isnan(self._session.last).all():
            return  # nothing was seen of a session
        length = int(self._calendar.close_minute[session] - self._calendar.open_minute[session])
        self._bars = self._bars.joined(self._session.table(today.toordinal(), length))
        self._daily = self._daily.with_close(self._session.last)
        self._ordinals.append(today.toordinal())
        self._session = SessionBars(len(self._past.names), self._past.bar_minutes)
        self._day = self._drawn = None

    def _this_day(self, today: date) -> _Day:
        """Estimates from the days before today."""
        if self._day is None or self._day.today != today:
            returns = np.diff(np.log(self._daily.close[:, -RISK_DAYS - 1 :])).T
            names = sorted({s.sector for s in self._securities.values() if s.sector})
            place = {name: i for i, name in enumerate(names)}
            sector = np.array(
                [place.get(self._securities[name].sector, -1) for name in self._past.names]
            )
            known, signals = self._morning(sector)
            self._day = _Day(today, known, risk_model(returns, sector), signals)
        return self._day

    def _morning(self, sector: NDArray[np.int64]) -> tuple[Morning, tuple[Evidence, ...]]:
        """What all bars and daily rows before today say of its volatility and its signals."""
        found = self._bars.cut()
        days = np.union1d(self._ordinals, found.day)
        history = session_history(found, days, self._daily.laid_out(np.array(self._ordinals), days))
        at = np.minimum(np.searchsorted(self._calendar.day, found.day), self._calendar.day.size - 1)
        close, every = self._calendar.close_minute[at], np.ones(found.day.size, dtype=np.bool_)
        looks, _ = moments(found, every, close, SIGNAL_MINUTES, self._hours, self._profile)
        return (
            morning(found, history, close, self._hours, self._profile),
            evidence(found, history, looks, every, self.seed, sector),
        )

    def _scenarios(self, day: _Day, shares: Floats, start: float, end: float) -> ScenarioSet:
        """The scenario set of this half hour."""
        key = (day.today, int(start // STEP_MINUTES), round(end - start), len(shares))
        if self._drawn is None or self._drawn[0] != key:
            shape = shape_of(day.risk, self._past.names, shares)
            drawn = simulate(shape, self.seed, self.paths, threads=THREADS, settle=lower_priority)
            self._drawn = key, drawn
        return self._drawn[1]

    def _half_spread(self) -> Floats:
        """Half spread of each name as a fraction."""
        return self._per_name(lambda s: s.half_spread_bps / 1e4)

    def _per_name(self, of: Callable[[Security], float]) -> Floats:
        """A figure of each simulated security, shape (names,)."""
        return np.fromiter((of(self._securities[n]) for n in self._past.names), np.float64)


def snapshot_id(quotes: Mapping[str, Quote]) -> str:
    """Digest of quotes: the same prices, times and states give the same id."""
    digest = sha256()
    for name in sorted(quotes):
        quote = quotes[name]
        digest.update(f"{name}|{quote.last_usd}|{quote.event_at}|{quote.state}\n".encode())
    return digest.hexdigest()[:16]


def _steps(start: float, end: float) -> Floats:
    """Minutes from the open of the step edges: now, then every half hour, then the end."""
    count = max(1, round((end - start) / STEP_MINUTES))
    return np.linspace(start, end, count + 1)
