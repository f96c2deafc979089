"""What every screen needs: mode, status, figures, the switcher, jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class Mode(StrEnum):
    """Whether the predictive engine only keeps score, or proposes trades to be made."""

    SHADOW = "shadow"
    ACTIVE = "active"


@dataclass(frozen=True, slots=True)
class Status:
    """The top bar and the status bar.

    Attributes:
        mode: Shadow or active.
        engine_rate_hz: Evaluations a second; 0 while the engine is paused or starting.
        paths_per_second: Simulated paths a second.
        price_at: When the newest price was made, UTC; ``None`` before the first.
        price_age_s: Its age on the feed's clock.
        feed_interval_s: Interval the feed declares; amber past it, red past three times it.
        frozen: Why flags are frozen, in words; "" while they are not.
        market_phase: ``Close in``, ``Open in`` or ``Closed``.
        market_seconds: Seconds to that moment.
        simulated: Whether the prices are a simulated market (said on screen).
        paused: Whether the user has paused the engine.
        notes: Sentences of the status bar, left to right.
    """

    mode: Mode
    engine_rate_hz: float
    paths_per_second: float
    price_at: datetime | None
    price_age_s: float
    feed_interval_s: float
    frozen: str = ""
    market_phase: str = "Close in"
    market_seconds: int = 0
    simulated: bool = False
    paused: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HouseholdItem:
    """A line of the household switcher."""

    household_id: str
    name: str
    accounts: int
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class UserItem:
    """Someone who may sign in; ``roles`` in words."""

    user_id: str
    name: str
    roles: str
    protected: bool


@dataclass(frozen=True, slots=True)
class PracticeView:
    """The practice behind the window.

    Attributes:
        households: All of the book, for the switcher.
        current_id: The one on screen.
        users: Who may sign in.
        user_id: Who is signed in.
        choices: The practice's choices, by name, in the units of the engine.
    """

    households: tuple[HouseholdItem, ...]
    current_id: str
    users: tuple[UserItem, ...] = ()
    user_id: str = ""
    choices: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Figures:
    """The six figures under the top bar.

    Attributes:
        year: Tax year.
        tax_before_usd: Projected bill with nothing done.
        tax_after_usd: Projected bill with the staged trades.
        harvested_usd: Losses harvested this year, positive.
        harvest_cost_usd: What that cost.
        alpha_usd: Expected net alpha of all open proposals, with its 95 % band.
        gain_used_usd: Net gain realized against the limit.
        gain_limit_usd: The limit, ``None`` without one.
        tracking_error: Yearly standard deviation against the target, a fraction.
        tracking_limit: Its limit, ``None`` without one.
        waiting: Proposals that wait for a decision.
        oldest_minutes: Age of the oldest of them.
    """

    year: int
    tax_before_usd: Decimal
    tax_after_usd: Decimal
    harvested_usd: Decimal
    harvest_cost_usd: Decimal
    alpha_usd: Decimal
    alpha_low_usd: Decimal
    alpha_high_usd: Decimal
    gain_used_usd: Decimal
    gain_limit_usd: Decimal | None
    tracking_error: float | None
    tracking_limit: float | None
    waiting: int
    oldest_minutes: float


@dataclass(frozen=True, slots=True)
class JobView:
    """A job of the background runner; ``share`` is -1 while the end is unknown."""

    job_id: str
    title: str
    share: float
    text: str = ""
    done: bool = False
    failed: str = ""
