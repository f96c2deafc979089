"""The best list of trades under hard limits, how good it provably is, and what each limit costs.

In order: check the arrays, cut them into segments, search the directions (which groups sell
losses, which are bought) against a bound, solve the convex problem of those directions exactly,
round to orders, measure every limit again on the rounded orders, and tighten and repeat where
rounding broke one. Nothing is relaxed: where no trades keep all limits, the smallest set in
conflict comes back instead.

After Moehle, Kochenderfer, Boyd & Ang, "Tax-Aware Portfolio Construction via Convex Optimization"
(2021), whose relaxation ignores the wash rule; here the rule is part of the bound.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from engine.decision.conflict import Relaxation, relaxations, smallest_conflict
from engine.decision.convex import Convex, solve_convex
from engine.decision.directions import Directions, search
from engine.decision.parts import FREE
from engine.decision.problem import Problem, Trades, Worth, check, nothing, worth
from engine.decision.rounding import (
    Margins,
    kept,
    less_bought,
    misses,
    on_grid,
    placeable,
    rounded,
    without_small,
)
from engine.decision.segments import Segments, segments
from engine.kernel import Vector

BASIS_POINT = 1e-4
ROUNDS = 16  # of tightening and narrowing
LEAST_CUTOFF = 0.01
NO_PRICE = 1e-9
NO_TE_PRICE = 1e-4  # dollars a basis point


@dataclass(frozen=True, slots=True)
class Settings:
    """How hard to look.

    Attributes:
        gap: The search of directions stops this close to the bound, as a share of the book.
        explain: Whether an infeasible problem is taken apart (conflict and ways out).
    """

    gap: float = 1e-6
    explain: bool = True


@dataclass(frozen=True, slots=True)
class LimitPrices:
    """Dollars of objective that one more unit of a limit would save; 0 where it does not bind.

    Attributes:
        cash_need: Per dollar less of cash need.
        gain_cap: Per dollar more of net gain.
        te_cap: Per basis point more of tracking error.
        cash_max: Per dollar more of cash left.
        turnover_cap: Per dollar more of turnover.
        band: Per unit of weight more, by band.
    """

    cash_need: float = 0.0
    gain_cap: float = 0.0
    te_cap: float = 0.0
    cash_max: float = 0.0
    turnover_cap: float = 0.0
    band: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """What the optimiser found.

    Attributes:
        status: ``solved`` or ``infeasible``.
        trades: Shares to sell of each lot and to buy of each name.
        found: What they are worth; hold: what doing nothing is worth.
        bound_usd: No trades that keep the limits have a lower objective.
        prices: What each limit costs.
        conflict: Smallest set of limits that cannot hold together; empty when solved.
        ways_out: Least moves of one limit that would help, cheapest first.
        warm: Prices to hand to the next solve of a problem of the same shape.
        nodes: Nodes the search looked at.
    """

    status: str
    trades: Trades
    found: Worth
    hold: Worth
    bound_usd: float
    prices: LimitPrices = LimitPrices()
    conflict: tuple[str, ...] = ()
    ways_out: tuple[Relaxation, ...] = ()
    warm: Vector = field(default_factory=lambda: np.zeros(0))
    nodes: int = 0

    @property
    def gap_usd(self) -> float:
        """Objective less bound: the most that any other trades could improve on these."""
        return self.found.objective_usd - self.bound_usd


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """Trades that keep all limits after rounding, and what the limits cost at their optimum."""

    trades: Trades
    found: Worth
    prices: LimitPrices


def solve(
    problem: Problem, settings: Settings = Settings(), warm: Vector | None = None
) -> Solution:
    """Find the best trades.

    Args:
        problem: What may be traded and which limits are hard.
        settings: How hard to look.
        warm: ``Solution.warm`` of a similar problem, or None.

    Raises:
        InputError: If the arrays do not fit together.
        SolverError: If no solver's answer stands the check.
    """
    check(problem)
    hold = worth(problem, nothing(problem))
    cut = segments(problem, placeable(problem))
    start = warm if warm is not None and warm.size == cut.lowest.size else None
    way = search(cut, settings.gap, start)
    plan = None if cut.beyond_reach(way.prices) else _plan(problem, way, settings)
    if kept(misses(problem, nothing(problem), hold)) and (
        plan is None or hold.objective_usd < plan.found.objective_usd
    ):
        plan = _Plan(nothing(problem), hold, LimitPrices())
    if plan is None:
        return _infeasible(problem, hold, settings)
    bound = min(_bound_usd(problem, cut, way), plan.found.objective_usd)
    return Solution(
        "solved",
        plan.trades,
        plan.found,
        hold,
        bound,
        plan.prices,
        warm=way.prices,
        nodes=way.nodes,
    )


def _plan(problem: Problem, way: Directions, settings: Settings) -> _Plan | None:
    """Round the optimum of the directions until every limit is kept as it was asked."""
    margins, cutoff, ranges = Margins(), 0.5, placeable(problem)
    for _ in range(ROUNDS):
        cut = segments(margins.tighten(problem), ranges)
        optimum = _optimum(cut, way, settings.gap)
        if optimum is None and (cutoff < LEAST_CUTOFF or problem.min_trade_usd == 0):
            return None
        if optimum is None:  # too much was left out: lift more small trades instead
            ranges, cutoff = placeable(problem), cutoff / 4
            continue
        raw = cut.trades(problem, optimum.x)
        narrowed = without_small(problem, ranges, raw, cutoff)
        if narrowed is not None:
            ranges = on_grid(problem, narrowed)
            continue
        trades = rounded(problem, ranges, raw)
        found = worth(problem, trades)
        missed = misses(problem, trades, found)
        if missed.cash_usd > 0:
            trades = less_bought(problem, trades, missed.cash_usd)
            found = worth(problem, trades)
            missed = misses(problem, trades, found)
        if kept(missed):
            return _Plan(trades, found, _limit_prices(problem, cut, optimum))
        margins = margins.widened(missed)
    return None


def _optimum(cut: Segments, way: Directions, tolerance: float) -> Convex | None:
    """The optimum of the directions found, or of new ones where those keep no limits any more."""
    ways = np.where(cut.directions == FREE, way.ways, cut.directions)
    found = solve_convex(cut, ways)
    if found is not None:
        return found
    again = search(cut, tolerance)
    return None if cut.beyond_reach(again.prices) else solve_convex(cut, again.ways)


def _bound_usd(problem: Problem, cut: Segments, way: Directions) -> float:
    """The bound of the search in dollars, with everything the search left out put back."""
    fixed = problem.te_penalty * problem.exposure_variance
    slack = cut.slack_of_penalty(problem.te_penalty)
    return (way.bound + fixed - slack) * problem.value_usd


def _limit_prices(problem: Problem, cut: Segments, optimum: Convex) -> LimitPrices:
    """Multipliers of the optimum as dollars per unit of each limit."""
    rows = {
        name: price if price > NO_PRICE else 0.0
        for name, price in zip(cut.row_names, optimum.rows.tolist(), strict=True)
    }
    te = 0.0
    if np.isfinite(problem.te_cap) and optimum.variance > NO_PRICE:
        te = optimum.variance * 2 * problem.te_cap * BASIS_POINT * problem.value_usd
        te = te if te > NO_TE_PRICE else 0.0
    bands = [price * problem.value_usd for name, price in rows.items() if name.startswith("band")]
    return LimitPrices(
        cash_need=rows["cash_need"],
        gain_cap=rows.get("gain_cap", 0.0),
        te_cap=te,
        cash_max=rows.get("cash_max", 0.0),
        turnover_cap=rows.get("turnover_cap", 0.0),
        band=tuple(bands),
    )


def _infeasible(problem: Problem, hold: Worth, settings: Settings) -> Solution:
    """Say which limits cannot hold together, and the cheapest ways out."""
    conflict: tuple[str, ...] = ()
    ways: tuple[Relaxation, ...] = ()
    if settings.explain:
        conflict = smallest_conflict(problem) or _grid_conflict(problem, hold)
        ways = relaxations(problem, conflict)
    return Solution(
        "infeasible", nothing(problem), hold, hold, np.inf, conflict=conflict, ways_out=ways
    )


def _grid_conflict(problem: Problem, hold: Worth) -> tuple[str, ...]:
    """Limits that hold for any amounts, but for none of the sizes that may trade."""
    grid = [("whole_shares", problem.whole_shares), ("min_trade", problem.min_trade_usd > 0)]
    found = [name for name, on in grid if on]
    if len(found) == 2:
        quiet = Settings(explain=False)
        if solve(replace(problem, min_trade_usd=0.0), quiet).status == "infeasible":
            found = ["whole_shares"]
        elif solve(replace(problem, whole_shares=False), quiet).status == "infeasible":
            found = ["min_trade"]
    missed = misses(problem, nothing(problem), hold)
    broken = [
        ("cash_need", missed.cash_usd), ("gain_cap", missed.gain_usd), ("te_cap", missed.te),
        ("cash_max", missed.spare_usd), ("turnover_cap", missed.turnover_usd),
        ("band", missed.band),
    ]  # fmt: skip
    return (*found, *(name for name, by in broken if by > 0))
