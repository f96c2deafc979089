"""What each screen is handed: frozen values, newest wins, nothing to ask back for.

The desk's thread builds a view and puts it into ``widgets.frame.Frame.take``; the window draws it
and never computes with it beyond formatting. Arrays are handed over with ``writeable=False``.
Money is ``Decimal`` where it is on record and ``float`` where it is an estimate or a curve.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from engine.records import Account, Constraint, Household, Lot, Security, Term
from engine.results import Evaluation, Forecast, TaxBill, WashBlock

Floats = NDArray[np.float64]


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
class PracticeView:
    """All households of the book, for the switcher; ``current_id`` is the one on screen."""

    households: tuple[HouseholdItem, ...]
    current_id: str


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


@dataclass(frozen=True, slots=True, eq=False)
class WaitCurve:
    """Harvest now or wait, for one lot: net alpha against the time of the harvest.

    Attributes:
        hours: Session hours from now, shape (points,), rising.
        mean_usd: Expected net alpha when harvested then, shape (points,).
        low_usd: 5th percentile.
        high_usd: 95th percentile.
        now_usd: Net alpha of harvesting now.
        best_hours: Where the mean is highest.
        gain_usd: Mean at its best, less now_usd.
        gain_band_usd: Half width of the 95 % band of that difference.
        recover_probability: Chance that the loss is gone at ``best_hours``.
        best_at: That moment, UTC.
        threshold_usd: Harvest price of the lot now; 0 when unknown.
    """

    hours: Floats
    mean_usd: Floats
    low_usd: Floats
    high_usd: Floats
    now_usd: float
    best_hours: float
    gain_usd: float
    gain_band_usd: float
    recover_probability: float
    best_at: datetime
    threshold_usd: float = 0.0


@dataclass(frozen=True, slots=True)
class Impact:
    """What a proposal would change in the household; shown on selection, before any click."""

    tax_usd: Decimal
    cash_usd: Decimal
    tracking_error: float


@dataclass(frozen=True, slots=True)
class VolatilityState:
    """First vector: volatility of one name or of the market, with its time stamp."""

    name: str
    annual: float
    usual_annual: float
    regime: str
    as_of: datetime
    stale: bool = False


@dataclass(frozen=True, slots=True)
class MarketSignal:
    """Second vector: one signal, its reading and what speaks for it.

    ``lean`` runs from -1 (prices lean down: losses more likely) to 1.
    """

    name: str
    reading: str
    lean: float
    evidence: str
    as_of: datetime
    stale: bool = False


@dataclass(frozen=True, slots=True)
class ConstraintRowView:
    """Third vector: one row of the constraint matrix as the optimiser last saw it.

    Attributes:
        constraint: The row of the book.
        label: The rule in words.
        scope: What it speaks of, in words.
        used: How much of the limit is used, in the rule's unit; ``None`` before a solve.
        binding: Whether it holds the optimum back.
        shadow_price_usd: Dollars of alpha per unit that the limit is relaxed by.
        as_of: When it was solved, UTC.
        broken: Why it cannot be met, "" when it can.
    """

    constraint: Constraint
    label: str
    scope: str
    used: Decimal | None
    binding: bool
    shadow_price_usd: Decimal
    as_of: datetime
    broken: str = ""


@dataclass(frozen=True, slots=True)
class TaxBand:
    """A bracket: its rate from one income to the next."""

    label: str
    from_usd: float
    to_usd: float
    rate: float


@dataclass(frozen=True, slots=True)
class TaxEdge:
    """An income where something else starts: NIIT, AMT exemption phase-out, a state bracket."""

    label: str
    at_usd: float


@dataclass(frozen=True, slots=True)
class TaxDial:
    """The household's place in the brackets; bands and needles are taxable income.

    Attributes:
        title: Which taxes, as in ``federal + NIIT + CA``.
        bands: Brackets, rising, without a hole.
        edges: Other edges on the same scale.
        before_usd: Taxable income with nothing done.
        after_usd: With the staged trades.
        expected_usd: With all open proposals as the engine expects them.
        bill_before_usd: Bill with nothing done.
        bill_after_usd: Bill with the staged trades.
    """

    title: str
    year: int
    bands: tuple[TaxBand, ...]
    edges: tuple[TaxEdge, ...]
    before_usd: float
    after_usd: float
    expected_usd: float
    bill_before_usd: Decimal
    bill_after_usd: Decimal


@dataclass(frozen=True, slots=True, eq=False)
class DeskView:
    """F1. One household at one moment.

    Attributes:
        seq: Rising number; an older one never replaces a newer one.
        alpha_history: Expected alpha of each position over the last hour, shape
            (positions, samples), in the order of ``evaluation.positions``.
        waits: Now-or-wait curves, by lot id, at least for the lots in proposals.
        impacts: By proposal id.
        heat_hours: Right edge of each column of ``evaluation.sector_probability``, session hours.
        flag_probability: The setting from which a lot is a flag.
        loading: What is still being prepared, in words; "" when all is there.
    """

    seq: int
    household: Household
    securities: Mapping[str, Security]
    evaluation: Evaluation
    status: Status
    figures: Figures
    dial: TaxDial
    alpha_history: Floats
    waits: Mapping[str, WaitCurve] = field(default_factory=dict)
    impacts: Mapping[str, Impact] = field(default_factory=dict)
    volatility: tuple[VolatilityState, ...] = ()
    signals: tuple[MarketSignal, ...] = ()
    constraints: tuple[ConstraintRowView, ...] = ()
    heat_hours: tuple[float, ...] = ()
    flag_probability: float = 0.8
    loading: str = ""


@dataclass(frozen=True, slots=True)
class LotRow:
    """A line of the lots ladder.

    ``long_on`` is the first day on which a sale is long-term; ``state`` as in ``PositionValue``.
    """

    lot: Lot
    security: Security
    account: Account
    price_usd: Decimal
    market_usd: Decimal
    gain_usd: Decimal
    term: Term
    long_on: date
    forecast: Forecast | None
    alpha_usd: float
    state: str


@dataclass(frozen=True, slots=True)
class WashNeighbour:
    """A trade in any account of the household that touches the lot's 61 days."""

    account: str
    symbol: str
    on: date
    what: str
    shares: Decimal
    effect: str


@dataclass(frozen=True, slots=True)
class Substitute:
    """A replacement candidate.

    ``tracking_usd`` is the price of its tracking error while locked out; ``note`` says why it is
    refused, "" when it is not.
    """

    security: Security
    correlation: float
    tracking_error: float
    tracking_usd: float
    spread_bps: float
    note: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class LotView:
    """F2. Every lot of the household, and the chosen one in depth."""

    seq: int
    lots: tuple[LotRow, ...]
    lot_id: str
    wait: WaitCurve | None
    neighbours: tuple[WashNeighbour, ...] = ()
    substitutes: tuple[Substitute, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BillRange:
    """Year-end bill at the 10th, 50th and 90th percentile."""

    p10_usd: Decimal
    p50_usd: Decimal
    p90_usd: Decimal


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account with what it holds."""

    account: Account
    owner: str
    market_usd: Decimal
    unrealized_usd: Decimal
    cash_usd: Decimal
    lots: int


@dataclass(frozen=True, slots=True)
class PlannedEvent:
    """Something that will move the bill: income, gain, cash need, long-term date, payment."""

    on: date
    what: str
    amount_usd: Decimal
    sd_usd: Decimal
    kind: str


@dataclass(frozen=True, slots=True)
class ContextGap:
    """What the context audit found missing or old, what it is worth, and what to do."""

    what: str
    weight: str
    worth_usd: Decimal
    remedy: str


@dataclass(frozen=True, slots=True)
class HouseholdView:
    """F3."""

    seq: int
    household: Household
    dial: TaxDial
    bill_before: TaxBill
    bill_after: TaxBill
    range_before: BillRange
    range_after: BillRange
    accounts: tuple[AccountRow, ...]
    events: tuple[PlannedEvent, ...]
    gaps: tuple[ContextGap, ...]
    audited_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ConstraintsView:
    """F4. ``told`` says what the last change cost; ``solving`` while an answer is under way."""

    seq: int
    rows: tuple[ConstraintRowView, ...]
    alpha_usd: Decimal
    told: str = ""
    solving: bool = False
    can_undo: bool = False
    can_redo: bool = False


@dataclass(frozen=True, slots=True)
class Lever:
    """A slider of F5, in its unit (``usd``, ``rate``, ``hours``, ``years``, ``x``)."""

    key: str
    label: str
    unit: str
    low: float
    high: float
    step: float
    value: float
    base: float
    help: str = ""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One column of the comparison; the first is the book as it is."""

    scenario_id: str
    name: str
    law: str
    tax_usd: Decimal
    alpha_usd: Decimal
    alpha_low_usd: Decimal
    alpha_high_usd: Decimal
    harvested_usd: Decimal
    tracking_error: float
    cash_usd: Decimal
    trades: int


@dataclass(frozen=True, slots=True)
class WhatIfView:
    """F5. ``laws`` are the law scenarios that can be chosen, ``law`` the chosen one."""

    seq: int
    levers: tuple[Lever, ...]
    scenarios: tuple[Scenario, ...]
    laws: tuple[str, ...]
    law: str
    solving: bool = False
    can_undo: bool = False
    can_redo: bool = False


class WashDay(StrEnum):
    """What a day of the 61 means for a security in an account."""

    CLEAR = "clear"
    BOUGHT = "bought"
    SOLD = "sold at a loss"
    BLOCKED = "blocked"
    PLANNED = "planned purchase"
    SAFE = "safe from"


@dataclass(frozen=True, slots=True)
class WashRow:
    """A security in one account, day by day from ``WashView.first_on``."""

    security: Security
    account: Account
    days: tuple[WashDay, ...]
    safe_from: date | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class WashView:
    """F6. 61 days: 30 before ``today``, today, 30 after."""

    seq: int
    first_on: date
    today: date
    rows: tuple[WashRow, ...]
    do_not_buy: tuple[WashBlock, ...]
    securities: Mapping[str, Security]
    spoilers: tuple[PlannedEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Forecasts whose probability fell into one bin, and how often they came true."""

    low: float
    high: float
    predicted: float
    realized: float
    realized_low: float
    realized_high: float
    count: int


@dataclass(frozen=True, slots=True)
class ScoredFlag:
    """A flag that was missed or false."""

    at: datetime
    symbol: str
    kind: str
    probability: float
    cost_usd: Decimal
    why: str


@dataclass(frozen=True, slots=True)
class GateItem:
    """A criterion of the switch to ACTIVE."""

    label: str
    needed: str
    have: str
    passed: bool


@dataclass(frozen=True, slots=True, eq=False)
class ScoreView:
    """F7. Captured alpha curves are cumulative dollars by session, shape (sessions,) each."""

    seq: int
    bins: tuple[CalibrationBin, ...]
    brier: float
    brier_drift: float
    brier_base: float
    sessions: tuple[date, ...]
    captured_predictive_usd: Floats
    captured_drift_usd: Floats
    flags: tuple[ScoredFlag, ...]
    gate: tuple[GateItem, ...]
    forecasts: int
    mode: Mode = Mode.SHADOW


@dataclass(frozen=True, slots=True)
class AuditRow:
    """A line of the append-only log."""

    seq: int
    at: datetime
    who: str
    event: str
    subject: str
    detail: str
    digest: str


@dataclass(frozen=True, slots=True)
class WhyRecord:
    """The inputs behind one decision, enough to replay it."""

    title: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class AuditView:
    """F8. ``pages`` are the report's pages as PNG bytes, empty until one was made."""

    seq: int
    rows: tuple[AuditRow, ...]
    chain_ok: bool
    chain_checked_at: datetime | None
    why: WhyRecord | None = None
    pages: tuple[bytes, ...] = ()
    report_name: str = ""


@dataclass(frozen=True, slots=True)
class JobView:
    """A job of the background runner; ``share`` is -1 while the end is unknown."""

    job_id: str
    title: str
    share: float
    text: str = ""
    done: bool = False
    failed: str = ""


View = (
    PracticeView
    | DeskView
    | LotView
    | HouseholdView
    | ConstraintsView
    | WhatIfView
    | WashView
    | ScoreView
    | AuditView
    | JobView
)
