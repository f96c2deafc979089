"""The third shape: shadow periods, kept as they were shown and never edited."""


def statements() -> tuple[str, ...]:
    """The statements of this step, in order."""
    return (
        "CREATE TABLE shadow_periods (period_id TEXT PRIMARY KEY, kept_at TEXT NOT NULL, "
        "simulated INTEGER NOT NULL CHECK (simulated IN (0, 1)), days INTEGER NOT NULL, "
        "body TEXT NOT NULL) STRICT",
        "CREATE TRIGGER shadow_periods_stay BEFORE UPDATE ON shadow_periods "
        "BEGIN SELECT RAISE(ABORT, 'shadow periods are evidence: never edited'); END",
        "CREATE TRIGGER shadow_periods_are_kept BEFORE DELETE ON shadow_periods "
        "BEGIN SELECT RAISE(ABORT, 'shadow periods are evidence: never removed'); END",
    )
