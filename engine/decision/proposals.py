"""Proposals as an advisor reads them: reasons first, a limit price, and when they run out.

Ids are digests of what the proposal was made from, so that a replay gives the same ids.
"""

import hashlib
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from engine.decision.harvest import Harvest
from engine.decision.outlook import Outlook
from engine.decision.preapproval_terms import PreApproval
from engine.decision.prepare import Prepared
from engine.decision.settings import DecisionSettings
from engine.records import ZERO, Term
from engine.results import Alpha, Proposal


def digest(*parts: object) -> str:
    """Sixteen hex digits that stand for the parts."""
    return hashlib.sha256("|".join(str(part) for part in parts).encode()).hexdigest()[:16]


def evaluation_id(household_id: str, outlook: Outlook, engine_version: str) -> str:
    """Identity of an evaluation: whose, on which quotes, with which seed and program."""
    return digest("evaluation", household_id, outlook.snapshot_id, outlook.seed, engine_version)


def proposed(
    prepared: Prepared, outlook: Outlook, settings: DecisionSettings, found: Harvest
) -> Proposal:
    """A harvest that is ready now."""
    return _proposal(prepared, outlook, settings, found, "harvest", 1.0, reasons(prepared, found))


def flagged(
    prepared: Prepared,
    outlook: Outlook,
    settings: DecisionSettings,
    found: Harvest,
    probability: float,
) -> Proposal:
    """A harvest that a likely touch would make; it asks for pre-approval."""
    hours = f"{outlook.window_hours:.1f} session hours"
    end = " (to the close)" if outlook.to_close else ""
    told = (
        f"{probability:.0%} chance to touch {found.limit_usd} within {hours}{end}; "
        "not there yet: a signed pre-approval acts when it is.",
        *reasons(prepared, found),
    )
    return _proposal(prepared, outlook, settings, found, "flag", probability, told)


def preapproved(
    prepared: Prepared,
    outlook: Outlook,
    settings: DecisionSettings,
    found: Harvest,
    rule: PreApproval,
) -> Proposal:
    """A harvest that a signed rule has fired; the rule is its authority."""
    told = (
        f"Pre-approved: rule {rule.rule_id}, signed by {rule.signed_by} on "
        f"{rule.signed_at:%Y-%m-%d %H:%M} UTC, fired at a bid of {found.limit_usd}; lots, wash "
        "rules, limits and value were asked again.",
        *reasons(prepared, found),
    )
    made = _proposal(prepared, outlook, settings, found, "harvest", 1.0, told)
    return replace(made, proposal_id=digest(made.proposal_id, rule.rule_id))


def _proposal(
    prepared: Prepared,
    outlook: Outlook,
    settings: DecisionSettings,
    found: Harvest,
    kind: str,
    probability: float,
    reasons: tuple[str, ...],
) -> Proposal:
    """Put the proposal together."""
    lots = ",".join(f"{sale.lot_id}:{sale.shares}" for sale in found.sales)
    household = prepared.household.household_id
    expires = outlook.as_of + timedelta(minutes=settings.proposal_minutes)
    return Proposal(
        proposal_id=digest(kind, household, lots, outlook.snapshot_id, outlook.seed),
        household_id=household,
        sales=found.sales,
        purchases=found.purchases,
        alpha=found.alpha,
        alpha_low_usd=found.low_usd,
        alpha_high_usd=found.high_usd,
        probability=probability,
        kind=kind,
        reasons=reasons,
        binding="",
        limit_usd=found.limit_usd,
        proposed_at=outlook.as_of,
        expires_at=min(expires, max(outlook.window_ends_at, outlook.as_of)),
        snapshot_id=outlook.snapshot_id,
    )


def usd_a_minute(proposal: Proposal) -> Decimal:
    """Net dollars for each minute left to decide, a minute at least; of a flag what is expected."""
    left = Decimal((proposal.expires_at - proposal.proposed_at).total_seconds()) / 60
    expected = proposal.alpha.net_usd * Decimal(str(proposal.probability))
    return expected / max(left, Decimal(1))


def reasons(prepared: Prepared, found: Harvest) -> tuple[str, ...]:
    """Why it is worth doing, in the order an advisor asks."""
    loss = -sum((sale.est_gain_usd for sale in found.sales), ZERO)
    alpha = found.alpha
    return (
        f"A loss of ${loss:,.2f} ({_terms(found)}) saves ${alpha.tax_now_usd:,.2f} of this year's "
        f"bill and ${alpha.carryforward_usd:,.2f} carried to later years.",
        f"The lower basis gives back ${alpha.deferred_usd:,.2f} at the exit in "
        f"{prepared.household.horizon.years:g} years (present value).",
        f"It costs ${alpha.cost_usd:,.2f}: {_costs(alpha)}.",
        f"The replacement tracks the name sold with {found.tracking_error:.1%} a year.",
        f"Others would claim ${alpha.others_claim_usd:,.2f} (loss x top rate).",
    )


def _terms(found: Harvest) -> str:
    """Short-term, long-term or both."""
    terms = {sale.term for sale in found.sales}
    if len(terms) == 2:
        return "short- and long-term"
    return "long-term" if Term.LONG in terms else "short-term"


def _costs(alpha: Alpha) -> str:
    """The costs above zero, in words."""
    named: tuple[tuple[str, Decimal], ...] = (
        ("spread", alpha.spread_usd),
        ("commission", alpha.commission_usd),
        ("impact", alpha.impact_usd),
        ("tracking while locked out", alpha.tracking_usd),
        ("the later choice given up", alpha.option_usd),
        ("expected wash sales", alpha.wash_drag_usd),
    )
    return ", ".join(f"{name} ${amount:,.2f}" for name, amount in named if amount) or "nothing"
