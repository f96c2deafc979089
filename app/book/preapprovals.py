"""Rules signed ahead of time: written down once, closed once, with who and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from app.book import findings, users
from app.book.codec import dumps, instant, loads, plain
from app.people import require
from engine.decision.preapproval_terms import PreApproval
from engine.errors import InputError, UserError
from engine.records import UserRole
from engine.results import Evaluation, Proposal

if TYPE_CHECKING:
    from app.book.book import Book

OPEN, FIRED, VOID, REVOKED = "open", "fired", "void", "revoked"


@dataclass(frozen=True, slots=True)
class SignedRule:
    """A rule as it lies in the book.

    Attributes:
        rule: What was signed.
        state: ``open``, ``fired``, ``void`` (it can never fire again) or ``revoked``.
        proposal_id: Proposal that it approved, "" before.
        told: Why it was closed.
    """

    rule: PreApproval
    state: str
    proposal_id: str
    told: str


def signed(
    book: Book, household_id: str | None = None, state: str | None = None
) -> list[SignedRule]:
    """Rules of a household or of all, in the order they were signed."""
    rows = book.connection.execute(
        "SELECT body, state, proposal_id, told FROM preapprovals "
        "WHERE (?1 IS NULL OR household_id=?1) AND (?2 IS NULL OR state=?2) "
        "ORDER BY signed_at, rule_id",
        (household_id, state),
    )
    return [
        SignedRule(loads(PreApproval, body), st, key or "", told) for body, st, key, told in rows
    ]


def sign(book: Book, rule: PreApproval) -> None:
    """Write a signed rule down, with its audit line.

    Raises:
        InputError: It names what the household does not have, or could never fire.
        NotAllowedError: The signer may not approve.
        UserError: The book has a rule of that id.
    """
    require(users.get(book.connection, rule.signed_by), rule.signed_by, UserRole.APPROVE)
    _sound(book, rule)
    facts = {"rule": plain(rule)}
    with book.change("preapproval signed", rule.signed_by, rule.signed_at, **facts) as (work, _):
        if work.get("preapprovals", rule.rule_id) is not None:
            raise UserError(f"rule {rule.rule_id} has been signed already")
        work.append(
            "preapprovals",
            {
                "rule_id": rule.rule_id,
                "household_id": rule.household_id,
                "signed_by": rule.signed_by,
                "signed_at": instant(rule.signed_at),
                "expires_at": instant(rule.expires_at),
                "state": OPEN,
                "proposal_id": None,
                "told": "",
                "body": dumps(rule),
            },
        )


def _sound(book: Book, rule: PreApproval) -> None:
    """Refuse a rule that could not mean anything."""
    household = book.household(rule.household_id)
    mine = [
        lot
        for lot in household.lots
        if (lot.account_id, lot.security_id) == (rule.account_id, rule.security_id)
    ]
    if not mine:
        where = f"{rule.account_id} holds no lot of {rule.security_id}"
        raise InputError("security", rule.security_id, where)
    known = {lot.lot_id for lot in mine}
    for lot_id in rule.lot_ids:
        if lot_id not in known:
            raise InputError("lot", lot_id, f"name a lot of {rule.security_id}, or none for all")
    if rule.most_shares <= 0:
        raise InputError("most-shares", rule.most_shares, "sign for more than 0 shares")
    if rule.minimum_alpha_usd <= 0:
        raise InputError(
            "min-alpha", rule.minimum_alpha_usd, "a harvest must beat its cost: above 0"
        )
    if rule.at_most_usd is None and rule.loss_at_least <= 0:
        raise InputError("price-at-most", "", "sign for a price or for a loss, or for both")
    if rule.expires_at <= rule.signed_at:
        raise InputError("expires", rule.expires_at, "it must lie after the signature")


def close(book: Book, rule_id: str, state: str, user_id: str, at: datetime, why: str) -> None:
    """Revoke a rule, or put away one that can never fire again.

    Raises:
        UserError: There is no such open rule.
    """
    facts = {"rule_id": rule_id, "state": state, "reason": why}
    with book.change("preapproval closed", user_id, at, **facts) as (work, _):
        row = work.get("preapprovals", rule_id)
        if row is None or row["state"] != OPEN:
            raise UserError(f"no open rule {rule_id!r}; `lotlight orders preapprovals` lists them")
        work.put("preapprovals", row | {"state": state, "told": why})


def fire(
    book: Book, rule: PreApproval, evaluation: Evaluation, found: Proposal, at: datetime
) -> Proposal:
    """Approve what a rule fired, in the name of who signed it; the rule is spent by it.

    Evaluation, proposal, approval and the end of the rule are one transaction with one audit line
    that names the rule as the authority.
    """
    facts = {"proposal_id": found.proposal_id, "authority": rule.rule_id, "reason": "pre-approved"}
    signers = int(book.setting("approvals_required", "1"))
    with book.change("approve", rule.signed_by, at, **facts) as (work, _):
        findings.put_evaluation(work, evaluation, stamp=False)
        findings.put_proposal(work, found, evaluation.evaluation_id)
        after = findings.decide(
            work, found.proposal_id, "approve", rule.signed_by,
            reason=f"pre-approved by rule {rule.rule_id}", signers=signers,
        )  # fmt: skip
        row = work.get("preapprovals", rule.rule_id)
        if row is None or row["state"] != OPEN:
            raise UserError(f"rule {rule.rule_id} is not open")
        work.put("preapprovals", row | {"state": FIRED, "proposal_id": found.proposal_id})
    return after
