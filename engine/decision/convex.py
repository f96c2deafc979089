"""The convex problem of fixed directions, through cvxpy, with its own judge.

Factor form with lifted variables: z (active weights) and y (factor exposures) are variables, so
that the matrix stays sparse in lots; a dense quadratic form costs ten times as much. Whatever a
solver calls optimal is judged here again: feasibility, stationarity and complementarity (the
conditions of Karush, Kuhn and Tucker) from the data, the objective from the amounts.
"""

import warnings
from dataclasses import dataclass, replace
from typing import Any

import cvxpy
import numpy as np
import scipy.sparse as sp

from engine.decision.lagrangian import amounts, maximise
from engine.decision.parts import LOSS, PURCHASE, SELL, Parts
from engine.decision.segments import Segments
from engine.errors import EngineError
from engine.kernel import IntVector, Vector

cp: Any = cvxpy  # its stubs do not name the atoms
KKT_TOLERANCE = 1e-6  # dollars per dollar of book; an answer this good ends the asking
KKT_LOOSE = 2e-4  # the nearest answer is taken up to here; limits are measured again anyway
SMOOTH, MOST_STEPS = 1e-7, 200
SQUEEZED = 1e-3  # share of the squared tracking limit below which it has no inside to speak of
FAR = 1e3  # an amount of this many books is no answer


class SolverError(EngineError):
    """No solver found a point that stands the check."""

    def __init__(self, tried: str) -> None:
        """Say what was tried and what to do."""
        super().__init__(
            f"no solver reached an optimum that stands the check ({tried}); keep the problem file "
            "and report it"
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Answer:
    """What a solver says: amounts, prices of the rows, price of the variance; not yet judged."""

    solver: str
    x: Vector
    rows: Vector
    variance: float


@dataclass(frozen=True, slots=True, eq=False)
class Convex:
    """An optimum that was judged.

    Attributes:
        x: Amounts of the segments, shares of the book.
        rows: Prices of the coupling rows, >= 0.
        variance: Price of the squared tracking limit, >= 0.
        value: Objective from the amounts, a share of the book.
        residual: Worst violation of the optimality conditions.
        solver: Where it came from.
    """

    x: Vector
    rows: Vector
    variance: float
    value: float
    residual: float
    solver: str


def range_of(parts: Parts, ways: IntVector) -> tuple[Vector, Vector]:
    """Ranges of the segments once each group has its way."""
    groups = np.repeat(np.arange(ways.size), np.diff(parts.ptr[parts.group_ptr]))
    shut = np.where(ways[groups] == SELL, parts.kind == PURCHASE, parts.kind == LOSS)
    return np.where(shut, 0.0, parts.lo), np.where(shut, 0.0, parts.hi)


def objective(parts: Parts, x: Vector) -> float:
    """Objective of the amounts, a share of the book (fixed specific variance left out)."""
    active = active_weights(parts, x)
    return float(parts.cost @ x) + parts.lam * _variance(parts, active)


def active_weights(parts: Parts, x: Vector) -> Vector:
    """Active weight of each name after the amounts x."""
    total = np.concatenate([[0.0], np.cumsum(x)])
    active: Vector = parts.start - (total[parts.ptr[1:]] - total[parts.ptr[:-1]])
    return active


def _variance(parts: Parts, active: Vector) -> float:
    y = parts.loadings.T @ active + parts.exposure
    return float(y @ y + parts.specific @ (active * active))


def solve_convex(segments: Segments, ways: IntVector) -> Convex | None:
    """Solve with directions fixed; the first answer that stands the check wins.

    Clarabel takes the lifted form; should its answer fail the check, the engine's own prices are
    asked, then OSQP where no tracking limit makes the problem conic.

    Returns:
        The optimum, or None where no amounts keep the limits.

    Raises:
        SolverError: If no answer stands the check.
    """
    tried: list[Convex] = []
    for ask in (_by_clarabel, _by_prices, _by_osqp):
        answer = ask(segments, ways)
        if answer is None:
            return None
        found = _judge(segments, ways, answer)
        if found.residual <= KKT_TOLERANCE:
            return found
        tried.append(found)
    nearest = min(tried, key=lambda found: found.residual)
    if nearest.residual <= KKT_LOOSE:
        return nearest
    said = "; ".join(f"{one.solver}: residual {one.residual:.1e}" for one in tried)
    if segments.highest[-1] <= 0:
        raise SolverError(said)
    return _squeezed(segments, ways, said)


def _squeezed(segments: Segments, ways: IntVector, said: str) -> Convex | None:
    """The amounts of least tracking error, where the limit leaves next to nothing around them.

    A cone without an inside has no finite multipliers (Slater's condition fails), so an interior
    point runs away. Least variance under the other limits is a plain quadratic: it tells whether
    the limit can be kept at all, and where it just can, its amounts are the answer.

    Raises:
        SolverError: If there is room inside after all, or the quadratic fails too.
    """
    parts = segments.parts
    highest = segments.highest.copy()
    highest[-1] = 0.0
    least = replace(
        segments, parts=parts._replace(cost=np.zeros_like(parts.cost), lam=1.0), highest=highest
    )
    answer = _by_clarabel(least, ways)
    if answer is None:
        return None
    found = _judge(least, ways, answer)
    room = parts.te_room - found.value
    if found.residual > KKT_TOLERANCE or room > SQUEEZED * parts.te_room:
        raise SolverError(f"{said}; least variance: residual {found.residual:.1e}")
    if room < 0.0:
        return None
    return replace(found, value=objective(parts, found.x), rows=np.zeros_like(found.rows))


def _by_clarabel(segments: Segments, ways: IntVector) -> _Answer | None:
    """Interior point on the lifted form (Goulart & Chen 2024)."""
    return _through_cvxpy(
        segments, ways, segments.highest[-1] > 0, "CLARABEL",
        {"tol_gap_abs": 1e-10, "tol_gap_rel": 1e-9, "tol_feas": 1e-9},
    )  # fmt: skip


def _by_osqp(segments: Segments, ways: IntVector) -> _Answer | None:
    """Operator splitting; it takes no cone, so a tracking limit is left out and judged."""
    options = {"eps_abs": 1e-9, "eps_rel": 1e-9, "max_iter": 100_000, "polishing": True}
    return _through_cvxpy(segments, ways, False, "OSQP", options)


def _by_prices(segments: Segments, ways: IntVector) -> _Answer | None:
    """The engine's own dual: amounts at its best prices."""
    v = np.zeros(segments.lowest.size)
    theta = np.zeros((2, segments.parts.start.size))
    maximise(segments.parts, v, segments.lowest, segments.highest, ways, SMOOTH, MOST_STEPS, theta)
    k = segments.parts.exposure.size
    x = amounts(segments.parts, v, ways, theta)
    return _Answer("prices", x, v[k:-1], float(v[-1]))


def _through_cvxpy(
    segments: Segments, ways: IntVector, capped: bool, solver: str, options: dict[str, Any]
) -> _Answer | None:
    """Build the lifted form and solve it; None where the solver proves it infeasible."""
    lo, hi = range_of(segments.parts, ways)
    problem, x, rows, cone = _program(segments.parts, lo, hi, capped)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the status is read here, the answer judged after
            problem.solve(solver=solver, **options)
    except cp.error.SolverError:
        return _Answer(solver, np.full(lo.size, np.nan), np.zeros(segments.parts.limits.size), 0.0)
    if problem.status in (cp.INFEASIBLE, cp.INFEASIBLE_INACCURATE):
        return None
    if x.value is None or rows.dual_value is None:
        return _Answer(solver, np.full(lo.size, np.nan), np.zeros(segments.parts.limits.size), 0.0)
    eta = 0.0
    if cone is not None:
        eta = float(np.atleast_1d(cone.dual_value)[0]) / max(
            2 * np.sqrt(segments.parts.te_room), 1e-12
        )
    return _Answer(solver, x.value, np.atleast_1d(rows.dual_value), eta)


def _program(parts: Parts, lo: Vector, hi: Vector, capped: bool) -> tuple[Any, Any, Any, Any]:
    """The lifted form: amounts x, active weights z and factor exposures y are all variables."""
    n, k = parts.loadings.shape
    size = parts.cost.size
    name = np.repeat(np.arange(n), np.diff(parts.ptr))
    pick = sp.csr_matrix((np.ones(size), (name, np.arange(size))), (n, size))
    x, z = cp.Variable(size), cp.Variable(n)
    rows = parts.rows @ x <= parts.limits
    limits = [rows, lo <= x, x <= hi, *_bounds(parts, z), z == parts.start - pick @ x]
    parted = [cp.multiply(np.sqrt(parts.specific), z)]
    if k:
        y = cp.Variable(k)
        limits.append(y == parts.loadings.T @ z + parts.exposure)
        parted.append(y)
    cone = None
    if capped:
        cone = cp.norm(cp.hstack(parted)) <= np.sqrt(max(parts.te_room, 0.0))
        limits.append(cone)
    risk = cp.sum([cp.sum_squares(part) for part in parted])
    return cp.Problem(cp.Minimize(parts.cost @ x + parts.lam * risk), limits), x, rows, cone


def _bounds(parts: Parts, z: Any) -> list[Any]:
    """Weight bounds where there are any."""
    low, high = np.flatnonzero(np.isfinite(parts.least)), np.flatnonzero(np.isfinite(parts.most))
    return ([z[low] >= parts.least[low]] if low.size else []) + (
        [z[high] <= parts.most[high]] if high.size else []
    )


def _judge(segments: Segments, ways: IntVector, answer: _Answer) -> Convex:
    """Conditions of optimality of an answer, in dollars per dollar, from the data alone."""
    parts = segments.parts
    lo, hi = range_of(parts, ways)
    if not np.all(np.isfinite(answer.x)) or np.abs(answer.x).max(initial=0.0) > FAR:
        return Convex(lo, np.zeros(parts.limits.size), 0.0, np.inf, np.inf, answer.solver)
    x = np.clip(answer.x, lo, hi)
    price, eta = np.maximum(answer.rows, 0.0), max(answer.variance, 0.0)
    active = active_weights(parts, x)
    variance = _variance(parts, active)
    y = parts.loadings.T @ active + parts.exposure
    pull = 2 * (parts.lam + eta) * (parts.loadings @ y + parts.specific * active)
    name = np.repeat(np.arange(active.size), np.diff(parts.ptr))
    slope = parts.cost + price @ parts.rows - pull[name]
    # a slope costs what the step it asks for would gain: nothing where x cannot move that way
    gain = np.where(slope > 0, slope * np.minimum(x - lo, 1.0), -slope * np.minimum(hi - x, 1.0))
    inside = (active > parts.least + 1e-9) & (active < parts.most - 1e-9)
    slack = parts.limits - parts.rows @ x
    wrong = [
        float(np.max(gain * inside[name], initial=0.0)),
        float(np.max(-slack, initial=0.0)),
        float(np.max(np.minimum(price, 1.0) * np.abs(slack), initial=0.0)),
        float(np.max(parts.least - active, initial=0.0)),
        float(np.max(active - parts.most, initial=0.0)),
    ]
    if segments.highest[-1] > 0:
        room = parts.te_room - variance
        wrong += [-room, min(eta, 1.0) * abs(room)]
    return Convex(x, price, eta, objective(parts, x), max(wrong), answer.solver)
