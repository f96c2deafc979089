"""A harvest the advisor signs for ahead of time: it fires when its terms are met, or says why not.

A signature is for what it names and no longer than it says. When the terms are met everything is
asked again at the newest quotes: are the lots there, is the price good, would the law wash the
loss, does a limit of the household forbid the sale, is it still worth the minimum. Nothing here
acts; the desk stages what fired.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from engine.decision.harvest import Harvest
from engine.decision.outlook import Outlook
from engine.decision.permitted import permitted
from engine.decision.preapproval_terms import PreApproval
from engine.decision.prepare import Prepared
from engine.decision.settings import DecisionSettings
from engine.records import Lot

FRESH = timedelta(minutes=15)  # an older quote voids the firing, whatever its state says


@dataclass(frozen=True, slots=True)
class Fired:
    """The terms are met: what to sell and buy now, valued at the quotes of now."""

    rule_id: str
    harvest: Harvest


@dataclass(frozen=True, slots=True)
class NotYet:
    """The terms are not met.

    Attributes:
        rule_id: Which rule.
        reason: Why, with the figures.
        void: Whether it can never fire again: expired, or its lots are gone.
    """

    rule_id: str
    reason: str
    void: bool = False


def fires(
    rule: PreApproval,
    prepared: Prepared,
    outlook: Outlook,
    settings: DecisionSettings,
    now: datetime,
) -> Fired | NotYet:
    """Whether a signed rule acts at this moment.

    Args:
        rule: What was signed.
        prepared: The household today, with what is decided counted.
        outlook: The newest quotes.
        settings: Choices of the practice.
        now: The desk's clock, UTC.
    """
    held = {lot.lot_id: i for i, lot in enumerate(prepared.lots)}
    gone = _void(rule, prepared, held, now)
    if gone:
        return NotYet(rule.rule_id, gone, void=True)
    stale = _stale(rule, outlook, now)
    if stale:
        return NotYet(rule.rule_id, stale)
    bid = outlook.quotes[rule.security_id].bid_usd
    if rule.at_most_usd is not None and bid > rule.at_most_usd:
        return NotYet(rule.rule_id, f"the bid {bid} is above the {rule.at_most_usd} signed for")
    chosen, why = _lots(rule, prepared, held, bid)
    if not chosen:
        return NotYet(rule.rule_id, why)
    found = permitted(prepared, outlook, chosen, settings, prepared.buyable)
    if found is None:
        return NotYet(rule.rule_id, "nothing may replace the name today under the limits")
    worth = found.alpha.net_usd
    if worth < rule.minimum_alpha_usd or worth <= 0:
        return NotYet(
            rule.rule_id,
            f"net alpha ${worth:,.2f} is below the ${rule.minimum_alpha_usd:,.2f} signed for",
        )
    return Fired(rule.rule_id, found)


def _void(rule: PreApproval, prepared: Prepared, held: Mapping[str, int], now: datetime) -> str:
    """Why it can never fire again, or ""."""
    if rule.household_id != prepared.household.household_id:
        return f"it was signed for household {rule.household_id}"
    if now < rule.signed_at:
        return f"it is dated {rule.signed_at:%Y-%m-%d %H:%M} UTC, after now"
    if now > rule.expires_at:
        return f"it expired at {rule.expires_at:%Y-%m-%d %H:%M} UTC; sign it again"
    for lot_id in rule.lot_ids:
        if lot_id not in held:
            return f"lot {lot_id} is no longer held; sign for what is"
        lot = prepared.lots[held[lot_id]]
        if (lot.account_id, lot.security_id) != (rule.account_id, rule.security_id):
            return f"lot {lot_id} is not {rule.security_id} in {rule.account_id}"
    return ""


def _stale(rule: PreApproval, outlook: Outlook, now: datetime) -> str:
    """Why the quote may not be acted on, or ""."""
    quote = outlook.quotes.get(rule.security_id)
    if quote is None or rule.security_id not in outlook.index:
        return f"there is no price of {rule.security_id}"
    if not quote.state.actionable:
        return f"the price of {rule.security_id} is {quote.state}"
    if now - quote.known_at > FRESH:
        return f"the price of {rule.security_id} is from {quote.known_at:%H:%M} UTC"
    if now.date() != outlook.as_of.date():
        return "the outlook is of another day"
    return ""


def _lots(
    rule: PreApproval, prepared: Prepared, held: Mapping[str, int], bid: Decimal
) -> tuple[list[Lot], str]:
    """Whole lots that meet the terms, largest loss first, up to the most shares; else why none."""
    named = rule.lot_ids or tuple(
        lot.lot_id
        for lot in prepared.lots
        if (lot.account_id, lot.security_id) == (rule.account_id, rule.security_id)
    )
    why = f"no taxed lot of {rule.security_id} in {rule.account_id}"
    able: list[Lot] = []
    for i in (held[lot_id] for lot_id in named):
        lot = prepared.lots[i]
        said = _refused(rule, prepared, i, bid)
        if said:
            why = said
        else:
            able.append(lot)
    chosen, left = [], rule.most_shares
    for lot in sorted(able, key=lambda x: (x.unrealized_gain(bid), x.lot_id)):
        if lot.shares <= left:
            chosen.append(lot)
            left -= lot.shares
        else:
            why = f"lot {lot.lot_id} holds {lot.shares} shares, more than {left} left to sell"
    return chosen, why


def _refused(rule: PreApproval, prepared: Prepared, place: int, bid: Decimal) -> str:
    """Why this lot is not to be sold now, or ""."""
    lot = prepared.lots[place]
    loss = -lot.unrealized_gain(bid)
    if loss <= 0:
        return f"lot {lot.lot_id} stands at a gain"
    if loss < rule.loss_at_least * lot.basis_usd:
        share = loss / lot.basis_usd
        return f"lot {lot.lot_id} has lost {share:.1%}, {rule.loss_at_least:.1%} is signed for"
    if prepared.kept[place]:
        return f"a limit of the household forbids to sell lot {lot.lot_id}"
    if prepared.wash.replacing(lot, prepared.today):
        return f"a purchase of the last {prepared.wash.window_days} days washes lot {lot.lot_id}"
    return ""
