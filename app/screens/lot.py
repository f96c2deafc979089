"""F2: every taxed lot of the household, and the chosen one in depth."""

from collections.abc import Mapping

import numpy as np

from app.screens.moment import Moment
from app.screens.waits import wait_curve
from engine.arrays import as_float
from engine.decision.opportunity import opportunity
from engine.decision.prepare import rates
from engine.decision.settings import DecisionSettings
from engine.law.holding import long_from, term_of
from engine.records import CENT, Lot, Trade
from engine.results import Forecast, Proposal
from widgets.views import LotRow, LotView, Substitute, WashNeighbour

MOST_SUBSTITUTES = 12


def lot_view(seq: int, moment: Moment, lot_id: str, settings: DecisionSettings) -> LotView:
    """The ladder with its chosen lot (the first proposed one where none is chosen)."""
    known = {lot.lot_id: i for i, lot in enumerate(moment.prepared.lots)}
    proposals = {s.lot_id: p for p in moment.evaluation.proposals for s in p.sales}
    chosen = lot_id if lot_id in known else next(iter(proposals), next(iter(known), ""))
    forecasts = {f.lot_id: f for f in moment.evaluation.forecasts}
    washed = {b.lot_id for b in moment.evaluation.blocks if b.lot_id}
    rows = tuple(
        _row(moment, i, lot, forecasts.get(lot.lot_id), _state(lot, forecasts, proposals, washed))
        for i, lot in enumerate(moment.prepared.lots)
    )
    if not chosen:
        return LotView(seq, rows, "", None)
    proposal = proposals.get(chosen)
    lot = moment.prepared.lots[known[chosen]]
    return LotView(
        seq,
        rows,
        chosen,
        wait_curve(moment, known[chosen], proposal) if proposal else None,
        _neighbours(moment, lot),
        _substitutes(moment, lot, settings),
        proposal.reasons if proposal else _frozen(moment, lot),
        opportunity(moment.outlook, lot, forecasts[chosen].threshold_usd)
        if chosen in forecasts
        else None,
    )


def _frozen(moment: Moment, lot: Lot) -> tuple[str, ...]:
    """Why no proposal can come of the lot, where a corporate action waits to be booked."""
    reason = moment.prepared.frozen.get(lot.security_id)
    return (f"Not traded: {reason}",) if reason else ()


def _row(
    moment: Moment,
    place: int,
    lot: Lot,
    forecast: Forecast | None,
    state: str,
) -> LotRow:
    """One line of the ladder; alpha is the lot's loss at the household's rates."""
    quote = moment.outlook.quotes.get(lot.security_id)
    price = quote.last_usd if quote is not None else lot.basis_usd / lot.shares
    gain = lot.unrealized_gain(price)
    worth = float(rates(moment.prepared)[place]) - moment.prepared.tax.exit_rate
    years = moment.prepared.tax.law.long_term_years
    return LotRow(
        lot,
        moment.outlook.securities[lot.security_id],
        moment.prepared.household.account(lot.account_id),
        price,
        (lot.shares * price).quantize(CENT),
        gain,
        term_of(lot, moment.outlook.today, price, years),
        long_from(lot.held_since, years),
        forecast,
        max(0.0, -as_float(gain)) * worth,
        state,
    )


def _state(
    lot: Lot,
    forecasts: Mapping[str, Forecast],
    proposals: Mapping[str, Proposal],
    washed: set[str],
) -> str:
    """Where the lot itself stands; its position may hold others that stand elsewhere."""
    if lot.lot_id in washed:
        return "washed"
    if lot.lot_id in proposals:
        return "flag" if proposals[lot.lot_id].kind == "flag" else "ready"
    said = forecasts.get(lot.lot_id)
    if said is None:
        return "held"
    return "flag" if said.flag else "not_worth_it" if said.ready else "watch"


def _neighbours(moment: Moment, lot: Lot) -> tuple[WashNeighbour, ...]:
    """Trades of identical names in any account within the window of a sale today."""
    household, wash = moment.prepared.household, moment.prepared.wash
    group = wash.identical.group(lot.security_id)
    return tuple(
        _neighbour(moment, trade)
        for trade in sorted(household.trades, key=lambda t: t.traded_on)
        if wash.identical.group(trade.security_id) == group
        and abs((moment.outlook.today - trade.traded_on).days) <= wash.window_days
    )


def _neighbour(moment: Moment, trade: Trade) -> WashNeighbour:
    """One neighbouring trade and what it does."""
    buying = trade.side.value != "sell"
    return WashNeighbour(
        moment.prepared.household.account(trade.account_id).name,
        moment.outlook.securities[trade.security_id].symbol,
        trade.traded_on,
        trade.side.value,
        trade.shares,
        "a loss sold today would be washed by it" if buying else "a purchase may wash this sale",
    )


def _substitutes(moment: Moment, lot: Lot, settings: DecisionSettings) -> tuple[Substitute, ...]:
    """Names by how closely they track, those that may not be bought with the reason."""
    risk, outlook, prepared = moment.outlook.risk, moment.outlook, moment.prepared
    place = outlook.index[lot.security_id]
    covariance = (risk.loadings * risk.factor_variances) @ risk.loadings[place]
    vol = risk.volatility()
    tracking = np.sqrt(np.maximum(vol**2 + vol[place] ** 2 - 2.0 * covariance, 0.0))
    priced = _tracking_usd(moment, place, lot, settings)
    order = [i for i in np.argsort(tracking, kind="stable") if i != place][:MOST_SUBSTITUTES]
    return tuple(
        Substitute(
            outlook.securities[outlook.names[i]],
            float(covariance[i] / (vol[i] * vol[place])),
            float(tracking[i]),
            float(priced * tracking[i] ** 2),
            float(outlook.half_spread[i] * 1e4),
            _refusal(moment, i, place)
            if not prepared.buyable[i] or prepared.group[i] == prepared.group[place]
            else "",
        )
        for i in order
    )


def _tracking_usd(moment: Moment, place: int, lot: Lot, settings: DecisionSettings) -> float:
    """Price of one unit of tracking variance while the lot is replaced and locked out.

    0.5 x risk aversion x (lot's value)^2 / portfolio, for the share of a year of the lock-out.
    """
    held = moment.prepared.columns
    price = np.nan_to_num(moment.outlook.price)
    portfolio = float(np.dot(held.shares, price[held.security]))
    worth = as_float(lot.shares) * float(price[place])
    if portfolio <= 0.0:
        return 0.0
    return 0.5 * settings.risk_aversion * worth**2 / portfolio * settings.lockout_days / 365.0


def _refusal(moment: Moment, name: int, sold: int) -> str:
    """Why a name may not replace another."""
    if moment.prepared.group[name] == moment.prepared.group[sold]:
        return "substantially identical"
    blocked = {b.security_id for b in moment.prepared.blocks if not b.lot_id}
    if moment.outlook.names[name] in blocked:
        return "sold at a loss within 30 days"
    return "not in the target, excluded, or no price"
