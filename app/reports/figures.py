"""Every figure of an Efficiency Report, from the book and the law alone.

The loss of each filled sale is what the custodian's fills say. What it saved is one difference of
two exact bills, the year without the harvested sales and the year with them; it is attributed to
the sales in the order of execution. Fees are the fills'; spread, impact and tracking are those
estimated when the trade was approved, in proportion to what was filled.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from app.book.book import Book
from app.custodian.order_values import ApprovedOrder, LotClose
from app.custodian.orders import NEW_YORK
from engine.decision.alpha import TradeCosts, attribute, results_of, value
from engine.decision.household_tax import HouseholdTax, YearResults, open_year, results_so_far
from engine.law.holding import term
from engine.law.rules import Law
from engine.law.walk import difference
from engine.records import CENT, ZERO, Household, RealizedLot
from engine.results import Alpha, LotSale, Proposal, WalkStep


@dataclass(frozen=True, slots=True)
class TradeFigure:
    """One sold lot of a harvest: what it lost, what it kept, and who stands behind it."""

    exec_id: str
    order_key: str
    proposal_id: str
    sold_on: date
    account_id: str
    security_id: str
    symbol: str
    lot_id: str
    acquired_on: date
    term: str
    shares: Decimal
    price_usd: Decimal
    proceeds_usd: Decimal
    basis_usd: Decimal
    gain_usd: Decimal
    kept_usd: Decimal
    approver: str
    approved_at: str
    snapshot_id: str
    rule: str


@dataclass(frozen=True, slots=True)
class Figures:
    """What a household's report of a period says.

    Attributes:
        harvested_usd: Losses sold, positive.
        alpha: What they are worth to this household, part by part.
        bill_without_usd: Projected bill of the year without the harvested sales.
        bill_with_usd: With them.
        walk: How the bill falls from one to the other.
        trades: Every sold lot, in order of execution; ``kept_usd`` adds up to ``alpha.net_usd``.
        fees_usd: Fees of all fills of the period, purchases included.
        expected_usd: Net alpha shown when the trades were approved, for what was filled.
        liquidated_usd: Net if the lower basis were taxed today instead of at the exit.
        notes: Provisional points of the law.
    """

    household_id: str
    household: str
    first: date
    last: date
    year: int
    harvested_usd: Decimal
    gains_usd: Decimal
    alpha: Alpha
    bill_without_usd: Decimal
    bill_with_usd: Decimal
    walk: tuple[WalkStep, ...]
    trades: tuple[TradeFigure, ...]
    fees_usd: Decimal
    expected_usd: Decimal
    liquidated_usd: Decimal
    notes: tuple[str, ...]
    law_version: str


def efficiency(
    book: Book, law: Law, household_id: str, first: date, last: date, top_rate: float
) -> Figures:
    """Compute the figures of one household and period (both days included).

    Args:
        book: The book.
        law: Law of the household's tax year.
        household_id: Whose.
        first: First trade date.
        last: Last trade date.
        top_rate: Rate of the "loss x top rate" line.
    """
    household = book.household(household_id)
    accounts = {account.account_id for account in household.accounts}
    orders = {row.order.order_key: row.order for row in book.orders(household_id)}
    proposals = {key: book.proposal(key) for key in {o.proposal_id for o in orders.values()}}
    closes = [
        close
        for close in book.closes()
        if close.account_id in accounts and first <= _day(close) <= last
    ]
    closes.sort(key=lambda c: (c.closed_at, c.exec_id, c.lot_id))
    realized = {(x.sale_id, x.lot_id): x for x in household.realized}
    sales = [_sale(close, realized.get((close.exec_id, close.lot_id))) for close in closes]
    without = _without(household, sales)
    year = open_year(household, law, without)
    filled = _filled_share(closes, orders, proposals)
    fees = sum(
        (
            f.fee_usd
            for f in book.fills()
            if f.order_key in orders and first <= _on(f.filled_at) <= last
        ),
        ZERO,
    )
    costs = _costs(filled, proposals, fees)
    alpha = value(year, sales, costs, top_rate)
    kept = attribute(year, sales, costs, top_rate)
    after, _, _ = year.exact(results_of(sales))
    lost = -sum((sale.est_gain_usd for sale in sales), ZERO)
    return Figures(
        household_id=household_id,
        household=household.name,
        first=first,
        last=last,
        year=household.profile.year,
        harvested_usd=-sum((s.est_gain_usd for s in sales if s.est_gain_usd < 0), ZERO),
        gains_usd=sum((s.est_gain_usd for s in sales if s.est_gain_usd > 0), ZERO),
        alpha=alpha,
        bill_without_usd=year.bill.total_usd,
        bill_with_usd=after.total_usd,
        walk=difference(year.bill, after),
        trades=tuple(
            _trade(book, close, sale, part, orders[close.order_key].proposal_id, proposals)
            for close, sale, part in zip(closes, sales, kept, strict=True)
        ),
        fees_usd=fees,
        expected_usd=sum((_part(p.alpha.net_usd, filled[k]) for k, p in proposals.items()), ZERO),
        liquidated_usd=_liquidated(year, alpha, lost),
        notes=after.provisional,
        law_version=law.version,
    )


def _day(close: LotClose) -> date:
    """Trade date in New York."""
    return _on(close.closed_at)


def _on(at: datetime) -> date:
    """Trade date of an instant."""
    return at.astimezone(NEW_YORK).date()


def _sale(close: LotClose, booked: RealizedLot | None) -> LotSale:
    """A filled sale as the alpha counts it, with the term and result that were booked for it."""
    if booked is not None:
        gain = booked.proceeds_usd - booked.basis_usd
        return LotSale(
            close.lot_id,
            close.account_id,
            close.security_id,
            close.shares,
            booked.basis_usd,
            booked.term,
            gain,
        )
    return LotSale(
        close.lot_id,
        close.account_id,
        close.security_id,
        close.shares,
        close.basis_usd,
        term(close.held_since, _day(close)),
        close.gain_usd,
    )


def _without(household: Household, sales: list[LotSale]) -> YearResults:
    """The year's results without the harvested sales."""
    found = results_so_far(household, household.profile.year)
    for sale in sales:
        found = found.plus(sale.term, -sale.est_gain_usd)
    return found


def _filled_share(
    closes: list[LotClose], orders: Mapping[str, ApprovedOrder], proposals: Mapping[str, Proposal]
) -> dict[str, Decimal]:
    """Part of each proposal's sales that was filled in the period, in [0, 1]."""
    sold = dict.fromkeys(proposals, ZERO)
    for close in closes:
        sold[orders[close.order_key].proposal_id] += close.shares
    return {
        key: min(Decimal(1), sold[key] / sum((s.shares for s in p.sales), ZERO))
        for key, p in proposals.items()
    }


def _part(amount: Decimal, share: Decimal) -> Decimal:
    """A share of an amount, to the cent."""
    return (amount * share).quantize(CENT)


def _costs(
    filled: Mapping[str, Decimal], proposals: Mapping[str, Proposal], fees: Decimal
) -> TradeCosts:
    """Estimated costs of what was filled; commission is the fees of the fills."""
    parts = {
        name: sum(
            (_part(getattr(p.alpha, name), filled[key]) for key, p in proposals.items()), ZERO
        )
        for name in ("spread_usd", "impact_usd", "tracking_usd", "option_usd", "wash_drag_usd")
    }
    return TradeCosts(commission_usd=fees.quantize(CENT), **parts)


def _liquidated(year: HouseholdTax, alpha: Alpha, lost: Decimal) -> Decimal:
    """Net alpha if everything were sold today: the lower basis is taxed at once."""
    now = (lost * Decimal(repr(round(year.use.gain_rate, 6)))).quantize(CENT)
    return alpha.tax_now_usd + alpha.carryforward_usd - now - alpha.cost_usd


def _trade(
    book: Book,
    close: LotClose,
    sale: LotSale,
    kept: Decimal,
    proposal_id: str,
    proposals: Mapping[str, Proposal],
) -> TradeFigure:
    """One line of the trade table."""
    signed = [d for d in book.decisions(proposal_id) if d.what == "approve"][-1]
    securities = book.securities()
    return TradeFigure(
        exec_id=close.exec_id,
        order_key=close.order_key,
        proposal_id=proposal_id,
        sold_on=_day(close),
        account_id=close.account_id,
        security_id=close.security_id,
        symbol=securities[close.security_id].symbol,
        lot_id=close.lot_id,
        acquired_on=close.acquired_on,
        term=sale.term.value,
        shares=close.shares,
        price_usd=close.price_usd,
        proceeds_usd=close.proceeds_usd,
        basis_usd=close.basis_usd,
        gain_usd=close.gain_usd,
        kept_usd=kept,
        approver=signed.user_id,
        approved_at=signed.at.isoformat(),
        snapshot_id=proposals[proposal_id].snapshot_id,
        rule=proposals[proposal_id].kind,
    )
