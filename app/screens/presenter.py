"""From the desk to the window: the views of the household on screen, made at each tick."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from app.activation import criteria
from app.book.book import Book
from app.choices import chosen
from app.context import ContextAudit, audit
from app.desk import Desk
from app.planning import Planner
from app.screens.audit import audit_view
from app.screens.desk import desk_view
from app.screens.household import household_view
from app.screens.intake import Intake
from app.screens.limits import LimitEdits, constraint_rows, solved_sentence
from app.screens.lot import lot_view
from app.screens.moment import Moment
from app.screens.score import score_view
from app.screens.wash import wash_view
from app.screens.whatif import WhatIf
from app.shadow_store import newest
from engine.decision.evaluate import set_alpha
from engine.decision.prepare import with_decided
from engine.records import ZERO, User
from engine.results import Evaluation, Proposal, ProposalState
from widgets.views import (
    AuditView,
    ConstraintsView,
    HouseholdItem,
    Mode,
    PracticeView,
    ScoreView,
    Status,
    UserItem,
    View,
    WhatIfView,
    WhyRecord,
)

SAMPLES = 60
WAITING = (ProposalState.PROPOSED, ProposalState.DEFERRED)
SOLVING = "Used is counted live; what one more unit of a limit is worth is being solved."


@dataclass(slots=True)
class Presenter:
    """Makes views; remembers what a chart needs of the past hour.

    Attributes:
        household_id: The household on screen, "" before one is chosen.
        lot_id: The lot chosen, "" for the first.
        simulated: Whether prices are made up.
        interval: What the feed promises.
        told: What the last change of a limit came to, in words.
        pages: Pages of the report that was made last, PNG.
        report_name: Its name.
        why: The record asked for on F8.
        whatif: The sliders of F5, once that screen was asked for.
        limits: Earlier limits of the household on screen, for undo.
        planner: Solves the plan of the household on screen; None for none.
        intake: Files that were read on trial.
        user: Who is signed in; ``None`` before the first step.
    """

    book: Book
    desk: Desk
    simulated: bool
    interval: timedelta
    household_id: str = ""
    lot_id: str = ""
    paused: bool = False
    told: str = ""
    pages: tuple[bytes, ...] = ()
    report_name: str = ""
    why: WhyRecord | None = None
    whatif: WhatIf | None = None
    limits: LimitEdits = field(default_factory=LimitEdits)
    planner: Planner | None = None
    intake: Intake | None = None
    user: User | None = None
    _seq: int = 0
    _audit: AuditView | None = None
    _context: tuple[object, ContextAudit] | None = None
    _score: tuple[object, ScoreView] | None = None
    _history: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    _rate: list[datetime] = field(default_factory=list)

    def remember(self, found: tuple[Evaluation, ...], wall: datetime) -> None:
        """Keep each position's alpha of the last samples, and when evaluations came."""
        self._rate = [at for at in self._rate if wall - at < timedelta(seconds=10)] + [wall] * bool(
            found
        )
        for evaluation in found:
            for row in evaluation.positions:
                line = self._history.setdefault((row.account_id, row.security_id), [])
                line.append(row.alpha_usd)
                del line[:-SAMPLES]

    def practice(self) -> PracticeView:
        """The household switcher."""
        rows = [HouseholdItem(*row) for row in self.book.overview()]
        if not self.household_id and rows:
            self.household_id = max(rows, key=lambda r: r.waiting).household_id
        users = tuple(
            UserItem(
                user.user_id,
                user.name,
                ", ".join(sorted(user.roles)),
                bool(self.book.passphrase_hash(user.user_id)),
            )
            for user in self.book.users()
        )
        signed = self.user.user_id if self.user else ""
        return PracticeView(tuple(rows), self.household_id, users, signed, chosen(self.book))

    def views(self) -> Iterator[View]:
        """Every screen of the household on screen, from the newest evaluation."""
        yield self.practice()
        moment = self.moment()
        self._seq += 1
        if moment is None:
            yield self._score_view()
            yield self._audit_view()
            return
        settings = self.desk.rules.settings
        yield desk_view(
            self._seq,
            moment,
            self.status(moment),
            settings,
            self._curves(moment),
            self.desk.market.opened,
        )
        yield lot_view(self._seq, moment, self.lot_id, settings)
        yield household_view(self._seq, moment, self.audited(moment.outlook.as_of))
        yield self._limits_view(moment)
        yield wash_view(self._seq, moment)
        yield self._score_view()
        yield self._audit_view()

    def show(self, household_id: str) -> None:
        """Turn to another household; what was asked of the one before is put away."""
        if household_id != self.household_id:
            self.household_id, self.lot_id, self.told = household_id, "", ""
            self.whatif, self.limits = None, LimitEdits()
            self.pages, self.report_name, self.why = (), "", None

    def refresh_whatif(self, show: Callable[[], object]) -> None:
        """Where F5 is in use, freeze the household as it is now and show that."""
        if self.whatif is not None:
            self.whatif = None
            show()

    def whatif_view(self) -> WhatIfView | None:
        """F5 as far as it is solved; ``WhatIf.unsolved`` says what is missing."""
        if self.whatif is None:
            moment = self.moment()
            if moment is None:
                return None
            self.whatif = WhatIf(moment, self.desk.rules)
        self._seq += 1
        return self.whatif.view(self._seq)

    def _limits_view(self, moment: Moment) -> ConstraintsView:
        """F4."""
        return ConstraintsView(
            self._seq,
            constraint_rows(moment),
            self._set_alpha_usd(moment),
            f"{self.told} {solved_sentence(moment) or SOLVING}".strip(),
            solving=moment.planned is None,
            can_undo=bool(self.limits.past),
            can_redo=bool(self.limits.future),
        )

    def audited(self, now: datetime) -> ContextAudit:
        """The context audit of the household on screen, made again when the book has changed."""
        key = (self.household_id, self.book.audit_head().seq, now.date())
        if self._context is None or self._context[0] != key:
            self._context = key, audit(self.book, self.household_id, now)
        return self._context[1]

    def _score_view(self) -> ScoreView:
        """F7, made again when forecasts were scored or the mode changed."""
        mode = Mode(self.book.setting("mode", Mode.SHADOW.value))
        key = (self.desk.scored, mode)
        if self._score is None or self._score[0] != key:
            flagged = self.desk.rules.settings.flag_probability
            made = score_view(
                self._seq,
                self.book.forecasts(scored=True),
                self.book.securities(),
                flagged,
                mode,
                criteria(self.book),
                newest(self.book),
            )
            self._score = key, made
        return replace(self._score[1], seq=self._seq)

    def _audit_view(self) -> AuditView:
        """F8; the chain is walked again only when the log has grown."""
        if self._audit is None or self._audit.rows[0].seq != self.book.audit_head().seq:
            self._audit = audit_view(self._seq, self.book)
        return replace(
            self._audit,
            seq=self._seq,
            why=self.why,
            pages=self.pages,
            report_name=self.report_name,
        )

    def verify(self) -> AuditView:
        """Walk the chain now."""
        self._audit = None
        return self._audit_view()

    def _set_alpha_usd(self, moment: Moment) -> Decimal:
        """Net alpha of all open harvests as one set, as the figure on the desk."""
        counted = with_decided(moment.prepared, moment.decided)
        return set_alpha(counted, moment.evaluation.proposals, self.desk.rules.settings).net_usd

    def moment(self) -> Moment | None:
        """What the screens are made from; None before the first evaluation."""
        found = self.desk.evaluations.get(self.household_id)
        outlook = self.desk.market.outlook()
        if found is None or outlook is None:
            return None
        prepared = self.desk.prepared(self.household_id, outlook)
        since = self._since(found)
        decided = self.desk.decided(self.household_id)
        planner = self.planner
        return Moment(
            prepared,
            outlook,
            found,
            decided,
            since,
            self._spent(),
            self.desk.market.usual_vol(),
            None if planner is None else planner.newest(prepared, outlook, decided),
        )

    def _since(self, found: Evaluation) -> tuple[Proposal, ...]:
        """The newest proposals, each dated from when its lots were first proposed; oldest first."""
        first: dict[frozenset[str], datetime] = {}
        for told in self.book.proposals(self.household_id, WAITING):
            if told.expires_at > found.as_of:
                key = frozenset(sale.lot_id for sale in told.sales)
                first[key] = min(first.get(key, told.proposed_at), told.proposed_at)
        dated = [
            replace(p, proposed_at=first.get(frozenset(s.lot_id for s in p.sales), p.proposed_at))
            for p in found.proposals
        ]
        return tuple(sorted(dated, key=lambda p: p.proposed_at))

    def status(self, moment: Moment) -> Status:
        """Top bar and status bar."""
        now = self.desk.market.now or moment.outlook.as_of
        newest = max((q.event_at for q in moment.outlook.quotes.values()), default=now)
        head = self.book.audit_head()
        return Status(
            mode=Mode(self.book.setting("mode", Mode.SHADOW.value)),
            engine_rate_hz=len(self._rate) / 10.0,
            paths_per_second=len(self._rate) / 10.0 * moment.outlook.paths,
            price_at=newest,
            price_age_s=(now - newest).total_seconds(),
            feed_interval_s=self.interval.total_seconds(),
            market_phase="Close in",
            market_seconds=self.desk.market.seconds_to_close(),
            simulated=self.simulated,
            paused=self.paused,
            notes=(
                f"Audit line {head.seq}",
                f"Law {self.desk.rules.law.version}",
                "Simulated market: no evidence" if self.simulated else "Replayed prices",
            ),
        )

    def _curves(self, moment: Moment) -> NDArray[np.float64]:
        """Alpha of each position over the last samples, shape (positions, samples)."""
        rows = moment.evaluation.positions
        found = np.zeros((len(rows), SAMPLES))
        for i, row in enumerate(rows):
            line = self._history.get((row.account_id, row.security_id), [0.0])
            found[i, -len(line) :] = line
            found[i, : SAMPLES - len(line)] = line[0]
        found.flags.writeable = False
        return found

    def _spent(self) -> Decimal:
        """Estimated costs of the household's filled harvests."""
        keys = {row.order.proposal_id for row in self.book.orders(self.household_id)}
        return sum((self.book.proposal(key).alpha.cost_usd for key in keys), ZERO)
