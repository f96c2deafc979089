"""Random numbers and price paths: the compiled kernels, and all that they paste in, in one file.

Counter-based Philox4x32-10 (Salmon, Moraes, Dror and Shaw 2011): the shock of a path, name and
step depends on nothing but (seed, path, name, step), so that results are the same for any thread
count, tiling or subset of names. Normals by Box-Muller in float32 polynomials (PyPI wheels of
numba have no vector math library). Between two grid values the minimum of the Brownian bridge is
sampled exactly, m = (a + c - sqrt((c-a)^2 - 2 w ln U)) / 2.

Mind: uint32 with uint32 gives uint64 in numba, so every intermediate is cast; long loops over
many arrays stop vectorising, so there are short passes over slices that fit the first cache.
"""

from typing import Any

import numpy as np
from numba import extending, types
from numpy.typing import NDArray

from engine.kernel import fast_kernel, inline_kernel

F = np.float32
U = np.uint32
W = np.uint64
I = np.int32
Floats32 = NDArray[np.float32]
_intrinsic: Any = extending.intrinsic
STREAM_NAME, STREAM_FACTOR = 0, 1
LN2_HIGH, LN2_LOW = 0.693359375, -2.12194440e-4


@_intrinsic  # type: ignore[untyped-decorator]
def _as_float(context: Any, bits: Any) -> Any:
    """The float32 with those bits."""

    def code(target: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], target.get_value_type(types.float32))

    return types.float32(types.uint32), code


@_intrinsic  # type: ignore[untyped-decorator]
def _as_bits(context: Any, value: Any) -> Any:
    """The bits of a float32."""

    def code(target: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], target.get_value_type(types.uint32))

    return types.uint32(types.float32), code


@inline_kernel
def philox(c0, c1, c2, c3, k0, k1):  # type: ignore[no-untyped-def]
    """Ten rounds of Philox4x32: four words of counter, two of key, four words out."""
    for _ in range(10):
        p0 = W(U(0xD2511F53)) * W(c0)
        p1 = W(U(0xCD9E8D57)) * W(c2)
        c0 = U(U(p1 >> W(32)) ^ c1 ^ k0)
        c1 = U(p1 & W(0xFFFFFFFF))
        c2 = U(U(p0 >> W(32)) ^ c3 ^ k1)
        c3 = U(p0 & W(0xFFFFFFFF))
        k0 = U(k0 + U(0x9E3779B9))
        k1 = U(k1 + U(0xBB67AE85))
    return c0, c1, c2, c3


@inline_kernel
def _log(x):  # type: ignore[no-untyped-def]
    """Natural log of a positive float32 (the polynomial of Cephes logf, error 1 ulp)."""
    bits = _as_bits(x)
    e = F(I(bits >> U(23)) - I(127))
    m = _as_float(U((bits & U(0x007FFFFF)) | U(0x3F800000)))
    big = m > F(1.41421356)
    m = m * F(0.5) if big else m
    e = e + F(1.0) if big else e
    f = m - F(1.0)
    z = f * f
    p = F(7.0376836292e-2)
    p = p * f + F(-1.1514610310e-1)
    p = p * f + F(1.1676998740e-1)
    p = p * f + F(-1.2420140846e-1)
    p = p * f + F(1.4249322787e-1)
    p = p * f + F(-1.6668057665e-1)
    p = p * f + F(2.0000714765e-1)
    p = p * f + F(-2.4999993993e-1)
    p = p * f + F(3.3333331174e-1)
    y = f * z * p + F(LN2_LOW) * e - F(0.5) * z
    return f + y + F(LN2_HIGH) * e


@inline_kernel
def _unit(word):  # type: ignore[no-untyped-def]
    """All 32 bits as a float32 in (0, 1]: small values keep their bits, |z| reaches 6.7."""
    return (F(I(word >> U(8))) + F(I(word & U(255))) * F(0.00390625) + F(0.001953125)) * F(
        5.9604645e-8
    )


@inline_kernel
def _turn(word):  # type: ignore[no-untyped-def]
    """Cosine and sine of a uniform angle, by quadrant and polynomial."""
    t = F(I(word >> U(9))) * F(4.76837158203125e-7)
    q = I(t + F(0.5))
    r = (t - F(q)) * F(1.57079632679)
    r2 = r * r
    s = r + r * r2 * (F(-1.6666654611e-1) + r2 * (F(8.3321608736e-3) + r2 * F(-1.9515295891e-4)))
    c = (
        F(1.0)
        - F(0.5) * r2
        + r2
        * r2
        * (F(4.166664568298827e-2) + r2 * (F(-1.388731625493765e-3) + r2 * F(2.443315711809948e-5)))
    )
    swap = (q & I(1)) != I(0)
    a = c if swap else s
    b = s if swap else c
    a = -a if (q & I(2)) != I(0) else a
    b = -b if ((q + I(1)) & I(2)) != I(0) else b
    return b, a


@fast_kernel
def philox_words(counter: NDArray[np.uint32], key: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Philox4x32-10 of one counter (4 words) and key (2 words); for its test vectors."""
    a, b, c, d = philox(counter[0], counter[1], counter[2], counter[3], key[0], key[1])
    return np.array([a, b, c, d], dtype=np.uint32)


@fast_kernel
def normals(seed, first, name, step, stream, out):  # type: ignore[no-untyped-def]
    """Four standard normals for each path from ``first`` on, into ``out`` (4, paths) float32."""
    key = U(seed & W(0xFFFFFFFF))
    key_high = U(seed >> W(32))
    for p in range(out.shape[1]):
        a, b, c, d = philox(U(first + p), U(name), U(step), U(stream), key, key_high)
        r = np.sqrt(F(-2.0) * _log(_unit(a)))
        x, y = _turn(b)
        out[0, p] = r * x
        out[1, p] = r * y
        r = np.sqrt(F(-2.0) * _log(_unit(c)))
        x, y = _turn(d)
        out[2, p] = r * x
        out[3, p] = r * y


@fast_kernel
def _bridge_shocks(seed, first, name, step, out):  # type: ignore[no-untyped-def]
    """Two normals and two logs of uniforms a path, into ``out`` (4, paths)."""
    key = U(seed & W(0xFFFFFFFF))
    key_high = U(seed >> W(32))
    for p in range(out.shape[1]):
        a, b, c, d = philox(U(first + p), U(name), U(step), U(STREAM_NAME), key, key_high)
        r = np.sqrt(F(-2.0) * _log(_unit(a)))
        x, y = _turn(b)
        out[0, p] = r * x
        out[1, p] = r * y
        out[2, p] = F(2.0) * _log(_unit(c))
        out[3, p] = F(2.0) * _log(_unit(d))


@fast_kernel
def _bridge_step(common, own, shock, log_u, w, x, low, high):  # type: ignore[no-untyped-def]
    """One step of all paths of a name: sampled extremes of the bridge, then the end value.

    The mirrored path uses the same uniform for its own minimum, which is the maximum here.
    """
    for p in range(x.size):
        d = common[p] + own * shock[p]
        root = np.sqrt(d * d - w * log_u[p])
        a = x[p]
        middle = a + F(0.5) * d
        low[p] = min(low[p], middle - F(0.5) * root)
        high[p] = max(high[p], middle + F(0.5) * root)
        x[p] = a + d


@fast_kernel
def _grid_step(common, own, shock, x, low, high):  # type: ignore[no-untyped-def]
    """One step of all paths of a name, looked at its end alone."""
    for p in range(x.size):
        x[p] = x[p] + common[p] + own * shock[p]
        low[p] = min(low[p], x[p])
        high[p] = max(high[p], x[p])


@fast_kernel
def _clear(x, low, high):  # type: ignore[no-untyped-def]
    """Start at the price of now."""
    for p in range(x.size):
        x[p] = F(0.0)
        low[p] = F(0.0)
        high[p] = F(0.0)


@fast_kernel
def _factor_shocks(seed, first, sd, work, out):  # type: ignore[no-untyped-def]
    """Factor shocks of a tile, ``out`` (factors, steps * paths), scaled by step sd."""
    paths = work.shape[1]
    for k in range(out.shape[0]):
        for step in range(0, sd.size, 4):
            normals(seed, first, k, step, STREAM_FACTOR, work)
            for j in range(min(4, sd.size - step)):
                at = (step + j) * paths
                for p in range(paths):
                    out[k, at + p] = work[j, p] * sd[step + j]


@fast_kernel
def _keep(x, low, high, lows, ends):  # type: ignore[no-untyped-def]
    """Store paths and their mirror images: (2, paths) rows of minima and ends."""
    for p in range(x.size):
        lows[0, p] = low[p]
        lows[1, p] = -high[p]
        ends[0, p] = x[p]
        ends[1, p] = -x[p]


@fast_kernel
def _load(loading, factor, common):  # type: ignore[no-untyped-def]
    """Common part of one name, ``common`` (cells,) = loading (factors,) @ factor (factors, cells).

    Ten factors a pass, then one at a time, always in the same order: a matrix product of a library
    may add in another order when other names stand beside.
    """
    for p in range(common.size):
        common[p] = F(0.0)
    tens = loading.size - loading.size % 10
    for k in range(0, tens, 10):
        b, f = loading[k : k + 10], factor[k : k + 10]
        b0, b1, b2, b3, b4 = b[0], b[1], b[2], b[3], b[4]
        b5, b6, b7, b8, b9 = b[5], b[6], b[7], b[8], b[9]
        f0, f1, f2, f3, f4 = f[0], f[1], f[2], f[3], f[4]
        f5, f6, f7, f8, f9 = f[5], f[6], f[7], f[8], f[9]
        for p in range(common.size):
            near = b0 * f0[p] + b1 * f1[p] + b2 * f2[p] + b3 * f3[p] + b4 * f4[p]
            far = b5 * f5[p] + b6 * f6[p] + b7 * f7[p] + b8 * f8[p] + b9 * f9[p]
            common[p] += near + far
    for k in range(tens, loading.size):
        b0, f0 = loading[k], factor[k]
        for p in range(common.size):
            common[p] += b0 * f0[p]


@fast_kernel
def _mark(x, grid):  # type: ignore[no-untyped-def]
    """Store where paths and their mirrors are at a step end, (2, paths)."""
    for p in range(x.size):
        grid[0, p] = x[p]
        grid[1, p] = -x[p]


@fast_kernel
def tile(seed, number, key, loading, own, sd, bridge, scratch, lows, ends, grid):  # type: ignore[no-untyped-def]
    """Simulate one tile: the names given, paths number * paths and on, and their mirrors.

    Args:
        seed: 64-bit seed.
        number: Number of the tile.
        key: Number of each name in the random stream, (names,) uint32.
        loading: Factor loadings of the standardised return, (names, factors) float32.
        own: Specific part of the standard deviation, (names,) float32; with the loadings the
            squares add to 1.
        sd: Standard deviation of each step of a window of variance 1, (steps,) float32.
        bridge: Sample the minimum inside each step, else look at step ends.
        scratch: Work arrays of one thread, float32: factor shocks (factors, steps * paths),
            common part (steps * paths,), shocks (4, paths), state (3, paths).
        lows: Standardised minima out, (names, tiles, 2, paths).
        ends: Standardised ends out, (names, tiles, 2, paths).
        grid: Positions at step ends out, (names, steps, kept tiles, 2, paths).
    """
    factor, common, work, state = scratch
    paths = work.shape[1]
    stride = 2 if bridge else 4
    first = np.int64(number * paths)
    _factor_shocks(seed, first, sd, work, factor)
    x, low, high = state[0], state[1], state[2]
    for i in range(key.size):
        _load(loading[i], factor, common)
        _clear(x, low, high)
        for step in range(0, sd.size, stride):
            if bridge:
                _bridge_shocks(seed, first, key[i], step, work)
            else:
                normals(seed, first, key[i], step, STREAM_NAME, work)
            for h in range(min(stride, sd.size - step)):
                s = sd[step + h]
                part = common[(step + h) * paths : (step + h + 1) * paths]
                if bridge:
                    _bridge_step(part, own[i] * s, work[h], work[2 + h], s * s, x, low, high)
                else:
                    _grid_step(part, own[i] * s, work[h], x, low, high)
                if number < grid.shape[2]:
                    _mark(x, grid[i, step + h, number])
        _keep(x, low, high, lows[i, number], ends[i, number])
