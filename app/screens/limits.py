"""The constraint matrix as rows: limit, used, and what it speaks of."""

from decimal import Decimal

from app.screens.moment import Moment
from engine.records import Constraint, Rule, Scope
from widgets.views import ConstraintRowView

LABELS = {
    Rule.CASH_NEED_USD: "Raise cash",
    Rule.NET_GAIN_MAX_USD: "Net gain at most",
    Rule.TAX_MAX_USD: "Tax at most",
    Rule.TRACKING_ERROR_MAX: "Tracking error at most",
    Rule.POSITION_MAX_WEIGHT: "Position at most",
    Rule.SECTOR_MAX_WEIGHT: "Sector at most",
    Rule.NEVER_BUY: "Never buy",
    Rule.NEVER_SELL: "Never sell",
    Rule.MIN_HOLDING_DAYS: "Hold at least",
    Rule.MIN_TRADE_USD: "Trade at least",
    Rule.WHOLE_SHARES: "Whole shares only",
    Rule.TURNOVER_MAX: "Turnover at most",
    Rule.CASH_MIN_WEIGHT: "Cash at least",
    Rule.CASH_MAX_WEIGHT: "Cash at most",
    Rule.LOSS_HARVEST_ONLY: "Only harvest losses",
}


def constraint_rows(moment: Moment) -> tuple[ConstraintRowView, ...]:
    """One row for each limit of the household, with what is used of it now."""
    return tuple(
        ConstraintRowView(
            constraint=limit,
            label=LABELS[limit.rule],
            scope=_scope(moment, limit),
            used=_used(moment, limit),
            binding=False,
            shadow_price_usd=Decimal(0),
            as_of=moment.outlook.as_of,
        )
        for limit in moment.prepared.household.constraints
    )


def _scope(moment: Moment, limit: Constraint) -> str:
    """What the limit speaks of, in words."""
    if limit.scope is Scope.HOUSEHOLD:
        return "household"
    if limit.scope is Scope.ACCOUNT:
        return moment.prepared.household.account(limit.scope_id).name
    security = moment.outlook.securities.get(limit.scope_id)
    return limit.scope_id if security is None else security.symbol


def _used(moment: Moment, limit: Constraint) -> Decimal | None:
    """How much of the limit is used; None where nothing is counted against it."""
    base = moment.prepared.tax.base
    if limit.rule is Rule.NET_GAIN_MAX_USD:
        return max(Decimal(0), base.short_usd + base.long_usd)
    if limit.rule is Rule.TAX_MAX_USD:
        return moment.evaluation.bill_before.total_usd
    if limit.rule is Rule.CASH_NEED_USD:
        return sum((c.settled_usd for c in moment.prepared.household.cash), Decimal(0))
    return None
