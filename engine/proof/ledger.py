"""A taxable portfolio walked through history: lots as columns, one ledger for each policy.

Back-tests walk thousands of days with tens of thousands of lots, so the walk counts in float64; the
year's tax is then computed on the recorded sales by the exact rules of ``engine.law``. Every lot
keeps its own id, so that the wash-sale scan sees which shares were sold.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WINDOW_OPEN = -(10**9)


@dataclass(frozen=True, slots=True)
class Bought:
    """One purchase: the lot it made, in the shares of that day."""

    day: int
    seq: int
    name: int
    lot: int
    shares: float
    cost_usd: float


@dataclass(frozen=True, slots=True)
class Sold:
    """Part of one lot sold, in the shares of that day; proceeds and basis are totals."""

    day: int
    seq: int
    name: int
    lot: int
    shares: float
    proceeds_usd: float
    basis_usd: float
    acquired: int

    @property
    def gain_usd(self) -> float:
        """Gain (+) or loss (-) before any wash sale."""
        return self.proceeds_usd - self.basis_usd


@dataclass(slots=True)
class Ledger:
    """Lots, cash and the record of trades of one policy.

    Attributes:
        names: Number of names.
        cash_usd: Cash.
        name: Name of each lot, shape (capacity,); ``count`` of them are used.
        shares: Shares still held.
        basis_usd: Basis of a share.
        acquired: Calendar ordinal of the purchase.
        last_buy: Ordinal of the last purchase, by name.
        last_loss_sale: Ordinal of the last sale at a loss, by name.
        bought: Every purchase.
        sold: Every lot part sold.
        cost_usd: Spread and commission paid so far.
        traded_usd: Gross value traded so far.
    """

    names: int
    cash_usd: float
    half_spread: Floats
    name: Ints = field(init=False)
    shares: Floats = field(init=False)
    basis_usd: Floats = field(init=False)
    acquired: Ints = field(init=False)
    count: int = 0
    last_buy: Ints = field(init=False)
    last_loss_sale: Ints = field(init=False)
    bought: list[Bought] = field(default_factory=list)
    sold: list[Sold] = field(default_factory=list)
    cost_usd: float = 0.0
    traded_usd: float = 0.0

    def __post_init__(self) -> None:
        """Start with no lots."""
        self.name = np.zeros(1024, np.int64)
        self.shares = np.zeros(1024)
        self.basis_usd = np.zeros(1024)
        self.acquired = np.zeros(1024, np.int64)
        self.last_buy = np.full(self.names, WINDOW_OPEN, np.int64)
        self.last_loss_sale = np.full(self.names, WINDOW_OPEN, np.int64)

    def open_lots(self) -> Ints:
        """Numbers of the lots that still hold shares."""
        return np.flatnonzero(self.shares[: self.count] > 0)

    def held(self) -> Floats:
        """Shares held by name, shape (names,)."""
        found: Floats = np.bincount(
            self.name[: self.count], self.shares[: self.count], minlength=self.names
        ).astype(np.float64)
        return found

    def split(self, factor: Floats) -> None:
        """Apply the day's splits: shares times the factor, basis of a share divided by it."""
        if not np.any(factor != 1.0):
            return
        by_lot = factor[self.name[: self.count]]
        self.shares[: self.count] *= by_lot
        self.basis_usd[: self.count] /= by_lot

    def spin_off(self, factor: Floats, price_usd: Floats) -> float:
        """Split the basis by value with the security spun off, and sell that one at its value.

        Args:
            factor: Price factor of each name (1 = none), shape (names,).
            price_usd: Closes of the day, shape (names,).

        Returns:
            The gain (+) or loss (-) on the securities spun off, in dollars.
        """
        by_lot = factor[self.name[: self.count]]
        shares = self.shares[: self.count]
        proceeds = shares * price_usd[self.name[: self.count]] * (by_lot - 1.0)
        basis = shares * self.basis_usd[: self.count] * (1.0 - 1.0 / by_lot)
        self.basis_usd[: self.count] /= by_lot
        self.cash_usd += float(np.sum(proceeds))
        return float(np.sum(proceeds - basis))

    def buy(self, day: int, name: int, value_usd: float, price_usd: float) -> None:
        """Buy ``value_usd`` worth at the ask (price + half spread), costs included in the basis."""
        paid = price_usd * (1.0 + float(self.half_spread[name]))
        shares = value_usd / paid
        if not shares > 0.0:
            return
        if self.count == len(self.shares):
            self._grow()
        lot = self.count
        self.count += 1
        self.name[lot], self.shares[lot] = name, shares
        self.basis_usd[lot], self.acquired[lot] = paid, day
        self.last_buy[name] = day
        self.cash_usd -= value_usd
        self.bought.append(Bought(day, self._next(), name, lot, shares, value_usd))
        self._pay(shares, paid, price_usd)

    def sell(self, day: int, lots: Ints, shares: Floats, price_usd: float) -> float:
        """Sell shares of lots of one name at the bid; returns the proceeds in dollars."""
        if lots.size == 0:
            return 0.0
        name = int(self.name[lots[0]])
        got = price_usd * (1.0 - self.half_spread[name])
        parts = np.minimum(shares, self.shares[lots])
        total = float(np.sum(parts))
        if not total > 0.0:
            return 0.0
        seq = self._next()
        for lot, part in zip(lots, parts, strict=True):
            if part > 0.0:
                basis = float(self.basis_usd[lot])
                self.sold.append(
                    Sold(
                        day,
                        seq,
                        name,
                        int(lot),
                        float(part),
                        float(part * got),
                        float(part * basis),
                        int(self.acquired[lot]),
                    )
                )
                if basis > got:
                    self.last_loss_sale[name] = day
        self.shares[lots] -= parts
        self.shares[lots[self.shares[lots] < 1e-9]] = 0.0
        self.cash_usd += total * got
        self._pay(total, got, price_usd)
        return float(total * got)

    def value(self, price_usd: Floats) -> float:
        """Cash and shares at the given prices, shape (names,), in dollars."""
        return self.cash_usd + float(np.dot(self.held(), price_usd))

    def _next(self) -> int:
        """Order of the next trade."""
        return len(self.bought) + len(self.sold)

    def _pay(self, shares: float, paid_usd: float, mid_usd: float) -> None:
        """Count the cost and the turnover of a trade."""
        self.cost_usd += shares * abs(paid_usd - mid_usd)
        self.traded_usd += shares * mid_usd

    def _grow(self) -> None:
        """Double the columns."""
        for column in ("name", "shares", "basis_usd", "acquired"):
            old = getattr(self, column)
            setattr(self, column, np.concatenate([old, np.zeros_like(old)]))
