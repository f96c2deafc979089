"""A day walked without a window: the same desk, decisions by a stated rule, a paper custodian.

The rule (``RULE``) is stated so that the whole way is walked and can be walked again. Approved
orders leave at once, the paper custodian fills them at the quotes of the next tick (some in part,
some not at all), and its file is read back.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np

from app.book.book import Book
from app.clock import seconds
from app.custodian.paper import Manner, Spread, paper_fills
from app.custodian.sniff import as_source
from app.desk import Desk, NotNowError
from app.feeds.contract import Batch, QuoteFeed
from engine.records import User
from engine.results import Proposal, ProposalState

DECIDE_EVERY = timedelta(minutes=30)
SMALL_USD = Decimal(25)
RULE = (
    "every half hour the best open harvest of each household is approved if the lower end of its "
    f"band is above zero, and the worst is rejected if it is worth less than ${SMALL_USD}"
)
MANNER = Manner(partial=0.10, rejected=0.05, wrong_lot=0.02)


@dataclass(slots=True)
class Tally:
    """What a run came to."""

    ticks: int = 0
    evaluations: int = 0
    flags: set[str] = field(default_factory=set)
    proposals: set[str] = field(default_factory=set)
    approved: int = 0
    rejected: int = 0
    refused: list[str] = field(default_factory=list)
    orders_exported: int = 0
    fills_reconciled: int = 0
    exceptions: int = 0
    evaluation_s: list[float] = field(default_factory=list)

    def evaluation_ms(self) -> dict[str, float]:
        """Median and 99th percentile of the time of one evaluation."""
        times = np.array(self.evaluation_s or [0.0]) * 1e3
        return {
            "p50": round(float(np.median(times)), 2),
            "p99": round(float(np.quantile(times, 0.99)), 2),
        }


@dataclass(slots=True)
class Run:
    """One walk through a feed.

    Attributes:
        tally: What it came to so far.
    """

    book: Book
    desk: Desk
    user: User
    seed: int
    tally: Tally = field(default_factory=Tally)
    _decided_at: datetime | None = None
    _sent: bytes = b""

    def walk(self, feed: QuoteFeed, budget_s: float = 0.0) -> Iterator[Batch]:
        """Play the feed to its end, or until the wall-clock budget is spent (0 = no budget)."""
        started = seconds()
        for batch in feed.batches():
            self.tick(batch)
            yield batch
            if budget_s and seconds() - started > budget_s:
                feed.stop()

    def tick(self, batch: Batch) -> None:
        """One batch: value, decide, send, read back."""
        begun = seconds()
        found = self.desk.on_quotes(batch.quotes, batch.at)
        self.tally.ticks += 1
        if found:
            self.tally.evaluation_s.append((seconds() - begun) / len(found))
        for evaluation in found:
            self.tally.evaluations += 1
            self.tally.flags |= {f.lot_id for f in evaluation.forecasts if f.flag}
            self.tally.proposals |= {p.proposal_id for p in evaluation.proposals}
        if self._sent:
            self._read_back(batch.at)
        if found and self._due(batch.at):
            self._decide(batch.at)
            self._send(batch.at)

    def _due(self, now: datetime) -> bool:
        """Whether it is time to decide."""
        if self._decided_at is not None and now - self._decided_at < DECIDE_EVERY:
            return False
        self._decided_at = now
        return True

    def _decide(self, now: datetime) -> None:
        """Approve the best and reject the worst harvest of each household, by the rule."""
        for household_id in self.desk.evaluations:
            waiting = [p for p in self._open(household_id, now) if p.kind == "harvest"]
            if waiting and waiting[0].alpha_low_usd > 0:
                self._approve(waiting[0], now)
            if len(waiting) > 1 and waiting[-1].alpha.net_usd < SMALL_USD:
                self.desk.reject(waiting[-1].proposal_id, self.user, now, "too small to bother")
                self.tally.rejected += 1

    def _open(self, household_id: str, now: datetime) -> list[Proposal]:
        """Proposals that wait and still hold, best first."""
        found = self.book.proposals(household_id, (ProposalState.PROPOSED,))
        return [p for p in found if p.expires_at > now]

    def _approve(self, proposal: Proposal, now: datetime) -> None:
        """Sign, unless the market or the law has overtaken it."""
        try:
            self.desk.approve(proposal.proposal_id, self.user, now)
        except NotNowError as error:
            self.tally.refused.append(str(error))
            return
        self.tally.approved += 1

    def _send(self, now: datetime) -> None:
        """Export what is approved; the first file is the one the paper custodian reads."""
        files = self.desk.export_orders(self.user, now, paper=True)
        if files:
            self.tally.orders_exported += len(files[0].order_keys)
            self._sent = files[0].content

    def _read_back(self, now: datetime) -> None:
        """Let the paper custodian fill at the newest quotes, and reconcile its file."""
        securities = self.book.securities()
        spreads = {
            securities[key].symbol: Spread(quote.bid_usd, quote.ask_usd)
            for key, quote in self.desk.market.quotes.items()
            if key in securities
        }
        text = paper_fills(self._sent.decode("utf-8"), spreads, now, self.seed, MANNER)
        self._sent = b""
        found = self.desk.reconcile(as_source("paper-fills.csv", text.encode()), self.user, now)
        self.tally.fills_reconciled += len(found.fills)
        self.tally.exceptions += len(found.exceptions)
