"""The last weeks of a demo account: sales at a loss, purchases elsewhere, reinvested dividends.

They are what wash-sale rules look at: a loss sold lately makes a name "do not buy", a purchase in
an IRA or by reinvestment makes a loss in the same name "do not sell".
"""

from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from app.demo_market import SHARE_STEP, Closes
from engine.law.holding import term
from engine.records import (
    CENT,
    MICRO,
    Household,
    Lot,
    Origin,
    RealizedLot,
    Side,
    Trade,
)

SOLD_BACK, BOUGHT_BACK, DIVIDENDS_BACK = 14, 8, 45
SALES, PURCHASES, REINVESTMENTS = 4, 5, 12


@dataclass(frozen=True, slots=True)
class Activity:
    """Lots after the activity, and the trades that led there."""

    lots: tuple[Lot, ...]
    trades: tuple[Trade, ...]
    realized: tuple[RealizedLot, ...]


def recent_activity(
    closes: Closes, household: Household, taxable_id: str, buyers: tuple[str, ...], seed: int
) -> Activity:
    """What happened in the last weeks before the last close.

    Args:
        closes: Prices known.
        household: Before the activity.
        taxable_id: Account that sold lots at a loss.
        buyers: Accounts that bought names which ``taxable_id`` still holds at a loss.
        seed: Chooses the names.
    """
    rng = np.random.default_rng(seed)
    lots, sales, realized = _loss_sales(closes, household, taxable_id)
    gone = {lot.security_id for lot in realized}
    losers = [name for name in _at_a_loss(closes, lots, taxable_id) if name not in gone]
    chosen = [str(name) for name in rng.permutation(losers)[: PURCHASES * len(buyers)]]
    new, buys = _purchases(closes, chosen, buyers)
    income, reinvested = _reinvestments(closes, household, lots)
    trades = (*sales, *buys, *reinvested)
    return Activity((*lots, *new, *income), tuple(sorted(trades, key=_order)), realized)


def _order(trade: Trade) -> tuple[object, int, str]:
    """Trades in the order in which they happened."""
    return trade.traded_on, trade.seq, trade.trade_id


def _price(closes: Closes, name: str, back: int) -> Decimal:
    """Close of a name ``back`` sessions before the last one."""
    close = closes.close_usd[-1 - back, closes.names.index(name)]
    return Decimal(f"{close:.2f}")


def _at_a_loss(closes: Closes, lots: tuple[Lot, ...], account_id: str) -> list[str]:
    """Names with a lot below its basis at the last close, most negative first."""
    known = set(closes.names)
    worst: dict[str, Decimal] = {}
    for lot in lots:
        if lot.account_id == account_id and lot.security_id in known:
            gain = lot.unrealized_gain(_price(closes, lot.security_id, 0))
            worst[lot.security_id] = min(gain, worst.get(lot.security_id, gain))
    return [name for name in sorted(worst, key=lambda n: (worst[n], n)) if worst[name] < 0]


def _loss_sales(
    closes: Closes, household: Household, account_id: str
) -> tuple[tuple[Lot, ...], tuple[Trade, ...], tuple[RealizedLot, ...]]:
    """Sell one losing lot of a few names; the loss is realised and the name is locked out."""
    day = closes.days[-1 - SOLD_BACK]
    names = _at_a_loss(closes, household.lots, account_id)[: 2 * SALES : 2]
    sold: dict[str, Lot] = {}
    for lot in household.lots:
        price = _price(closes, lot.security_id, SOLD_BACK) if lot.security_id in names else None
        if lot.account_id != account_id or price is None or lot.acquired_on >= day:
            continue
        if lot.security_id not in sold and lot.unrealized_gain(price) < 0:
            sold[lot.security_id] = lot
    trades, realized = [], []
    for number, (name, lot) in enumerate(sorted(sold.items()), start=1):
        trade_id = f"{account_id}-sold-{number}"
        price = _price(closes, name, SOLD_BACK)
        cut = ((lot.lot_id, lot.shares),)
        trades.append(
            Trade(trade_id, account_id, name, Side.SELL, lot.shares, price, day, number, cut)
        )
        realized.append(
            RealizedLot(
                trade_id, lot.lot_id, account_id, name, lot.shares,
                (lot.shares * price).quantize(CENT), lot.basis_usd, lot.acquired_on,
                lot.held_since, day, term(lot.held_since, day),
            )
        )  # fmt: skip
    taken = {lot.lot_id for lot in sold.values()}
    left = tuple(lot for lot in household.lots if lot.lot_id not in taken)
    return left, tuple(trades), tuple(realized)


def _purchases(
    closes: Closes, names: list[str], buyers: tuple[str, ...]
) -> tuple[tuple[Lot, ...], tuple[Trade, ...]]:
    """Small purchases of the names, dealt to the buyers in turn, some days ago."""
    day = closes.days[-1 - BOUGHT_BACK]
    lots, trades = [], []
    for number, name in enumerate(names, start=1):
        account_id = buyers[number % len(buyers)]
        price = _price(closes, name, BOUGHT_BACK)
        if not price > 0:
            continue
        shares = (Decimal(1_500) / price).quantize(SHARE_STEP)
        trade_id = f"{account_id}-bought-{number}"
        trades.append(Trade(trade_id, account_id, name, Side.BUY, shares, price, day, number))
        basis = (shares * price).quantize(CENT)
        lots.append(Lot(f"{trade_id}-lot", account_id, name, shares, basis, day, day))
    return tuple(lots), tuple(trades)


def _reinvestments(
    closes: Closes, household: Household, lots: tuple[Lot, ...]
) -> tuple[tuple[Lot, ...], tuple[Trade, ...]]:
    """Dividends of the last weeks in the accounts that reinvest: small purchases, each a lot."""
    new: list[Lot] = []
    trades: list[Trade] = []
    for account in (a for a in household.accounts if a.reinvest):
        held: dict[str, Decimal] = {}
        for lot in lots:
            if lot.account_id == account.account_id:
                held[lot.security_id] = held.get(lot.security_id, Decimal(0)) + lot.shares
        paid = [
            (row, place)
            for row in range(max(0, len(closes.days) - DIVIDENDS_BACK), len(closes.days))
            for place in np.flatnonzero(closes.dividend_usd[row])
            if closes.names[place] in held
        ]
        for number, (row, place) in enumerate(paid[-REINVESTMENTS:], start=1):
            name, day = closes.names[place], closes.days[row]
            price = Decimal(f"{closes.close_usd[row, place]:.2f}")
            income = held[name] * Decimal(f"{closes.dividend_usd[row, place]:.4f}")
            shares = (income / price).quantize(MICRO)
            if shares <= 0:
                continue
            trade_id = f"{account.account_id}-reinvested-{number}"
            trades.append(
                Trade(trade_id, account.account_id, name, Side.REINVEST, shares, price, day, number)
            )
            basis = (shares * price).quantize(CENT)
            lot = Lot(f"{trade_id}-lot", account.account_id, name, shares, basis, day, day)
            new.append(replace(lot, origin=Origin.REINVESTED))
    return tuple(new), tuple(trades)
