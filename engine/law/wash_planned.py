"""Purchases that are coming: reinvested dividends and contributions, as the rule will see them.

A reinvested dividend is a purchase (26 U.S.C. 1091(a)), and the one that most often spoils a
harvest: nobody placed it. Before a loss is taken, reinvestment is switched off in every account of
the household that holds the security or one treated as identical; until then it is planned here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import median

from engine.law.identical import IdenticalGroups
from engine.law.wash_lookahead import PlannedPurchase
from engine.records import MICRO, ZERO, CashNeed, Household, Side, Sleeve, Trade

QUARTER = timedelta(days=91)
LIKELY = Decimal("0.9")
"""Chance that a dividend follows the one before it after the same interval: an assumption."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """A dividend that is declared or expected.

    Attributes:
        security_id: Security that pays.
        pays_on: Day of payment, on which it is reinvested.
        per_share_usd: Dollars a share.
        price_usd: Price expected on that day.
        probability: 1 when declared, less when expected from the past.
    """

    security_id: str
    pays_on: date
    per_share_usd: Decimal
    price_usd: Decimal
    probability: Decimal = Decimal(1)


def reinvesting_accounts(
    household: Household, security_id: str, identical: IdenticalGroups | None = None
) -> tuple[str, ...]:
    """Accounts in which reinvestment must be switched off before a loss is taken."""
    identical = identical or IdenticalGroups()
    group = identical.group(security_id)
    holding = {x.account_id for x in household.lots if identical.group(x.security_id) == group}
    return tuple(
        account.account_id
        for account in household.accounts
        if account.reinvest and account.account_id in holding
    )


def reinvestments(
    household: Household, distributions: Iterable[Distribution]
) -> tuple[PlannedPurchase, ...]:
    """Purchases that reinvestment will make, one for each account and distribution."""
    held: dict[tuple[str, str], Decimal] = {}
    for lot in household.lots:
        place = (lot.account_id, lot.security_id)
        held[place] = held.get(place, ZERO) + lot.shares
    reinvesting = [account.account_id for account in household.accounts if account.reinvest]
    return tuple(
        PlannedPurchase(
            account_id,
            paid.security_id,
            paid.pays_on,
            (shares * paid.per_share_usd / paid.price_usd).quantize(MICRO),
            paid.probability,
            f"dividend reinvested in {account_id}",
        )
        for paid in distributions
        for account_id in reinvesting
        if (shares := held.get((account_id, paid.security_id), ZERO)) > 0
    )


def expected_reinvestments(household: Household, today: date) -> tuple[PlannedPurchase, ...]:
    """The next reinvestment of each account and security that has reinvested before.

    It is expected one usual interval after the last and as large; an interval is the median of
    those seen, a quarter where one payment is known. What is overdue by a whole interval has
    stopped. Declared dividends are ``reinvestments``.
    """
    paid: dict[tuple[str, str], list[Trade]] = {}
    reinvesting = {account.account_id for account in household.accounts if account.reinvest}
    for trade in household.trades:
        if trade.side is Side.REINVEST and trade.account_id in reinvesting:
            paid.setdefault((trade.account_id, trade.security_id), []).append(trade)
    held = {(lot.account_id, lot.security_id) for lot in household.lots}
    found = []
    for (account_id, security_id), trades in sorted(paid.items()):
        last = max(trades, key=lambda trade: trade.traded_on)
        interval = _interval({trade.traded_on for trade in trades})
        on = max(last.traded_on + interval, today)
        if (account_id, security_id) in held and today < last.traded_on + 2 * interval:
            why = f"dividend expected to be reinvested in {account_id}"
            found.append(PlannedPurchase(account_id, security_id, on, last.shares, LIKELY, why))
    return tuple(found)


def _interval(days: set[date]) -> timedelta:
    """The usual time between two payments."""
    ordered = sorted(days)
    gaps = [after - before for before, after in pairwise(ordered)]
    return timedelta(days=int(median(gap.days for gap in gaps))) if gaps else QUARTER


def contributions(
    household: Household, prices_usd: Mapping[str, Decimal]
) -> tuple[PlannedPurchase, ...]:
    """Purchases that money coming in will make, by the target weights of its sleeve.

    A contribution is a cash need below zero. One that names no account goes to the first sleeve;
    one that is not hard is as likely as not. Securities without a price are left out.
    """
    found = []
    for need in household.cash_needs:
        sleeve = _sleeve(household, need)
        if need.amount_usd < 0 and sleeve is not None:
            account_id = need.account_id or sleeve.account_ids[0]
            probability = Decimal(1) if need.hard else Decimal("0.5")
            why = f"contribution {need.note or need.need_id}"
            for security_id, weight in sorted(sleeve.target.weights.items()):
                price = prices_usd.get(security_id, ZERO)
                if weight > 0 and price > 0 and security_id not in sleeve.target.exclusions:
                    shares = -need.amount_usd * Decimal(repr(weight)) / price
                    found.append(
                        PlannedPurchase(
                            account_id,
                            security_id,
                            need.due_on,
                            shares.quantize(MICRO),
                            probability,
                            why,
                        )
                    )
    return tuple(found)


def _sleeve(household: Household, need: CashNeed) -> Sleeve | None:
    """Sleeve that the money goes to."""
    for sleeve in household.sleeves:
        if not need.account_id or need.account_id in sleeve.account_ids:
            return sleeve
    return None
