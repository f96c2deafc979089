"""Optimiser: whole solves, a warm edit, and the lifted form beside a dense quadratic form."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from app.bench.row import BenchRow, best_of

if TYPE_CHECKING:
    from engine.decision.problem import Problem
    from engine.decision.segments import Segments
    from engine.kernel import IntVector

SIZES = (100, 300, 500)
LOTS = 10
SEED = 20260622


def rows() -> list[BenchRow]:
    """Measure; the peer is the same convex problem written with a dense covariance."""
    from engine.decision.convex import solve_convex
    from engine.decision.directions import search
    from engine.decision.optimize import Settings, solve
    from engine.decision.segments import open_ranges, segments

    found = []
    for names in SIZES:
        problem = sample(names)
        first = solve(problem)
        edited = replace(problem, cash_need_usd=2 * problem.cash_usd)
        cut = segments(problem, open_ranges(problem))
        ways = search(cut, 1e-6).ways
        lifted = best_of(3, partial(solve_convex, cut, ways))
        dense = best_of(1, partial(solve_dense, cut, ways))
        found += [
            _whole(problem, first.gap_usd),
            BenchRow(
                f"optimizer.edit.{names}",
                "solve again after one edit",
                best_of(3, partial(solve, edited, Settings(), first.warm)),
            ),
            BenchRow(
                f"optimizer.lifted.{names}",
                "convex problem of fixed directions, compile and solve",
                lifted,
                "cvxpy, dense quad_form",
                dense,
                dense / lifted,
            ),
        ]
    return found


def _whole(problem: "Problem", gap_usd: float) -> BenchRow:
    """A whole solve: search, convex problem, rounding, checks."""
    from engine.decision.optimize import solve

    return BenchRow(
        f"optimizer.solve.{problem.names}",
        f"{problem.names} names, {problem.lot_name.size} lots, proven within {gap_usd:.2f} dollars",
        best_of(3, partial(solve, problem)),
        "taxrebalance (not installed)",
        extra={"gap_usd": gap_usd},
    )


def sample(names: int, seed: int = SEED) -> "Problem":
    """A book of a million dollars near a lognormal index: ten lots a name, ten factors."""
    import numpy as np

    from engine.decision.problem import Problem

    r = np.random.default_rng(seed + names)
    value = 1e6
    benchmark = r.dirichlet(np.ones(names))
    price = np.exp(r.normal(4.3, 0.6, names))
    held = benchmark * np.exp(0.25 * r.normal(size=names))
    held *= 0.99 / held.sum()
    lot = np.repeat(np.arange(names), LOTS)
    shares = r.dirichlet(np.ones(LOTS), names).ravel() * (value * held / price)[lot]
    days = r.integers(5, 1500, lot.size)
    gain = price[lot] * (1 - np.exp(0.3 * np.sqrt(days / 365) * r.normal(size=lot.size) - 0.1))
    recent = np.bincount(lot, days <= 30, names)[lot] - (days <= 30) > 0
    counted = np.where(recent & (gain < 0), 0.0, gain)
    loadings = np.column_stack([1 + 0.3 * r.normal(size=names), r.normal(size=(names, 9))])
    return Problem(
        value_usd=value,
        cash_usd=0.01 * value,
        price_usd=price,
        benchmark=benchmark,
        loadings=loadings,
        factor_variances=np.concatenate([[0.16], np.linspace(0.06, 0.02, 9)]) ** 2,
        specific_vol=r.uniform(0.18, 0.45, names),
        lot_name=lot,
        lot_shares=shares,
        lot_tax_usd=np.where(days > 365, 0.238, 0.408) * counted,
        lot_gain_usd=counted,
        lot_harvest=(gain < 0) & ~recent,
        lot_most_shares=shares,
        blocked=r.random(names) < 0.1,
        group=np.arange(names),
        cost_rate=np.full(names, 0.0005),
        weight_min=np.full(names, -np.inf),
        weight_max=np.full(names, np.inf),
        te_penalty=10.0,
        exposure=np.zeros(10),
        band=np.zeros((0, names)),
    )


def solve_dense(cut: "Segments", ways: "IntVector") -> float:
    """The peer: the same problem with a dense covariance in the amounts' active weights."""
    import cvxpy
    import numpy as np
    import scipy.sparse as sp

    from engine.decision.convex import range_of

    cp: Any = cvxpy
    parts = cut.parts
    lo, hi = range_of(parts, ways)
    n, size = parts.start.size, parts.cost.size
    name = np.repeat(np.arange(n), np.diff(parts.ptr))
    pick = sp.csr_matrix((np.ones(size), (name, np.arange(size))), (n, size))
    covariance = parts.loadings @ parts.loadings.T + np.diag(parts.specific)
    x = cp.Variable(size)
    risk = cp.quad_form(parts.start - pick @ x, cp.psd_wrap(covariance))
    limits = [parts.rows @ x <= parts.limits, lo <= x, x <= hi]
    problem = cp.Problem(cp.Minimize(parts.cost @ x + parts.lam * risk), limits)
    return float(problem.solve(solver="CLARABEL"))
