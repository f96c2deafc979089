"""Policies that a back-test compares: what each does at the close of one day.

``hold`` reinvests dividends. ``drift`` is the legacy rebalancer: once a week a name that has left
its relative band goes back to target, first in first out, with no tax sense. ``monthly`` and
``daily5`` harvest at a fixed loss. ``predictive`` harvests where the now-or-wait price of that lot
is reached, at this client's rates for this year, and keeps out of its own way.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.decision.refill import refill
from engine.proof.ledger import Ledger

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
SPARE_CASH = 0.002  # part of the value that stays in cash
LEAST_ORDER = 0.001  # part of the value below which cash waits


class HarvestLine(Protocol):
    """The loss, as ln(basis / price), at which a harvest beats waiting."""

    def __call__(self, vol_annual: Floats, rate_now: Floats, rate_exit: float) -> Floats:
        """Harvest line for each lot, shape (lots,); infinity where it never pays."""


@dataclass(frozen=True, slots=True)
class Day:
    """What a policy sees at one close.

    Attributes:
        ordinal: Calendar day.
        session: Number of the session in the walk.
        price: Closes, shape (names,).
        target: Target weights, shape (names,).
        loadings: Factor loadings, shape (names, factors).
        factor_variances: Yearly, shape (factors,).
        specific_vol: Yearly, shape (names,).
        vol_annual: Yearly volatility forecast of each name, shape (names,).
        rate_short: Tax saved by one more dollar of short-term loss this year.
        rate_long: The same for a long-term loss.
        rate_exit: Present rate of the tax that a lower basis gives back.
        window_days: Wash-sale window to one side, calendar days.
        tracking_limit: Yearly tracking error that must not be passed.
    """

    ordinal: int
    session: int
    price: Floats
    target: Floats
    loadings: Floats
    factor_variances: Floats
    specific_vol: Floats
    vol_annual: Floats
    rate_short: float
    rate_long: float
    rate_exit: float
    window_days: int
    tracking_limit: float

    def buyable(self, ledger: Ledger) -> NDArray[np.bool_]:
        """Target names with no loss sale inside the window."""
        return (self.target > 0) & (self.ordinal - ledger.last_loss_sale > self.window_days)

    def clear_to_harvest(self, ledger: Ledger, lots: Ints) -> Ints:
        """Lots whose name was not bought inside the window (a purchase would wash the loss)."""
        quiet = self.ordinal - ledger.last_buy[ledger.name[lots]] > self.window_days
        return lots[quiet]

    def active(self, ledger: Ledger) -> Floats:
        """Portfolio weights less target weights, shape (names,)."""
        value = ledger.value(self.price)
        return ledger.held() * self.price / value - self.target

    def tracking_error(self, active: Floats) -> float:
        """Yearly tracking error of active weights by the risk model."""
        exposure = self.loadings.T @ active
        variance = np.dot(exposure**2, self.factor_variances)
        return float(np.sqrt(variance + np.dot(active**2, self.specific_vol**2)))


class Policy(Protocol):
    """A named way to act at the close."""

    @property
    def name(self) -> str:
        """Name in the table."""

    def act(self, day: Day, ledger: Ledger) -> None:
        """Trade at the close."""


def purchases(day: Day, ledger: Ledger, allowed: NDArray[np.bool_]) -> Floats:
    """Weights that spend cash above the spare part so that tracking error falls most, (names,)."""
    value = ledger.value(day.price)
    budget = ledger.cash_usd / value - SPARE_CASH
    if budget < LEAST_ORDER:
        return np.zeros_like(day.price)
    return refill(
        day.active(ledger),
        day.loadings,
        day.factor_variances,
        day.specific_vol,
        allowed,
        budget,
    )


def buy(day: Day, ledger: Ledger, weights: Floats) -> None:
    """Buy those weights; orders of a dollar or less are left in cash."""
    value = ledger.value(day.price)
    for name in np.flatnonzero(weights * value > 1.0):
        ledger.buy(day.ordinal, int(name), float(weights[name]) * value, float(day.price[name]))


def invest(day: Day, ledger: Ledger, allowed: NDArray[np.bool_]) -> None:
    """Spend cash above the spare part of the value so that tracking error falls most."""
    buy(day, ledger, purchases(day, ledger, allowed))


def sell_lots(day: Day, ledger: Ledger, lots: Ints) -> None:
    """Sell whole lots, one order a name, oldest lot first."""
    for name in np.unique(ledger.name[lots]):
        part = lots[ledger.name[lots] == name]
        ledger.sell(day.ordinal, part, ledger.shares[part], float(day.price[name]))


def raise_cash(day: Day, ledger: Ledger, need_usd: float) -> None:
    """Sell highest basis first from the most overweight names until the cash is there."""
    while ledger.cash_usd < need_usd:
        active = day.active(ledger)
        lots = ledger.open_lots()
        if lots.size == 0:
            return
        over = active[ledger.name[lots]]
        relative = ledger.basis_usd[lots] / day.price[ledger.name[lots]]
        pick = lots[np.lexsort((-relative, -over))[:1]]
        price = float(day.price[ledger.name[pick[0]]])
        missing = (need_usd - ledger.cash_usd) / (price * 0.999)
        ledger.sell(day.ordinal, pick, np.minimum(ledger.shares[pick], missing), price)


@dataclass(frozen=True, slots=True)
class Hold:
    """Buy once; put dividends back to work once a month."""

    name: str = "hold"
    every: int = 21

    def act(self, day: Day, ledger: Ledger) -> None:
        """Reinvest on the month's session."""
        if day.session % self.every == 0:
            invest(day, ledger, day.target > 0)


@dataclass(frozen=True, slots=True)
class Drift:
    """The legacy rebalancer: relative band on single names, asked once a week, FIFO."""

    name: str = "drift"
    every: int = 5
    band: float = 0.25
    minimum_usd: float = 100.0

    def act(self, day: Day, ledger: Ledger) -> None:
        """Sell what is over its band back to target, then spend the cash."""
        if day.session % self.every:
            return
        value = ledger.value(day.price)
        worth = ledger.held() * day.price
        over = worth - day.target * value
        lots = ledger.open_lots()
        for name in np.flatnonzero(
            (over > self.band * day.target * value) & (over > self.minimum_usd)
        ):
            mine = lots[ledger.name[lots] == name]
            mine = mine[np.argsort(ledger.acquired[mine], kind="stable")]
            excess = over[name] / day.price[name]
            before = np.cumsum(ledger.shares[mine]) - ledger.shares[mine]
            parts = np.clip(excess - before, 0.0, ledger.shares[mine])
            ledger.sell(day.ordinal, mine, parts, float(day.price[name]))
        invest(day, ledger, day.target > 0)


@dataclass(frozen=True, slots=True)
class FixedThreshold:
    """Harvest every lot that is down more than a fixed part of its basis."""

    name: str
    every: int
    threshold: float = 0.05

    def act(self, day: Day, ledger: Ledger) -> None:
        """Harvest on the policy's sessions; reinvest at once, never in a name just sold."""
        if day.session % self.every:
            return
        lots = ledger.open_lots()
        price = day.price[ledger.name[lots]]
        down = lots[price <= ledger.basis_usd[lots] * (1.0 - self.threshold)]
        sell_lots(day, ledger, day.clear_to_harvest(ledger, down))
        invest(day, ledger, day.buyable(ledger))


@dataclass(frozen=True, slots=True)
class Predictive:
    """Harvest at each lot's own now-or-wait price while alpha beats cost and tracking allows."""

    line: HarvestLine
    name: str = "predictive"

    def act(self, day: Day, ledger: Ledger) -> None:
        """Sell what is past its line, best first, and refill without spoiling other harvests."""
        lots = ledger.open_lots()
        name = ledger.name[lots]
        depth = np.log(ledger.basis_usd[lots] / day.price[name])
        rate = np.where(day.ordinal - ledger.acquired[lots] > 365, day.rate_long, day.rate_short)
        near = self._near(day, ledger, lots, depth)
        hopeful = np.flatnonzero(depth > 0.0)
        limit = max(day.tracking_limit, day.tracking_error(day.active(ledger)))
        sold = False
        if hopeful.size and day.rate_short > 0.0:
            line = self.line(day.vol_annual[name[hopeful]], rate[hopeful], day.rate_exit)
            ready = lots[hopeful[depth[hopeful] >= line]]
            sold = self._harvest(day, ledger, day.clear_to_harvest(ledger, ready), near, limit)
        if sold or day.session % 5 == 0 or ledger.cash_usd > 0.01 * ledger.value(day.price):
            self._spend(day, ledger, near, limit)

    def _spend(self, day: Day, ledger: Ledger, near: NDArray[np.bool_], limit: float) -> None:
        """Invest; where sparing the names near their line costs tracking, in all that may be."""
        active = day.active(ledger)
        for allowed in (self._allowed(day, ledger, near), day.buyable(ledger)):
            weights = purchases(day, ledger, allowed)
            if day.tracking_error(active + weights) <= limit:
                buy(day, ledger, weights)
                return

    def _allowed(self, day: Day, ledger: Ledger, near: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Names to buy: none that would wash, and none near its line while there are others."""
        allowed = day.buyable(ledger)
        clear = allowed & ~near
        return clear if clear.sum() >= 20 else allowed

    def _near(self, day: Day, ledger: Ledger, lots: Ints, depth: Floats) -> NDArray[np.bool_]:
        """Names with a lot that may soon be worth harvesting: buying them would wash it."""
        found = np.zeros(day.price.size, dtype=np.bool_)
        vol_month = day.vol_annual[ledger.name[lots]] / np.sqrt(12.0)
        found[ledger.name[lots[depth > -0.25 * vol_month]]] = True
        return found

    def _harvest(
        self, day: Day, ledger: Ledger, ready: Ints, near: NDArray[np.bool_], limit: float
    ) -> bool:
        """Sell names largest loss first while the refilled portfolio tracks; whether any was sold.

        A portfolio that prices have carried beyond its limit may be harvested as long as it does
        not end further away.
        """
        if ready.size == 0:
            return False
        names = ledger.name[ready]
        loss = (ledger.basis_usd[ready] - day.price[names]) * ledger.shares[ready]
        by_name = np.bincount(names, loss, minlength=day.price.size)
        sold = False
        for name in np.argsort(-by_name, kind="stable")[: np.count_nonzero(by_name > 0)]:
            mine = ready[names == name]
            shares = float(ledger.shares[mine].sum())
            if self._error_without(day, ledger, int(name), shares, near) <= limit:
                sell_lots(day, ledger, mine)
                sold = True
        return sold

    def _error_without(
        self, day: Day, ledger: Ledger, name: int, shares: float, near: NDArray[np.bool_]
    ) -> float:
        """Tracking error of the portfolio without the shares, its cash spent as ``invest`` does."""
        active = day.active(ledger)
        value = ledger.value(day.price)
        weight = shares * day.price[name] / value
        active[name] -= weight
        allowed = self._allowed(day, ledger, near)
        allowed[name] = False
        budget = weight + ledger.cash_usd / value - SPARE_CASH
        if budget < LEAST_ORDER:
            return day.tracking_error(active)
        bought = refill(
            active,
            day.loadings,
            day.factor_variances,
            day.specific_vol,
            allowed,
            budget,
            rounds=25,
        )
        return day.tracking_error(active + bought)
