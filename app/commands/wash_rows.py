"""Rows of `lotlight wash-sales --json`: the engine's findings as plain numbers and text."""

from __future__ import annotations

from typing import Any

from engine.law.broker_view import TwoViews, View
from engine.law.form_8949 import Row8949
from engine.law.holding import long_from
from engine.wash_results import OpenLot, WashFinding, WashLine


def line_row(line: WashLine) -> dict[str, Any]:
    """A sale line."""
    sold = line.realized
    return {
        "sell": sold.sale_id,
        "lot": sold.lot_id,
        "qty": float(sold.shares),
        "proceeds": float(sold.proceeds_usd),
        "basis": float(sold.basis_usd),
        "gain": float(line.gain_usd),
        "disallowed": float(sold.disallowed_usd),
        "lost": float(line.lost_usd),
        "term": str(sold.term),
        "matches": [[match.purchase_id, float(match.shares)] for match in line.matches],
        "reported": float(sold.recognized_usd),
    }


def lot_row(found: OpenLot) -> dict[str, Any]:
    """Shares still held."""
    lot = found.lot
    return {
        "lot": found.purchase_id,
        "account": lot.account_id,
        "qty": float(lot.shares),
        "basis_per_share": float(lot.basis_usd / lot.shares),
        "holding_start": lot.held_since.isoformat(),
        "long_from": long_from(lot.held_since).isoformat(),
    }


def finding_row(finding: WashFinding, household: str) -> dict[str, Any]:
    """What the rule did to one loss, and why."""
    sold = finding.line.realized
    return {
        "sell": sold.sale_id,
        "lot": sold.lot_id,
        "household": household,
        "account": sold.account_id,
        "symbol": sold.security_id,
        "status": str(finding.status),
        "confidence": str(finding.confidence),
        "rule": finding.rule,
        "citation": finding.citation,
        "loss": float(finding.loss_usd),
        "deferred": float(finding.deferred_usd),
        "lost": float(finding.line.lost_usd),
        "allowed": float(finding.allowed_usd),
        "words": finding.words,
        "safe_from": finding.safe_from.isoformat(),
        "at_risk": finding.at_risk,
        "crosses_year_end": finding.crosses_year_end,
        "reviews": list(finding.reviews),
    }


def views_row(views: TwoViews) -> dict[str, Any]:
    """A sale of a lot as the broker will report it, and as the return must."""
    return {
        "sell": views.sale_id,
        "lot": views.lot_id,
        "account": views.account_id,
        "qty": float(views.shares),
        "proceeds": float(views.proceeds_usd),
        "broker": _view(views.broker),
        "taxpayer": _view(views.taxpayer),
        "difference": float(views.difference_usd),
        "agrees": views.agrees,
    }


def _view(view: View) -> dict[str, float]:
    """One side of a sale."""
    return {
        "basis": float(view.basis_usd),
        "disallowed": float(view.disallowed_usd),
        "short": float(view.st_gain_usd),
        "long": float(view.lt_gain_usd),
    }


def form_row(row: Row8949) -> dict[str, Any]:
    """A row of Form 8949, by the letters of its columns."""
    return {
        "box": row.box,
        "a": row.description,
        "b": row.acquired_on.isoformat(),
        "c": row.sold_on.isoformat(),
        "d": float(row.proceeds_usd),
        "e": float(row.basis_usd),
        "f": row.code,
        "g": float(row.adjustment_usd),
        "h": float(row.gain_usd),
        "note": row.note,
    }
