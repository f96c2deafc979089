"""A proposal priced again at the moment of its approval.

Approving acts on the snapshot that was shown; between that and the signature prices move, lots are
sold and purchases settle. What is stale or no longer lawful is refused. What has become worth less
than the band shown is said, and takes a second yes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from engine.decision.harvest import Harvest
from engine.decision.outlook import Outlook
from engine.decision.permitted import permitted
from engine.decision.prepare import Prepared
from engine.decision.proposals import reasons
from engine.decision.settings import DecisionSettings
from engine.law import wash_lookahead
from engine.records import Lot
from engine.results import Proposal


@dataclass(frozen=True, slots=True)
class Recheck:
    """What the proposal is worth now.

    Attributes:
        proposal_id: Which.
        shown_usd: Net alpha when it was proposed.
        now_usd: Net alpha now; equals ``shown_usd`` where it could not be priced.
        refused: Why it may not be approved, "" when it may.
        worse: What has become worse, "" when nothing has.
    """

    proposal_id: str
    shown_usd: Decimal
    now_usd: Decimal
    refused: str = ""
    worse: str = ""


def recheck(
    prepared: Prepared,
    outlook: Outlook,
    settings: DecisionSettings,
    proposal: Proposal,
    now: datetime,
) -> Recheck:
    """Price a proposal at the newest quotes and hold it against the law as of today."""
    shown = proposal.alpha.net_usd
    refused = _expired(proposal, now) or _prices(proposal, outlook)
    lots = {lot.lot_id: lot for lot in prepared.household.lots}
    refused = refused or _frozen(prepared, proposal) or _held(proposal, lots)
    refused = refused or _washed(prepared, proposal)
    if refused:
        return Recheck(proposal.proposal_id, shown, shown, refused=refused)
    if proposal.kind == "flag":
        return Recheck(proposal.proposal_id, shown, shown)
    chosen = [lots[sale.lot_id] for sale in proposal.sales]
    found = permitted(prepared, outlook, chosen, settings, prepared.buyable)
    return Recheck(
        proposal.proposal_id,
        shown,
        shown if found is None else found.alpha.net_usd,
        refused="" if found is not None else "nothing may replace the name today under the limits",
        worse="" if found is None else _worse(proposal, found),
    )


def edited(
    prepared: Prepared,
    outlook: Outlook,
    settings: DecisionSettings,
    proposal: Proposal,
    lot_ids: Sequence[str],
) -> Proposal | None:
    """The proposal with only some of its lots, valued anew; None where nothing can replace them.

    A flag keeps the price it was valued at; anything else is valued at the newest bid.
    """
    lots = [lot for lot in prepared.household.lots if lot.lot_id in set(lot_ids)]
    price = proposal.limit_usd if proposal.kind == "flag" else None
    found = permitted(prepared, outlook, lots, settings, prepared.buyable, price)
    if found is None:
        return None
    kept = f"Edited: {len(found.sales)} of {len(proposal.sales)} lots are kept."
    return replace(
        proposal,
        sales=found.sales,
        purchases=found.purchases,
        alpha=found.alpha,
        alpha_low_usd=found.low_usd,
        alpha_high_usd=found.high_usd,
        limit_usd=found.limit_usd,
        reasons=(kept, *reasons(prepared, found)),
    )


def _expired(proposal: Proposal, now: datetime) -> str:
    """Whether its time is over."""
    if now <= proposal.expires_at:
        return ""
    return f"it expired at {proposal.expires_at:%H:%M} UTC; take the newest proposal instead"


def _prices(proposal: Proposal, outlook: Outlook) -> str:
    """Whether a price it rests on may not be acted on."""
    wanted = {sale.security_id for sale in proposal.sales}
    wanted |= {purchase.security_id for purchase in proposal.purchases}
    for security_id in sorted(wanted):
        quote = outlook.quotes.get(security_id)
        if quote is None or not quote.state.actionable:
            state = "missing" if quote is None else quote.state
            return f"the price of {security_id} is {state}; wait for a good one"
    return ""


def _frozen(prepared: Prepared, proposal: Proposal) -> str:
    """Whether a name of it waits for a corporate action to be booked."""
    names = [sale.security_id for sale in proposal.sales]
    names += [purchase.security_id for purchase in proposal.purchases]
    return next((f"{x}: {prepared.frozen[x]}" for x in names if x in prepared.frozen), "")


def _held(proposal: Proposal, lots: dict[str, Lot]) -> str:
    """Whether every lot is still there in the shares proposed."""
    for sale in proposal.sales:
        lot = lots.get(sale.lot_id)
        if lot is None or lot.shares < sale.shares:
            return f"lot {sale.lot_id} is no longer held in {sale.shares} shares"
    return ""


def _washed(prepared: Prepared, proposal: Proposal) -> str:
    """Whether a purchase would now wash a sale, or a purchase of it spoil an earlier loss."""
    for sale in proposal.sales:
        lot = prepared.wash.lot(sale.lot_id)
        if sale.est_gain_usd < 0 and prepared.wash.replacing(lot, prepared.today):
            return f"a purchase of the last {prepared.wash.window_days} days washes {sale.lot_id}"
    for purchase in proposal.purchases:
        spoiled = wash_lookahead.would_be_spoiled_by(prepared.wash, purchase, prepared.today)
        if spoiled:
            lost = sum(x.disallowed_usd for x in spoiled)
            return f"buying {purchase.security_id} would wash ${lost:,.2f} of an earlier loss"
    return ""


def _worse(proposal: Proposal, found: Harvest) -> str:
    """Whether it is worth less than the band that was shown."""
    now = found.alpha.net_usd
    if now >= proposal.alpha_low_usd:
        return ""
    return (
        f"it got worse: ${now:,.2f} net alpha now, ${proposal.alpha.net_usd:,.2f} when shown "
        f"(95 % band from ${proposal.alpha_low_usd:,.2f})"
    )
