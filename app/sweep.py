"""Every household of a practice against one look at the market.

The market was simulated once, for all. Each household is laid out and its lots pass through the
arrays in one go; what the best set of its ready lots is worth is one difference of exact bills.
Proposals,
which are many exact bills, are made for the households where most is to be gained. What is found
does not depend on the number of threads: households share nothing that changes.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from app.book.book import Book
from app.desk import Rules
from engine.arrays import dollars
from engine.decision.alpha import TradeCosts, value
from engine.decision.evaluate import evaluate
from engine.decision.harvest import sale
from engine.decision.lot_state import LotState, lot_state
from engine.decision.outlook import Outlook
from engine.decision.prepare import Prepared, prepare, rates
from engine.errors import EngineError, UserError
from engine.records import ZERO, Household
from engine.results import Proposal

BATCH = 64


@dataclass(frozen=True, slots=True)
class Swept:
    """What the sweep found for one household.

    Attributes:
        household_id: Whose.
        lots: Lots in taxed accounts that were valued.
        ready: Lots at or past their threshold and free to be sold.
        flags: Lots likely to touch it within the window.
        loss_usd: Loss of the ready lots, positive.
        chosen: Lots of the best set of them, beyond which one more does not pay.
        alpha_usd: What selling that set is worth, less the spread of both legs.
        proposals: Exact proposals, best first; made for the best households alone.
        error: Why it could not be valued, "" when it could.
    """

    household_id: str
    lots: int = 0
    ready: int = 0
    flags: int = 0
    loss_usd: Decimal = ZERO
    chosen: int = 0
    alpha_usd: Decimal = ZERO
    proposals: tuple[Proposal, ...] = ()
    error: str = ""


def sweep(
    book: Book, outlook: Outlook, rules: Rules, threads: int, best: int = 10
) -> tuple[Swept, ...]:
    """Value every household of the book, in the order of their names.

    Args:
        book: The book.
        outlook: The one look at the market.
        rules: Law, choices, thresholds.
        threads: Threads to value on; the result is the same for any number.
        best: Households for which exact proposals are made.
    """
    wanted = [key for key, _ in book.households()]
    found: list[Swept] = []
    with ThreadPoolExecutor(max(threads, 1)) as pool:
        for start in range(0, len(wanted), BATCH):
            homes = [book.household(key) for key in wanted[start : start + BATCH]]
            found += pool.map(lambda home: _guarded(home, outlook, rules), homes)
        top = sorted(found, key=lambda row: (-row.alpha_usd, row.household_id))[:best]
        chosen = [book.household(row.household_id) for row in top if row.alpha_usd > 0]
        exact = dict(pool.map(lambda home: _proposals(home, outlook, rules), chosen))
    return tuple(replace(row, proposals=exact.get(row.household_id, ())) for row in found)


def _guarded(household: Household, outlook: Outlook, rules: Rules) -> Swept:
    """One household; what is wrong with it is told and stops nobody else."""
    try:
        prepared = prepare(household, rules.law, outlook, rules.funds, rules.wash)
        return _swept(prepared, outlook, rules)
    except (EngineError, UserError) as error:
        return Swept(household.household_id, len(household.lots), error=str(error))


def _swept(prepared: Prepared, outlook: Outlook, rules: Rules) -> Swept:
    """One household laid out."""
    state = lot_state(prepared, outlook, rules.settings, rules.table)
    count, worth = _worth(prepared, outlook, rules, state)
    return Swept(
        prepared.household.household_id,
        len(prepared.lots),
        int(np.count_nonzero(state.ready)),
        int(np.count_nonzero(state.flag)),
        dollars(float(state.loss[state.ready].sum())),
        count,
        worth,
    )


def _worth(
    prepared: Prepared, outlook: Outlook, rules: Rules, state: LotState
) -> tuple[int, Decimal]:
    """Lots of the best set found, and its value as one difference of exact bills less spreads.

    Ready lots are taken in the order of what a dollar of their loss is worth; the compiled twin
    says after how many of them the next one no longer pays, for losses are used up.
    """
    ready = np.flatnonzero(state.ready)
    if not ready.size:
        return 0, ZERO
    loss, market = state.loss[ready], prepared.columns.shares[ready] * state.price[ready]
    spread = 2.0 * outlook.half_spread[prepared.columns.security[ready]] * market
    each = (rates(prepared)[ready] - prepared.tax.exit_rate) * loss - spread
    order = np.argsort(-each / np.maximum(loss, 0.01), kind="stable")
    long = prepared.long[ready][order]
    lost, paid = loss[order], np.cumsum(spread[order])
    saved = prepared.tax.saved(-np.cumsum(np.where(long, 0.0, lost)), -np.cumsum(long * lost))
    net = saved - np.cumsum(lost) * prepared.tax.exit_rate - paid
    last = int(np.argmax(net))
    if not net[last] > 0.0:
        return 0, ZERO
    lots = [prepared.lots[i] for i in ready[order[: last + 1]]]
    sales = [sale(prepared, lot, outlook.quotes[lot.security_id].bid_usd) for lot in lots]
    costs = TradeCosts(spread_usd=dollars(float(paid[last])))
    worth = value(prepared.tax, sales, costs, rules.settings.top_rate).net_usd
    return (len(lots), worth) if worth > 0 else (0, ZERO)


def _proposals(
    household: Household, outlook: Outlook, rules: Rules
) -> tuple[str, tuple[Proposal, ...]]:
    """Exact proposals of one household."""
    prepared = prepare(household, rules.law, outlook, rules.funds, rules.wash)
    found = evaluate(prepared, outlook, rules.settings, rules.table, rules.version)
    return household.household_id, found.proposals
