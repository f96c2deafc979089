"""Forecast and simulation beside plain numpy, scipy and QuantLib on the same work.

Ratios of work on one thread are ratios of processor time, so that a busy machine does not move
them. Two threads beside one: the time of the calling thread and half that of the two, on the
processor's clock (what a machine with two free cores takes); the wall clock's ratio, quietest of
several turns, stands beside it.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import get_ident
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from app.bench.row import BenchRow, best_of, cpu_best_of
from app.clock import cpu_seconds, seconds, thread_cpu_seconds
from app.priority import lower_priority
from engine.market.calibration_map import CELLS, TOP, prior_map
from engine.market.lot_kernels import closed_form, harvestable, look_up
from engine.market.paths import normals
from engine.market.scenarios import Shape, simulate

NAMES, PATHS, FACTORS, LOTS = 500, 10_240, 20, 2_500_000
Floats = NDArray[np.float64]


def rows() -> list[BenchRow]:
    """All rows of the group."""
    polled, bridged = _shape(36), _shape(6)
    plain = _numpy_seconds(polled)
    rate = _normals_rate()
    return [
        *_path_rows(polled, bridged, plain, rate),
        *_thread_rows(polled, bridged),
        *_lot_rows(),
        _quantlib_row(),
        _latency_row(bridged),
    ]


def _shape(steps: int) -> Shape:
    """500 names on 20 factors."""
    rng = np.random.default_rng(0)
    loading = rng.normal(size=(NAMES, FACTORS))
    loading *= 0.6 / np.sqrt((loading**2).sum(axis=1, keepdims=True))
    own = np.full(NAMES, 0.8, np.float32)
    share = np.full(steps, 1.0 / steps)
    return Shape(np.arange(NAMES, dtype=np.uint32), loading.astype(np.float32), own, share)


def _numpy_seconds(shape: Shape) -> float:
    """Plain numpy float64: 36 steps of all names and paths, minimum and end kept."""
    rng = np.random.default_rng(1)
    loading, own = shape.loading.astype(np.float64).T, shape.own.astype(np.float64)
    start = cpu_seconds()
    x = np.zeros((PATHS, NAMES))
    low = np.zeros_like(x)
    for share in shape.step_share:
        shock = rng.standard_normal((PATHS, FACTORS)) @ loading
        x += np.sqrt(share) * (shock + own * rng.standard_normal((PATHS, NAMES)))
        np.minimum(low, x, out=low)
    return cpu_seconds() - start


def _normals_rate() -> float:
    """Normals a second of the kernel alone, one thread."""
    out = np.empty((4, 4096), np.float32)
    many = 500

    def draw() -> None:
        for first in range(many):
            normals(np.uint64(1), np.int64(first), 0, 0, 0, out)

    return many * out.size / cpu_best_of(5, draw)


def _path_rows(polled: Shape, bridged: Shape, plain: float, rate: float) -> list[BenchRow]:
    """The scenario set against numpy and against its own normals, one thread."""
    grid = cpu_best_of(9, lambda: simulate(polled, 7, PATHS, bridge=False, shared=256))
    bridge = cpu_best_of(5, lambda: simulate(bridged, 7, PATHS))
    held = simulate(bridged, 7, PATHS).nbytes
    work = f"{NAMES} names x {PATHS} paths x"
    used = NAMES * (PATHS // 2) * 36
    numpy = "numpy float64, 36 steps"
    alone = used / rate
    return [
        BenchRow("market/paths 36 steps", f"{work} 36", grid, numpy, plain, plain / grid),
        BenchRow(
            "market/paths with bridge",
            f"{work} 6 with sampled minima, sorted",
            bridge,
            numpy,
            plain,
            plain / bridge,
            extra={"bytes": float(held)},
        ),
        BenchRow(
            "market/share of the normals alone",
            f"{used / 1e6:.0f} M normals of the 36 steps; ratio is the share of their rate",
            grid,
            f"normals alone, {rate / 1e6:.0f} M/s",
            alone,
            alone / grid,
        ),
    ]


def _thread_rows(polled: Shape, bridged: Shape) -> list[BenchRow]:
    """Two threads of one pool beside one, in turns."""
    return [
        _thread_row("market/paths 36 steps, two threads", polled, bridge=False),
        _thread_row("market/paths two threads", bridged, bridge=True),
    ]


def _thread_row(name: str, shape: Shape, *, bridge: bool) -> BenchRow:
    """One row of two threads."""
    turns = 11
    with ThreadPoolExecutor(2, "bench") as pool:
        one = partial(simulate, shape, 7, PATHS, bridge=bridge, shared=256)
        two = partial(one, threads=2, pool=pool)
        alone = cpu_best_of(turns, one)
        two()
        both = min(_two_cores(two, pool) for _ in range(turns))
        walls = [(best_of(1, one), best_of(1, two)) for _ in range(turns)]
    wall = min(a for a, _ in walls) / min(b for _, b in walls)
    work = f"{NAMES} names x {PATHS} paths x {shape.step_share.size}, processor time of two cores"
    return BenchRow(
        name, work, both, "one thread", alone, alone / both, cores=2, extra={"wall_ratio": wall}
    )


def _two_cores(work: Callable[[], object], pool: ThreadPoolExecutor) -> float:
    """Seconds that the work takes where every thread has a core: caller and the mean of two."""
    # the pool's threads are its own: their clocks are read before and after
    ids = [thread.ident or 0 for thread in pool._threads]
    before, caller = [thread_cpu_seconds(i) for i in ids], thread_cpu_seconds(get_ident())
    work()
    spent = [thread_cpu_seconds(i) - b for i, b in zip(ids, before, strict=True)]
    return thread_cpu_seconds(get_ident()) - caller + sum(spent) / len(spent)


def _lot_rows() -> list[BenchRow]:
    """Every lot of a practice after a tick, and one household on shared paths."""
    rng = np.random.default_rng(2)
    barrier = -np.abs(rng.normal(0.0, 0.02, LOTS))
    mean, sd = rng.normal(0.0, 1e-4, LOTS), rng.uniform(0.005, 0.03, LOTS)
    out = np.empty(LOTS)
    closed = cpu_best_of(3, lambda: closed_form(barrier, mean, sd, out))
    scipy = cpu_best_of(2, lambda: _scipy_form(barrier, mean, sd))
    name = np.repeat(np.arange(NAMES, dtype=np.int32), LOTS // NAMES)
    threshold = (barrier * 1.0).astype(np.float32)
    price, inverse = np.zeros(NAMES, np.float32), np.full(NAMES, 80.0, np.float32)
    table, found = prior_map().table.astype(np.float32), np.empty(LOTS, np.float32)
    look = cpu_best_of(
        5, lambda: look_up(name, threshold, price, inverse, table, CELLS / TOP, found)
    )
    prices = np.exp(rng.normal(0, 0.02, (NAMES, 1024))).astype(np.float32)
    shares = rng.uniform(1, 10, 2500).astype(np.float32)
    basis = rng.uniform(0.8, 1.2, 2500).astype(np.float32)
    loss, few = np.empty(1024, np.float32), name[:: LOTS // 2500]
    home = cpu_best_of(20, lambda: harvestable(few, shares, basis, prices, loss))
    plain = cpu_best_of(
        2, lambda: (shares[:, None] * np.maximum(basis[:, None] - prices[few], 0)).sum(axis=0)
    )
    form = "scipy.special.ndtr form"
    return [
        BenchRow("market/closed form", f"{LOTS} lots", closed, form, scipy, scipy / closed),
        BenchRow("market/lots after a tick", f"{LOTS} lots", look, form, scipy, scipy / look),
        BenchRow(
            "market/household loss", "2,500 lots x 1,024 paths", home, "numpy", plain, plain / home
        ),
    ]


def _scipy_form(barrier: Floats, mean: Floats, sd: Floats) -> Floats:
    """The closed form as one writes it with scipy."""
    image = np.exp(2.0 * mean * barrier / sd**2) * ndtr((barrier + mean) / sd)
    return np.asarray(ndtr((barrier - mean) / sd) + image)


def _quantlib_row() -> BenchRow:
    """500 names x 10,000 paths x 180 one-minute steps, beside QuantLib where it is installed."""
    shape = _shape(180)
    here = cpu_best_of(1, lambda: simulate(shape, 7, PATHS, bridge=False, shared=256))
    work = f"{NAMES} names x {PATHS} paths x 180 one-minute steps"
    try:
        import QuantLib as ql  # noqa: N813
    except ImportError:
        return BenchRow("market/minutes", work, here, "QuantLib (not installed)")
    peer = _quantlib_seconds(ql) * NAMES
    return BenchRow(
        "market/minutes", work, here, "QuantLib (one name, times 500)", peer, peer / here
    )


def _quantlib_seconds(ql: Any) -> float:
    """One name: 10,000 paths x 180 steps by QuantLib's path generator."""
    day, count = ql.Date(1, 6, 2026), ql.Actual365Fixed()
    flat = ql.YieldTermStructureHandle(ql.FlatForward(day, 0.0, count))
    constant = ql.BlackConstantVol(day, ql.NullCalendar(), 0.25, count)
    vol = ql.BlackVolTermStructureHandle(constant)
    spot = ql.QuoteHandle(ql.SimpleQuote(100.0))
    process = ql.BlackScholesMertonProcess(spot, flat, flat, vol)
    uniform = ql.UniformRandomSequenceGenerator(180, ql.UniformRandomGenerator(1))
    source = ql.GaussianRandomSequenceGenerator(uniform)
    paths = ql.GaussianPathGenerator(process, 3.0 / 1638.0, 180, source, False)
    start = cpu_seconds()
    for _ in range(10_000):
        paths.next().value()
    return cpu_seconds() - start


def _latency_row(shape: Shape) -> BenchRow:
    """How late a 60 Hz loop wakes while two threads simulate at lowered priority."""
    done = threading.Event()

    def busy() -> None:
        lower_priority()
        while not done.is_set():
            simulate(shape, 7, 2560)

    threads = [threading.Thread(target=busy, name=f"bench-{i}") for i in range(2)]
    for thread in threads:
        thread.start()
    late = [_lateness(done) for _ in range(180)]
    done.set()
    for thread in threads:
        thread.join()
    p50, p99 = (float(x) for x in np.quantile(late, [0.5, 0.99]))
    return BenchRow(
        "market/lateness of a 60 Hz loop",
        "while two threads simulate",
        p99,
        cores=2,
        extra={"p50": p50, "p99": p99},
    )


def _lateness(done: threading.Event) -> float:
    """Seconds by which one sixtieth of a second is overslept."""
    start = seconds()
    done.wait(1 / 60)
    return max(seconds() - start - 1 / 60, 0.0)
