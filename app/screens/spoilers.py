"""Purchases that nobody places and that may wash a loss: reinvested dividends, contributions.

Whether a dividend falls into the days ahead is expected from those before it, and never sure. An
account that reinvests a name which was sold at a loss, or is about to be, is told all the same: the
next dividend there is a purchase (26 U.S.C. 1091(a)).
"""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from app.screens.moment import Moment
from engine.law.wash_lookahead import PlannedPurchase, would_be_spoiled_by
from engine.law.wash_planned import reinvesting_accounts
from engine.records import ZERO
from engine.results import Purchase
from widgets.views import PlannedEvent

NOTHING = Decimal(0)


def spoilers(moment: Moment) -> tuple[PlannedEvent, ...]:
    """What would wash a loss made or proposed, by day, then by the dollars at stake."""
    found = [*_planned(moment), *_reinvestments(moment)]
    return tuple(sorted(found, key=lambda e: (e.on, e.amount_usd)))


def _planned(moment: Moment) -> Iterator[PlannedEvent]:
    """Purchases of money and dividends to come, held against the losses of the 30 days before."""
    for planned in moment.prepared.planned:
        lost = _spoiled_usd(moment, planned)
        if lost:
            yield PlannedEvent(
                planned.on, _words(moment, planned.security_id, planned.why), -lost, ZERO, "plan"
            )


def _spoiled_usd(moment: Moment, planned: PlannedPurchase) -> Decimal:
    """Loss of sales made that the purchase would take away, weighed with its chance."""
    quote = moment.outlook.quotes.get(planned.security_id)
    if quote is None:
        return ZERO
    price = quote.ask_usd
    bought = Purchase(planned.account_id, planned.security_id, planned.shares, price)
    spoiled = would_be_spoiled_by(moment.prepared.wash, bought, planned.on)
    return sum((x.disallowed_usd for x in spoiled), ZERO) * planned.probability


def _reinvestments(moment: Moment) -> Iterator[PlannedEvent]:
    """Names sold at a loss, or proposed to be, that an account reinvests; told at the last day."""
    household, wash = moment.prepared.household, moment.prepared.wash
    window = timedelta(days=wash.window_days)
    made: dict[str, tuple[Decimal, timedelta]] = {}
    for line in household.realized:
        left = line.sold_on + window - moment.outlook.today
        if line.recognized_usd < 0 and left >= timedelta(0):
            lost, longest = made.get(line.security_id, (ZERO, left))
            made[line.security_id] = lost + line.recognized_usd, max(longest, left)
    for proposal in moment.evaluation.proposals:
        for sale in proposal.sales:
            if sale.est_gain_usd < 0:
                lost, _ = made.get(sale.security_id, (ZERO, window))
                made[sale.security_id] = lost + sale.est_gain_usd, window
    for security_id, (lost, left) in made.items():
        accounts = reinvesting_accounts(household, security_id, wash.identical)
        if accounts:
            names = ", ".join(household.account(key).name for key in accounts)
            words = _words(moment, security_id, f"any dividend reinvested in {names} until then")
            yield PlannedEvent(moment.outlook.today + left, words, lost, ZERO, "reinvest")


def _words(moment: Moment, security_id: str, why: str) -> str:
    """Which name, and why it would be bought."""
    return f"{moment.outlook.securities[security_id].symbol}: {why}"
