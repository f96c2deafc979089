"""Which groups sell losses and which may be bought: branch and bound on the Lagrangian.

A node fixes the direction of some groups. Its bound is the dual with the rest open; rounding each
open group to its better side and solving again gives an attainable value. At the root, a group
whose other side would lift the bound above the best value found is settled for good (reduced
costs); what is left is branched on, most undecided first, best bound first. The budget counts
evaluations, never seconds, so that the answer does not depend on the machine.
"""

import heapq
from dataclasses import dataclass, replace

import numpy as np

from engine.decision.bound import exact_dual
from engine.decision.lagrangian import maximise
from engine.decision.parts import BUY, FREE, SELL
from engine.decision.segments import Segments
from engine.kernel import IntVector, Vector

COOLING = (1e-4, 1e-5, 1e-6, 1e-7)  # temperatures, as shares of the book
MOST_STEPS = 80
WORK = 4_000_000  # segments and names looked at, over all evaluations of the dual
LEAST_LOOKS, MOST_LOOKS = 300, 40_000


@dataclass(frozen=True, slots=True, eq=False)
class Directions:
    """What the search found.

    Attributes:
        ways: SELL or BUY per group.
        prices: Prices (nu, rho, eta) at those ways.
        value: Attainable value of the smooth problem, a share of the book.
        bound: No trade list of any directions is worth less than this.
        nodes: Nodes looked at.
        looks: Evaluations of the dual that its own pricing took.
    """

    ways: IntVector
    prices: Vector
    value: float
    bound: float
    nodes: int
    looks: int


@dataclass(frozen=True, slots=True, eq=False)
class _Node:
    """Some directions fixed; prices and leads at its bound."""

    bound: float
    ways: IntVector
    prices: Vector
    lead: Vector
    looks: int


def search(segments: Segments, tolerance: float, start: Vector | None = None) -> Directions:
    """Find directions whose value is within ``tolerance`` (a share of the book) of the bound.

    Args:
        segments: The problem.
        tolerance: Gap at which the search stops.
        start: Prices to start from (those of a similar problem), or None.
    """
    theta = np.zeros((2, segments.parts.start.size))
    first = np.zeros(segments.lowest.size) if start is None else start.copy()
    root = _relax(
        segments, segments.directions, first, theta, COOLING if start is None else COOLING[2:]
    )
    best = _round(segments, root, theta)
    size = segments.lot.size + 4 * segments.parts.start.size
    left = int(np.clip(WORK // size, LEAST_LOOKS, MOST_LOOKS)) - root.looks - best.looks
    settled = _settle(root, best.value)
    root = replace(root, ways=settled)
    heap: list[tuple[float, int, _Node]] = [(root.bound, 0, root)]
    seen = 1
    while heap and heap[0][0] < best.value - tolerance and left > 0:
        _, _, node = heapq.heappop(heap)
        open_ = np.flatnonzero(node.ways == FREE)
        if not open_.size:
            continue
        branch = open_[np.argmin(np.abs(node.lead[open_]))]
        for way in (SELL, BUY):
            ways = node.ways.copy()
            ways[branch] = way
            child = _relax(segments, ways, node.prices, theta, COOLING[2:])
            seen, left = seen + 1, left - child.looks
            if child.bound >= best.value - tolerance:
                continue
            found = _round(segments, child, theta)
            left -= found.looks
            if found.value < best.value:
                best = found
            heapq.heappush(heap, (child.bound, seen, child))
    bound = min(best.value - tolerance, heap[0][0] if heap else np.inf)
    return replace(best, bound=max(bound, root.bound), nodes=seen)


def _relax(
    segments: Segments, ways: IntVector, prices: Vector, theta: Vector, cooling: tuple[float, ...]
) -> _Node:
    """Best prices with the open groups free to go either way."""
    v = prices.copy()
    looks = 0
    for tau in cooling:
        _, seen = maximise(
            segments.parts, v, segments.lowest, segments.highest, ways, tau, MOST_STEPS, theta
        )
        looks += seen
    lead, x = np.zeros(ways.size), np.zeros(segments.lot.size)
    return _Node(exact_dual(segments.parts, v, ways, lead, x), ways, v, lead, looks)


def _round(segments: Segments, node: _Node, theta: Vector) -> Directions:
    """Send each open group its better way and price that choice."""
    better = np.where(node.lead < 0, SELL, BUY)
    ways = np.where(node.ways == FREE, better, node.ways).astype(np.int64)
    fixed = _relax(segments, ways, node.prices, theta, COOLING[-1:])
    return Directions(ways, fixed.prices, fixed.bound, node.bound, 1, fixed.looks)


def _settle(root: _Node, value: float) -> IntVector:
    """Fix the groups that no better list could send the other way."""
    better = np.where(root.lead < 0, SELL, BUY)
    sure = (root.ways == FREE) & (root.bound + np.abs(root.lead) > value)
    return np.where(sure, better, root.ways).astype(np.int64)
