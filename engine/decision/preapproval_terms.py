"""What an advisor signs ahead of time; apart from what fires it, so that a book loads no kernel."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from engine.records import ZERO


@dataclass(frozen=True, slots=True)
class PreApproval:
    """What was signed.

    Attributes:
        rule_id: Identity in the book.
        household_id: Whose.
        security_id: The name to harvest.
        lot_ids: Lots it may sell; empty = every taxed lot of the name in ``account_id``.
        account_id: Account that sells.
        most_shares: Most shares that may be sold in all.
        minimum_alpha_usd: Net alpha below which it does not fire.
        signed_by: Who signed, ``User.user_id``.
        signed_at: When, UTC.
        expires_at: Until when it may fire, UTC.
        at_most_usd: Fires at a bid at or below this; ``None`` = no price asked.
        loss_at_least: Fires at a loss of at least this fraction of the basis; 0 = any loss.
    """

    rule_id: str
    household_id: str
    security_id: str
    lot_ids: tuple[str, ...]
    account_id: str
    most_shares: Decimal
    minimum_alpha_usd: Decimal
    signed_by: str
    signed_at: datetime
    expires_at: datetime
    at_most_usd: Decimal | None = None
    loss_at_least: Decimal = ZERO


def rule_id_of(rule: PreApproval) -> PreApproval:
    """The rule with an id made of its terms, its signer and the instant of the signature."""
    terms = repr(replace(rule, rule_id="", signed_at=rule.signed_at.replace(microsecond=0)))
    return replace(rule, rule_id=f"R-{hashlib.sha256(terms.encode()).hexdigest()[:12]}")
