"""Which hard limits of a household a policy's own trades broke, or broke further.

Prices may carry a portfolio past a limit; that is no violation. A trade may not take it past one,
nor further past than it stood at the same prices.
"""

from collections.abc import Callable, Mapping

import numpy as np

from engine.arrays import as_float
from engine.decision.household_tax import results_so_far
from engine.decision.outlook import Floats, Outlook
from engine.proof.shadow_ledger import Carried
from engine.records import Constraint, Household, Lot, Rule, Scope, Side

SLACK = 1e-6


def broken(before: Carried, after: Carried, outlook: Outlook) -> list[str]:
    """Ids of the limits that the trades between the two broke, at the prices of the outlook.

    Args:
        before: The ledger before the fills.
        after: After them.
        outlook: Prices and risk model.
    """
    found = []
    for limit in after.start.constraints:
        if not limit.hard:
            continue
        measure = _MEASURES.get(limit.rule)
        if measure is not None:
            now = measure(after.household, limit, outlook)
            then = measure(before.household, limit, outlook)
            past = now > max(as_float(limit.limit), then) + SLACK
        else:
            past = _forbidden(before, after, limit, outlook)
        if past:
            found.append(limit.constraint_id)
    return found


def _weights(household: Household, outlook: Outlook) -> Floats:
    """Weights of the taxed lots, shape (names,)."""
    taxed = {a.account_id for a in household.accounts if a.kind.taxed}
    held = np.zeros(len(outlook.names))
    for lot in household.lots:
        place = outlook.index.get(lot.security_id)
        if place is not None and lot.account_id in taxed:
            held[place] += as_float(lot.shares)
    value = held * np.nan_to_num(outlook.price)
    total = float(value.sum())
    return value / total if total > 0.0 else value


def _tracking(household: Household, limit: Constraint, outlook: Outlook) -> float:
    """Yearly tracking error against the sleeves' targets."""
    target = np.zeros(len(outlook.names))
    for sleeve in household.sleeves:
        for name, weight in sleeve.target.weights.items():
            if name in outlook.index:
                target[outlook.index[name]] += weight
    total = float(target.sum())
    if total <= 0.0:
        return 0.0
    return float(np.sqrt(outlook.risk.variance(_weights(household, outlook) - target / total)))


def _position(household: Household, limit: Constraint, outlook: Outlook) -> float:
    """Largest weight of the names that the limit speaks of."""
    weights = _weights(household, outlook)
    if limit.scope is Scope.SECURITY:
        place = outlook.index.get(limit.scope_id)
        return float(weights[place]) if place is not None else 0.0
    return float(weights.max(initial=0.0))


def _sector(household: Household, limit: Constraint, outlook: Outlook) -> float:
    """Weight of the sector, or of the largest one."""
    weights: dict[str, float] = {}
    for name, weight in zip(outlook.names, _weights(household, outlook), strict=True):
        sector = outlook.securities[name].sector
        weights[sector] = weights.get(sector, 0.0) + float(weight)
    if limit.scope is Scope.SECTOR:
        return weights.get(limit.scope_id, 0.0)
    return max(weights.values(), default=0.0)


def _net_gain(household: Household, limit: Constraint, outlook: Outlook) -> float:
    """Net result of the tax year so far."""
    found = results_so_far(household, household.profile.year)
    return as_float(found.short_usd + found.long_usd)


_MEASURES: Mapping[Rule, Callable[[Household, Constraint, Outlook], float]] = {
    Rule.TRACKING_ERROR_MAX: _tracking,
    Rule.POSITION_MAX_WEIGHT: _position,
    Rule.SECTOR_MAX_WEIGHT: _sector,
    Rule.NET_GAIN_MAX_USD: _net_gain,
}


def _forbidden(before: Carried, after: Carried, limit: Constraint, outlook: Outlook) -> bool:
    """Whether a new trade did what a yes-or-no limit forbids."""
    trades = after.trades[len(before.trades) :]
    if limit.rule is Rule.NEVER_BUY:
        bought = [t for t in trades if t.side is Side.BUY]
        return any(_speaks(limit, t.account_id, t.security_id, outlook) for t in bought)
    if limit.rule is Rule.NEVER_SELL:
        sold = [t for t in trades if t.side is Side.SELL]
        return any(_speaks(limit, t.account_id, t.security_id, outlook) for t in sold)
    if limit.rule is Rule.MIN_HOLDING_DAYS:
        lots = {lot.lot_id: lot for lot in before.household.lots}
        return any(
            _too_young(lots.get(lot_id), limit, outlook)
            for t in trades
            if t.side is Side.SELL
            for lot_id, _ in t.lots
        )
    return False


def _too_young(lot: Lot | None, limit: Constraint, outlook: Outlook) -> bool:
    """Whether the limit speaks of the lot and it is younger than that."""
    if lot is None or not _speaks(limit, lot.account_id, lot.security_id, outlook):
        return False
    return (outlook.today - lot.acquired_on).days < limit.limit


def _speaks(limit: Constraint, account_id: str, security_id: str, outlook: Outlook) -> bool:
    """Whether the limit speaks of the account and security."""
    security = outlook.securities.get(security_id)
    return {
        Scope.HOUSEHOLD: True,
        Scope.ACCOUNT: limit.scope_id == account_id,
        Scope.SECURITY: limit.scope_id == security_id,
        Scope.SECTOR: security is not None and limit.scope_id == security.sector,
    }[limit.scope]
