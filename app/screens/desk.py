"""F1: one household at one moment, made from its evaluation."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from app.screens.dial import tax_dial
from app.screens.limits import constraint_rows
from app.screens.moment import Moment, tracking_error, weight_change, weights
from app.screens.signals import market_signals, regime
from app.screens.waits import wait_curve
from engine.arrays import as_float
from engine.decision.alpha import band, results_of
from engine.decision.evaluate import set_alpha
from engine.decision.prepare import with_decided
from engine.decision.settings import DecisionSettings
from engine.records import CENT, ZERO, Constraint, Rule
from engine.results import Proposal
from widgets.views import (
    DeskView,
    Figures,
    Impact,
    Status,
    VolatilityState,
    WaitCurve,
)

MOST_CURVES = 40


def desk_view(
    seq: int,
    moment: Moment,
    status: Status,
    settings: DecisionSettings,
    alpha_history: NDArray[np.float64],
    opened: NDArray[np.float64],
) -> DeskView:
    """Everything F1 shows."""
    prepared, found = moment.prepared, moment.evaluation
    open_sales = [sale for p in found.proposals if p.kind == "harvest" for sale in p.sales]
    expected = with_decided(prepared, (*moment.decided, *open_sales)).tax.bill
    return DeskView(
        seq=seq,
        household=prepared.household,
        securities=moment.outlook.securities,
        evaluation=found,
        status=status,
        figures=figures(moment, settings),
        dial=tax_dial(
            prepared.household, prepared.tax.law, found.bill_before, found.bill_after, expected
        ),
        alpha_history=alpha_history,
        waits=_waits(moment),
        impacts=_impacts(moment),
        volatility=_volatility(moment),
        signals=market_signals(moment, opened),
        constraints=constraint_rows(moment),
        heat_hours=tuple(float(hour) for hour in moment.outlook.hours),
        flag_probability=settings.flag_probability,
    )


def figures(moment: Moment, settings: DecisionSettings) -> Figures:
    """The six figures under the top bar."""
    found, household = moment.evaluation, moment.prepared.household
    year = household.profile.year
    lost = [
        -line.recognized_usd
        for line in household.realized
        if line.sold_on.year == year and line.recognized_usd < 0
    ]
    waiting = moment.waiting
    oldest = min((p.proposed_at for p in waiting), default=found.as_of)
    harvests = [p for p in found.proposals if p.kind == "harvest"]
    limit = _limit(household.constraints, Rule.NET_GAIN_MAX_USD)
    tracking_limit = _limit(household.constraints, Rule.TRACKING_ERROR_MAX)
    base = moment.prepared.tax.base
    year_open = with_decided(moment.prepared, moment.decided)
    whole = set_alpha(year_open, harvests, settings)
    more = results_of([sale for p in harvests for sale in p.sales])
    low, high = band(year_open.tax, whole, more, moment.outlook.seed)
    return Figures(
        year=year,
        tax_before_usd=found.bill_before.total_usd,
        tax_after_usd=found.bill_after.total_usd,
        harvested_usd=sum(lost, ZERO),
        harvest_cost_usd=moment.spent_usd,
        alpha_usd=whole.net_usd,
        alpha_low_usd=low,
        alpha_high_usd=high,
        gain_used_usd=max(ZERO, base.short_usd + base.long_usd),
        gain_limit_usd=limit,
        tracking_error=tracking_error(moment),
        tracking_limit=None if tracking_limit is None else as_float(tracking_limit),
        waiting=len(waiting),
        oldest_minutes=(found.as_of - oldest).total_seconds() / 60.0,
    )


def _limit(constraints: Sequence[Constraint], rule: Rule) -> Decimal | None:
    """The household's limit of a rule, if there is one."""
    return next((c.limit for c in constraints if c.rule is rule), None)


def _impacts(moment: Moment) -> Mapping[str, Impact]:
    """Bill, cash and tracking error that each proposal would change."""
    return {p.proposal_id: impact(moment, p) for p in moment.evaluation.proposals}


def impact(moment: Moment, proposal: Proposal) -> Impact:
    """Bill, cash and tracking error that a proposal would change."""
    cash = sum(((s.shares * proposal.limit_usd) for s in proposal.sales), ZERO)
    cash -= sum(((b.shares * b.est_price_usd) for b in proposal.purchases), ZERO)
    before = tracking_error(moment) or 0.0
    after = tracking_error(moment, weight_change(moment, proposal)) or 0.0
    return Impact(-proposal.alpha.tax_now_usd, cash.quantize(CENT), after - before)


def _waits(moment: Moment) -> Mapping[str, WaitCurve]:
    """Now-or-wait curves of the lots in proposals."""
    place = {lot.lot_id: i for i, lot in enumerate(moment.prepared.lots)}
    found: dict[str, WaitCurve] = {}
    for proposal in moment.evaluation.proposals[:MOST_CURVES]:
        lot_id = proposal.sales[0].lot_id
        found[lot_id] = wait_curve(moment, place[lot_id], proposal)
    return found


def _volatility(moment: Moment) -> tuple[VolatilityState, ...]:
    """The market's volatility and that of the largest positions, against the usual."""
    vol, usual, as_of = moment.outlook.vol_annual, moment.usual_vol, moment.outlook.as_of
    known = np.isfinite(vol) & np.isfinite(usual)
    rows = [
        _state(
            "Median of all names",
            float(np.median(vol[known])),
            float(np.median(usual[known])),
            as_of,
        )
    ]
    for place in np.argsort(-weights(moment), kind="stable")[:5]:
        if known[place]:
            name = moment.outlook.securities[moment.outlook.names[place]].symbol
            rows.append(_state(name, float(vol[place]), float(usual[place]), as_of))
    return tuple(rows)


def _state(name: str, annual: float, usual: float, as_of: datetime) -> VolatilityState:
    """One line of the volatility vector."""
    ratio = annual / usual if usual > 0.0 else 1.0
    return VolatilityState(name, annual, usual, regime(ratio), as_of)
