"""The harvest of one security in one account: lots to sell, what to buy instead, what it is worth.

Sales are valued at the bid, purchases at the ask; whole lots are sold, oldest first. The trade is
its own little portfolio change: it spends what it raises, so each can be approved by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

import numpy as np

from engine.arrays import as_float, dollars
from engine.decision.alpha import TradeCosts, band, results_of, value
from engine.decision.outlook import Outlook
from engine.decision.prepare import Flags, Prepared
from engine.decision.settings import DecisionSettings
from engine.decision.substitutes import Substitute, choose
from engine.law.holding import term_of
from engine.law.relief import with_required
from engine.law.wash_lookahead import PlannedPurchase, would_wash
from engine.records import CENT, MICRO, ZERO, Household, Lot, Rule
from engine.results import Alpha, LotSale, Purchase

SESSIONS_A_YEAR = 252.0
DAYS_A_YEAR = 365.0


@dataclass(frozen=True, slots=True)
class Harvest:
    """A self-financing harvest and its value.

    Attributes:
        sales: Lots to sell, oldest first.
        purchases: What to buy with the proceeds.
        alpha: Value part by part.
        low_usd: Lower end of the 95 % band of the net alpha.
        high_usd: Upper end.
        tracking_error: Yearly tracking error of the replacement against the name sold.
        limit_usd: Bid the sale was valued at.
    """

    sales: tuple[LotSale, ...]
    purchases: tuple[Purchase, ...]
    alpha: Alpha
    low_usd: Decimal
    high_usd: Decimal
    tracking_error: float
    limit_usd: Decimal


def harvest(
    prepared: Prepared,
    outlook: Outlook,
    lots: Sequence[Lot],
    settings: DecisionSettings,
    allowed: Flags,
    option_usd: float = 0.0,
    planned: Sequence[PlannedPurchase] = (),
    price_usd: Decimal | None = None,
) -> Harvest | None:
    """Value the harvest of lots of one security and account; None where nothing can replace it.

    Args:
        prepared: The household today.
        outlook: The market now.
        lots: Lots of one security in one account, to be sold whole, with those that the law wants
            sold before them.
        settings: Choices of the practice.
        allowed: Names that may be bought, before identical ones are left out, shape (names,).
        option_usd: Value of the later choice that the sale gives up.
        planned: Expected purchases that may wash the loss, besides those of ``prepared``.
        price_usd: Bid to value at; by default that of the quote.
    """
    lots = with_required(lots, prepared.household.lots, prepared.required_method)
    if prepared.forbidden(lots):
        return None
    name = outlook.index[lots[0].security_id]
    bid = price_usd if price_usd is not None else outlook.quotes[lots[0].security_id].bid_usd
    whole = trades_whole_shares(prepared.household)
    parts = [_sold(lot, whole) for lot in sorted(lots, key=lambda x: x.acquired_on)]
    lots = [part for part in parts if part is not None]
    sales = tuple(sale(prepared, lot, bid) for lot in lots)
    if not sales:
        return None
    stand_in = choose(outlook.risk, name, _different(prepared, name, allowed), settings.substitutes)
    if stand_in is None:
        return None
    proceeds = sum(((s.shares * bid).quantize(CENT) for s in sales), ZERO)
    costs = TradeCosts(
        spread_usd=_spread(outlook, name, stand_in, proceeds),
        commission_usd=settings.commission_usd * (1 + len(stand_in.names)),
        impact_usd=_impact(outlook, name, stand_in, proceeds, settings),
        tracking_usd=_tracking(prepared, outlook, stand_in, proceeds, settings),
        option_usd=dollars(option_usd),
        wash_drag_usd=_wash_drag(prepared, lots, bid, (*prepared.planned, *planned)),
    )
    alpha = value(prepared.tax, sales, costs, settings.top_rate)
    low, high = band(prepared.tax, alpha, results_of(sales), outlook.seed)
    return Harvest(
        sales,
        _purchases(outlook, lots[0].account_id, stand_in, proceeds, Decimal(1) if whole else MICRO),
        alpha,
        low,
        high,
        stand_in.tracking_error,
        bid,
    )


def trades_whole_shares(household: Household) -> bool:
    """Whether a hard limit asks for whole shares."""
    return any(c.rule is Rule.WHOLE_SHARES and c.hard and c.limit for c in household.constraints)


def _sold(lot: Lot, whole: bool) -> Lot | None:
    """What is sold of a lot: all of it, or its whole shares; None where that is nothing."""
    shares = lot.shares.to_integral_value(ROUND_FLOOR) if whole else lot.shares
    if shares == lot.shares:
        return lot
    return lot.split(shares)[0] if shares > 0 else None


def sale(prepared: Prepared, lot: Lot, bid_usd: Decimal) -> LotSale:
    """The whole lot at the bid."""
    return LotSale(
        lot.lot_id,
        lot.account_id,
        lot.security_id,
        lot.shares,
        lot.basis_usd,
        term_of(lot, prepared.today, bid_usd, prepared.tax.law.long_term_years),
        lot.unrealized_gain(bid_usd),
    )


def _different(prepared: Prepared, name: int, allowed: Flags) -> Flags:
    """The allowed names that are not substantially identical with the one sold."""
    return np.asarray(allowed & (prepared.group != prepared.group[name]))


def _spread(outlook: Outlook, name: int, stand_in: Substitute, proceeds: Decimal) -> Decimal:
    """Half spreads of both legs."""
    bought = float(np.mean(outlook.half_spread[list(stand_in.names)]))
    return dollars(as_float(proceeds) * (float(outlook.half_spread[name]) + bought))


def _impact(
    outlook: Outlook,
    name: int,
    stand_in: Substitute,
    proceeds: Decimal,
    settings: DecisionSettings,
) -> Decimal:
    """Square-root impact of both legs: c sigma_day sqrt(Q / ADV) Q (Almgren et al. 2005)."""
    sold = as_float(proceeds)
    legs: list[tuple[int, float]] = [(name, sold)]
    legs += [(i, sold / len(stand_in.names)) for i in stand_in.names]
    total = 0.0
    for i, amount in legs:
        if outlook.adv_usd[i] > 0.0:
            sigma_day = float(outlook.vol_annual[i]) / np.sqrt(SESSIONS_A_YEAR)
            share = np.sqrt(amount / float(outlook.adv_usd[i]))
            total += settings.impact_coefficient * sigma_day * float(share) * amount
    return dollars(total)


def _tracking(
    prepared: Prepared,
    outlook: Outlook,
    stand_in: Substitute,
    proceeds: Decimal,
    settings: DecisionSettings,
) -> Decimal:
    """0.5 lambda V (w TE)^2 over the lock-out, with w the weight that is swapped."""
    worth = _portfolio_usd(prepared, outlook)
    weight = as_float(proceeds) / worth if worth > 0.0 else 0.0
    yearly = 0.5 * settings.risk_aversion * worth * (weight * stand_in.tracking_error) ** 2
    return dollars(yearly * settings.lockout_days / DAYS_A_YEAR)


def _portfolio_usd(prepared: Prepared, outlook: Outlook) -> float:
    """Value of the taxed lots in dollars."""
    price = np.nan_to_num(outlook.price[prepared.columns.security])
    return float(np.dot(prepared.columns.shares, price))


def _wash_drag(
    prepared: Prepared, lots: Sequence[Lot], bid_usd: Decimal, planned: Sequence[PlannedPurchase]
) -> Decimal:
    """Tax value of the part of the loss that expected purchases would take away.

    A deferred loss is not lost: it comes back with the replacement lot. What it costs is charged
    in full only where it would be gone for good (a plan account), else the saving of this year.
    """
    group = prepared.wash.identical.group(lots[0].security_id)
    mine = [p for p in planned if prepared.wash.identical.group(p.security_id) == group]
    if not mine:
        return ZERO
    drag = ZERO
    for lot in lots:
        found = would_wash(prepared.wash, lot, lot.shares, bid_usd, prepared.today, mine)
        years = prepared.tax.law.long_term_years
        rate = prepared.tax.rate(term_of(lot, prepared.today, bid_usd, years))
        drag += dollars(as_float(found.expected_usd) * rate)
    return drag


def _purchases(
    outlook: Outlook, account_id: str, stand_in: Substitute, proceeds: Decimal, unit: Decimal
) -> tuple[Purchase, ...]:
    """Equal dollars of each substitute at its ask, shares rounded down to the unit."""
    each = proceeds / len(stand_in.names)
    found = []
    for i in stand_in.names:
        ask = outlook.quotes[outlook.names[i]].ask_usd
        shares = (each / ask).quantize(unit, rounding=ROUND_FLOOR)
        if shares > 0:
            found.append(Purchase(account_id, outlook.names[i], shares, ask))
    return tuple(found)
