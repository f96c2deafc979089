"""What the engine found, kept so that it can be shown and run again.

Quote snapshots, evaluations, forecasts (stamped before the fact, scored after it), and proposals
with every decision on them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from app.blotter import proposal_step
from app.book.change import Change
from app.book.codec import canonical, dumps, instant, loads, plain, read_instant
from app.book.connect import Connection
from engine.errors import UserError
from engine.records import Quote
from engine.results import Evaluation, Forecast, Proposal, ProposalState

_KEPT_APART = frozenset({"quotes", "forecasts", "positions", "proposals"})
_FORECAST = (
    "lot_id, security_id, window_ends_at, window_hours, threshold_usd, ready, probability, "
    "stderr, next_session, vol_annual, flag"
)


class UnknownProposalError(UserError):
    """The book has no such proposal."""

    def __init__(self, proposal_id: str) -> None:
        """Name it."""
        super().__init__(
            f"the book has no proposal {proposal_id!r}; `lotlight orders list` shows them"
        )


@dataclass(frozen=True, slots=True)
class StampedForecast:
    """A forecast as it was written down before the fact, and what came of it.

    Attributes:
        evaluation_id: Evaluation that made it.
        household_id: Whose lot.
        stamped_at: Instant of the quotes it was made on, UTC.
        forecast: What was said.
        touched: Whether the threshold was touched; ``None`` until it is scored.
    """

    evaluation_id: str
    household_id: str
    stamped_at: datetime
    forecast: Forecast
    touched: bool | None


@dataclass(frozen=True, slots=True)
class Decision:
    """One step on a proposal's way, as it was written down."""

    proposal_id: str
    what: str
    before: ProposalState
    after: ProposalState
    user_id: str
    at: datetime
    reason: str
    edits: str | None


def put_snapshot(
    change: Change, snapshot_id: str, quotes: Mapping[str, Quote], at: datetime
) -> None:
    """Keep the quotes of a snapshot, once."""
    if change.get("snapshots", snapshot_id) is None:
        row = {"snapshot_id": snapshot_id, "at": instant(at), "quotes": dumps(dict(quotes))}
        change.append("snapshots", row)


def snapshot(connection: Connection, snapshot_id: str) -> dict[str, Quote]:
    """Quotes of a snapshot.

    Raises:
        UserError: The book does not have it.
    """
    row = connection.execute(
        "SELECT quotes FROM snapshots WHERE snapshot_id=?", (snapshot_id,)
    ).fetchone()
    if row is None:
        raise UserError(f"the book has no quote snapshot {snapshot_id!r}")
    return loads(dict[str, Quote], row[0])


def newest_snapshot(connection: Connection, as_of: datetime | None) -> tuple[str, datetime] | None:
    """Id and instant of the newest snapshot, at or before an instant where one is given."""
    row = connection.execute(
        "SELECT snapshot_id, at FROM snapshots WHERE ?1 IS NULL OR at <= ?1 "
        "ORDER BY at DESC, snapshot_id LIMIT 1",
        (None if as_of is None else instant(as_of),),
    ).fetchone()
    return None if row is None else (row[0], read_instant(row[1]))


def put_evaluation(change: Change, found: Evaluation, *, stamp: bool) -> None:
    """Keep an evaluation's inputs, bills and blocks, its flags and its proposals.

    With ``stamp`` all forecasts are kept. What the book has already is left as it is.
    """
    put_snapshot(change, found.snapshot_id, found.quotes, found.as_of)
    if change.get("evaluations", found.evaluation_id) is None:
        change.append("evaluations", _evaluation_row(found, change.at))
    _note_versions(change, found)
    for forecast in found.forecasts:
        key = (found.evaluation_id, forecast.lot_id)
        if (stamp or forecast.flag) and change.get("forecasts", *key) is None:
            change.append("forecasts", _forecast_row(found, forecast))
    for proposal in found.proposals:
        put_proposal(change, proposal, found.evaluation_id)


def put_proposal(change: Change, proposal: Proposal, evaluation_id: str) -> None:
    """Keep a proposal, once."""
    if change.get("proposals", proposal.proposal_id) is None:
        change.append("proposals", _proposal_row(proposal, evaluation_id))


def _note_versions(change: Change, found: Evaluation) -> None:
    """Note since when the practice works under a law and with a program."""
    for kind, version in (("law", found.law_version), ("engine", found.engine_version)):
        if change.get("notes", kind, version) is None:
            row = {"kind": kind, "version": version, "at": instant(change.at)}
            change.append("notes", row | {"note": found.evaluation_id})


def versions(connection: Connection) -> tuple[tuple[str, str, datetime], ...]:
    """(``law`` or ``engine``, version, first used at), in the order of first use."""
    rows = connection.execute("SELECT kind, version, at FROM notes ORDER BY at, kind, version")
    return tuple((kind, version, read_instant(at)) for kind, version, at in rows)


def _evaluation_row(found: Evaluation, at: datetime) -> dict[str, Any]:
    names = ("household_id", "snapshot_id", "seed", "paths", "law_version", "engine_version")
    rest = {
        name: plain(getattr(found, name))
        for name in found.__dataclass_fields__
        if name not in _KEPT_APART
    }
    return {
        "evaluation_id": found.evaluation_id,
        **{name: getattr(found, name) for name in names},
        "as_of": instant(found.as_of),
        "recorded_at": instant(at),
        "body": canonical(rest),
    }


def _forecast_row(found: Evaluation, forecast: Forecast) -> dict[str, Any]:
    return {
        **plain(forecast),
        "ready": int(forecast.ready),
        "flag": int(forecast.flag),
        "evaluation_id": found.evaluation_id,
        "household_id": found.household_id,
        "stamped_at": instant(found.as_of),
        "touched": None,
        "scored_at": None,
    }


def _proposal_row(proposal: Proposal, evaluation_id: str | None) -> dict[str, Any]:
    return {
        "proposal_id": proposal.proposal_id,
        "household_id": proposal.household_id,
        "evaluation_id": evaluation_id,
        "kind": proposal.kind,
        "state": proposal.state.value,
        "proposed_at": instant(proposal.proposed_at),
        "expires_at": instant(proposal.expires_at),
        "snapshot_id": proposal.snapshot_id,
        "net_cents": int(proposal.alpha.net_usd.scaleb(2)),
        "body": dumps(proposal),
    }


def forecasts(
    connection: Connection, *, scored: bool, ended_by: datetime | None = None
) -> tuple[StampedForecast, ...]:
    """Stamped forecasts, scored or still to score (whose window has ended by then)."""
    state = "NOT NULL" if scored else "NULL"
    rows = connection.execute(
        f"SELECT evaluation_id, household_id, stamped_at, touched, {_FORECAST} FROM forecasts "  # noqa: S608
        f"WHERE touched IS {state} AND window_ends_at <= ? "
        "ORDER BY stamped_at, evaluation_id, lot_id",
        ("9" if ended_by is None else instant(ended_by),),
    )
    return tuple(_stamped(row) for row in rows)


def _stamped(row: tuple[Any, ...]) -> StampedForecast:
    evaluation_id, household_id, stamped_at, touched, lot, security, ends, *rest = row
    hours, threshold, ready, probability, stderr, following, vol, flag = rest
    forecast = Forecast(
        lot,
        security,
        read_instant(ends),
        hours,
        threshold,
        bool(ready),
        probability,
        stderr,
        following,
        vol,
        bool(flag),
    )
    happened = None if touched is None else bool(touched)
    return StampedForecast(
        evaluation_id, household_id, read_instant(stamped_at), forecast, happened
    )


def score(change: Change, outcomes: Mapping[tuple[str, str], bool]) -> int:
    """Write what came of forecasts, by (evaluation id, lot id); how many were new.

    Raises:
        UserError: A forecast was never stamped, or was scored otherwise before.
    """
    new = 0
    for (evaluation_id, lot_id), touched in outcomes.items():
        row = change.get("forecasts", evaluation_id, lot_id)
        if row is None:
            raise UserError(f"no forecast of lot {lot_id} was stamped in {evaluation_id}")
        if row["touched"] is not None:
            if bool(row["touched"]) != touched:
                raise UserError(f"the forecast of lot {lot_id} in {evaluation_id} has its score")
            continue
        change.put("forecasts", row | {"touched": int(touched), "scored_at": instant(change.at)})
        new += 1
    return new


def proposals(
    connection: Connection, household_id: str | None, states: Iterable[ProposalState] | None
) -> tuple[Proposal, ...]:
    """Proposals, best first, in their present state."""
    wanted = canonical(sorted(states if states is not None else ProposalState))
    rows = connection.execute(
        "SELECT body, state FROM proposals WHERE (?1 IS NULL OR household_id=?1) "
        "AND state IN (SELECT value FROM json_each(?2)) ORDER BY net_cents DESC, proposal_id",
        (household_id, wanted),
    )
    return tuple(_as_it_stands(body, state) for body, state in rows)


def proposal(connection: Connection, proposal_id: str) -> Proposal:
    """One proposal in its present state.

    Raises:
        UnknownProposalError: There is none of that id.
    """
    row = connection.execute(
        "SELECT body, state FROM proposals WHERE proposal_id=?", (proposal_id,)
    ).fetchone()
    if row is None:
        raise UnknownProposalError(proposal_id)
    return _as_it_stands(*row)


def _as_it_stands(body: str, state: str) -> Proposal:
    return replace(loads(Proposal, body), state=ProposalState(state))


def decisions(connection: Connection, proposal_id: str) -> tuple[Decision, ...]:
    """Every step on a proposal's way, in order."""
    rows = connection.execute(
        "SELECT proposal_id, what, before, after, user_id, at, reason, edits "
        "FROM proposal_events WHERE proposal_id=? ORDER BY n",
        (proposal_id,),
    )
    return tuple(
        Decision(key, what, ProposalState(old), ProposalState(new), who, read_instant(at), why, ed)
        for key, what, old, new, who, at, why, ed in rows
    )


def signatures(connection: Connection, proposal_id: str) -> tuple[str, ...]:
    """Users who have signed the proposal as it stands: an edit or any other step voids them."""
    found: list[str] = []
    for step in decisions(connection, proposal_id):
        if step.what == "approve":
            found.append(step.user_id)
        elif step.what != "export":
            found.clear()
    return tuple(found)


def decide(
    change: Change,
    proposal_id: str,
    what: str,
    user_id: str,
    *,
    reason: str = "",
    edits: Proposal | None = None,
    signers: int = 1,
) -> Proposal:
    """Take a step on a proposal's way and write it down; the proposal after it.

    Args:
        change: The open transaction.
        proposal_id: Which.
        what: A step of ``app.blotter.STEPS``.
        user_id: Who takes it; their role has been checked.
        reason: Why, where one is asked for.
        edits: For ``edit``: the proposal as it is to be.
        signers: Different users whose signature an approval needs.
    """
    before = proposal(change.connection, proposal_id)
    after_state = proposal_step(proposal_id, before.state, what)
    if what == "approve":
        signed = {*signatures(change.connection, proposal_id)}
        if user_id in signed:
            raise UserError(f"{user_id} has signed proposal {proposal_id}; another user must too")
        if len(signed) + 1 < signers:
            after_state = ProposalState.STAGED
    if (what == "edit") != (edits is not None) or (edits and edits.proposal_id != proposal_id):
        raise UserError(f"proposal {proposal_id}: an edit brings the changed proposal, alone")
    after = replace(edits or before, state=after_state)
    row = change.get("proposals", proposal_id) or {}
    change.put("proposals", row | _proposal_row(after, row["evaluation_id"]))
    change.append(
        "proposal_events",
        {
            "proposal_id": proposal_id,
            "n": len(decisions(change.connection, proposal_id)),
            "what": what,
            "before": before.state.value,
            "after": after_state.value,
            "user_id": user_id,
            "at": instant(change.at),
            "reason": reason,
            "edits": None if edits is None else dumps({"before": before, "after": after}),
        },
    )
    return after
