"""F1: one household at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from engine.records import Constraint, Household, Security
from engine.results import Evaluation
from widgets.views.arrays import Floats
from widgets.views.common import Figures, Status


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
