"""From the desk to the window: the views of the household on screen, made at each tick."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from app.book.book import Book
from app.desk import Desk
from app.screens.audit import audit_view
from app.screens.desk import desk_view
from app.screens.household import household_view
from app.screens.limits import constraint_rows
from app.screens.lot import lot_view
from app.screens.moment import Moment
from app.screens.wash import wash_view
from engine.records import ZERO
from engine.results import Evaluation, ProposalState
from widgets.views import (
    ConstraintsView,
    HouseholdItem,
    Mode,
    PracticeView,
    Status,
    View,
)

SAMPLES = 60
WAITING = (ProposalState.PROPOSED, ProposalState.DEFERRED)


@dataclass(slots=True)
class Presenter:
    """Makes views; remembers what a chart needs of the past hour.

    Attributes:
        household_id: The household on screen, "" before one is chosen.
        lot_id: The lot chosen, "" for the first.
        simulated: Whether prices are made up.
        interval: What the feed promises.
    """

    book: Book
    desk: Desk
    simulated: bool
    interval: timedelta
    household_id: str = ""
    lot_id: str = ""
    paused: bool = False
    _seq: int = 0
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
        rows = []
        for household_id, name in self.book.households():
            waiting = self.book.proposals(household_id, WAITING)
            accounts = len(self.book.household(household_id).accounts)
            rows.append(HouseholdItem(household_id, name, accounts, len(waiting)))
        if not self.household_id and rows:
            self.household_id = max(rows, key=lambda r: r.waiting).household_id
        return PracticeView(tuple(rows), self.household_id)

    def views(self) -> Iterator[View]:
        """Every screen of the household on screen, from the newest evaluation."""
        yield self.practice()
        moment = self.moment()
        if moment is None:
            return
        self._seq += 1
        settings = self.desk.rules.settings
        yield desk_view(self._seq, moment, self.status(moment), settings, self._curves(moment))
        yield lot_view(self._seq, moment, self.lot_id)
        yield household_view(self._seq, moment)
        yield ConstraintsView(
            self._seq, constraint_rows(moment), sum((p.alpha.net_usd for p in moment.waiting), ZERO)
        )
        yield wash_view(self._seq, moment)
        yield audit_view(self._seq, self.book)

    def moment(self) -> Moment | None:
        """What the screens are made from; None before the first evaluation."""
        found = self.desk.evaluations.get(self.household_id)
        outlook = self.desk.market.outlook()
        if found is None or outlook is None:
            return None
        prepared = self.desk.prepared(self.household_id, outlook)
        waiting = sorted(
            (
                p
                for p in self.book.proposals(self.household_id, WAITING)
                if p.expires_at > found.as_of
            ),
            key=lambda p: p.proposed_at,
        )
        return Moment(
            prepared,
            outlook,
            found,
            self.desk.decided(self.household_id),
            tuple(waiting),
            self._spent(),
            self.desk.market.usual_vol(),
        )

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
