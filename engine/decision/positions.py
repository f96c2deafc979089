"""Every position of a household as one line: value, alpha, chance, and what stands in the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from engine.arrays import as_float
from engine.decision.harvest import Harvest
from engine.decision.lot_state import LotState
from engine.decision.outlook import Outlook
from engine.decision.prepare import Prepared
from engine.records import CENT, ZERO, Lot
from engine.results import PositionValue


@dataclass(slots=True)
class _Sum:
    """Lots of one account and security, added up."""

    lots: list[Lot] = field(default_factory=list)
    places: list[int] = field(default_factory=list)


def positions(
    prepared: Prepared,
    outlook: Outlook,
    state: LotState,
    found: Mapping[tuple[str, str], Harvest],
) -> tuple[PositionValue, ...]:
    """One line for each account and security held, priced or not, largest value first."""
    place = {lot.lot_id: i for i, lot in enumerate(prepared.lots)}
    groups: dict[tuple[str, str], _Sum] = {}
    for lot in prepared.household.lots:
        group = groups.setdefault((lot.account_id, lot.security_id), _Sum())
        group.lots.append(lot)
        if lot.lot_id in place:
            group.places.append(place[lot.lot_id])
    rows = [_row(key, group, outlook, state, prepared, found) for key, group in groups.items()]
    return tuple(sorted(rows, key=lambda r: (-r.market_usd, r.account_id, r.security_id)))


def _row(
    key: tuple[str, str],
    group: _Sum,
    outlook: Outlook,
    state: LotState,
    prepared: Prepared,
    found: Mapping[tuple[str, str], Harvest],
) -> PositionValue:
    """One position."""
    account_id, security_id = key
    shares = sum((lot.shares for lot in group.lots), ZERO)
    basis = sum((lot.basis_usd for lot in group.lots), ZERO)
    quote = outlook.quotes.get(security_id)
    price = quote.last_usd if quote is not None else ZERO
    market = (shares * price).quantize(CENT) if quote is not None else basis
    valued = found.get(key)
    alpha = valued.alpha if valued is not None else None
    chance = state.touches.probability[group.places]
    return PositionValue(
        account_id,
        security_id,
        len(group.lots),
        shares,
        price,
        market,
        market - basis,
        as_float(alpha.net_usd) if alpha is not None else 0.0,
        as_float(alpha.cost_usd) if alpha is not None else 0.0,
        float(chance.max()) if chance.size else 0.0,
        _state(group, state, prepared, alpha.net_usd if alpha is not None else None, outlook, key),
    )


def _state(
    group: _Sum,
    state: LotState,
    prepared: Prepared,
    net_usd: Decimal | None,
    outlook: Outlook,
    key: tuple[str, str],
) -> str:
    """The one word for where a position stands."""
    places = np.array(group.places, dtype=np.int64)
    if places.size == 0:
        return "held"
    quote = outlook.quotes.get(key[1])
    if quote is None or not quote.state.actionable:
        return "stale"
    if state.ready[places].any():
        return "ready" if net_usd is not None and net_usd > 0 else "not_worth_it"
    if state.flag[places].any():
        return "flag"
    if (prepared.washed[places] & (state.loss[places] > 0.0)).any():
        return "washed"
    return "watch"
