"""From amounts to orders: no dust, whole shares, smallest trades; and what the result misses.

Rounding alone never decides whether a limit holds. ``misses`` measures the rounded trades against
the problem as it was asked, and the optimiser tightens what was missed and solves again.
"""

from dataclasses import dataclass, replace

import numpy as np

from engine.decision.problem import TRADED_USD, Problem, Trades, Worth
from engine.decision.segments import Ranges, open_ranges
from engine.kernel import Vector

SHARE = 1e-6  # the book's scale of a share
CENT_USD = 0.01
TE_HAIR = 1e-7  # share of the tracking limit that is left to the solver's own precision


@dataclass(frozen=True, slots=True)
class Margins:
    """How much stricter than asked the limits are solved for."""

    cash_usd: float = CENT_USD
    gain_usd: float = CENT_USD
    te: float = 0.0
    spare_usd: float = 0.0
    turnover_usd: float = 0.0
    band: float = 0.0

    def tighten(self, problem: Problem) -> Problem:
        """The problem with its limits drawn in."""
        return replace(
            problem,
            cash_need_usd=problem.cash_need_usd + self.cash_usd,
            gain_cap_usd=problem.gain_cap_usd - self.gain_usd,
            te_cap=max(problem.te_cap * (1 - TE_HAIR) - self.te, 0.0),
            cash_most_usd=problem.cash_most_usd - self.spare_usd,
            turnover_cap_usd=max(problem.turnover_cap_usd - self.turnover_usd, 0.0),
            band_max=problem.band_max - self.band,
        )

    def widened(self, misses: "Margins") -> "Margins":
        """Draw in by what was missed and half as much again, on top of twice the margin so far."""
        return Margins(
            _wider(self.cash_usd, misses.cash_usd),
            _wider(self.gain_usd, misses.gain_usd),
            _wider(self.te, misses.te),
            _wider(self.spare_usd, misses.spare_usd),
            _wider(self.turnover_usd, misses.turnover_usd),
            _wider(self.band, misses.band),
        )


def _wider(margin: float, missed: float) -> float:
    return 2 * margin + 1.5 * missed if missed > 0 else margin


def misses(problem: Problem, trades: Trades, found: Worth) -> Margins:
    """By how much the trades break each limit; all 0 when none is broken."""
    p = problem
    bought, sold = trades.buys * p.price_usd, trades.sells * p.lot_price
    net = (bought - np.bincount(p.lot_name, sold, p.names)) / p.value_usd
    over = p.band @ (p.held + net) - p.band_max if p.band_max.size else np.zeros(1)
    return Margins(
        max(p.cash_need_usd - found.cash_usd, 0.0),
        max(found.net_gain_usd - p.gain_cap_usd, 0.0),
        max(found.tracking_error - p.te_cap, 0.0),
        max(found.cash_usd - p.cash_most_usd, 0.0),
        max(found.turnover_usd - p.turnover_cap_usd, 0.0),
        max(float(over.max()) - 1e-9, 0.0),
    )


def kept(missed: Margins) -> bool:
    """Whether nothing was missed."""
    return missed == Margins(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def placeable(problem: Problem) -> Ranges:
    """Ranges of what can be placed at all: whole shares, nothing below the smallest trade.

    No list of trades that keeps those two rules lies outside, so a bound over them holds.
    """
    ranges = on_grid(problem, open_ranges(problem))
    small = 1 - 1e-9
    sells = ranges.sell_most * problem.lot_price < problem.min_trade_usd * small
    buys = ranges.buy_most * problem.price_usd < problem.min_trade_usd * small
    return replace(
        ranges,
        sell_most=np.where(sells, 0.0, ranges.sell_most),
        buy_most=np.where(buys, 0.0, ranges.buy_most),
    )


def on_grid(problem: Problem, ranges: Ranges) -> Ranges:
    """Ranges whose ends are whole shares, where the problem asks for them."""
    if not problem.whole_shares:
        return ranges
    sell_most, buy_most = np.floor(ranges.sell_most + SHARE), np.floor(ranges.buy_most + SHARE)
    return Ranges(
        np.minimum(np.ceil(ranges.sell_least - SHARE), sell_most),
        sell_most,
        np.minimum(np.ceil(ranges.buy_least - SHARE), buy_most),
        buy_most,
    )


def rounded(problem: Problem, ranges: Ranges, trades: Trades) -> Trades:
    """Trades on the grid of shares, inside their ranges, without dust."""
    p, grid = problem, 1.0 if problem.whole_shares else SHARE
    least_usd = max(p.min_trade_usd, TRADED_USD)
    sells = _on_grid(trades.sells, grid, ranges.sell_most, least_usd / p.lot_price)
    buys = _on_grid(trades.buys, grid, ranges.buy_most, least_usd / p.price_usd)
    return Trades(sells, buys)


def less_bought(problem: Problem, trades: Trades, short_usd: float) -> Trades:
    """The same trades with the largest purchase cut by the cash that rounding left missing."""
    spent = trades.buys * problem.price_usd
    name = int(np.argmax(spent))
    grid = 1.0 if problem.whole_shares else SHARE
    price = problem.price_usd[name] * (1 + problem.cost_rate[name])
    left = trades.buys[name] - np.ceil((short_usd + CENT_USD) / price / grid) * grid
    if left * problem.price_usd[name] < max(problem.min_trade_usd, TRADED_USD):
        return trades
    buys = trades.buys.copy()
    buys[name] = left
    return Trades(trades.sells, buys)


def _on_grid(shares: Vector, grid: float, most: Vector, least: Vector) -> Vector:
    """Nearest amount on the grid within the most; 0 where that is too little to trade."""
    near = np.minimum(np.round(shares / grid) * grid, most)
    lifted = np.minimum(np.ceil(least / grid - 1e-9) * grid, most)
    near = np.where((near < least) & (shares >= 0.999 * least), lifted, near)
    return np.where(near >= least, near, 0.0)


def without_small(problem: Problem, ranges: Ranges, trades: Trades, cutoff: float) -> Ranges | None:
    """Ranges in which trades too small to place are lifted to the minimum or left out.

    A trade of at least ``cutoff`` of the minimum is lifted, a smaller one left out.

    Returns:
        Narrower ranges, or None if no trade is too small.
    """
    p = problem
    sell_least, sell_most = _narrow(
        trades.sells, ranges.sell_least, ranges.sell_most, p.min_trade_usd / p.lot_price, cutoff
    )
    buy_least, buy_most = _narrow(
        trades.buys, ranges.buy_least, ranges.buy_most, p.min_trade_usd / p.price_usd, cutoff
    )
    narrowed = Ranges(sell_least, sell_most, buy_least, buy_most)
    same = np.array_equal(sell_least, ranges.sell_least) and np.array_equal(
        sell_most, ranges.sell_most
    )
    if (
        same
        and np.array_equal(buy_least, ranges.buy_least)
        and np.array_equal(buy_most, ranges.buy_most)
    ):
        return None
    return narrowed


def _narrow(
    shares: Vector, least: Vector, most: Vector, minimum: Vector, cutoff: float
) -> tuple[Vector, Vector]:
    small = (shares < minimum * (1 - 1e-9)) & (shares * 1e6 > minimum)
    lift = small & (shares >= cutoff * minimum) & (most >= minimum)
    return np.where(lift, minimum, least), np.where(small & ~lift, 0.0, most)
