"""F7 and F8: the score, the log, the report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from widgets.views.arrays import Floats
from widgets.views.common import Mode


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
    """A flag that was missed or false; ``cost_usd`` is ``None`` while it is not measured."""

    at: datetime
    symbol: str
    kind: str
    probability: float
    cost_usd: Decimal | None
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
    """F7. Captured alpha curves are cumulative dollars by session, shape (sessions,) each.

    ``brier_drift`` is NaN while the drift rule has not been measured beside the forecasts.
    """

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
