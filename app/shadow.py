"""Runs a shadow period: a tape is played, every household is carried under every policy.

The period ends as plain values (``Scoreboard``): what each policy came to, paired differences,
missed and false flags with reasons, calibration, and the evidence for the gate. The same seed,
tape and book give the same bytes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path

from app.book.findings import StampedForecast
from app.desk import Rules
from app.feeds.contract import QuoteFeed
from app.feeds.quarantine import NEW_YORK
from app.market import Market
from app.scoring import Lows, outcomes
from app.shadow_board import Scoreboard, Stamp, scoreboard
from engine.proof.shadow import Shadow, ShadowRules
from engine.proof.shadow_policies import BASELINES, Baseline
from engine.proof.track_record import Scored
from engine.records import Household, Quote, Security
from engine.results import Evaluation

DAILY_SECONDS = 30 * 60  # the daily policies decide half an hour before the close


@dataclass(slots=True)
class Period:
    """A shadow period at work.

    Attributes:
        shadows: One for each household.
        stamps: Forecasts scored so far.
        ticks: Ticks played.
    """

    market: Market
    securities: dict[str, Security]
    shadows: dict[str, Shadow]
    stamps: list[Stamp] = field(default_factory=list)
    ticks: int = 0
    _pending: list[StampedForecast] = field(default_factory=list)
    _lows: Lows = field(default_factory=Lows)
    _today: date | None = None
    _decided: bool = False

    def tick(self, now: datetime, quotes: Sequence[Quote]) -> None:
        """One batch of the tape."""
        today = now.astimezone(NEW_YORK).date()
        if self._today is not None and today != self._today:
            self.end_day()
        self._today = today
        self.market.take(quotes, now)
        self._lows.take(quotes)
        outlook = self.market.outlook()
        daily = outlook is not None and self._due_today()
        for household_id, shadow in self.shadows.items():
            found = shadow.tick(self.market.quotes, today, outlook, daily)
            if found is not None:
                self._stamp(household_id, found)
        self.ticks += 1
        self._score(now)

    def end_day(self) -> None:
        """The session is over."""
        if self._today is None:
            return
        for shadow in self.shadows.values():
            shadow.end_day(self.market.quotes, self._today)
        self._decided, self._today = False, None

    def _due_today(self) -> bool:
        """Whether this is the tick on which the daily policies decide."""
        if self._decided or self.market.seconds_to_close() > DAILY_SECONDS:
            return False
        self._decided = True
        return True

    def _stamp(self, household_id: str, found: Evaluation) -> None:
        """Write the forecasts down before their window."""
        self._pending += [
            StampedForecast(found.evaluation_id, household_id, found.as_of, forecast, None)
            for forecast in found.forecasts
            if not forecast.ready
        ]

    def _score(self, now: datetime) -> None:
        """Score the forecasts whose window has ended."""
        ended = [s for s in self._pending if s.forecast.window_ends_at <= now]
        if not ended:
            return
        self._pending = [s for s in self._pending if s.forecast.window_ends_at > now]
        came = outcomes(ended, self._lows)
        for item in ended:
            touched = came.get((item.evaluation_id, item.forecast.lot_id))
            if touched is None:
                continue
            said = item.forecast
            low = self._lows.within(said.security_id, item.stamped_at, said.window_ends_at)
            self.stamps.append(Stamp(item.household_id, item.stamped_at, said, touched, low or 0.0))


def open_period(
    market: Market,
    households: Sequence[Household],
    securities: dict[str, Security],
    rules: Rules,
    baselines: Sequence[Baseline] = BASELINES,
    delay_ticks: int = 1,
) -> Period:
    """A period before its first tick."""
    shared = ShadowRules(
        rules.law, rules.settings, rules.table, rules.funds, rules.version, delay_ticks
    )
    shadows = {h.household_id: Shadow(h, securities, shared, baselines) for h in households}
    return Period(market, securities, shadows)


def play(
    period: Period,
    feed: QuoteFeed,
    days: int = 0,
    progress: Callable[[str], None] = lambda day: None,
) -> None:
    """Play a feed to its end, or for that many sessions (0 = all); ``progress`` once a day."""
    seen: list[date] = []
    for batch in feed.batches():
        today = batch.at.astimezone(NEW_YORK).date()
        if not seen or today != seen[-1]:
            if days and len(seen) == days:
                feed.stop()
                break
            seen.append(today)
            progress(today.isoformat())
        period.tick(batch.at, batch.quotes)
    period.end_day()


def told(period: Period, source: str, simulated: bool, tape: Path, seed: int) -> Scoreboard:
    """The scoreboard of a period that has ended."""
    sectors = {key: s.sector for key, s in period.securities.items()}
    scored = [
        Scored(
            stamp.stamped_at.astimezone(NEW_YORK).date(),
            stamp.forecast.security_id,
            sectors.get(stamp.forecast.security_id, ""),
            stamp.forecast.window_hours,
            stamp.forecast.vol_annual,
            stamp.forecast.probability,
            stamp.touched,
        )
        for stamp in period.stamps
    ]
    return scoreboard(
        period.shadows,
        period.stamps,
        scored,
        source=source,
        simulated=simulated,
        tape_digest=digest_of(tape),
        seed=seed,
        ticks=period.ticks,
    )


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    found = sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            found.update(block)
    return found.hexdigest()
