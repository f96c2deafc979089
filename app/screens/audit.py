"""F8: the log, newest first, and whether its chain holds."""

import json

from app.book import audit
from app.book.book import Book
from engine.errors import UserError
from widgets.views import AuditRow, AuditView, WhyRecord

LINES = 200


def audit_view(seq: int, book: Book, pages: tuple[bytes, ...] = ()) -> AuditView:
    """The last lines of the trail."""
    rows = tuple(
        AuditRow(
            line.seq,
            line.at,
            line.actor,
            line.kind,
            _subject(line.body),
            line.body[:300],
            line.hash[:12],
        )
        for line in book.audit(LINES)
    )
    checked = audit.walk(book.connection, book.chain_key, None)
    at = rows[0].at if rows else None
    return AuditView(seq, rows, chain_ok=not checked.problems, chain_checked_at=at, pages=pages)


def _subject(body: str) -> str:
    """What a line speaks of: the first fact of its body."""
    facts = json.loads(body).get("facts", {})
    return next((f"{key} {value}" for key, value in facts.items() if isinstance(value, str)), "")


def why_record(book: Book, seq: int) -> WhyRecord:
    """What a line of the log rests on: its facts, and the proposal it speaks of.

    Raises:
        UserError: If there is no such line.
    """
    line = next((line for line in book.audit(10_000) if line.seq == seq), None)
    if line is None:
        raise UserError(f"line {seq} is not among the newest 10,000 of the log")
    facts = json.loads(line.body).get("facts", {})
    told = [(_words(key), _value(value)) for key, value in facts.items() if value not in ("", None)]
    if proposal_id := facts.get("proposal_id"):
        told += _proposal_facts(book, proposal_id)
    told.append(("Digest of the line", line.hash))
    return WhyRecord(f"line {seq}, {line.kind.replace('_', ' ')}", tuple(told))


def _proposal_facts(book: Book, proposal_id: str) -> list[tuple[str, str]]:
    """The sum behind a proposal's alpha and the quotes it was built on."""
    proposal, securities = book.proposal(proposal_id), book.securities()
    sold = [f"{s.shares:f} {securities[s.security_id].symbol}" for s in proposal.sales]
    alpha = proposal.alpha
    parts = [
        ("Sales", ", ".join(sold)),
        ("Limit", f"${proposal.limit_usd:,.2f}"),
        ("Net alpha", f"${alpha.net_usd:,.2f}"),
        ("95% band", f"${proposal.alpha_low_usd:,.2f} to ${proposal.alpha_high_usd:,.2f}"),
        ("Saved this year", f"${alpha.tax_now_usd:,.2f}"),
        ("Carried to later years", f"${alpha.carryforward_usd:,.2f}"),
        ("Given back at the exit", f"${alpha.deferred_usd:,.2f}"),
        ("Cost", f"${alpha.cost_usd:,.2f}"),
        ("Snapshot of quotes", proposal.snapshot_id),
    ]
    return parts + [("Because", reason) for reason in proposal.reasons]


def _words(key: str) -> str:
    """A field's name for people."""
    return key.replace("_usd", ", $").replace("_", " ").capitalize()


def _value(value: object) -> str:
    """A fact as one line."""
    return f"{len(value)} entries" if isinstance(value, list) else str(value)
