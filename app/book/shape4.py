"""The fourth shape: what an advisor has signed ahead of time."""

from app.book.shape1 import USER

_SCRIPT = f"""
CREATE TABLE preapprovals (rule_id TEXT PRIMARY KEY,
    household_id TEXT NOT NULL REFERENCES households(household_id), signed_by {USER},
    signed_at TEXT NOT NULL, expires_at TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'fired', 'void', 'revoked')),
    proposal_id TEXT REFERENCES proposals(proposal_id), told TEXT NOT NULL,
    body TEXT NOT NULL) STRICT;
CREATE INDEX preapprovals_open ON preapprovals(household_id) WHERE state = 'open';
"""


def statements() -> tuple[str, ...]:
    """The statements of this step, in order."""
    return tuple(text.strip() for text in _SCRIPT.split(";\n") if text.strip())
