"""What the advisor does to a proposal: from a key in the queue to a sheet or an intent."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.results import Proposal
from widgets.decide import (
    BatchSheet,
    ConsentSheet,
    EditSheet,
    WorseSheet,
    defer_sheet,
    reject_sheet,
)
from widgets.explain import ExplainSheet
from widgets.sheet import Sheet
from widgets.views import DeskView, GotWorse, ScoreView

if TYPE_CHECKING:
    from widgets.frame import Frame


class Decisions:
    """Handlers of the approval queue's actions."""

    def __init__(self, frame: Frame, open_sheet: Callable[[Sheet], object]) -> None:
        """Sheets are shown through ``open_sheet``."""
        self.frame, self.intents, self._open = frame, frame.intents, open_sheet

    def _view(self) -> DeskView | None:
        return self.frame.latest.get(DeskView)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """The handlers of the queue's actions, by id."""
        queue = self.frame.desk.queue
        return {
            "approve": self._approve,
            "stage": lambda: self._decide(lambda p: self.intents.stage.emit(p.proposal_id)),
            "withdraw": lambda: self._on(lambda p: self.intents.withdraw.emit(p.proposal_id)),
            "reject": self._reject,
            "defer": self._defer,
            "explain": self._explain,
            "edit": lambda: self._on(lambda p: self._open(EditSheet(self.frame, p, self.intents))),
            "try_whatif": self._try,
            "mark": queue.toggle_mark,
            "approve_marked": self._approve_marked,
            "accept_order": queue.take_in,
        }

    def _on(self, act: Callable[[Proposal], object]) -> None:
        """Do something with the current proposal, if there is one."""
        proposal = self.frame.desk.queue.current()
        if proposal is not None:
            act(proposal)

    def _decide(self, act: Callable[[Proposal], object]) -> None:
        """Send a decision and go on to the next row."""

        def done(proposal: Proposal) -> None:
            act(proposal)
            self.frame.desk.queue.acted(proposal.proposal_id)

        self._on(done)

    def _approve(self) -> None:
        """Sign; where the client must be asked, ask first how the client consented."""
        view, proposal = self._view(), self.frame.desk.queue.current()
        if view is None or proposal is None:
            return
        accounts = {s.account_id for s in proposal.sales} | {
            b.account_id for b in proposal.purchases
        }
        asked = [view.household.account(key) for key in sorted(accounts)]
        names = [account.name for account in asked if not account.discretionary]
        if not names:
            self._decide(lambda p: self.intents.approve.emit(p.proposal_id))
            return

        def sign(note: str) -> None:
            self.intents.approve_noted.emit(proposal.proposal_id, note)
            self.frame.desk.queue.acted(proposal.proposal_id)

        self._open(ConsentSheet(self.frame, ", ".join(names), sign))

    def _reject(self) -> None:
        def ask(p: Proposal) -> None:
            def take(reason: str) -> None:
                self.intents.reject.emit(p.proposal_id, reason)
                self.frame.desk.queue.acted(p.proposal_id)

            self._open(reject_sheet(self.frame, take))

        self._on(ask)

    def _defer(self) -> None:
        def ask(p: Proposal) -> None:
            def take(minutes: int) -> None:
                self.intents.defer.emit(p.proposal_id, minutes)
                self.frame.desk.queue.acted(p.proposal_id)

            self._open(defer_sheet(self.frame, take))

        self._on(ask)

    def _explain(self) -> None:
        view = self._view()
        if view is not None:
            score: ScoreView | None = self.frame.latest.get(ScoreView)
            self._on(lambda p: self._open(ExplainSheet(self.frame, view, p, score)))

    def _try(self) -> None:
        def ask(p: Proposal) -> None:
            self.intents.whatif_asked.emit(p.proposal_id)
            self.frame.go(4)

        self._on(ask)

    def _approve_marked(self) -> None:
        """Review all marked proposals, then sign them together."""
        view, queue = self._view(), self.frame.desk.queue
        if view is None:
            return
        chosen = [p for p in view.evaluation.proposals if p.proposal_id in queue.marked]
        if not chosen:
            self.frame.banner.say("Mark proposals with Space first, then press Shift+A.")
            return

        def sign() -> None:
            self.intents.approve_many.emit(tuple(p.proposal_id for p in chosen))
            queue.marked.clear()

        self._open(BatchSheet(self.frame, view, chosen, sign))

    def got_worse(self, found: GotWorse) -> None:
        """The desk refused an approval because the value fell out of its band."""
        key = found.shown.proposal_id
        anyway = lambda: self.intents.approve_anyway.emit(key)  # noqa: E731
        self._open(WorseSheet(self.frame, found.shown, found.now_usd, anyway))
