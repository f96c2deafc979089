"""``Book``: the one door to the file. A method is a step someone takes, and one transaction.

Opening, locking and the transaction itself are ``app.book.file``'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from app.book import (
    audit,
    findings,
    households,
    imports,
    orders,
    settings_table,
    shadow_table,
    users,
)
from app.book.audit import AuditLine, Head
from app.book.file import SELF, BookFile
from app.book.imports import ImportRow
from app.book.orders import OpenException, OrderRow
from app.custodian.order_values import ApprovedOrder, BoughtLot, Fill, LotClose
from app.custodian.reconcile import Reconciled
from app.custodian.values import ImportPlan, Known, Position
from app.people import require
from engine.records import Household, Quote, Security, User, UserRole
from engine.results import Evaluation, Proposal, ProposalState

__all__ = ["SELF", "Book"]
_ROLE = {"approve": UserRole.APPROVE}


class Book(BookFile):
    """An open book, and the steps that someone takes in it."""

    # -- households and securities -----------------------------------------------------------

    def household(self, household_id: str, as_of: datetime | None = None) -> Household:
        """A household now, or as the book showed it at ``as_of``."""
        return households.load(self.connection, household_id, as_of)

    def households(self) -> tuple[tuple[str, str], ...]:
        """(id, name) of every household, by name."""
        return households.names(self.connection)

    def overview(self) -> tuple[tuple[str, str, int, int], ...]:
        """(id, name, accounts, proposals waiting for a decision) of every household, by name."""
        return households.overview(self.connection)

    def people(self, household_id: str) -> frozenset[str]:
        """Names of the people of a household, case folded: is somebody in two of them?"""
        return households.people(self.connection, household_id)

    def securities(self) -> dict[str, Security]:
        """Every security by id."""
        return households.securities(self.connection)

    def save_household(self, household: Household, user_id: str, at: datetime) -> None:
        """Write what differs from the book; what it was before goes into history."""
        facts = {"household_id": household.household_id}
        with self.change("household_saved", user_id, at, **facts) as (work, _):
            households.save(work, household)

    def save_context(
        self,
        securities: Iterable[Security],
        found: Sequence[Household],
        user_id: str,
        at: datetime,
    ) -> None:
        """Write securities and several households in one transaction."""
        with self.change("context_saved", user_id, at, households=len(found)) as (work, _):
            households.save_securities(work, securities)
            for household in found:
                households.save(work, household)

    def save_securities(self, found: Iterable[Security], user_id: str, at: datetime) -> None:
        """Add or change securities."""
        with self.change("securities_saved", user_id, at) as (work, _):
            households.save_securities(work, found)

    # -- users and settings --------------------------------------------------------------------

    def users(self) -> tuple[User, ...]:
        """The practice's users, by id."""
        return tuple(user for user in users.load(self.connection) if user.user_id != SELF)

    def save_user(self, user: User, by: str, at: datetime, passphrase_hash: str = "") -> None:
        """Add or change a user; an empty hash keeps the passphrase there is."""
        with self.change("user_saved", by, at, user_id=user.user_id) as (work, _):
            users.put(work, user, passphrase_hash)

    def passphrase_hash(self, user_id: str) -> str:
        """The kept hash of a user's passphrase (``app.people``), "" for none."""
        return users.passphrase(self.connection, user_id)

    def setting(self, name: str, default: str = "") -> str:
        """A setting of the practice that lies in the book."""
        return settings_table.get(self.connection, name, default)

    def save_setting(
        self, name: str, value: str, user_id: str, at: datetime, why: str = ""
    ) -> None:
        """Change a setting; ``approvals_required`` = 2 asks for two users' signatures."""
        facts = {"name": name, "value": value} | ({"why": why} if why else {})
        with self.change("setting_saved", user_id, at, **facts) as (work, _):
            settings_table.put(work, name, value)

    # -- what the engine found -------------------------------------------------------------------

    def record_snapshot(self, snapshot_id: str, quotes: Mapping[str, Quote], at: datetime) -> None:
        """Keep the quotes of a snapshot, once."""
        with self.change("snapshot", SELF, at, snapshot_id=snapshot_id) as (work, _):
            findings.put_snapshot(work, snapshot_id, quotes, at)

    def snapshot(self, snapshot_id: str) -> dict[str, Quote]:
        """Quotes of a snapshot."""
        return findings.snapshot(self.connection, snapshot_id)

    def newest_snapshot(self, as_of: datetime | None = None) -> tuple[str, datetime] | None:
        """Id and instant of the newest snapshot (by ``as_of``); ``None`` when there is none."""
        return findings.newest_snapshot(self.connection, as_of)

    def keep_shadow(self, told: dict[str, Any], user_id: str, at: datetime) -> str:
        """Keep a shadow period as it was shown; its id is a digest of what it says."""
        period_id = shadow_table.digest(told)
        with self.change("shadow_kept", user_id, at, period_id=period_id) as (work, _):
            shadow_table.put(work, period_id, told)
        return period_id

    def newest_shadow(self) -> dict[str, Any] | None:
        """The shadow period kept last."""
        return shadow_table.newest(self.connection)

    def record_evaluation(
        self, evaluation: Evaluation, at: datetime | None = None, *, stamp: bool = False
    ) -> None:
        """Keep an evaluation with its snapshot, flags (``stamp``: all forecasts) and proposals."""
        facts = {
            "evaluation_id": evaluation.evaluation_id,
            "household_id": evaluation.household_id,
            "proposals": [proposal.proposal_id for proposal in evaluation.proposals],
        }
        with self.change("evaluation", SELF, at or evaluation.as_of, **facts) as (work, _):
            findings.put_evaluation(work, evaluation, stamp=stamp)

    def versions(self) -> tuple[tuple[str, str, datetime], ...]:
        """(``law`` or ``engine``, version, first used at), in the order of first use."""
        return findings.versions(self.connection)

    def forecasts(
        self, *, scored: bool, ended_by: datetime | None = None
    ) -> tuple[findings.StampedForecast, ...]:
        """Stamped forecasts: scored, or to be scored because their window has ended by then."""
        return findings.forecasts(self.connection, scored=scored, ended_by=ended_by)

    def score_forecasts(self, outcomes: Mapping[tuple[str, str], bool], at: datetime) -> int:
        """Write what came of forecasts, by (evaluation id, lot id); how many were new."""
        with self.change("forecasts_scored", SELF, at, n=len(outcomes)) as (work, _):
            return findings.score(work, outcomes)

    def proposals(
        self, household_id: str | None = None, states: Iterable[ProposalState] | None = None
    ) -> tuple[Proposal, ...]:
        """Proposals in their present state, best first."""
        return findings.proposals(self.connection, household_id, states)

    def proposal(self, proposal_id: str) -> Proposal:
        """One proposal in its present state."""
        return findings.proposal(self.connection, proposal_id)

    def decisions(self, proposal_id: str) -> tuple[findings.Decision, ...]:
        """Every step on a proposal's way."""
        return findings.decisions(self.connection, proposal_id)

    def signatures(self, proposal_id: str) -> tuple[str, ...]:
        """Users who have signed a proposal as it stands."""
        return findings.signatures(self.connection, proposal_id)

    def decide(
        self,
        proposal_id: str,
        what: str,
        user_id: str,
        at: datetime,
        reason: str = "",
        edits: Proposal | None = None,
    ) -> Proposal:
        """Stage, approve, reject, defer, withdraw, expire or edit; the proposal after it.

        Raises:
            UnlawfulStepError: The step is not open from where the proposal stands.
            NotAllowedError: The user does not hold the role.
        """
        if not (what == "expire" and user_id == SELF):
            user = users.get(self.connection, user_id)
            may = UserRole.RECOMMEND
            if what in _ROLE or (user is not None and UserRole.APPROVE in user.roles):
                may = UserRole.APPROVE
            require(user, user_id, may)
        facts = {"proposal_id": proposal_id, "reason": reason}
        with self.change(what, user_id, at, **facts) as (work, _):
            signers = int(self.setting("approvals_required", "1"))
            return findings.decide(
                work, proposal_id, what, user_id, reason=reason, edits=edits, signers=signers
            )

    # -- orders and fills ------------------------------------------------------------------------

    def export(
        self,
        found: Sequence[ApprovedOrder],
        file_name: str,
        file_sha256: str,
        user_id: str,
        at: datetime,
    ) -> None:
        """Write down the orders of a file that goes to the custodian."""
        facts = {"file": file_name, "sha256": file_sha256, "orders": [o.order_key for o in found]}
        with self.change("exported", user_id, at, **facts) as (work, _):
            orders.export(work, found, file_name, file_sha256, user_id)

    def orders(self, household_id: str | None = None) -> tuple[OrderRow, ...]:
        """Orders with their state, in the order they went out."""
        return orders.orders(self.connection, household_id)

    def closes(self) -> tuple[LotClose, ...]:
        """Every lot closed by a fill."""
        return orders.closes(self.connection)

    def bought(self) -> tuple[BoughtLot, ...]:
        """Every lot bought by a fill."""
        return orders.bought(self.connection)

    def fills(self) -> tuple[Fill, ...]:
        """Every fill that was applied."""
        return orders.fills(self.connection)

    def executions(self) -> frozenset[str]:
        """Execution ids applied or set aside, for ``reconcile(seen=...)``."""
        return orders.executions(self.connection)

    def record_fills(self, found: Reconciled, user_id: str, at: datetime) -> int:
        """Apply reconciled fills: lots, trades, results, cash, orders; how many were new."""
        facts = {"fills": [f.exec_id for f in found.fills], "exceptions": len(found.exceptions)}
        with self.change("fills", user_id, at, **facts) as (work, _):
            return orders.record_fills(work, found)

    def exceptions(self) -> tuple[OpenException, ...]:
        """Fills that wait for a person, oldest first."""
        return orders.exceptions(self.connection)

    def resolve(
        self,
        exception_id: str,
        user_id: str,
        at: datetime,
        resolution: str,
        applied: Reconciled | None = None,
    ) -> None:
        """Close an exception with words, and apply its fill where a person found its order."""
        facts = {"exception_id": exception_id, "resolution": resolution}
        with self.change("exception_resolved", user_id, at, **facts) as (work, more):
            orders.resolve(work, exception_id, user_id, resolution)
            if applied is not None:
                more["fills"] = [fill.exec_id for fill in applied.fills]
                orders.record_fills(work, applied)

    # -- imports ---------------------------------------------------------------------------------

    def known(self, household_id: str | None = None) -> Known:
        """What the book holds, for the plan of an import."""
        return imports.known(self.connection, household_id)

    def apply_import(self, plan: ImportPlan, at: datetime, user_id: str) -> str:
        """Apply a plan; the import's id, "" when the same file was applied before."""
        facts = {"import_id": plan.import_id, "file": plan.file_name, "sha256": plan.file_sha256}
        with self.change("import", user_id, at, **facts) as (work, _):
            return imports.Importer(work, plan).apply(user_id)

    def undo_import(self, import_id: str, at: datetime, user_id: str) -> int:
        """Set every row of an import back to what it was."""
        with self.change("import_undone", user_id, at, import_id=import_id) as (work, _):
            return imports.undo(work, import_id)

    def positions(self, household_id: str) -> tuple[Position, ...]:
        """Positions of a household as its custodians told them last."""
        return imports.positions(self.connection, household_id)

    def imports(self) -> tuple[ImportRow, ...]:
        """Every import, oldest first."""
        return imports.imports(self.connection)

    # -- the trail ---------------------------------------------------------------------------------

    def audit(self, limit: int = 100) -> tuple[AuditLine, ...]:
        """The last lines of the audit trail, newest first."""
        return audit.last_lines(self.connection, limit)

    def audit_head(self) -> Head:
        """Number and hash of the last line of the audit trail."""
        return audit.head(self.connection)
