"""What to say when no trades keep every limit: the smallest set that cannot hold together.

The answer names the fewest limits in conflict, and for each of them the value that could be kept
if all the others stand, with what the best trades would then be worth. Nothing is relaxed here.
"""

from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from engine.decision.convex import solve_convex
from engine.decision.directions import search
from engine.decision.problem import Problem, Trades, Worth, worth
from engine.decision.rounding import placeable
from engine.decision.segments import Segments, segments

LOOSE = 1e3  # a limit at this many books is none
SEARCH_TOLERANCE = 1e-5
FAINT = 1e-4  # price of variance while a limit is pushed: cents, but the dual stays smooth
ROOM = 1e-6  # a limit is moved this share of the book beyond what can just be reached


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A way out: one limit moved as little as it must be.

    Attributes:
        limit: Which limit.
        asked: Its value as asked, in its own unit.
        reachable: The nearest value that can be kept while all others stand.
        objective_usd: What the best trades are worth then.
    """

    limit: str
    asked: float
    reachable: float
    objective_usd: float


def limits_of(problem: Problem) -> tuple[str, ...]:
    """Hard limits that the problem sets."""
    found = ["cash_need"]
    found += ["gain_cap"] if np.isfinite(problem.gain_cap_usd) else []
    found += ["te_cap"] if np.isfinite(problem.te_cap) else []
    found += ["cash_max"] if np.isfinite(problem.cash_most_usd) else []
    found += ["turnover_cap"] if np.isfinite(problem.turnover_cap_usd) else []
    found += ["band"] if problem.band_max.size else []
    bounded = np.any(np.isfinite(problem.weight_min)) or np.any(np.isfinite(problem.weight_max))
    found += ["weights"] if bounded else []
    found += ["min_trade"] if problem.min_trade_usd > 0 else []
    return (*found, "whole_shares") if problem.whole_shares else tuple(found)


def with_only(problem: Problem, names: tuple[str, ...]) -> Problem:
    """The problem with all limits but those let go."""
    p = problem
    free = np.full(p.names, np.inf)
    return replace(
        p,
        cash_need_usd=p.cash_need_usd if "cash_need" in names else -LOOSE * p.value_usd,
        gain_cap_usd=p.gain_cap_usd if "gain_cap" in names else np.inf,
        cash_most_usd=p.cash_most_usd if "cash_max" in names else np.inf,
        te_cap=p.te_cap if "te_cap" in names else np.inf,
        turnover_cap_usd=p.turnover_cap_usd if "turnover_cap" in names else np.inf,
        band=p.band if "band" in names else np.zeros((0, p.names)),
        band_max=p.band_max if "band" in names else np.zeros(0),
        weight_min=p.weight_min if "weights" in names else -free,
        weight_max=p.weight_max if "weights" in names else free,
        min_trade_usd=p.min_trade_usd if "min_trade" in names else 0.0,
        whole_shares=p.whole_shares and "whole_shares" in names,
    )


def smallest_conflict(problem: Problem) -> tuple[str, ...]:
    """The fewest limits that no trades keep together; empty if all can be kept.

    Limits are let go one by one while the rest still conflict; then all smaller sets are tried.
    """
    if _can_hold(problem, limits_of(problem)):
        return ()
    core = limits_of(problem)
    for name in core:
        rest = tuple(other for other in core if other != name)
        if not _can_hold(problem, rest):
            core = rest
    for size in range(1, len(core)):
        for names in combinations(limits_of(problem), size):
            if not _can_hold(problem, names):
                return names
    return core


def _can_hold(problem: Problem, names: tuple[str, ...]) -> bool:
    """Whether some amounts keep the limits named."""
    some = with_only(problem, names)
    return best(segments(some, placeable(some)), some) is not None


def relaxations(problem: Problem, conflict: tuple[str, ...]) -> tuple[Relaxation, ...]:
    """For each dollar, turnover or tracking limit in conflict the least it must move.

    Returns:
        Ways out, cheapest first; a limit that no move of its own could save is left out.
    """
    found = []
    for limit in conflict:
        reach = _reachable(problem, limit)
        if reach is None:
            continue
        moved = _moved(problem, limit, reach)
        trades = best(segments(moved, placeable(moved)), moved)
        if trades is not None:
            objective = worth(moved, trades).objective_usd
            found.append(Relaxation(limit, _asked(problem, limit), reach, objective))
    return tuple(sorted(found, key=lambda way: way.objective_usd))


def best(cut: Segments, problem: Problem) -> Trades | None:
    """The best trades that keep the limits of the segments, or None where none do."""
    found = search(cut, SEARCH_TOLERANCE)
    if cut.beyond_reach(found.prices):
        return None
    solved = solve_convex(cut, found.ways)
    return None if solved is None else cut.trades(problem, solved.x)


def _reachable(problem: Problem, limit: str) -> float | None:
    """The nearest value of one limit that can be kept while all others stand."""
    full = segments(problem, placeable(problem))
    others = with_only(problem, tuple(n for n in limits_of(problem) if n != limit))
    cut = segments(others, placeable(others))
    if limit == "te_cap":
        parts = cut.parts._replace(cost=np.zeros_like(cut.parts.cost), lam=1.0)
    elif limit in full.row_names:
        row = full.parts.rows[full.row_names.index(limit)]
        parts = cut.parts._replace(cost=row, lam=FAINT)
    else:
        return None
    trades = best(replace(cut, parts=parts), others)
    return None if trades is None else _level(limit, worth(others, trades))


def _level(limit: str, found: Worth) -> float:
    """Where trades stand on a limit, in its own unit."""
    return {
        "cash_need": found.cash_usd,
        "gain_cap": found.net_gain_usd,
        "te_cap": found.tracking_error,
        "cash_max": found.cash_usd,
        "turnover_cap": found.turnover_usd,
    }[limit]


def _asked(problem: Problem, limit: str) -> float:
    return {
        "cash_need": problem.cash_need_usd,
        "gain_cap": problem.gain_cap_usd,
        "te_cap": problem.te_cap,
        "cash_max": problem.cash_most_usd,
        "turnover_cap": problem.turnover_cap_usd,
    }[limit]


def _moved(problem: Problem, limit: str, reach: float) -> Problem:
    """The problem with one limit moved to where it can just be kept."""
    room = ROOM * problem.value_usd
    if limit == "cash_need":
        return replace(problem, cash_need_usd=reach - room)
    if limit == "gain_cap":
        return replace(problem, gain_cap_usd=reach + room)
    if limit == "cash_max":
        return replace(problem, cash_most_usd=reach + room)
    if limit == "te_cap":
        return replace(problem, te_cap=reach * (1 + ROOM) + ROOM)
    return replace(problem, turnover_cap_usd=reach + room)
