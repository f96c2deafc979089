"""From the optimiser's shares to exact orders, and everything about them checked again in Decimal.

The solver works in float64 at mid prices; what is shown is sold at the bid, bought at the ask, to
the cent, with the wash-sale rule asked of the household's own index.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, Decimal

import numpy as np

from engine.arrays import as_float, dollars, share_count
from engine.decision.alpha import TradeCosts, value
from engine.decision.household_problem import Laid
from engine.decision.outlook import Outlook
from engine.decision.prepare import Prepared
from engine.decision.problem import Problem, Trades, Worth
from engine.decision.settings import DecisionSettings
from engine.law.holding import term_of
from engine.law.wash_lookahead import would_be_spoiled_by, would_wash
from engine.records import CENT, MICRO, ZERO, Lot
from engine.results import Alpha, LotSale, Purchase

SESSIONS_A_YEAR = 252.0


@dataclass(frozen=True, slots=True)
class Orders:
    """Exact orders of a plan.

    Attributes:
        sells: Lots or parts of lots; gains are what reaches the return.
        buys: Purchases by account.
        cash_usd: Cash of the taxed accounts after trading and commissions.
        lost_usd: Losses that would be gone for good (washed by a plan account).
    """

    sells: tuple[LotSale, ...]
    buys: tuple[Purchase, ...]
    cash_usd: Decimal
    lost_usd: Decimal = ZERO

    @property
    def gain_usd(self) -> Decimal:
        """Net gain that the sales add to the year."""
        return sum((sale.est_gain_usd for sale in self.sells), ZERO)

    @property
    def count(self) -> int:
        """Orders to place: one for each account, security and side."""
        sold = {(s.account_id, s.security_id) for s in self.sells}
        return len(sold) + len({(b.account_id, b.security_id) for b in self.buys})


def orders_of(
    prepared: Prepared,
    outlook: Outlook,
    laid: Laid,
    trades: Trades,
    settings: DecisionSettings,
) -> Orders:
    """Exact orders for shares to sell of each lot and to buy of each name."""
    sells, lost = [], ZERO
    free = {a.account_id: ZERO for a in prepared.household.accounts if a.kind.taxed}
    for cash in prepared.household.cash:
        if cash.account_id in free:
            free[cash.account_id] += cash.settled_usd + cash.unsettled_usd
    for i in np.flatnonzero(trades.sells):
        lot = laid.lots[i]
        bid = outlook.quotes[lot.security_id].bid_usd
        sale, gone = _sale(prepared, lot, min(share_count(trades.sells[i]), lot.shares), bid)
        sells.append(sale)
        lost += gone
        free[lot.account_id] += (sale.shares * bid).quantize(CENT)
    buys = _purchases(outlook, laid, trades, free)
    spent = sum(((b.shares * b.est_price_usd).quantize(CENT) for b in buys), ZERO)
    found = Orders(tuple(sells), buys, sum(free.values(), ZERO) - spent, lost)
    return replace(found, cash_usd=found.cash_usd - settings.commission_usd * found.count)


def _sale(prepared: Prepared, lot: Lot, shares: Decimal, bid: Decimal) -> tuple[LotSale, Decimal]:
    """Shares of a lot at the bid with the gain that is recognized, and the loss gone for good."""
    part = lot if shares == lot.shares else lot.split(shares)[0]
    gain, gone = part.unrealized_gain(bid), ZERO
    if gain < 0:
        washed = would_wash(prepared.wash, lot, shares, bid, prepared.today)
        gain, gone = gain + washed.disallowed_usd, washed.lost_usd
    term = term_of(lot, prepared.today, bid, prepared.tax.law.long_term_years)
    sale = LotSale(lot.lot_id, lot.account_id, lot.security_id, shares, part.basis_usd, term, gain)
    return sale, gone


def _purchases(
    outlook: Outlook, laid: Laid, trades: Trades, free: dict[str, Decimal]
) -> tuple[Purchase, ...]:
    """Purchases placed where the money is, largest first; what no account can pay is left."""
    p, left = laid.problem, dict(free)
    least = dollars(p.min_trade_usd)
    unit = Decimal(1) if p.whole_shares else MICRO
    found: list[Purchase] = []
    for i in np.argsort(-trades.buys * p.price_usd, kind="stable"):
        wanted = share_count(trades.buys[i])
        ask = outlook.quotes[laid.book.securities[i]].ask_usd
        for account in sorted(left, key=lambda key: (-left[key], key)):
            part = min(wanted, (left[account] / ask).quantize(unit, rounding=ROUND_FLOOR))
            if part <= 0 or part * ask < least:
                break
            found.append(Purchase(account, laid.book.securities[i], part, ask))
            left[account] -= (part * ask).quantize(CENT)
            wanted -= part
    return tuple(found)


def placed(laid: Laid, trades: Trades, buys: Sequence[Purchase]) -> Trades:
    """The shares that the orders really trade, for the judge of the problem."""
    index = {name: i for i, name in enumerate(laid.book.securities)}
    bought = np.zeros_like(trades.buys)
    for buy in buys:
        bought[index[buy.security_id]] += as_float(buy.shares)
    return Trades(trades.sells, bought)


def alpha_of(
    prepared: Prepared,
    outlook: Outlook,
    settings: DecisionSettings,
    orders: Orders,
    risk_change_usd: float,
) -> Alpha:
    """Alpha of the whole plan as one difference of bills; tracking is the change of the charge."""
    legs: dict[str, Decimal] = {}
    spread = ZERO
    for sale in orders.sells:
        quote = outlook.quotes[sale.security_id]
        legs[sale.security_id] = legs.get(sale.security_id, ZERO) + sale.shares * quote.bid_usd
        spread += sale.shares * (quote.ask_usd - quote.bid_usd) / 2
    for buy in orders.buys:
        quote = outlook.quotes[buy.security_id]
        legs[buy.security_id] = legs.get(buy.security_id, ZERO) + buy.shares * quote.ask_usd
        spread += buy.shares * (quote.ask_usd - quote.bid_usd) / 2
    costs = TradeCosts(
        spread_usd=spread.quantize(CENT),
        commission_usd=settings.commission_usd * orders.count,
        impact_usd=dollars(sum(_impact(outlook, settings, n, usd) for n, usd in legs.items())),
        tracking_usd=dollars(risk_change_usd),
        wash_drag_usd=dollars(as_float(orders.lost_usd) * prepared.tax.exit_rate),
    )
    return value(prepared.tax, orders.sells, costs, settings.top_rate)


def _impact(outlook: Outlook, settings: DecisionSettings, name: str, usd: Decimal) -> float:
    """Square-root impact c sigma_day sqrt(Q / ADV) Q (Almgren et al. 2005)."""
    i, amount = outlook.index[name], as_float(usd)
    if outlook.adv_usd[i] <= 0.0:
        return 0.0
    sigma_day = float(outlook.vol_annual[i]) / np.sqrt(SESSIONS_A_YEAR)
    share = float(np.sqrt(amount / float(outlook.adv_usd[i])))
    return float(settings.impact_coefficient * sigma_day * share * amount)


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What exact orders miss of the limits that float64 kept; all 0 when nothing."""

    cash_usd: Decimal = ZERO
    gain_usd: Decimal = ZERO

    def tightened(self, problem: Problem) -> Problem:
        """The problem with both limits drawn in by what was missed and a dollar."""
        room = 1.0
        cash = as_float(self.cash_usd) + room if self.cash_usd else 0.0
        gain = as_float(self.gain_usd) + room if self.gain_usd else 0.0
        return replace(
            problem,
            cash_need_usd=problem.cash_need_usd + cash,
            gain_cap_usd=problem.gain_cap_usd - gain,
        )


def shortfall(laid: Laid, orders: Orders) -> Shortfall:
    """Cash and gains of the exact orders against the limits as asked."""
    p = laid.problem
    gain = ZERO
    if np.isfinite(p.gain_cap_usd):
        gain = max(ZERO, orders.gain_usd - dollars(p.gain_cap_usd))
    return Shortfall(max(ZERO, dollars(p.cash_need_usd) - orders.cash_usd), gain)


def broken(prepared: Prepared, laid: Laid, orders: Orders, found: Worth) -> tuple[str, ...]:
    """Every rule that the exact orders break, in words; empty for a plan that may be shown.

    Asked again from the household's records: money, wash rules in both directions, whole shares,
    smallest trade, tracking error.
    """
    p, said = laid.problem, []
    missed = shortfall(laid, orders)
    if missed.cash_usd:
        said.append(f"${missed.cash_usd:,.2f} of the cash needed is missing")
    if missed.gain_usd:
        said.append(f"the gain limit is exceeded by ${missed.gain_usd:,.2f}")
    if found.tracking_error > p.te_cap * (1 + 1e-6):
        said.append(f"tracking error {found.tracking_error:.2%} is above {p.te_cap:.2%}")
    group = prepared.wash.identical.group
    harvested = {group(s.security_id) for s in orders.sells if s.est_gain_usd < 0}
    for buy in orders.buys:
        if group(buy.security_id) in harvested:
            said.append(f"buying {buy.security_id} washes a loss of the same plan")
        if would_be_spoiled_by(prepared.wash, buy, prepared.today):
            said.append(f"buying {buy.security_id} washes an earlier loss")
    sizes = [(s.security_id, s.shares) for s in orders.sells]
    sizes += [(b.security_id, b.shares) for b in orders.buys]
    if p.whole_shares:
        said += [f"{n} trades {q} shares" for n, q in sizes if q != q.to_integral_value()]
    return tuple(said)
