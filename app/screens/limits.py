"""The constraint matrix as rows: limit, used, and what it speaks of."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from app.feeds.quarantine import NEW_YORK
from app.screens.moment import Moment, tracking_error, weights
from engine.arrays import dollars
from engine.errors import UserError
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
    """One row for each limit of the household: used of it now, binding and priced by the plan."""
    planned = moment.planned
    plan = None if planned is None else planned.plan
    solved = {} if plan is None else {row.constraint: row for row in plan.rows}
    conflict = () if plan is None else plan.conflict
    return tuple(
        ConstraintRowView(
            constraint=limit,
            label=LABELS[limit.rule],
            scope=_scope(moment, limit),
            used=_used(moment, limit),
            binding=limit in solved and solved[limit].binding,
            shadow_price_usd=dollars(solved[limit].price_usd if limit in solved else 0.0),
            as_of=moment.outlook.as_of if planned is None else planned.as_of,
            broken="cannot hold together with the others named so"
            if limit.constraint_id in conflict
            else "",
        )
        for limit in moment.prepared.household.constraints
    )


def solved_sentence(moment: Moment) -> str:
    """What the newest plan under the limits comes to; "" before one is there."""
    planned = moment.planned
    if planned is None:
        return ""
    plan = planned.plan
    if plan is None:
        return planned.told
    if plan.status == "infeasible":
        return f"No trades keep all limits: {', '.join(plan.conflict)} cannot hold together."
    at = planned.as_of.astimezone(NEW_YORK)
    return (
        f"Best trades under all limits, solved at {at:%H:%M}: net alpha "
        f"${plan.alpha.net_usd:,.2f}, at most ${plan.gap_usd:,.0f} below the bound; tracking error "
        f"{plan.te_before:.2%} -> {plan.te_after:.2%}."
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
    match limit.rule:
        case Rule.NET_GAIN_MAX_USD:
            return max(Decimal(0), base.short_usd + base.long_usd)
        case Rule.TAX_MAX_USD:
            return moment.evaluation.bill_before.total_usd
        case Rule.CASH_NEED_USD:
            return sum((c.settled_usd for c in moment.prepared.household.cash), Decimal(0))
        case Rule.TRACKING_ERROR_MAX:
            return _share(tracking_error(moment))
        case Rule.POSITION_MAX_WEIGHT:
            return _share(float(_held(moment, limit).max(initial=0.0)))
        case Rule.SECTOR_MAX_WEIGHT:
            return _share(float(_held(moment, limit).sum()))
    return None


def _held(moment: Moment, limit: Constraint) -> NDArray[np.float64]:
    """Weights of the taxed lots that a limit speaks of."""
    outlook, held = moment.outlook, weights(moment)
    if limit.scope is Scope.SECURITY:
        return held[[name == limit.scope_id for name in outlook.names]]
    if limit.scope is Scope.SECTOR:
        return held[[outlook.securities[n].sector == limit.scope_id for n in outlook.names]]
    return held


def _share(value: float | None) -> Decimal | None:
    """A fraction as it is shown."""
    return None if value is None else Decimal(str(round(value, 6)))


@dataclass(slots=True)
class LimitEdits:
    """Earlier and later states of a household's limits, for undo and redo."""

    past: list[tuple[Constraint, ...]] = field(default_factory=list)
    future: list[tuple[Constraint, ...]] = field(default_factory=list)

    def change(self, now: tuple[Constraint, ...]) -> None:
        """The limits are about to be changed from what they are now."""
        self.past.append(now)
        self.future.clear()

    def undo(self, now: tuple[Constraint, ...]) -> tuple[Constraint, ...]:
        """The limits before the last change; as they are when there was none."""
        if not self.past:
            return now
        self.future.append(now)
        return self.past.pop()

    def redo(self, now: tuple[Constraint, ...]) -> tuple[Constraint, ...]:
        """The limits after the change that was taken back last."""
        if not self.future:
            return now
        self.past.append(now)
        return self.future.pop()


def edited(
    limits: Sequence[Constraint], constraint_id: str, limit: Decimal, hard: bool
) -> tuple[Constraint, ...]:
    """The limits with one of them set to another value."""
    return tuple(
        replace(row, limit=limit, hard=hard) if row.constraint_id == constraint_id else row
        for row in limits
    )


def added(
    moment: Moment, limits: Sequence[Constraint], rule: Rule, scope: str, limit: Decimal
) -> tuple[Constraint, ...]:
    """The limits with a new one.

    Raises:
        UserError: If the scope is no account, symbol or sector of the household.
    """
    kind, scope_id = _meant(moment, scope.strip())
    made = Constraint(f"limit-{uuid4().hex[:12]}", rule, limit, kind, scope_id)
    return (*limits, made)


def _meant(moment: Moment, words: str) -> tuple[Scope, str]:
    """What a typed scope means: nothing, an account, a symbol or a sector."""
    if not words or words.casefold() == "household":
        return Scope.HOUSEHOLD, ""
    for account in moment.prepared.household.accounts:
        if words.casefold() in (account.account_id.casefold(), account.name.casefold()):
            return Scope.ACCOUNT, account.account_id
    for security in moment.outlook.securities.values():
        if words.casefold() in (security.symbol.casefold(), security.security_id.casefold()):
            return Scope.SECURITY, security.security_id
    sectors = {s.sector for s in moment.outlook.securities.values() if s.sector}
    for sector in sectors:
        if words.casefold() == sector.casefold():
            return Scope.SECTOR, sector
    raise UserError(
        f"{words} is no account, symbol or sector of this household; leave it empty for the whole "
        f"household, or name a sector: {', '.join(sorted(sectors))}"
    )
