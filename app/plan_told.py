"""A plan as a document: what to trade, what it is worth, what each limit costs."""

from decimal import Decimal
from math import isfinite
from typing import Any

from app.planning import Planned
from engine.decision.constraints import ConstraintRow, raising
from engine.decision.household_plan import Plan
from engine.decision.need_schedule import Provision

THOUSAND, ONE = Decimal(1000), Decimal(1)


def plan_document(planned: Planned) -> dict[str, Any]:
    """Everything of a plan for ``--json``; money is exact decimals as text, prices are floats."""
    plan = planned.plan
    if plan is None:
        return {"status": "refused", "message": planned.told, "rows": []}
    return {
        "status": plan.status,
        "net_alpha_usd": str(plan.alpha.net_usd),
        "bound_usd": round(plan.bound_usd, 2),
        "gap_usd": round(plan.gap_usd, 2),
        "bill_before_usd": str(plan.bill_before.total_usd),
        "bill_after_usd": str(plan.bill_after.total_usd),
        "tracking_error_before": round(plan.te_before, 6),
        "tracking_error_after": round(plan.te_after, 6),
        "cash_after_usd": str(plan.cash_usd),
        "soft_charge_usd": round(plan.charge_usd, 2),
        "sells": [
            {"lot": s.lot_id, "shares": str(s.shares), "gain_usd": str(s.est_gain_usd), "for": kind}
            for s, kind in zip(plan.sells, plan.kinds, strict=True)
        ],
        "buys": [
            {"security": b.security_id, "account": b.account_id, "shares": str(b.shares)}
            for b in plan.buys
        ],
        "rows": [row_document(row) for row in plan.rows],
        "conflict": list(plan.conflict),
        "ways_out": [
            {"limit": w.limit, "asked": w.asked, "reachable": round(w.reachable, 6)}
            for w in plan.ways_out
        ],
    }


def row_document(row: ConstraintRow) -> dict[str, Any]:
    """One limit: where it stands, whether it binds, what it costs."""
    limit = row.constraint
    return {
        "constraint_id": limit.constraint_id,
        "rule": limit.rule.value,
        "scope": limit.scope.value,
        "scope_id": limit.scope_id,
        "hard": limit.hard,
        "limit": row.limit,
        "used": round(row.used, 6),
        "binding": row.binding,
        "price_usd": round(row.price_usd, 6),
        "unit": row.unit,
        "whole_usd": round(row.whole_usd, 2),
        "charge_usd": round(row.charge_usd, 2),
        "says": said(row),
    }


def need_document(found: Provision) -> dict[str, Any]:
    """A later cash need: raised today or on its day, what each costs; null where it cannot be."""
    costs = {"now_usd": found.now_usd, "on_the_day_usd": found.later_usd}
    return {
        "need_id": found.need.need_id,
        "due_on": found.need.due_on.isoformat(),
        "amount_usd": str(found.need.amount_usd),
        "sell": "now" if found.now else "on_the_day",
        **{name: round(usd, 2) if isfinite(usd) else None for name, usd in costs.items()},
        "risk_usd": round(found.risk_usd, 2),
        "says": found.says,
    }


def said(row: ConstraintRow) -> str:
    """What moving the limit would save: a thousand dollars, or one point or basis point of it."""
    return raising(row, THOUSAND if row.unit.startswith("$") else ONE)


def plan_lines(plan: Plan) -> list[str]:
    """A plan for a person."""
    if plan.status == "infeasible":
        ways = [f"  {w.limit}: asked {w.asked:g}, reachable {w.reachable:g}" for w in plan.ways_out]
        return [f"No trades keep all limits; in conflict: {', '.join(plan.conflict)}", *ways]
    head = (
        f"{len(plan.sells)} sales, {len(plan.buys)} purchases; net alpha "
        f"${plan.alpha.net_usd:,.2f} (at most ${plan.gap_usd:,.0f} below the bound); bill "
        f"${plan.bill_before.total_usd:,.2f} -> ${plan.bill_after.total_usd:,.2f}; tracking error "
        f"{plan.te_before:.2%} -> {plan.te_after:.2%}"
    )
    return [head, *(_line(row) for row in plan.rows)]


def _line(row: ConstraintRow) -> str:
    """One limit in one line."""
    mark = "binding" if row.binding else ""
    return (
        f"  {row.constraint.constraint_id:32} limit {row.limit:>12,.4g}  used {row.used:>12,.4g}  "
        f"{mark:8} {said(row)}"
    )
