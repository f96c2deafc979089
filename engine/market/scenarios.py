"""One market for all households: standardised minima, ends and shared paths of every name.

Drift is left out, so that paths scale with a name's standard deviation: a tick changes only where
a barrier stands in standard deviations, and the set stays good until the correlations, the shape
of the variance over the window or the time bucket change.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.market.paths import tile
from engine.market.risk import RiskModel

Floats = NDArray[np.float64]
Floats32 = NDArray[np.float32]
HALF_TILE = 128
SHARED = 1024
CELLS_AT_ONCE = 4608
FEWEST_NAMES = 128
"""Names times steps of one call, under 5 ms: factor shocks are drawn once a call."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How names move together and when: what a scenario set depends on.

    Attributes:
        key: Number of each name in the random stream, (names,) uint32; a name keeps its shocks
            whatever names stand beside it.
        loading: Loadings of the standardised return on independent factors, (names, factors).
        own: Specific part, (names,); with the loadings the squares add to 1.
        step_share: Share of the window's variance in each step, (steps,), adding to 1.
    """

    key: NDArray[np.uint32]
    loading: Floats32
    own: Floats32
    step_share: NDArray[np.float64]


def shape_of(risk: RiskModel, names: Sequence[str], step_share: NDArray[np.float64]) -> Shape:
    """The shape of a risk model; a name's stream is the checksum of its id, whatever the book.

    Args:
        risk: Factor model; only its correlations matter here.
        names: Security ids in its order.
        step_share: Share of the window's variance in each step, (steps,).
    """
    loading, own = risk.standardised()
    key = np.array([crc32(name.encode()) for name in names], dtype=np.uint32)
    return Shape(key, loading.astype(np.float32), own.astype(np.float32), step_share)


@dataclass(frozen=True, slots=True)
class ScenarioSet:
    """Simulated windows of variance 1, float32.

    Attributes:
        seed: Seed used.
        lows: Minima, sorted for look-up, shape (names, paths).
        ends: Ends, path by path, shape (names, paths).
        shared_lows: Minima of the shared paths, path by path, (names, shared).
        shared_grid: Positions at step ends of the shared paths, (names, steps, shared).
        step_share: Share of the variance in each step, (steps,).
    """

    seed: int
    lows: Floats32
    ends: Floats32
    shared_lows: Floats32
    shared_grid: Floats32
    step_share: NDArray[np.float64]

    @property
    def paths(self) -> int:
        """Paths simulated of each name, mirrors included."""
        return int(self.lows.shape[1])

    @property
    def nbytes(self) -> int:
        """Memory held; 500 names x 10,240 paths x 6 steps: 56 MB."""
        arrays = (self.lows, self.ends, self.shared_lows, self.shared_grid)
        return sum(array.nbytes for array in arrays)

    @property
    def moves(self) -> Floats32:
        """Shared paths at step ends, shape (shared, steps, names), a view."""
        return self.shared_grid.transpose(2, 1, 0)

    def probability(self, name: NDArray[np.int64], barrier_sd: NDArray[np.float64]) -> Floats:
        """Share of paths whose minimum is at or below each barrier in sd, shape (barriers,)."""
        found = np.empty(len(name))
        order = np.argsort(name, kind="stable")
        names, starts = np.unique(name[order], return_index=True)
        for i, place in zip(names, np.split(order, starts[1:]), strict=True):
            barrier = barrier_sd[place].astype(np.float32)
            found[place] = np.searchsorted(self.lows[i], barrier, side="right")
        return found / self.paths

    def touched(self, name: int, z: float) -> float:
        """Share of paths of a name that fall ``z`` standard deviations or more."""
        return float(np.searchsorted(self.lows[name], np.float32(-z), "right") / self.paths)


def simulate(
    shape: Shape,
    seed: int,
    paths: int,
    *,
    bridge: bool = True,
    threads: int = 1,
    shared: int = SHARED,
    settle: Callable[[], None] | None = None,
    pool: ThreadPoolExecutor | None = None,
) -> ScenarioSet:
    """Simulate the window; the same bytes for any thread count and any subset of names.

    Args:
        shape: How names move together.
        seed: Seed; every household and what-if of a moment uses the same.
        paths: Paths of each name, a multiple of 256; half of them are mirrors of the others.
        bridge: Sample minima inside the steps (continuous); else look at step ends alone.
        threads: Threads of the pool made for this call.
        shared: Paths kept path by path for joint passes, a multiple of 256.
        settle: Called in each thread at its start, to lower its priority.
        pool: A pool to use instead of making one.

    Raises:
        InputError: If a number of paths is not a positive multiple of 256.
    """
    for field, value in (("paths", paths), ("shared paths", shared)):
        if value < 1 or value % (2 * HALF_TILE):
            raise InputError(field, value, f"give a multiple of {2 * HALF_TILE}")
    names, steps = shape.key.size, shape.step_share.size
    tiles, kept = (n // (2 * HALF_TILE) for n in (paths, min(shared, paths)))
    lows = np.empty((names, tiles, 2, HALF_TILE), np.float32)
    ends = np.empty_like(lows)
    grid = np.empty((names, steps, kept, 2, HALF_TILE), np.float32)
    run = _runner(shape, seed, lows, ends, grid, bridge=bridge)
    _spread(run, tiles, threads, settle, pool)
    by_name = lows.reshape(names, paths)
    shared_lows = by_name[:, :shared].copy()
    _spread(lambda a, b: by_name[a:b].sort(axis=1), names, threads, settle, pool)
    return ScenarioSet(
        seed,
        by_name,
        ends.reshape(names, paths),
        shared_lows,
        grid.reshape(names, steps, -1),
        shape.step_share,
    )


def _runner(
    shape: Shape, seed: int, lows: Floats32, ends: Floats32, grid: Floats32, *, bridge: bool
) -> Callable[[int, int], None]:
    """What a thread does with a span of tiles: each call is short and holds no GIL."""
    factors, steps = shape.loading.shape[1], shape.step_share.size
    sd = np.sqrt(shape.step_share).astype(np.float32)
    loading, own = shape.loading.astype(np.float32), shape.own.astype(np.float32)
    at_once = max(FEWEST_NAMES, CELLS_AT_ONCE // steps)

    def run(first: int, last: int) -> None:
        scratch = (
            np.empty((factors, steps * HALF_TILE), np.float32),
            np.empty(steps * HALF_TILE, np.float32),
            np.empty((4, HALF_TILE), np.float32),
            np.empty((3, HALF_TILE), np.float32),
        )
        for number in range(first, last):
            for start in range(0, shape.key.size, at_once):
                some = slice(start, start + at_once)
                market = (shape.key[some], loading[some], own[some], sd, bridge)
                out = (lows[some], ends[some], grid[some])
                tile(np.uint64(seed), np.int64(number), *market, scratch, *out)

    return run


def _spread(
    run: Callable[[int, int], None],
    items: int,
    threads: int,
    settle: Callable[[], None] | None,
    pool: ThreadPoolExecutor | None,
) -> None:
    """Give spans of the items to the threads; with one thread and no pool, do them here."""
    firsts, lasts = zip(*_spans(items, threads), strict=True)
    if pool is not None:
        list(pool.map(run, firsts, lasts))
    elif threads == 1:
        run(0, items)
    else:
        with ThreadPoolExecutor(threads, "paths", settle or _nothing) as own_pool:
            list(own_pool.map(run, firsts, lasts))


def _spans(tiles: int, threads: int) -> Iterator[tuple[int, int]]:
    """Tiles cut into spans, several for each thread so that all end together."""
    size = max(1, tiles // (4 * threads))
    for start in range(0, tiles, size):
        yield start, min(start + size, tiles)


def _nothing() -> None:
    """Leave a thread as it is."""
