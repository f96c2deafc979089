"""The market as the desk sees it: newest quotes, the days before, and what may become of them.

History is handed in once as closes; a session of the tape that ends joins them, so that nothing of
a day is known before it is over. Scenarios are drawn again when the half hour or the day changes.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from engine.arrays import price_array
from engine.decision.outlook import Outlook, Touches
from engine.market.calendar import Calendar
from engine.market.calibration_map import prior_map
from engine.market.first_passage import touch
from engine.market.range_variance import ewma
from engine.market.risk import RiskModel, risk_model
from engine.market.scenarios import ScenarioSet, shape_of, simulate
from engine.market.session_history import SESSION_SHARE
from engine.market.volatility import FLOOR, DailyState, Today, daily_state, window_variance
from engine.records import Quote, Security

NEW_YORK = ZoneInfo("America/New_York")
Floats = NDArray[np.float64]
STEP_MINUTES = 30
RISK_DAYS = 252
HOURS_A_YEAR = 252 * 6.5


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """Closes before the first session played, on one scale.

    Attributes:
        days: Sessions, ascending.
        names: Security ids.
        close: Closes adjusted to the scale of the tape, NaN where missing, shape (days, names).
    """

    days: tuple[date, ...]
    names: tuple[str, ...]
    close: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Morning:
    """What is estimated once a day; ``whole`` is the variance close to close, (names,)."""

    today: date
    day: DailyState
    whole: Floats
    risk: RiskModel


class Market:
    """Newest prices of every name and the outlook on them.

    Attributes:
        quotes: Newest quote by security.
        now: Instant of the newest batch, UTC; ``None`` before the first.
        seed: Seed of all scenario sets.
        paths: Simulated paths.
        opened: First price of each name in the session, NaN before it, shape (names,).
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
            profile: Share of a session's variance up to each minute from the open, (391,).
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
        self._closes, self._so_far = list(past.close), np.zeros(len(past.names))
        self._last = np.full(len(past.names), np.nan)
        self.opened = np.full(len(past.names), np.nan)
        self._morning: _Morning | None = None
        self._drawn: tuple[object, ScenarioSet] | None = None

    def take(self, quotes: Iterable[Quote], now: datetime) -> None:
        """Keep the newest quotes; a new day closes the one before."""
        today = now.astimezone(NEW_YORK).date()
        if self._morning is not None and self._morning.today != today:
            self._end_day()
        self.now = now
        for quote in quotes:
            self.quotes[quote.security_id] = quote
            place = self._index.get(quote.security_id)
            if place is not None and quote.state.actionable:
                self._move(place, float(quote.last_usd))

    def unseen(self) -> None:
        """Nothing is known of today's movement before now: today counts as a usual day."""
        self._so_far[:] = np.nan

    def outlook(self) -> Outlook | None:
        """What may become of the newest prices; None before any arrived or outside sessions."""
        if self.now is None:
            return None
        at_ns = int(self.now.timestamp() * 1e9)
        session = int(self._calendar.session_of([at_ns])[0])
        if session < 0:
            return None
        morning = self._this_morning(self.now.astimezone(NEW_YORK).date())
        window = self._calendar.window([at_ns], self._hours)
        opened = int(self._calendar.open_ns[session])
        start, end = ((int(ns) - opened) / 60e9 for ns in (at_ns, window.end_ns[0]))
        if int(window.session[0]) != session:
            return None  # at the close itself: nothing of this session is left
        variance = self._variance(morning, start, end)
        steps = _steps(start, end)
        shares = np.diff(np.interp(steps, np.arange(len(self._profile)), self._profile))
        scenarios = self._scenarios(morning, shares / shares.sum(), start, end)
        sd = np.sqrt(np.where(np.isfinite(variance), variance, 0.0))
        return Outlook(
            as_of=self.now,
            today=morning.today,
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
            touches=TouchTable(sd, np.sqrt(morning.whole), scenarios),
            hours=(steps[1:] - start) / 60.0,
            relatives=np.exp(scenarios.moves * sd.astype(np.float32)),
            risk=morning.risk,
        )

    def seconds_to_close(self) -> int:
        """Seconds to the close of the running session, 0 outside sessions."""
        if self.now is None:
            return 0
        return int(self._calendar.minutes_left([int(self.now.timestamp() * 1e9)])[0] * 60.0)

    def usual_vol(self) -> Floats:
        """Usual yearly volatility of each name, close to close, shape (names,)."""
        if self._morning is None:
            return np.full(len(self._past.names), np.nan)
        return np.asarray(np.sqrt(self._morning.whole * 252.0))

    def _move(self, place: int, price: float) -> None:
        """Count a price into today's realised variance."""
        if np.isfinite(self._last[place]):
            self._so_far[place] += np.log(price / self._last[place]) ** 2
        else:
            self.opened[place] = price
        self._last[place] = price

    def _end_day(self) -> None:
        """The last prices of the day join the past."""
        self._closes.append(self._last.copy())
        self._so_far[:] = 0.0
        self._last[:] = np.nan
        self.opened[:] = np.nan
        self._morning = self._drawn = None

    def _this_morning(self, today: date) -> _Morning:
        """Estimates from the days before today."""
        if self._morning is None or self._morning.today != today:
            closes = np.array(self._closes[-RISK_DAYS - 1 :])
            returns = np.diff(np.log(closes), axis=0)
            names = sorted({s.sector for s in self._securities.values() if s.sector})
            place = {name: i for i, name in enumerate(names)}
            sector = np.array(
                [place.get(self._securities[name].sector, -1) for name in self._past.names]
            )
            daily = ewma(returns.T**2)
            state = daily_state(np.log(np.maximum(daily * SESSION_SHARE, FLOOR))).today
            self._morning = _Morning(today, state, daily[:, -1], risk_model(returns, sector))
        return self._morning

    def _variance(self, morning: _Morning, start: float, end: float) -> Floats:
        """Window variance of each name, NaN without history."""
        now, until = np.interp([start, end], np.arange(len(self._profile)), self._profile)
        each, unknown = np.ones(len(self._past.names)), np.full(len(self._past.names), np.nan)
        before = self._closes[-1]
        today = Today(
            share=each * float(until - now),
            share_so_far=each * float(now),
            realised=self._so_far,
            recent_share=unknown,
            recent=unknown,
            gap=np.log(self.opened / before),
            moved=np.log(self._last / self.opened),
        )
        return window_variance(morning.day, today)

    def _scenarios(
        self, morning: _Morning, shares: Floats, start: float, end: float
    ) -> ScenarioSet:
        """The scenario set of this half hour."""
        key = (morning.today, int(start // STEP_MINUTES), round(end - start), len(shares))
        if self._drawn is None or self._drawn[0] != key:
            shape = shape_of(morning.risk, self._past.names, shares)
            self._drawn = key, simulate(shape, self.seed, self.paths)
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


@dataclass(frozen=True, slots=True, eq=False)
class TouchTable:
    """The touch model of one outlook: the calibration map, and the simulated share's error.

    Attributes:
        sd: Standard deviation of the window, shape (names,).
        sd_next: Standard deviation to the end of the next session, shape (names,).
        scenarios: Simulated minima.
    """

    sd: Floats
    sd_next: Floats
    scenarios: ScenarioSet

    def __call__(self, name: NDArray[np.int64], barrier: Floats) -> Touches:
        """Touch chances of log barriers by name."""
        simulated = self.scenarios.probability(name, _in_sd(barrier, self.sd[name]))
        return Touches(
            self._calibrated(name, barrier),
            np.sqrt(simulated * (1.0 - simulated) / self.scenarios.paths),
            touch(barrier, self.sd_next[name]),
        )

    def _calibrated(self, name: NDArray[np.int64], barrier: Floats) -> Floats:
        """Chance by the calibration map; without variance a barrier not yet reached stays so."""
        far = -_in_sd(barrier, self.sd[name])
        return prior_map().probability(np.where(barrier >= 0.0, 0.0, far))


def _in_sd(barrier: Floats, sd: Floats) -> Floats:
    """Barriers in standard deviations; infinitely far where there is no variance."""
    return np.where(sd > 0.0, barrier / np.where(sd > 0.0, sd, 1.0), -np.inf)


def variance_profile(shares: Sequence[float]) -> Floats:
    """Cumulative share of a session's variance by minute, from shares of equal buckets."""
    total = np.concatenate([[0.0], np.cumsum(shares)])
    minutes = np.linspace(0.0, 390.0, len(total))
    return np.asarray(np.interp(np.arange(391.0), minutes, total / total[-1]))
