"""From a problem in dollars and shares to the columns that the Lagrangian walks over, and back.

A segment is a sale of one lot or the purchase of one name; a purchase is a negative sale, so that
the active weight of a name is its start less the sum of its segments.
"""

from dataclasses import dataclass

import numpy as np

from engine.decision.parts import ANY, BUY, FREE, LOSS, PURCHASE, SELL, Parts
from engine.decision.problem import BoolVector, Problem, Trades
from engine.kernel import IntVector, Matrix, Vector

CURVATURE = 1e-7  # cost of selling a whole lot in one piece, per dollar: invisible, but smooth
PURCHASE_SCALE = 0.01  # weight at which a purchase bears that cost
LEAST_PENALTY = 1e-6  # price of variance where none is given: breaks ties towards the index
PRICE_MAX = 1e5  # no dollar of a limit is worth more dollars than this; beyond it is out of reach
VARIANCE_PRICE_MAX = 1e7


@dataclass(frozen=True, slots=True, eq=False)
class Ranges:
    """Shares that must and may trade, as rounding narrows them; shapes (L,) and (n,)."""

    sell_least: Vector
    sell_most: Vector
    buy_least: Vector
    buy_most: Vector


def open_ranges(problem: Problem) -> Ranges:
    """Everything that the problem itself allows."""
    most = np.clip(np.minimum(problem.lot_most_shares, problem.lot_shares), 0, None)
    reach = max(0.0, problem.cash_usd + float(most @ problem.lot_price))
    buys = np.where(problem.blocked, 0.0, reach / problem.price_usd)
    return Ranges(np.zeros(most.size), most, np.zeros(buys.size), buys)


@dataclass(frozen=True, slots=True, eq=False)
class Segments:
    """The columns, and where they came from.

    Attributes:
        parts: What the kernels take.
        directions: FREE where a group has both ways open, else the one it has; shape (groups,).
        lowest: Lower bounds of the prices (nu, rho, eta); highest: upper bounds.
        lot: Lot of each segment, -1 for a purchase.
        name: Name of each segment.
        group_of: Position of each name's group in ``directions``, shape (n,).
        row_names: Names of the coupling rows, in order.
    """

    parts: Parts
    directions: IntVector
    lowest: Vector
    highest: Vector
    lot: IntVector
    name: IntVector
    group_of: IntVector
    row_names: tuple[str, ...]

    def slack_of_penalty(self, asked: float) -> float:
        """How far LEAST_PENALTY can have lifted the optimum, a share of the book."""
        p = self.parts
        gross = float(np.abs(p.start).sum() + np.abs(p.lo).max(initial=0) + p.hi.sum())
        loads = np.sqrt((p.loadings**2).sum(axis=1) + p.specific).max()
        shift = float(np.sqrt(p.exposure @ p.exposure))
        return (p.lam - asked) * (gross * float(loads) + shift) ** 2

    def beyond_reach(self, prices: Vector) -> bool:
        """Whether some limit costs more than any limit may: no trades keep it."""
        finite = np.isfinite(self.highest) & (self.highest > 0)
        return bool(np.any(prices[finite] >= 0.999 * self.highest[finite]))

    def trades(self, problem: Problem, x: Vector) -> Trades:
        """Amounts of the segments, as shares to sell and to buy."""
        sold = self.lot >= 0
        sells, buys = np.zeros(problem.lot_name.size), np.zeros(problem.names)
        usd = x * problem.value_usd
        sells[self.lot[sold]] = usd[sold] / problem.price_usd[self.name[sold]]
        buys[self.name[~sold]] = -usd[~sold] / problem.price_usd[self.name[~sold]]
        return Trades(sells, np.abs(buys))


def segments(problem: Problem, ranges: Ranges) -> Segments:
    """Cut the problem into segments, groups and names sorted so that each adjoins."""
    p, value = problem, problem.value_usd
    _, group_of = np.unique(p.group, return_inverse=True)
    order = np.argsort(group_of, kind="stable")  # names, group by group
    place = np.empty(p.names, np.int64)
    place[order] = np.arange(p.names)
    lots = p.lot_name.size
    name = np.concatenate([p.lot_name, np.arange(p.names)]).astype(np.int64)
    by = np.argsort(place[name], kind="stable")
    name, lot = name[by], np.concatenate([np.arange(lots), np.full(p.names, -1)])[by]
    usd = p.price_usd[name] / value
    lo = np.concatenate([ranges.sell_least, -ranges.buy_most])[by] * usd
    hi = np.concatenate([ranges.sell_most, -ranges.buy_least])[by] * usd
    buys = lot < 0
    rows, limits, row_names = _rows(p, name, lot, buys)
    cost = np.where(buys, -p.cost_rate[name], p.cost_rate[name])
    kind = np.where(buys, PURCHASE, ANY)
    if lots:
        cost = cost + np.where(buys, 0.0, p.lot_tax_usd[lot] / p.price_usd[name])
        kind = np.where(~buys & p.lot_harvest[lot], LOSS, kind)
    factor_vol = np.sqrt(p.factor_variances)
    capped = np.isfinite(p.te_cap)
    parts = Parts(
        group_ptr=_pointers(group_of[order], int(group_of.max()) + 1),
        ptr=_pointers(place[name], p.names),
        cost=cost,
        lo=lo,
        hi=hi,
        eps=np.where(buys, CURVATURE / PURCHASE_SCALE, CURVATURE / np.maximum(hi, 1e-9)),
        kind=kind.astype(np.int64),
        rows=rows,
        limits=limits,
        loadings=np.ascontiguousarray((p.loadings * factor_vol)[order]),
        specific=(p.specific_vol**2)[order],
        start=(p.held - p.benchmark)[order],
        least=(p.weight_min - p.benchmark)[order],
        most=(p.weight_max - p.benchmark)[order],
        exposure=p.exposure * factor_vol,
        lam=max(p.te_penalty, LEAST_PENALTY),
        te_room=p.te_cap**2 - p.exposure_variance if capped else 1.0,
    )
    factors = np.full(factor_vol.size, np.inf)
    highest = np.concatenate(
        [factors, np.full(limits.size, PRICE_MAX), [VARIANCE_PRICE_MAX if capped else 0.0]]
    )
    lowest = np.concatenate([-factors, np.zeros(limits.size + 1)])
    directions = _directions(parts, group_of[name], int(group_of.max()) + 1)
    return Segments(parts, directions, lowest, highest, lot, name, group_of, row_names)


def _pointers(sorted_index: IntVector, count: int) -> IntVector:
    """Where each of ``count`` runs of a sorted index begins, and where the last one ends."""
    return np.searchsorted(sorted_index, np.arange(count + 1)).astype(np.int64)


def _rows(
    p: Problem, name: IntVector, lot: IntVector, buys: BoolVector
) -> tuple[Matrix, Vector, tuple[str, ...]]:
    """Coupling limits on the segments: cash, net gain, turnover, bands of weights."""
    value, sign = p.value_usd, np.where(buys, -1.0, 1.0)  # a purchase is a negative sale
    rows = [sign * p.cost_rate[name] - 1.0]
    limits = [(p.cash_usd - p.cash_need_usd) / value]
    names = ["cash_need"]
    if np.isfinite(p.gain_cap_usd):
        gain = np.zeros(name.size)
        gain[~buys] = p.lot_gain_usd[lot[~buys]] / p.price_usd[name[~buys]]
        rows, limits = [*rows, gain], [*limits, p.gain_cap_usd / value]
        names.append("gain_cap")
    if np.isfinite(p.cash_most_usd):
        rows, limits = [*rows, -rows[0]], [*limits, (p.cash_most_usd - p.cash_usd) / value]
        names.append("cash_max")
    if np.isfinite(p.turnover_cap_usd):
        rows, limits = [*rows, sign], [*limits, p.turnover_cap_usd / value]
        names.append("turnover_cap")
    for index in range(p.band_max.size):
        rows.append(-p.band[index, name])
        limits.append(p.band_max[index] - float(p.band[index] @ p.held))
        names.append(f"band {index}")
    return np.ascontiguousarray(rows), np.array(limits), tuple(names)


def _directions(parts: Parts, group: IntVector, groups: int) -> IntVector:
    """FREE where a group may both buy and sell at a loss, else the way that loses nothing."""
    room = parts.hi > parts.lo
    may_buy = np.bincount(group, (parts.kind == PURCHASE) & (parts.lo < 0), groups) > 0
    may_harvest = np.bincount(group, (parts.kind == LOSS) & room, groups) > 0
    must_buy = np.bincount(group, (parts.kind == PURCHASE) & (parts.hi < 0), groups) > 0
    must_harvest = np.bincount(group, (parts.kind == LOSS) & (parts.lo > 0), groups) > 0
    found = np.where(may_buy & may_harvest, FREE, np.where(may_buy, BUY, SELL))
    found = np.where(must_harvest, SELL, np.where(must_buy, BUY, found))
    return found.astype(np.int64)
