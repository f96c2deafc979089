"""A harvest that keeps every hard limit of the household, or none.

The wash rule, never buy, never sell and the holding period are kept by what ``prepare`` lays out;
here are the limits that speak of sizes and of the portfolio after the trade. A smaller basket of
replacements is tried before a harvest is given up, since each purchase must reach the smallest
trade by itself.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np

from engine.arrays import as_float
from engine.decision.harvest import Harvest, harvest
from engine.decision.outlook import Floats, Outlook
from engine.decision.prepare import Flags, Prepared
from engine.decision.settings import DecisionSettings
from engine.records import ZERO, Constraint, Lot, Rule, Scope

ROUNDING = 1e-9


def permitted(
    prepared: Prepared,
    outlook: Outlook,
    lots: Sequence[Lot],
    settings: DecisionSettings,
    allowed: Flags,
    price_usd: Decimal | None = None,
) -> Harvest | None:
    """The harvest with the largest basket of replacements that breaks no hard limit.

    Args:
        prepared: The household today.
        outlook: The market now.
        lots: Lots of one security in one account.
        settings: Choices of the practice.
        allowed: Names that may be bought, shape (names,).
        price_usd: Bid to value at; by default that of the quote.

    Returns:
        None where nothing can replace the name or every basket breaks a limit.
    """
    for most in range(settings.substitutes, 0, -1):
        fewer = replace(settings, substitutes=most)
        found = harvest(prepared, outlook, lots, fewer, allowed, price_usd=price_usd)
        if found is None:
            return None
        if not broken_by(prepared, outlook, found):
            return found
    return None


def broken_by(prepared: Prepared, outlook: Outlook, found: Harvest) -> str:
    """The first hard limit that a harvest would break, by its id; "" when it keeps all."""
    hard = [c for c in prepared.household.constraints if c.hard]
    if not hard:
        return ""
    before = weights(prepared, outlook)
    after = before + _change(prepared, outlook, found)
    for limit in hard:
        if not _keeps(limit, prepared, outlook, found, before, after):
            return limit.constraint_id
    return ""


def _keeps(
    limit: Constraint,
    prepared: Prepared,
    outlook: Outlook,
    found: Harvest,
    before: Floats,
    after: Floats,
) -> bool:
    """Whether a harvest keeps one limit; what was beyond it already may not move further away."""
    value = as_float(limit.limit)
    match limit.rule:
        case Rule.MIN_TRADE_USD:
            return all(usd >= limit.limit for usd in _sizes(found))
        case Rule.WHOLE_SHARES if limit.limit:
            traded = [*(s.shares for s in found.sales), *(b.shares for b in found.purchases)]
            return all(q == q.to_integral_value() for q in traded)
        case Rule.LOSS_HARVEST_ONLY if limit.limit:
            return all(s.est_gain_usd <= 0 for s in found.sales)
        case Rule.TURNOVER_MAX:
            return float(np.abs(after - before).sum()) <= value + ROUNDING
        case Rule.POSITION_MAX_WEIGHT:
            mine = _named(limit, outlook)
            over = (after > value + ROUNDING) & (after > before + ROUNDING)
            return not bool(np.any(over & mine))
        case Rule.SECTOR_MAX_WEIGHT:
            mine = _named(limit, outlook)
            now, then = float(before[mine].sum()), float(after[mine].sum())
            return then <= max(value, now) + ROUNDING
        case Rule.TRACKING_ERROR_MAX:
            now, then = (_tracking_error(prepared, outlook, w) for w in (before, after))
            return then <= max(value, now) * (1 + 1e-6)
    return True


def _sizes(found: Harvest) -> list[Decimal]:
    """Dollars of each sale and purchase; the lots of a harvest are sold in one order."""
    sold = sum((s.shares * found.limit_usd for s in found.sales), ZERO)
    return [sold, *(b.shares * b.est_price_usd for b in found.purchases)]


def _named(limit: Constraint, outlook: Outlook) -> Flags:
    """Names a limit speaks of, shape (names,)."""
    if limit.scope is Scope.SECURITY:
        return np.array([name == limit.scope_id for name in outlook.names], dtype=np.bool_)
    if limit.scope is Scope.SECTOR:
        sectors = [outlook.securities[name].sector for name in outlook.names]
        return np.array([sector == limit.scope_id for sector in sectors], dtype=np.bool_)
    return np.ones(len(outlook.names), dtype=np.bool_)


def weights(prepared: Prepared, outlook: Outlook) -> Floats:
    """Weight of each name among the taxed lots, shape (names,)."""
    price = np.nan_to_num(outlook.price)
    columns = prepared.columns
    usd = np.bincount(columns.security, columns.shares, minlength=price.size) * price
    total = float(usd.sum())
    return usd / total if total > 0.0 else usd


def _change(prepared: Prepared, outlook: Outlook, found: Harvest) -> Floats:
    """How a harvest moves the weights, shape (names,)."""
    price = np.nan_to_num(outlook.price)
    columns = prepared.columns
    total = float(np.dot(columns.shares, price[columns.security])) or 1.0
    moved = np.zeros(price.size)
    for sale in found.sales:
        place = outlook.index[sale.security_id]
        moved[place] -= as_float(sale.shares) * price[place] / total
    for bought in found.purchases:
        place = outlook.index[bought.security_id]
        moved[place] += as_float(bought.shares) * price[place] / total
    return moved


def _tracking_error(prepared: Prepared, outlook: Outlook, held: Floats) -> float:
    """Yearly tracking error of weights against the target."""
    active = held - prepared.target
    y = outlook.risk.loadings.T @ active
    variance = outlook.risk.factor_variances @ (y * y)
    return float(np.sqrt(variance + np.sum((outlook.risk.specific_vol * active) ** 2)))
