"""F8: the log, newest first, and whether its chain holds."""

import json

from app.book import audit
from app.book.book import Book
from widgets.views import AuditRow, AuditView

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
