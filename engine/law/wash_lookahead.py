"""Looking ahead: what the wash-sale rule will do to a trade that has not happened yet.

Would this sale be washed, by purchases made and by those that are planned (a reinvested dividend,
a monthly contribution, each with its probability)? Which harvests would this purchase spoil, and
for how much (26 U.S.C. 1091(a), (d))? A purchase on the day of the sale counts, so does one on the
last day of the window; the first safe day is the one after it (sale or purchase + window + 1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from engine.law.lots import apportion_usd, realize
from engine.law.wash_index import Bought, WashIndex
from engine.records import CENT, ZERO, Lot, RealizedLot
from engine.results import Purchase, WashConfidence


@dataclass(frozen=True, slots=True)
class PlannedPurchase:
    """A purchase that is expected: a reinvested dividend, a contribution, a vest.

    Attributes:
        account_id: Account that will buy.
        security_id: What.
        on: Expected trade date.
        shares: Expected shares.
        probability: That it happens, in [0, 1].
        why: In words, for the reason shown.
    """

    account_id: str
    security_id: str
    on: date
    shares: Decimal
    probability: Decimal = Decimal(1)
    why: str = "planned purchase"


@dataclass(frozen=True, slots=True)
class Replacement:
    """Shares that take, or may take, part of a loss away.

    Attributes:
        purchase_id: The purchase, or the reason of a planned one.
        account_id: Account.
        on: Trade date.
        shares: Shares matched (the expected number for a planned purchase).
        disallowed_usd: Loss taken away, weighed with the probability.
        permanent: Whether it would be lost for good.
        probability: 1 for a purchase that was made.
    """

    purchase_id: str
    account_id: str
    on: date
    shares: Decimal
    disallowed_usd: Decimal
    permanent: bool
    probability: Decimal


@dataclass(frozen=True, slots=True)
class WashOutlook:
    """What the rule would do to a sale.

    Attributes:
        loss_usd: Loss of the sale, positive; 0 for a gain.
        disallowed_usd: Part taken away by purchases already made.
        expected_usd: Part that planned purchases are expected to take away besides.
        lost_usd: Part of both that would be lost for good, as expected.
        replacements: The purchases, in the order in which the law takes them.
        sell_from: First day on which the purchases made no longer wash the sale.
        buy_from: First day after the sale on which a purchase is clear.
    """

    loss_usd: Decimal
    disallowed_usd: Decimal
    expected_usd: Decimal
    lost_usd: Decimal
    replacements: tuple[Replacement, ...]
    sell_from: date
    buy_from: date


@dataclass(frozen=True, slots=True)
class Spoiled:
    """A loss that a purchase would take away.

    Attributes:
        line: The sale.
        shares: Shares the purchase would replace.
        disallowed_usd: Dollars at stake.
        permanent: Whether they would be lost for good.
        safe_from: First day on which the purchase leaves this loss alone.
        confidence: How sure the law is.
    """

    line: RealizedLot
    shares: Decimal
    disallowed_usd: Decimal
    permanent: bool
    safe_from: date
    confidence: WashConfidence


def would_wash(
    known: WashIndex,
    lot: Lot,
    shares: Decimal,
    price_usd: Decimal,
    on: date,
    planned: Sequence[PlannedPurchase] = (),
) -> WashOutlook:
    """What the rule would do to a sale of shares of a lot.

    Purchases made come first, as the law takes them by date; what they leave is matched with the
    planned ones, each of which happens with its own probability. Shares that a planned purchase
    may replace depend on whether those before it happened, so all outcomes are weighed.

    Raises:
        OverdrawnLotError: If the lot holds fewer shares.
    """
    after = timedelta(days=known.window_days + 1)
    sold = lot if shares == lot.shares else lot.split(shares)[0]
    line = realize(sold, (shares * price_usd).quantize(CENT), on, "asked")
    loss = max(ZERO, -line.recognized_usd)
    made = known.replacing(lot, on)
    sell_from = max((x.on for x in made), default=on - after) + after
    if not loss or lot.account_id in known.swallows:
        return WashOutlook(ZERO, ZERO, ZERO, ZERO, (), on, on)
    certain, left = _certain(known, made, shares, loss)
    expected = _expected(known, lot, planned, on, shares, left, loss)
    found = (*certain, *expected)
    return WashOutlook(
        loss,
        sum((x.disallowed_usd for x in certain), ZERO),
        sum((x.disallowed_usd for x in expected), ZERO),
        sum((x.disallowed_usd for x in found if x.permanent), ZERO),
        found,
        max(on, sell_from),
        on + after,
    )


def would_be_spoiled_by(known: WashIndex, purchase: Purchase, on: date) -> tuple[Spoiled, ...]:
    """Losses of the window before that a purchase would take away, earliest sale first."""
    window, left = timedelta(days=known.window_days), purchase.shares
    found = []
    for loss in known.group(purchase.security_id).sold:
        if not on - window <= loss.line.sold_on <= on or not left:
            continue
        shares = min(left, loss.shares)
        left -= shares
        disallowed, _ = apportion_usd(loss.loss_usd, (shares, loss.shares - shares))
        same = loss.line.security_id == purchase.security_id
        found.append(
            Spoiled(
                loss.line,
                shares,
                disallowed,
                purchase.account_id in known.swallows,
                loss.line.sold_on + window + timedelta(days=1),
                WashConfidence.FIRM if same else WashConfidence.JUDGEMENT,
            )
        )
    return tuple(found)


def _certain(
    known: WashIndex, made: Sequence[Bought], shares: Decimal, loss_usd: Decimal
) -> tuple[list[Replacement], Decimal]:
    """Replacement by purchases made, and the shares it leaves."""
    taken, left = [], shares
    for bought in made:
        if left:
            taken.append((bought, min(left, bought.shares)))
            left -= taken[-1][1]
    amounts = apportion_usd(loss_usd, [*(part for _, part in taken), left])
    return [
        Replacement(
            bought.purchase_id,
            bought.account_id,
            bought.on,
            part,
            amount,
            bought.account_id in known.swallows,
            Decimal(1),
        )
        for (bought, part), amount in zip(taken, amounts, strict=False)
    ], left


def _expected(
    known: WashIndex,
    lot: Lot,
    planned: Sequence[PlannedPurchase],
    on: date,
    shares: Decimal,
    left: Decimal,
    loss_usd: Decimal,
) -> list[Replacement]:
    """Replacement expected of planned purchases, over every combination of them happening."""
    group, last = known.identical.group(lot.security_id), on + timedelta(days=known.window_days)
    coming = [
        p for p in planned if on <= p.on <= last and known.identical.group(p.security_id) == group
    ]
    found, chances = [], {left: Decimal(1)}
    for purchase in sorted(coming, key=lambda p: (p.on, p.account_id, p.why)):
        mean, after = ZERO, dict.fromkeys(chances, ZERO)
        for free, chance in chances.items():
            part, happens = min(free, purchase.shares), chance * purchase.probability
            mean += part * happens
            after[free] = after.get(free, ZERO) + chance - happens
            after[free - part] = after.get(free - part, ZERO) + happens
        chances = {free: chance for free, chance in after.items() if chance}
        found.append(
            Replacement(
                purchase.why,
                purchase.account_id,
                purchase.on,
                mean,
                (loss_usd * mean / shares).quantize(CENT),
                purchase.account_id in known.swallows,
                purchase.probability,
            )
        )
    return found
