"""One household at one moment: what may happen to its lots, and what is worth doing.

Reads like a table of contents: thresholds -> touch forecasts -> ready and flagged lots -> alpha of
each harvest -> proposals -> positions. The market part (``Outlook``) was made once for all.
"""

from collections.abc import Sequence

import numpy as np

from engine.arrays import dollars
from engine.decision.alpha import TradeCosts, value
from engine.decision.harvest import Harvest
from engine.decision.harvest_policy import HarvestTable
from engine.decision.lot_state import LotState, lot_state
from engine.decision.outlook import Outlook
from engine.decision.permitted import permitted
from engine.decision.positions import positions
from engine.decision.prepare import Flags, Prepared, rates, with_decided
from engine.decision.proposals import evaluation_id, flagged, proposed, usd_a_minute
from engine.decision.sectors import sector_probability
from engine.decision.settings import DecisionSettings
from engine.records import ZERO, Lot
from engine.results import Alpha, Evaluation, Forecast, LotSale, Proposal


def evaluate(
    prepared: Prepared,
    outlook: Outlook,
    settings: DecisionSettings,
    table: HarvestTable,
    engine_version: str,
    decided: Sequence[LotSale] = (),
) -> Evaluation:
    """Value one household.

    Args:
        prepared: The household, laid out for the day.
        outlook: The market at the tick.
        settings: Choices of the practice.
        table: Now-or-wait thresholds.
        engine_version: Version of the program, kept for the replay.
        decided: Sales already staged or approved; they count in the bill after and are not
            proposed again.
    """
    counted = with_decided(prepared, decided)
    state = lot_state(counted, outlook, settings, table)
    taken = {sale.lot_id for sale in decided}
    found = _harvests(counted, outlook, settings, state, taken)
    proposals = _proposals(counted, outlook, settings, state, found, taken)
    before = prepared.tax.bill
    return Evaluation(
        evaluation_id=evaluation_id(prepared.household.household_id, outlook, engine_version),
        household_id=prepared.household.household_id,
        as_of=outlook.as_of,
        snapshot_id=outlook.snapshot_id,
        seed=outlook.seed,
        paths=outlook.paths,
        law_version=before.law_version,
        engine_version=engine_version,
        quotes=outlook.quotes,
        forecasts=_forecasts(prepared, outlook, state),
        positions=positions(prepared, outlook, state, found, settings.default_threshold),
        proposals=proposals,
        blocks=prepared.blocks,
        sector_probability=sector_probability(prepared, outlook, settings),
        bill_before=before,
        bill_after=counted.tax.bill,
    )


def _harvests(
    prepared: Prepared,
    outlook: Outlook,
    settings: DecisionSettings,
    state: LotState,
    taken: set[str],
) -> dict[tuple[str, str], Harvest]:
    """Exact value of the most promising harvests, by (account, security)."""
    groups = _groups(prepared, state.ready, taken)
    screened = sorted(groups, key=lambda key: -_screen(prepared, state, groups[key]))
    avoid = np.zeros(len(outlook.names), dtype=np.bool_)
    avoid[prepared.columns.security[state.ready | state.flag]] = True
    allowed = prepared.buyable & ~avoid
    if np.count_nonzero(allowed) < settings.substitutes + 1:
        allowed = prepared.buyable
    found = {}
    for key in screened[: settings.most_proposals]:
        lots = [prepared.lots[i] for i in groups[key]]
        valued = permitted(prepared, outlook, lots, settings, allowed)
        if valued is not None:
            found[key] = valued
    return found


def _groups(prepared: Prepared, chosen: Flags, taken: set[str]) -> dict[tuple[str, str], list[int]]:
    """Chosen lots by account and security."""
    groups: dict[tuple[str, str], list[int]] = {}
    for i in np.flatnonzero(chosen):
        lot = prepared.lots[i]
        if lot.lot_id not in taken:
            groups.setdefault((lot.account_id, lot.security_id), []).append(int(i))
    return groups


def _screen(prepared: Prepared, state: LotState, lots: Sequence[int]) -> float:
    """Loss x rate less what comes back: the order in which harvests are looked at closely."""
    worth = rates(prepared)[list(lots)] - prepared.tax.exit_rate
    return float(np.dot(state.loss[list(lots)], worth))


def _proposals(
    prepared: Prepared,
    outlook: Outlook,
    settings: DecisionSettings,
    state: LotState,
    found: dict[tuple[str, str], Harvest],
    taken: set[str],
) -> tuple[Proposal, ...]:
    """What beats its cost by the minimum, and the flags asking for pre-approval.

    Ordered by net dollars per minute left to decide: of two alike, what runs out first comes first.
    """
    worth = [
        proposed(prepared, outlook, settings, item)
        for item in found.values()
        if item.alpha.net_usd >= settings.minimum_alpha_usd and item.alpha.net_usd > 0
    ]
    for (_, _), lots in _groups(prepared, state.flag, taken).items():
        worth += _flag(prepared, outlook, settings, state, lots)
    return tuple(sorted(worth, key=lambda p: (-usd_a_minute(p), p.proposal_id)))


def _flag(
    prepared: Prepared,
    outlook: Outlook,
    settings: DecisionSettings,
    state: LotState,
    lots: Sequence[int],
) -> list[Proposal]:
    """The harvest that a touch would make, valued at the threshold of its highest lot."""
    at = dollars(float(np.max(state.threshold[list(lots)])))
    chosen: list[Lot] = [prepared.lots[i] for i in lots]
    valued = permitted(prepared, outlook, chosen, settings, prepared.buyable, at)
    if valued is None or valued.alpha.net_usd < settings.minimum_alpha_usd:
        return []
    chance = float(np.min(state.touches.probability[list(lots)]))
    return [flagged(prepared, outlook, settings, valued, chance)]


def _forecasts(prepared: Prepared, outlook: Outlook, state: LotState) -> tuple[Forecast, ...]:
    """One forecast for each taxed lot with a price and a threshold."""
    vol = outlook.vol_annual[prepared.columns.security]
    return tuple(
        Forecast(
            prepared.lots[i].lot_id,
            prepared.lots[i].security_id,
            outlook.window_ends_at,
            outlook.window_hours,
            float(state.threshold[i]),
            bool(state.price[i] <= state.threshold[i]),
            float(state.touches.probability[i]),
            float(state.touches.stderr[i]),
            float(state.touches.next_session[i]),
            float(vol[i]),
            bool(state.flag[i]),
        )
        for i in np.flatnonzero(np.isfinite(state.price) & (state.threshold > 0.0))
    )


def set_alpha(
    prepared: Prepared, proposals: Sequence[Proposal], settings: DecisionSettings
) -> Alpha:
    """All harvests proposed now as one set: one difference of bills, for alphas do not add."""
    harvests = [p for p in proposals if p.kind == "harvest"]
    sales = [sale for p in harvests for sale in p.sales]
    costs = TradeCosts(
        *(
            sum((getattr(p.alpha, name) for p in harvests), ZERO)
            for name in ("spread_usd", "commission_usd", "impact_usd", "tracking_usd")
        )
    )
    return value(prepared.tax, sales, costs, settings.top_rate)
