"""The first released shape of the book. A shipped step is never edited: the next one is a new file.

Every table is STRICT. Tables of the household hold what is true now, each row with the instant it
became so (``valid_from``); what was true before lies in ``history``. ``audit``, ``history`` and the
event tables are append-only: a trigger refuses to change or remove a row, also by INSERT OR REPLACE
(``recursive_triggers`` makes the delete trigger fire for it).
"""

OF_HOUSEHOLD = """household_id TEXT NOT NULL REFERENCES households(household_id)
        DEFERRABLE INITIALLY DEFERRED,
    position INTEGER NOT NULL, valid_from TEXT NOT NULL"""
_ACCOUNT = "TEXT NOT NULL REFERENCES accounts(account_id) DEFERRABLE INITIALLY DEFERRED"
SECURITY = "TEXT NOT NULL REFERENCES securities(security_id) DEFERRABLE INITIALLY DEFERRED"
USER = "TEXT NOT NULL REFERENCES users(user_id)"

_NOUNS = f"""
CREATE TABLE securities (security_id TEXT PRIMARY KEY, symbol TEXT NOT NULL, name TEXT NOT NULL,
    kind TEXT NOT NULL, sector TEXT NOT NULL, issuer_id TEXT NOT NULL,
    half_spread_bps REAL NOT NULL, adv_usd REAL NOT NULL, cusip TEXT NOT NULL, figi TEXT NOT NULL,
    valid_from TEXT NOT NULL) STRICT;
CREATE TABLE households (household_id TEXT PRIMARY KEY, name TEXT NOT NULL,
    identical TEXT NOT NULL, valid_from TEXT NOT NULL) STRICT;
CREATE TABLE tax_profiles ({OF_HOUSEHOLD}, year INTEGER NOT NULL, filing_status TEXT NOT NULL,
    state TEXT NOT NULL, wages_cents INTEGER NOT NULL, taxable_interest_cents INTEGER NOT NULL,
    ordinary_dividends_cents INTEGER NOT NULL, qualified_dividends_cents INTEGER NOT NULL,
    other_ordinary_cents INTEGER NOT NULL, st_gain_cents INTEGER NOT NULL,
    lt_gain_cents INTEGER NOT NULL, st_carryforward_cents INTEGER NOT NULL,
    lt_carryforward_cents INTEGER NOT NULL, salt_paid_cents INTEGER NOT NULL,
    mortgage_interest_cents INTEGER NOT NULL, charity_cash_cents INTEGER NOT NULL,
    age_head INTEGER NOT NULL, age_spouse INTEGER NOT NULL, local_rate REAL NOT NULL,
    PRIMARY KEY (household_id)) STRICT;
CREATE TABLE horizons ({OF_HOUSEHOLD}, years REAL NOT NULL, discount_rate REAL NOT NULL,
    step_up_probability REAL NOT NULL, PRIMARY KEY (household_id)) STRICT;
CREATE TABLE people ({OF_HOUSEHOLD}, person_id TEXT NOT NULL, name TEXT NOT NULL,
    role TEXT NOT NULL, born_on TEXT, PRIMARY KEY (household_id, person_id)) STRICT;
CREATE TABLE accounts ({OF_HOUSEHOLD}, account_id TEXT PRIMARY KEY, person_id TEXT NOT NULL,
    name TEXT NOT NULL, kind TEXT NOT NULL, custodian TEXT NOT NULL, number TEXT NOT NULL,
    discretionary INTEGER NOT NULL CHECK (discretionary IN (0, 1)),
    reinvest INTEGER NOT NULL CHECK (reinvest IN (0, 1)), lot_method TEXT NOT NULL) STRICT;
CREATE INDEX accounts_of_household ON accounts(household_id);
CREATE TABLE lots ({OF_HOUSEHOLD}, lot_id TEXT PRIMARY KEY, account_id {_ACCOUNT},
    security_id {SECURITY}, shares_e6 INTEGER NOT NULL CHECK (shares_e6 > 0),
    basis_cents INTEGER NOT NULL, acquired_on TEXT NOT NULL, held_since TEXT NOT NULL,
    origin TEXT NOT NULL, wash_adjustment_cents INTEGER NOT NULL, loss_basis_cents INTEGER,
    covered INTEGER NOT NULL CHECK (covered IN (0, 1))) STRICT;
CREATE INDEX lots_of_household ON lots(household_id);
CREATE TABLE targets (target_key TEXT PRIMARY KEY, target_id TEXT NOT NULL, name TEXT NOT NULL,
    as_of TEXT NOT NULL, weights TEXT NOT NULL, exclusions TEXT NOT NULL) STRICT;
CREATE TABLE sleeves ({OF_HOUSEHOLD}, sleeve_id TEXT NOT NULL, name TEXT NOT NULL,
    account_ids TEXT NOT NULL, target_key TEXT NOT NULL REFERENCES targets(target_key),
    PRIMARY KEY (household_id, sleeve_id)) STRICT;
CREATE TABLE cash ({OF_HOUSEHOLD}, account_id {_ACCOUNT}, settled_cents INTEGER NOT NULL,
    unsettled_cents INTEGER NOT NULL, PRIMARY KEY (household_id, account_id)) STRICT;
CREATE TABLE trades ({OF_HOUSEHOLD}, trade_id TEXT NOT NULL, account_id {_ACCOUNT},
    security_id {SECURITY}, side TEXT NOT NULL, shares_e6 INTEGER NOT NULL CHECK (shares_e6 > 0),
    price_e6 INTEGER NOT NULL, traded_on TEXT NOT NULL, seq INTEGER NOT NULL, lots TEXT NOT NULL,
    PRIMARY KEY (household_id, trade_id)) STRICT;
CREATE TABLE realized ({OF_HOUSEHOLD}, sale_id TEXT NOT NULL, lot_id TEXT NOT NULL,
    account_id {_ACCOUNT}, security_id {SECURITY},
    shares_e6 INTEGER NOT NULL CHECK (shares_e6 > 0), proceeds_cents INTEGER NOT NULL,
    basis_cents INTEGER NOT NULL, acquired_on TEXT NOT NULL, held_since TEXT NOT NULL,
    sold_on TEXT NOT NULL, term TEXT NOT NULL, disallowed_cents INTEGER NOT NULL,
    PRIMARY KEY (household_id, sale_id, lot_id)) STRICT;
CREATE TABLE external_assets ({OF_HOUSEHOLD}, asset_id TEXT NOT NULL, name TEXT NOT NULL,
    value_cents INTEGER NOT NULL, basis_cents INTEGER NOT NULL, held_since TEXT NOT NULL,
    security_id TEXT NOT NULL, sector TEXT NOT NULL, as_of TEXT,
    PRIMARY KEY (household_id, asset_id)) STRICT;
CREATE TABLE cash_needs ({OF_HOUSEHOLD}, need_id TEXT NOT NULL, due_on TEXT NOT NULL,
    amount_cents INTEGER NOT NULL, note TEXT NOT NULL, account_id TEXT NOT NULL,
    sd_cents INTEGER NOT NULL, hard INTEGER NOT NULL,
    PRIMARY KEY (household_id, need_id)) STRICT;
CREATE TABLE planned_gains ({OF_HOUSEHOLD}, planned_id TEXT NOT NULL, "on" TEXT NOT NULL,
    term TEXT NOT NULL, amount_cents INTEGER NOT NULL, sd_cents INTEGER NOT NULL,
    note TEXT NOT NULL, PRIMARY KEY (household_id, planned_id)) STRICT;
CREATE TABLE constraints ({OF_HOUSEHOLD}, constraint_id TEXT NOT NULL, rule TEXT NOT NULL,
    limit_e6 INTEGER NOT NULL, scope TEXT NOT NULL, scope_id TEXT NOT NULL, by_on TEXT,
    hard INTEGER NOT NULL, price_e6 INTEGER NOT NULL,
    PRIMARY KEY (household_id, constraint_id)) STRICT;
CREATE TABLE positions (account_id {_ACCOUNT}, security_id {SECURITY},
    shares_e6 INTEGER NOT NULL, price_e6 INTEGER, market_cents INTEGER, basis_cents INTEGER,
    as_of TEXT, gap TEXT NOT NULL, valid_from TEXT NOT NULL,
    PRIMARY KEY (account_id, security_id)) STRICT;
CREATE TABLE transactions (transaction_id TEXT PRIMARY KEY, account_id {_ACCOUNT},
    security_id TEXT NOT NULL, side TEXT, action TEXT NOT NULL, traded_on TEXT NOT NULL,
    settled_on TEXT, shares_e6 INTEGER NOT NULL, price_e6 INTEGER, fees_cents INTEGER NOT NULL,
    amount_cents INTEGER, valid_from TEXT NOT NULL) STRICT;
CREATE TABLE users (user_id TEXT PRIMARY KEY, name TEXT NOT NULL, roles TEXT NOT NULL,
    passphrase TEXT NOT NULL, valid_from TEXT NOT NULL) STRICT;
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE history (kind TEXT NOT NULL, key TEXT NOT NULL, household_id TEXT NOT NULL,
    valid_from TEXT NOT NULL, valid_to TEXT NOT NULL, seq INTEGER NOT NULL, body TEXT,
    PRIMARY KEY (kind, key, seq)) STRICT, WITHOUT ROWID;
CREATE INDEX history_of_household ON history(household_id, valid_to);
"""

_FINDINGS = f"""
CREATE TABLE snapshots (snapshot_id TEXT PRIMARY KEY, at TEXT NOT NULL, quotes TEXT NOT NULL)
    STRICT;
CREATE TABLE evaluations (evaluation_id TEXT PRIMARY KEY,
    household_id TEXT NOT NULL REFERENCES households(household_id), as_of TEXT NOT NULL,
    snapshot_id TEXT NOT NULL REFERENCES snapshots(snapshot_id), seed INTEGER NOT NULL,
    paths INTEGER NOT NULL, law_version TEXT NOT NULL, engine_version TEXT NOT NULL,
    recorded_at TEXT NOT NULL, body TEXT NOT NULL) STRICT;
CREATE INDEX evaluations_of_household ON evaluations(household_id, as_of);
CREATE TABLE forecasts (evaluation_id TEXT NOT NULL REFERENCES evaluations(evaluation_id),
    lot_id TEXT NOT NULL, household_id TEXT NOT NULL, security_id TEXT NOT NULL,
    stamped_at TEXT NOT NULL, window_ends_at TEXT NOT NULL, window_hours REAL NOT NULL,
    threshold_usd REAL NOT NULL, ready INTEGER NOT NULL, probability REAL NOT NULL,
    stderr REAL NOT NULL, next_session REAL NOT NULL, vol_annual REAL NOT NULL,
    flag INTEGER NOT NULL, touched INTEGER CHECK (touched IN (0, 1)), scored_at TEXT,
    PRIMARY KEY (evaluation_id, lot_id)) STRICT;
CREATE INDEX forecasts_to_score ON forecasts(window_ends_at) WHERE touched IS NULL;
CREATE TABLE proposals (proposal_id TEXT PRIMARY KEY,
    household_id TEXT NOT NULL REFERENCES households(household_id),
    evaluation_id TEXT REFERENCES evaluations(evaluation_id), kind TEXT NOT NULL,
    state TEXT NOT NULL, proposed_at TEXT NOT NULL, expires_at TEXT NOT NULL,
    snapshot_id TEXT NOT NULL, net_cents INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
CREATE INDEX proposals_of_household ON proposals(household_id, state);
CREATE TABLE proposal_events (proposal_id TEXT NOT NULL REFERENCES proposals(proposal_id),
    n INTEGER NOT NULL, what TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL,
    user_id {USER}, at TEXT NOT NULL, reason TEXT NOT NULL, edits TEXT,
    PRIMARY KEY (proposal_id, n)) STRICT;
CREATE TABLE orders (order_key TEXT PRIMARY KEY,
    proposal_id TEXT NOT NULL REFERENCES proposals(proposal_id),
    household_id TEXT NOT NULL REFERENCES households(household_id), account_id {_ACCOUNT},
    security_id {SECURITY}, side TEXT NOT NULL, shares_e6 INTEGER NOT NULL CHECK (shares_e6 > 0),
    recommender TEXT NOT NULL CHECK (recommender <> ''), approver {USER}, placed_by {USER},
    discretionary INTEGER NOT NULL CHECK (discretionary IN (0, 1)), entered_at TEXT NOT NULL,
    approved_at TEXT NOT NULL, file_name TEXT NOT NULL, file_sha256 TEXT NOT NULL,
    exported_at TEXT NOT NULL, status TEXT NOT NULL, body TEXT NOT NULL) STRICT;
CREATE INDEX orders_of_household ON orders(household_id);
CREATE TABLE order_events (order_key TEXT NOT NULL REFERENCES orders(order_key),
    kind TEXT NOT NULL, event_id TEXT NOT NULL, n INTEGER NOT NULL, at TEXT NOT NULL,
    shares_e6 INTEGER NOT NULL, price_e6 INTEGER NOT NULL, refers_to TEXT NOT NULL,
    note TEXT NOT NULL, PRIMARY KEY (order_key, kind, event_id)) STRICT;
CREATE TABLE fills (exec_id TEXT PRIMARY KEY, order_key TEXT NOT NULL, filled_at TEXT NOT NULL,
    recorded_at TEXT NOT NULL, body TEXT NOT NULL) STRICT;
CREATE TABLE lot_closes (exec_id TEXT NOT NULL REFERENCES fills(exec_id), lot_id TEXT NOT NULL,
    order_key TEXT NOT NULL REFERENCES orders(order_key), account_id {_ACCOUNT},
    security_id {SECURITY}, shares_e6 INTEGER NOT NULL CHECK (shares_e6 > 0),
    price_e6 INTEGER NOT NULL, proceeds_cents INTEGER NOT NULL, fee_cents INTEGER NOT NULL,
    basis_cents INTEGER NOT NULL, acquired_on TEXT NOT NULL, held_since TEXT NOT NULL,
    closed_at TEXT NOT NULL, confirmed INTEGER NOT NULL, PRIMARY KEY (exec_id, lot_id)) STRICT;
CREATE TABLE lots_bought (exec_id TEXT PRIMARY KEY REFERENCES fills(exec_id),
    order_key TEXT NOT NULL REFERENCES orders(order_key), lot_id TEXT NOT NULL,
    body TEXT NOT NULL) STRICT;
CREATE TABLE imports (import_id TEXT PRIMARY KEY, profile TEXT NOT NULL, file_name TEXT NOT NULL,
    file_sha256 TEXT NOT NULL, as_of TEXT, at TEXT NOT NULL, user_id {USER}, undone_at TEXT,
    body TEXT NOT NULL) STRICT;
CREATE TABLE import_rows (import_id TEXT NOT NULL REFERENCES imports(import_id),
    n INTEGER NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, before TEXT, after TEXT,
    PRIMARY KEY (import_id, n)) STRICT, WITHOUT ROWID;
CREATE TABLE exceptions (exception_id TEXT PRIMARY KEY, kind TEXT NOT NULL,
    opened_at TEXT NOT NULL, body TEXT NOT NULL, resolved_at TEXT, resolved_by TEXT,
    resolution TEXT) STRICT;
CREATE TABLE notes (kind TEXT NOT NULL, version TEXT NOT NULL, at TEXT NOT NULL,
    note TEXT NOT NULL, PRIMARY KEY (kind, version)) STRICT;
"""

_TRAIL = """
CREATE TABLE digests (name TEXT PRIMARY KEY, rows INTEGER NOT NULL, digest TEXT NOT NULL) STRICT;
CREATE TABLE audit (seq INTEGER PRIMARY KEY, at TEXT NOT NULL, mono_ns INTEGER NOT NULL,
    actor TEXT NOT NULL CHECK (actor <> ''), session TEXT NOT NULL, kind TEXT NOT NULL,
    body TEXT NOT NULL, prev TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, seal TEXT) STRICT;
CREATE TRIGGER audit_in_order BEFORE INSERT ON audit
    WHEN new.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM audit)
    BEGIN SELECT raise(ABORT, 'the audit trail is append-only'); END;
"""

APPEND_ONLY = ("audit", "history", "proposal_events", "order_events", "lot_closes", "import_rows")

_TRIGGERS = "".join(
    f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
    f"BEGIN SELECT raise(ABORT, '{table} is append-only'); END;\n"
    for table in APPEND_ONLY
    for verb in ("UPDATE", "DELETE")
)


def statements() -> tuple[str, ...]:
    """The statements of this step, in order."""
    script = _NOUNS + _FINDINGS + _TRAIL
    plain = [text.strip() for text in script.split(";\n") if text.strip() and "TRIGGER" not in text]
    trigger = script[script.index("CREATE TRIGGER") :].strip()
    return (*plain, trigger, *_TRIGGERS.strip().split("\n"))
