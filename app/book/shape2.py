"""The second shape: income expected later, securities held apart, corporate actions.

Only new tables, so that no digest of a row that is there changes.
"""

from app.book.shape1 import OF_HOUSEHOLD, SECURITY

_SCRIPT = f"""
CREATE TABLE planned_income ({OF_HOUSEHOLD}, planned_id TEXT NOT NULL, "on" TEXT NOT NULL,
    kind TEXT NOT NULL, amount_cents INTEGER NOT NULL, sd_cents INTEGER NOT NULL,
    note TEXT NOT NULL, PRIMARY KEY (household_id, planned_id)) STRICT;
CREATE TABLE held_apart ({OF_HOUSEHOLD}, members TEXT NOT NULL,
    PRIMARY KEY (household_id, members)) STRICT;
CREATE TABLE corporate_actions (action_id TEXT PRIMARY KEY, security_id {SECURITY},
    effective_on TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL, booked_at TEXT,
    valid_from TEXT NOT NULL) STRICT;
"""


def statements() -> tuple[str, ...]:
    """The statements of this step, in order."""
    return tuple(text.strip() for text in _SCRIPT.split(";\n") if text.strip())
