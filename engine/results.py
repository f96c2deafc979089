"""The nouns the engine finds. All are frozen and carry units in their names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from engine.records import Quote, Term


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in an input that a person must look at; the work goes on.

    Attributes:
        source: File or input that was read.
        line: Line or row, from 1; 0 when the whole input is meant.
        field: Column or field.
        value: What was read, as text.
        rule: What is wrong with it.
        remedy: What to do.
    """

    source: str
    line: int
    field: str
    value: str
    rule: str
    remedy: str


class ProposalState(StrEnum):
    """A proposal's way before it becomes an order."""

    PROPOSED = "proposed"
    STAGED = "staged"
    APPROVED = "approved"
    REJECTED = "rejected"
    DEFERRED = "deferred"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    EXPORTED = "exported"


@dataclass(frozen=True, slots=True)
class Forecast:
    """The chance that a lot touches its threshold within the window.

    Attributes:
        lot_id: The lot.
        security_id: Its security.
        window_ends_at: End of the window (three session hours, or the close), UTC.
        window_hours: Session hours in the window.
        threshold_usd: Price at or below which the lot is ready.
        ready: Already past the threshold; then there is nothing to forecast.
        probability: Chance of a touch within the window, in [0, 1]; 1 when ready.
        stderr: Standard error of the simulated probability.
        next_session: Chance of a touch in the next session, where the window ends at the close.
        vol_annual: Volatility used, per square-root year.
        flag: Not ready, and probability at or above the setting.
    """

    lot_id: str
    security_id: str
    window_ends_at: datetime
    window_hours: float
    threshold_usd: float
    ready: bool
    probability: float
    stderr: float
    next_session: float
    vol_annual: float
    flag: bool


@dataclass(frozen=True, slots=True)
class Fill:
    """A limit that rests at a price through the window.

    Attributes:
        price_usd: The limit.
        probability: Chance that it is filled within the window.
        loss_usd: Loss of the lot at that price; negative for a gain.
    """

    price_usd: float
    probability: float
    loss_usd: float


@dataclass(frozen=True, slots=True)
class Opportunity:
    """What the window may bring one lot.

    Attributes:
        lot_id: The lot.
        ready: Past its threshold: the chances are 1 and nothing is forecast.
        probability: Chance that a resting limit at the threshold is touched.
        low: Lower end of the 95 % calibration band of ``probability``.
        high: Upper end.
        polled: Chance that one of the desk's looks finds the price there.
        hours: Right edges of the steps in session hours from now.
        touch_by: Chance of a touch by each of ``hours``.
        likely_distance: Fraction below the price that is touched with 80 %.
        likely_price_usd: The price there.
        gone_by_end: Chance of a touch after which the price is above the threshold at the end.
        loss_now_usd: Harvestable loss at the price of now.
        best_loss_usd: Expected harvestable loss at the low of the window.
        fills: What a resting limit at each price would fill, nearest first.
    """

    lot_id: str
    ready: bool
    probability: float
    low: float
    high: float
    polled: float
    hours: tuple[float, ...]
    touch_by: tuple[float, ...]
    likely_distance: float
    likely_price_usd: float
    gone_by_end: float
    loss_now_usd: float
    best_loss_usd: float
    fills: tuple[Fill, ...]


@dataclass(frozen=True, slots=True)
class Spread:
    """A distribution in dollars: its mean and its 5, 25, 50, 75 and 95 % quantiles."""

    mean_usd: float
    quantiles_usd: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class HouseholdRange:
    """What a household could harvest, on the paths that every household shares.

    Attributes:
        hours: Session hours of the window.
        sessions_left: Sessions to the end of the tax year.
        paths: Shared paths.
        best_in_window: Harvestable loss if every lot were sold at its low of the window.
        at_window_end: Harvestable loss at the end of the window.
        at_year_end: Harvestable loss at the end of the year.
        bill: Bill of the year if that loss were harvested.
    """

    hours: float
    sessions_left: int
    paths: int
    best_in_window: Spread
    at_window_end: Spread
    at_year_end: Spread
    bill: Spread


@dataclass(frozen=True, slots=True)
class Alpha:
    """What a set of trades is worth to this household, in present dollars, part by part.

    ``net_usd`` is the sum of the parts: tax_now + carryforward - deferred - costs - tracking
    - wash_drag - option_value.

    Attributes:
        tax_now_usd: Bill of this year before, less after.
        carryforward_usd: Present value of the larger carryforward.
        deferred_usd: Present value of the tax that the lower basis gives back later.
        spread_usd: Half spreads of both legs.
        commission_usd: Commissions and fees.
        impact_usd: Market impact.
        tracking_usd: Price of the substitute's tracking error while locked out.
        option_usd: Value of the choice to harvest later that is given up.
        wash_drag_usd: Expected loss to forecast spoilers.
        others_claim_usd: "Loss x top rate", as others would print it; not part of the sum.
    """

    tax_now_usd: Decimal
    carryforward_usd: Decimal
    deferred_usd: Decimal
    spread_usd: Decimal
    commission_usd: Decimal
    impact_usd: Decimal
    tracking_usd: Decimal
    option_usd: Decimal
    wash_drag_usd: Decimal
    others_claim_usd: Decimal

    @property
    def benefit_usd(self) -> Decimal:
        """Tax saved now and carried, less the tax given back later."""
        return self.tax_now_usd + self.carryforward_usd - self.deferred_usd

    @property
    def cost_usd(self) -> Decimal:
        """All that the trade costs: spread, commission, impact, tracking, option, wash drag."""
        return (
            self.spread_usd
            + self.commission_usd
            + self.impact_usd
            + self.tracking_usd
            + self.option_usd
            + self.wash_drag_usd
        )

    @property
    def net_usd(self) -> Decimal:
        """Benefit less cost."""
        return self.benefit_usd - self.cost_usd


class WashConfidence(StrEnum):
    """How sure the law is on a finding."""

    FIRM = "firm"
    CONVENTION = "convention"
    JUDGEMENT = "judgement"


@dataclass(frozen=True, slots=True)
class WashBlock:
    """Why a lot may not be sold at a loss today, or a security not be bought.

    Attributes:
        security_id: The security concerned.
        lot_id: The lot whose loss would be washed ("" for a do-not-buy line).
        kind: ``do_not_sell_at_loss`` or ``do_not_buy``.
        cause: The trade behind it, in words.
        account_id: Account of that trade.
        safe_from: First date on which the trade is clear.
        confidence: How sure the law is.
        citation: Section relied on.
    """

    security_id: str
    lot_id: str
    kind: str
    cause: str
    account_id: str
    safe_from: date
    confidence: WashConfidence
    citation: str


@dataclass(frozen=True, slots=True)
class LotSale:
    """Shares of one lot to be sold."""

    lot_id: str
    account_id: str
    security_id: str
    shares: Decimal
    basis_usd: Decimal
    term: Term
    est_gain_usd: Decimal


@dataclass(frozen=True, slots=True)
class Purchase:
    """Shares to be bought as a replacement or to raise a weight."""

    account_id: str
    security_id: str
    shares: Decimal
    est_price_usd: Decimal


@dataclass(frozen=True, slots=True)
class Proposal:
    """A trade worth doing, with everything needed to judge it.

    Attributes:
        proposal_id: Derived from household, lots, snapshot and seed, so that replays agree.
        household_id: Whose.
        sales: Lots to sell.
        purchases: Replacements to buy.
        alpha: Value part by part.
        alpha_low_usd: Lower end of the 95 % band.
        alpha_high_usd: Upper end.
        probability: Touch probability for a flag; 1 for a ready lot.
        kind: ``harvest``, ``flag`` (pre-approval asked), ``cash_need`` or ``limit``.
        reasons: Sentences, most important first.
        binding: Name of the binding constraint, or "".
        limit_usd: Limit price of the sale.
        proposed_at: When, UTC.
        expires_at: Until when it may be approved, UTC.
        snapshot_id: Quotes it was built on.
        state: Where it stands.
    """

    proposal_id: str
    household_id: str
    sales: tuple[LotSale, ...]
    purchases: tuple[Purchase, ...]
    alpha: Alpha
    alpha_low_usd: Decimal
    alpha_high_usd: Decimal
    probability: float
    kind: str
    reasons: tuple[str, ...]
    binding: str
    limit_usd: Decimal
    proposed_at: datetime
    expires_at: datetime
    snapshot_id: str
    state: ProposalState = ProposalState.PROPOSED


@dataclass(frozen=True, slots=True)
class PositionValue:
    """One position (security in an account) now.

    Attributes:
        lots: Open lots.
        market_usd: Market value at the last price.
        unrealized_usd: Signed; a loss is negative.
        alpha_usd: Expected net alpha of the best harvest in it (0 when none is worth it).
        cost_usd: Cost of that harvest.
        probability: Highest touch probability of its lots.
        state: ``ready``, ``flag``, ``watch``, ``washed``, ``not_worth_it``, ``held`` or ``stale``.
        whole_probability: Chance that the position's loss as a whole reaches the default
            threshold within the window.
    """

    account_id: str
    security_id: str
    lots: int
    shares: Decimal
    price_usd: Decimal
    market_usd: Decimal
    unrealized_usd: Decimal
    alpha_usd: float
    cost_usd: float
    probability: float
    state: str
    whole_probability: float = 0.0


@dataclass(frozen=True, slots=True)
class BillLine:
    """One line of a tax bill with the form line it mirrors."""

    key: str
    label: str
    amount_usd: Decimal
    form: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """A place where the rate on another dollar changes.

    Attributes:
        rule: Which rule changes.
        measure: What the dollars are counted in (AGI, AMTI, ordinary taxable income ...).
        at_usd: Level of the measure.
        distance_usd: Dollars from the household to it; positive when it is still ahead.
        rate_below: Rate of the rule below the edge, as a fraction.
        rate_above: Rate above it.
        note: What happens there, in words.
    """

    rule: str
    measure: str
    at_usd: Decimal
    distance_usd: Decimal
    rate_below: Decimal
    rate_above: Decimal
    note: str = ""


@dataclass(frozen=True, slots=True)
class MarginalRates:
    """What one more dollar costs or saves, all taxes together, as fractions of the dollar.

    Attributes:
        short_gain: Cost of a dollar more of short-term gain.
        long_gain: Cost of a dollar more of long-term gain.
        short_loss: Saving of a dollar more of short-term loss.
        long_loss: Saving of a dollar more of long-term loss.
    """

    short_gain: Decimal
    long_gain: Decimal
    short_loss: Decimal
    long_loss: Decimal


@dataclass(frozen=True, slots=True)
class WalkStep:
    """One step from a bill to another; a saving is positive."""

    key: str
    label: str
    amount_usd: Decimal


NO_RATES = MarginalRates(Decimal(0), Decimal(0), Decimal(0), Decimal(0))


@dataclass(frozen=True, slots=True)
class TaxBill:
    """The household's whole bill for a year, line by line.

    Attributes:
        year: Tax year.
        lines: Lines in the order of the forms.
        total_usd: Federal, NIIT, AMT, state and local.
        federal_usd: Regular + AMT + NIIT.
        state_usd: State and local.
        st_carryforward_usd: Short-term loss carried to the next year, positive.
        lt_carryforward_usd: Long-term loss carried to the next year, positive.
        provisional: Notes on figures that are not enacted or not indexed yet.
        law_version: Digest of the law files used.
        itemizes: Whether the itemised deductions are the larger.
        ordinary_rate: Ordinary bracket of the last dollar.
        gains_rate: Gains bracket of the last dollar.
        marginal: What one more dollar of gain or loss costs or saves.
        edges: Where the rates change, with the distance to each.
    """

    year: int
    lines: tuple[BillLine, ...]
    total_usd: Decimal
    federal_usd: Decimal
    state_usd: Decimal
    st_carryforward_usd: Decimal
    lt_carryforward_usd: Decimal
    provisional: tuple[str, ...]
    law_version: str
    itemizes: bool = False
    ordinary_rate: Decimal = Decimal(0)
    gains_rate: Decimal = Decimal(0)
    marginal: MarginalRates = NO_RATES
    edges: tuple[Edge, ...] = ()

    def line(self, key: str) -> Decimal:
        """Amount of the line with that key.

        Raises:
            KeyError: If the bill has no such line.
        """
        for item in self.lines:
            if item.key == key:
                return item.amount_usd
        raise KeyError(key)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What the engine found at one moment for one household; replayable from its inputs.

    Attributes:
        evaluation_id: Digest of the inputs.
        as_of: Instant of the quotes, UTC.
        snapshot_id: Quotes used.
        seed: Seed of the simulation.
        paths: Simulated paths.
        law_version: Digest of the law.
        engine_version: Version of the program.
        quotes: The quotes used, by security.
        forecasts: One for each taxable lot with a price.
        positions: Every position, priced or not.
        proposals: Best first.
        blocks: Wash-sale blocks that matter today.
        sector_probability: Chance that a sector's aggregate loss reaches its threshold, by
            sector and hour of the window.
        bill_before: Projected bill with nothing done.
        bill_after: Projected bill with all staged and approved trades.
    """

    evaluation_id: str
    household_id: str
    as_of: datetime
    snapshot_id: str
    seed: int
    paths: int
    law_version: str
    engine_version: str
    quotes: Mapping[str, Quote]
    forecasts: tuple[Forecast, ...]
    positions: tuple[PositionValue, ...]
    proposals: tuple[Proposal, ...]
    blocks: tuple[WashBlock, ...]
    sector_probability: Mapping[str, tuple[float, ...]]
    bill_before: TaxBill
    bill_after: TaxBill
