"""The trading day of one practice, step by step. Start reading here.

A quote arrives: ``on_quotes`` looks ahead once for the whole market and values every household.
The advisor decides: ``stage``, ``approve``, ``reject``, ``defer``, ``withdraw``. What is approved
leaves by ``export_orders`` and comes back by ``reconcile``. The desk orders steps; prices and
probabilities are the engine's, SQL is the book's, formats are the custodian's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from app.activation import fall_back
from app.book.book import Book
from app.custodian.order_files import OrderFile
from app.custodian.reconcile import Reconciled
from app.custodian.sniff import Source
from app.market import Market
from app.order_flow import LAYOUTS, export_orders, take_fills
from app.preapproved import fire_due
from app.scoring import Lows, outcomes
from engine.decision.edits import resized
from engine.decision.evaluate import evaluate
from engine.decision.harvest_policy import HarvestTable
from engine.decision.outlook import Outlook
from engine.decision.prepare import Prepared, prepare, with_decided
from engine.decision.recheck import Recheck, edited, recheck
from engine.decision.settings import DecisionSettings
from engine.errors import UserError
from engine.law.identical import FundIndex
from engine.law.rules import Law
from engine.law.wash_settings import WashSettings
from engine.records import Constraint, Household, Quote, User
from engine.results import Evaluation, LotSale, Proposal, ProposalState

KEPT_OPEN = timedelta(hours=1)
STAMP_EVERY = timedelta(minutes=30)
DECIDED = (ProposalState.STAGED, ProposalState.APPROVED, ProposalState.EXPORTED)


class NotNowError(UserError):
    """An approval that the market or the law has overtaken; the message says by what."""


class GotWorseError(NotNowError):
    """A proposal worth less than the band that was shown; a second yes signs it all the same.

    Attributes:
        checked: What it is worth now.
    """

    def __init__(self, checked: Recheck) -> None:
        """Say by how much."""
        super().__init__(checked.worse)
        self.checked = checked


@dataclass(frozen=True, slots=True)
class Rules:
    """What every decision rests on, fixed while the desk is open."""

    law: Law
    settings: DecisionSettings
    table: HarvestTable
    funds: tuple[FundIndex, ...]
    version: str
    wash: WashSettings = field(default_factory=WashSettings)


OPEN = (
    ProposalState.PROPOSED,
    ProposalState.DEFERRED,
    ProposalState.STAGED,
    ProposalState.APPROVED,
    ProposalState.EXPORTED,
)


class Desk:
    """One practice at work. Every public method is one step an advisor would name.

    Attributes:
        market: Newest prices and what may become of them.
        rules: What every decision rests on.
        evaluations: Newest evaluation of each household.
        lows: Lowest prices seen, by which forecasts are scored.
        scored: Forecasts scored since the desk was opened.
    """

    def __init__(self, book: Book, market: Market, rules: Rules) -> None:
        """Sit down with an open book and a market."""
        self._book, self.market, self.rules = book, market, rules
        self._laid_out: dict[str, Prepared] = {}
        self._stamped_at: datetime | None = None
        self.evaluations: dict[str, Evaluation] = {}
        self.lows = Lows()
        self.scored = 0
        self._shown: dict[str, Evaluation] = {}
        self._written: set[str] = set()

    def on_quotes(
        self, quotes: Iterable[Quote], now: datetime, households: Sequence[str] | None = None
    ) -> tuple[Evaluation, ...]:
        """A tick arrived: look ahead once, value the households, keep what must be kept.

        Args:
            quotes: What changed since the tick before.
            now: The feed's clock, UTC.
            households: Whose evaluation is wanted; by default everyone's.
        """
        arrived = tuple(quotes)
        self.market.take(arrived, now)
        self.lows.take(arrived)
        outlook = self.market.outlook()
        if outlook is None:
            self._score(now)
            return ()
        wanted = households or [item for item, _ in self._book.households()]
        found = tuple(self.evaluate(household_id, outlook) for household_id in wanted)
        for evaluation in found:
            self._show(evaluation)
        self._remember(found, outlook, now)
        for signed in self._fire(found, outlook, now):
            self.revalue(signed.household_id)
        return found

    def _fire(
        self, found: Sequence[Evaluation], outlook: Outlook, now: datetime
    ) -> tuple[Proposal, ...]:
        """Approve what rules signed ahead of time fire on these quotes."""
        return fire_due(
            self._book,
            found,
            lambda key: (self.prepared(key, outlook), self.decided(key)),
            outlook,
            self.rules.settings,
            now,
        )

    def revalue(self, household_id: str) -> None:
        """Value a household again at the prices that are there, after a decision or a change."""
        outlook = self.market.outlook()
        if outlook is not None:
            self._show(self.evaluate(household_id, outlook))

    def save_limits(
        self, household_id: str, limits: Sequence[Constraint], user: User, now: datetime
    ) -> None:
        """Make these the limits of a household, and value it under them."""
        household = replace(self._book.household(household_id), constraints=tuple(limits))
        self.save_household(household, user, now)

    def save_household(self, household: Household, user: User, now: datetime) -> None:
        """Write down what a household says of itself, and value it anew."""
        self._book.save_household(household, user.user_id, now)
        self._laid_out.pop(household.household_id, None)
        self.revalue(household.household_id)

    def choose(self, settings: DecisionSettings) -> None:
        """Decide by other choices of the practice from now on."""
        self.rules = replace(self.rules, settings=settings)
        self.market.look_ahead(settings.window_hours)

    def taken_in(self) -> None:
        """The book was changed beside the desk (an import): lay every household out anew."""
        self.market.learn(self._book.securities())
        self._laid_out.clear()

    def stage(self, proposal_id: str, user: User, now: datetime) -> None:
        """Park a proposal, unsigned: it counts in before and after."""
        self._decide(proposal_id, "stage", user, now)

    def approve(
        self,
        proposal_id: str,
        user: User,
        now: datetime,
        *,
        accept_worse: bool = False,
        note: str = "",
    ) -> Recheck:
        """Sign a proposal, after pricing it again at the newest quotes.

        Raises:
            NotNowError: If it is stale, expired or no longer lawful.
            GotWorseError: If it is worth less than its band said and ``accept_worse`` is not set.
        """
        checked = self.check(proposal_id, now)
        if checked.refused:
            raise NotNowError(checked.refused)
        if checked.worse and not accept_worse:
            raise GotWorseError(checked)
        self._decide(proposal_id, "approve", user, now, note)
        return checked

    def check(self, proposal_id: str, now: datetime) -> Recheck:
        """Price a proposal again at the newest quotes; nothing is stored."""
        proposal = self.proposal(proposal_id)
        outlook = self._outlook()
        prepared = self._apart_from(proposal, outlook)
        return recheck(prepared, outlook, self.rules.settings, proposal, now)

    def reject(self, proposal_id: str, user: User, now: datetime, reason: str) -> None:
        """Say no, with the reason; the scoreboard keeps it."""
        self._decide(proposal_id, "reject", user, now, reason)

    def resized(self, proposal_id: str, shares: Decimal, limit_usd: Decimal) -> Proposal:
        """A proposal with other shares and limit, priced again; nothing is stored."""
        proposal, outlook = self.proposal(proposal_id), self._outlook()
        prepared = self._apart_from(proposal, outlook)
        return resized(prepared, self.rules.settings, proposal, shares, limit_usd, outlook.seed)

    def resize(
        self, proposal_id: str, shares: Decimal, limit_usd: Decimal, user: User, now: datetime
    ) -> None:
        """Change a proposal's shares and limit; every signature on it is void."""
        changed = self.resized(proposal_id, shares, limit_usd)
        self._keep(proposal_id, now)
        self._book.decide(proposal_id, "edit", user.user_id, now, edits=changed)

    def defer(self, proposal_id: str, user: User, now: datetime, minutes: int) -> None:
        """Ask again later."""
        self._decide(proposal_id, "defer", user, now, f"{minutes} minutes")

    def edit(self, proposal_id: str, lot_ids: Sequence[str], user: User, now: datetime) -> Proposal:
        """Keep only these lots of a proposal; value, band and replacement are made anew.

        Raises:
            NotNowError: No price has come, or nothing may replace the name today.
            UserError: A lot is not part of the proposal, or none would be left.
        """
        before = self.proposal(proposal_id)
        unknown = set(lot_ids) - {sale.lot_id for sale in before.sales}
        if unknown or not lot_ids:
            what = f"lot {min(unknown)} is not part of" if unknown else "no lot would be left of"
            raise UserError(f"{what} proposal {proposal_id}; `lotlight orders list` names its lots")
        outlook = self._outlook()
        after = edited(
            self._apart_from(before, outlook), outlook, self.rules.settings, before, lot_ids
        )
        if after is None:
            raise NotNowError("nothing may replace the name today; withdraw the proposal instead")
        self._keep(proposal_id, now)
        return self._book.decide(proposal_id, "edit", user.user_id, now, edits=after)

    def withdraw(self, proposal_id: str, user: User, now: datetime, reason: str) -> None:
        """Take back an approval that has not left the house."""
        self._decide(proposal_id, "withdraw", user, now, reason)

    def export_orders(
        self,
        user: User,
        now: datetime,
        layouts: Sequence[str] = LAYOUTS,
        *,
        paper: bool = False,
    ) -> tuple[OrderFile, ...]:
        """Everything approved and not yet exported, as order files with their memoranda.

        Raises:
            GateShutError: In SHADOW, unless the files are for the paper custodian.
        """
        days = self.rules.law.wash_window_days
        return export_orders(self._book, user, now, days, layouts, paper=paper)

    def reconcile(self, fills: Source, user: User, now: datetime) -> Reconciled:
        """Hold a fills file against the open orders; lots close and open in one transaction.

        Raises:
            ProblemsError: If a row of the file cannot be read; then nothing is written.
        """
        found = take_fills(self._book, fills, user, now)
        self._laid_out.clear()
        return found

    def evaluate(self, household_id: str, outlook: Outlook) -> Evaluation:
        """One household at this outlook; nothing is stored."""
        prepared = self.prepared(household_id, outlook)
        return evaluate(
            prepared,
            outlook,
            self.rules.settings,
            self.rules.table,
            self.rules.version,
            self.decided(household_id),
        )

    def prepared(self, household_id: str, outlook: Outlook) -> Prepared:
        """The household laid out for the day; laid out again after each change of the book."""
        prepared = self._laid_out.get(household_id)
        if prepared is None or prepared.today != outlook.today:
            household = self._book.household(household_id)
            rules = self.rules
            prepared = prepare(household, rules.law, outlook, rules.funds, rules.wash)
            self._laid_out[household_id] = prepared
        return prepared

    def decided(self, household_id: str) -> tuple[LotSale, ...]:
        """Sales already staged, approved or exported and not yet filled."""
        held = {lot.lot_id for lot in self._laid_out[household_id].household.lots}
        return tuple(
            sale
            for proposal in self._book.proposals(household_id, DECIDED)
            for sale in proposal.sales
            if sale.lot_id in held
        )

    def _outlook(self) -> Outlook:
        """The newest outlook, which a decision cannot do without."""
        outlook = self.market.outlook()
        if outlook is None:
            raise NotNowError("no price has arrived yet; wait for the feed")
        return outlook

    def _apart_from(self, proposal: Proposal, outlook: Outlook) -> Prepared:
        """Its household with every other decided sale counted."""
        prepared = self.prepared(proposal.household_id, outlook)
        others = [s for s in self.decided(proposal.household_id) if s not in proposal.sales]
        return with_decided(prepared, others)

    def _decide(
        self, proposal_id: str, what: str, user: User, now: datetime, reason: str = ""
    ) -> None:
        """Write the decision down with its audit line, and before it what was decided on."""
        self._keep(proposal_id, now)
        self._book.decide(proposal_id, what, user.user_id, now, reason)

    def proposal(self, proposal_id: str) -> Proposal:
        """A proposal shown lately, as the book has it where it does."""
        shown = self._shown.get(proposal_id)
        if shown is not None and proposal_id not in self._written:
            return next(p for p in shown.proposals if p.proposal_id == proposal_id)
        return self._book.proposal(proposal_id)

    def _keep(self, proposal_id: str, now: datetime) -> None:
        """Write down the evaluation behind a proposal that was only on screen so far."""
        shown = self._shown.get(proposal_id)
        if shown is not None and proposal_id not in self._written:
            self._record(shown, now)

    def _record(self, evaluation: Evaluation, now: datetime, *, stamp: bool = False) -> None:
        """Into the book."""
        self._book.record_evaluation(evaluation, now, stamp=stamp)
        self._written |= {p.proposal_id for p in evaluation.proposals}

    def _show(self, evaluation: Evaluation) -> None:
        """The newest of its household; its proposals stay open to a decision until they expire."""
        self.evaluations[evaluation.household_id] = evaluation
        expired = [
            key for key, shown in self._shown.items() if evaluation.as_of - shown.as_of > KEPT_OPEN
        ]
        for key in expired:
            del self._shown[key]
        self._shown |= {p.proposal_id: evaluation for p in evaluation.proposals}

    def _remember(self, found: Sequence[Evaluation], outlook: Outlook, now: datetime) -> None:
        """Keep snapshots only behind what must be shown later: proposals, flags, stamped scores."""
        due = self._stamped_at is None or now - self._stamped_at >= STAMP_EVERY
        kept = [e for e in found if due or self._news(e)]
        if not kept:
            return
        for evaluation in kept:
            self._record(evaluation, now, stamp=due)
        if due:
            self._stamped_at = now
            self._score(now)

    def _score(self, now: datetime) -> None:
        """Write down what came of the forecasts whose window has ended."""
        found = outcomes(self._book.forecasts(scored=False, ended_by=now), self.lows)
        if found:
            self.scored += self._book.score_forecasts(found, now)
            fall_back(self._book, now)

    def _news(self, evaluation: Evaluation) -> bool:
        """Whether the evaluation proposes something that the book does not hold yet."""
        known = {
            key for p in self._book.proposals(evaluation.household_id, OPEN) for key in _lots(p)
        }
        return any(not _lots(p) <= known for p in evaluation.proposals)


def _lots(proposal: Proposal) -> set[str]:
    """Lots a proposal speaks of."""
    return {sale.lot_id for sale in proposal.sales}
