"""Every position of a household as one line: value, alpha, chance, and what stands in the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
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
    threshold: float,
) -> tuple[PositionValue, ...]:
    """One line for each account and security held, priced or not, largest value first.

    Args:
        prepared: The household.
        outlook: The market at the tick.
        state: Its taxed lots.
        found: Harvests by account and security.
        threshold: Loss, as a fraction of basis, that a position as a whole is watched for.
    """
    place = {lot.lot_id: i for i, lot in enumerate(prepared.lots)}
    groups: dict[tuple[str, str], _Sum] = {}
    for lot in prepared.household.lots:
        group = groups.setdefault((lot.account_id, lot.security_id), _Sum())
        group.lots.append(lot)
        if lot.lot_id in place:
            group.places.append(place[lot.lot_id])
    rows = [_row(key, group, outlook, state, prepared, found) for key, group in groups.items()]
    rows = _whole(rows, outlook, threshold)
    return tuple(sorted(rows, key=lambda r: (-r.market_usd, r.account_id, r.security_id)))


def _whole(rows: list[PositionValue], outlook: Outlook, threshold: float) -> list[PositionValue]:
    """The rows with the chance that each position's loss as a whole reaches the threshold.

    All lots of a position share one price, so the whole touches where that price falls to
    (1 - threshold) of the mean basis a share.
    """
    places = [i for i, row in enumerate(rows) if row.security_id in outlook.index and row.shares]
    name = np.array([outlook.index[rows[i].security_id] for i in places], dtype=np.int64)
    basis = np.array([as_float(rows[i].market_usd - rows[i].unrealized_usd) for i in places])
    shares = np.array([as_float(rows[i].shares) for i in places])
    with np.errstate(divide="ignore", invalid="ignore"):
        barrier = np.log(basis * (1.0 - threshold) / (shares * outlook.price[name]))
    known = np.isfinite(barrier)
    chance = outlook.touches(name, np.where(known, barrier, -np.inf)).probability
    found = list(rows)
    for i, p in zip(places, np.where(known, chance, 0.0), strict=True):
        found[i] = replace(rows[i], whole_probability=float(p))
    return found


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
