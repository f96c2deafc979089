"""What a gift or a death makes of lots: for what-if questions alone.

A gift leaves with its basis (26 U.S.C. 1015(a)); whoever dies leaves the value of the day as basis
and a long holding period (1014(a), 1223(9)). Joint and community property are taken as stepped up
in full, which is right for a sole owner and the whole of community property (1014(b)(6)).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from engine.decision.outlook import Outlook
from engine.law.holding import term
from engine.records import CENT, MICRO, ZERO, Household, Lot, Term

TWO_YEARS = timedelta(days=731)  # long-term by any count of days


def given_away(household: Household, outlook: Outlook, amount_usd: Decimal) -> tuple[Lot, ...]:
    """The lots that are left after a gift of so much value.

    Long-term lots of taxed accounts go first to last by basis per dollar of value; the last is cut.

    Args:
        household: Before the gift.
        outlook: Prices.
        amount_usd: Value to give, > 0; all that can be given where there is less.
    """
    taxed = {a.account_id for a in household.accounts if a.kind.taxed}
    able = [
        lot
        for lot in household.lots
        if lot.account_id in taxed
        and lot.security_id in outlook.quotes
        and term(lot.held_since, outlook.today) is Term.LONG
        and lot.unrealized_gain(outlook.quotes[lot.security_id].last_usd) > 0
    ]
    left, kept = amount_usd, {lot.lot_id: lot for lot in household.lots}
    for lot in sorted(able, key=lambda x: (x.basis_usd / _worth(x, outlook), x.lot_id)):
        if left <= ZERO:
            break
        shares = (left / outlook.quotes[lot.security_id].last_usd).quantize(MICRO)
        if shares >= lot.shares:
            left -= _worth(lot, outlook)
            del kept[lot.lot_id]
        elif shares > ZERO:
            kept[lot.lot_id] = lot.split(shares)[1]
            left = ZERO
    return tuple(kept.values())


def stepped_up(lots: Sequence[Lot], outlook: Outlook) -> tuple[Lot, ...]:
    """Lots with the value of the day as basis, long-term; what has no price keeps its basis."""
    return tuple(
        replace(
            lot,
            basis_usd=_worth(lot, outlook),
            loss_basis_usd=None,
            wash_adjustment_usd=ZERO,
            held_since=min(lot.held_since, outlook.today - TWO_YEARS),
        )
        if lot.security_id in outlook.quotes
        else lot
        for lot in lots
    )


def _worth(lot: Lot, outlook: Outlook) -> Decimal:
    """Market value at the last price."""
    return (lot.shares * outlook.quotes[lot.security_id].last_usd).quantize(CENT)
