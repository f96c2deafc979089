"""The shadow: every policy decides on the same snapshots, each carried forward in its own ledger.

A tick is: orders of earlier ticks are filled at its quotes, then every policy decides on it. The
engine decides at each tick on which the set of ready lots has changed, and each half hour; the
baselines once a day. Nothing of a later tick is ever read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import numpy as np

from engine.decision.evaluate import evaluate
from engine.decision.harvest_policy import HarvestTable
from engine.decision.household_tax import HouseholdTax, open_year
from engine.decision.lot_state import LotState, lot_state
from engine.decision.outlook import Outlook
from engine.decision.prepare import Prepared, prepare, with_decided
from engine.decision.settings import DecisionSettings
from engine.law.identical import FundIndex, IdenticalGroups, groups
from engine.law.rules import Law
from engine.proof.shadow_ledger import Carried, Order, actionable, begin, fill
from engine.proof.shadow_limits import broken
from engine.proof.shadow_policies import Baseline, Sight, worth_approving
from engine.proof.shadow_review import DayLows, Gone, Missed, missed
from engine.proof.shadow_worth import Worth, worth
from engine.records import ZERO, Household, Lot, Quote, Security, Term
from engine.results import Evaluation, LotSale

PREDICTIVE = "predictive"
LOOK_EVERY = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class ShadowRules:
    """What a shadow rests on; ``delay_ticks`` lie between a decision and its fill."""

    law: Law
    settings: DecisionSettings
    table: HarvestTable
    funds: tuple[FundIndex, ...]
    version: str
    delay_ticks: int = 1


@dataclass(slots=True)
class _Line:
    """One policy at work."""

    carried: Carried
    waiting: list[tuple[int, Order]] = field(default_factory=list)
    prepared: Prepared | None = None
    laid_out: tuple[date, int] | None = None
    lapsed: int = 0
    broken: list[str] = field(default_factory=list)
    days: list[Worth] = field(default_factory=list)


class Shadow:
    """One household under every policy.

    Attributes:
        lines: Each policy's ledger and record, the engine's first.
        days: Days carried so far.
        missed: Losses that a baseline took and the engine left, with the reason.
        gone: Thresholds touched within a day and gone by its close.
    """

    def __init__(
        self,
        household: Household,
        securities: Mapping[str, Security],
        rules: ShadowRules,
        baselines: Sequence[Baseline],
    ) -> None:
        """Start every policy from the same household."""
        self._rules, self._baselines = rules, tuple(baselines)
        self._identical: IdenticalGroups = groups(
            securities.values(), household.identical, rules.funds
        )
        self._tax: HouseholdTax = open_year(household, rules.law)
        names = (PREDICTIVE, *(b.name for b in self._baselines))
        self.lines = {name: _Line(begin(household)) for name in names}
        self.days: list[date] = []
        self.missed: list[Missed] = []
        self.gone: list[Gone] = []
        self._tick, self._session = 0, 0
        self._ready: frozenset[str] = frozenset()
        self._looked_at: datetime | None = None
        self._lows: DayLows | None = None

    def tick(
        self, quotes: Mapping[str, Quote], today: date, outlook: Outlook | None, daily: bool
    ) -> Evaluation | None:
        """Fill what is due, then let every policy decide.

        Args:
            quotes: Newest quote by security.
            today: Trading day.
            outlook: The market, ``None`` at the close itself: then nobody decides.
            daily: Whether the daily policies decide on this tick.

        Returns:
            The engine's evaluation where it looked; its forecasts can be stamped.
        """
        self._tick += 1
        for name, line in self.lines.items():
            self._fill(name, line, quotes, today, outlook)
        if outlook is None:
            if self._lows is not None:
                self._lows.see(quotes)
            return None
        found = self._predict(outlook)
        self._baseline_decisions(outlook, daily)
        return found

    def end_day(self, quotes: Mapping[str, Quote], today: date) -> None:
        """The session is over: unfilled orders lapse, every ledger is valued."""
        for line in self.lines.values():
            line.lapsed += len(line.waiting)
            line.waiting.clear()
            line.days.append(worth(line.carried, self._tax, quotes, today))
        if self._lows is not None:
            sold = {
                line.lot_id
                for line in self.lines[PREDICTIVE].carried.household.realized
                if line.sold_on == today
            }
            self.gone += self._lows.gone(quotes, sold)
        self._lows, self._ready, self._looked_at = None, frozenset(), None
        self.days.append(today)
        self._session += 1

    def _fill(
        self,
        name: str,
        line: _Line,
        quotes: Mapping[str, Quote],
        today: date,
        outlook: Outlook | None,
    ) -> None:
        """Fill the orders that are due and whose legs have a price."""
        due = [
            order
            for at, order in line.waiting
            if at <= self._tick and actionable(order, line.carried.household, quotes)
        ]
        if not due:
            return
        line.waiting = [pair for pair in line.waiting if pair[1] not in due]
        before = line.carried
        line.carried = fill(before, due, quotes, today, self._rules.law, self._identical)
        if outlook is not None:
            line.broken += broken(before, line.carried, outlook)

    def _predict(self, outlook: Outlook) -> Evaluation | None:
        """What the engine makes of the tick; the best harvest joins the waiting orders."""
        line, rules = self.lines[PREDICTIVE], self._rules
        prepared = self._prepared(line, outlook)
        decided = _in_flight(line, prepared)
        state = lot_state(with_decided(prepared, decided), outlook, rules.settings, rules.table)
        if self._lows is None:
            self._lows = DayLows.morning(prepared, state, outlook)
        self._lows.see(outlook.quotes)
        taken = {sale.lot_id for sale in decided}
        ready = frozenset(prepared.lots[i].lot_id for i in np.flatnonzero(state.ready)) - taken
        due = self._looked_at is None or outlook.as_of - self._looked_at >= LOOK_EVERY
        if not due and ready == self._ready:
            return None
        found = evaluate(prepared, outlook, rules.settings, rules.table, rules.version, decided)
        if due:
            self._looked_at = outlook.as_of
        self._ready = ready
        self._wait(line, self._best(line, found, outlook))
        return found if due else None

    def _best(self, line: _Line, found: Evaluation, outlook: Outlook) -> list[Order]:
        """The best harvest that breaks no hard limit of the household, if there is one."""
        for order in worth_approving(found.proposals):
            after = fill(
                line.carried,
                [order],
                outlook.quotes,
                outlook.today,
                self._rules.law,
                self._identical,
            )
            if not broken(line.carried, after, outlook):
                return [order]
        return []

    def _baseline_decisions(self, outlook: Outlook, daily: bool) -> None:
        """The baselines decide; losses they take and the engine leaves are noted."""
        asked = [policy for policy in self._baselines if daily or policy.every_tick]
        if not asked:
            return
        sight = Sight(outlook, self._rules.settings, self._session, daily)
        mine = self.lines[PREDICTIVE]
        prepared = self._prepared(mine, outlook)
        state = self._state(prepared, outlook)
        known = {(item.policy, item.lot_id) for item in self.missed}
        for policy in asked:
            line = self.lines[policy.name]
            orders = policy.decide(sight, line.carried, self._prepared(line, outlook))
            self._wait(line, orders)
            waiting = {lot for _, order in mine.waiting for lot, _ in order.sales}
            found = missed(policy.name, orders, prepared, state, outlook, waiting)
            self.missed += [item for item in found if (item.policy, item.lot_id) not in known]

    def _state(self, prepared: Prepared, outlook: Outlook) -> LotState:
        """Where the engine's own lots stand."""
        return lot_state(prepared, outlook, self._rules.settings, self._rules.table)

    def _wait(self, line: _Line, orders: Sequence[Order]) -> None:
        """Orders are filled some ticks after the one they were decided on."""
        line.waiting += [(self._tick + self._rules.delay_ticks, order) for order in orders]

    def _prepared(self, line: _Line, outlook: Outlook) -> Prepared:
        """The line's household, laid out again for each day and after each trade."""
        key = (outlook.today, len(line.carried.trades))
        if line.prepared is None or line.laid_out != key:
            line.prepared = prepare(
                line.carried.household, self._rules.law, outlook, self._rules.funds
            )
            line.laid_out = key
        return line.prepared


def _in_flight(line: _Line, prepared: Prepared) -> tuple[LotSale, ...]:
    """Sales already decided and not yet filled, at their basis: they are not proposed again."""
    lots = {lot.lot_id: lot for lot in prepared.lots}
    long = {lot.lot_id: flag for lot, flag in zip(prepared.lots, prepared.long, strict=True)}
    return tuple(
        _sale(lots[lot_id], bool(long[lot_id]))
        for _, order in line.waiting
        for lot_id, _ in order.sales
        if lot_id in lots
    )


def _sale(lot: Lot, long: bool) -> LotSale:
    """A sale whose result is not known yet."""
    term = Term.LONG if long else Term.SHORT
    return LotSale(
        lot.lot_id, lot.account_id, lot.security_id, lot.shares, lot.basis_usd, term, ZERO
    )
