"""What every tick does to every lot: a look-up, and the closed form beside it."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import erfcx

from engine.kernel import Vector, fast_kernel, inline_kernel


def _scaled_tail_series() -> tuple[float, ...]:
    """Polynomial of (1 + 2x) erfcx(x) in k = (x - 3.75) / (x + 3.75), x >= 0, error 1e-10."""
    points = np.cos(np.pi * (np.arange(200) + 0.5) / 200)
    x = 3.75 * (1.0 + points) / (1.0 - points)
    series = np.polynomial.chebyshev.chebfit(points, (1.0 + 2.0 * x) * erfcx(x), 14)
    return tuple(float(c) for c in np.polynomial.chebyshev.cheb2poly(series))


_S = _scaled_tail_series()
BLOCK = 512


@inline_kernel
def _scaled_tail(x: float) -> float:
    """Half of exp(x^2) erfc(x) for x >= 0 (the form of Shepherd and Laframboise 1981)."""
    k = (x - 3.75) / (x + 3.75)
    # written out: a loop over the coefficients would keep the loop over lots from vectorising
    f = ((_S[14] * k + _S[13]) * k + _S[12]) * k + _S[11]
    f = (((f * k + _S[10]) * k + _S[9]) * k + _S[8]) * k + _S[7]
    f = (((f * k + _S[6]) * k + _S[5]) * k + _S[4]) * k + _S[3]
    f = ((f * k + _S[2]) * k + _S[1]) * k + _S[0]
    return 0.5 * f / (1.0 + 2.0 * x)


@fast_kernel
def closed_form(barrier: Vector, mean: Vector, sd: Vector, out: Vector) -> None:
    """Continuous touch probability of lots, shape (lots,) each, into ``out``; error 1e-10.

    With a = (m-b)/s and c = -(m+b)/s both terms share one exponential,

        Phi(-a) + exp(2mb/s^2) Phi(-c) = exp(-a^2/2) [ T(a) + T(c) ],  T(x) = exp(x^2/2) Phi(-x),

    so that nothing overflows; where a or c is negative T is mirrored.
    """
    near, far = np.empty(BLOCK), np.empty(BLOCK)
    for start in range(0, barrier.size, BLOCK):
        size = min(BLOCK, barrier.size - start)
        for j in range(size):
            b, m, scale = barrier[start + j], mean[start + j], 0.7071067811865476 / sd[start + j]
            near[j] = _scaled_tail(abs(m - b) * scale)
            far[j] = _scaled_tail(abs(m + b) * scale)
        for j in range(size):
            b, m, s = barrier[start + j], mean[start + j], sd[start + j]
            a = (m - b) * 0.7071067811865476 / s
            bell = math.exp(-a * a)
            direct = near[j] * bell if m >= b else 1.0 - near[j] * bell
            image = far[j] * bell
            if m + b > 0.0:
                image = math.exp(2.0 * m * b / (s * s)) - image
            out[start + j] = 1.0 if b >= 0.0 else min(1.0, direct + image)


@fast_kernel
def look_up(
    name: NDArray[np.int32],
    log_threshold: NDArray[np.float32],
    log_price: NDArray[np.float32],
    inverse_sd: NDArray[np.float32],
    table: NDArray[np.float32],
    cells_per_sd: float,
    out: NDArray[np.float32],
) -> None:
    """Calibrated touch probability of lots from a table over z, linear between its cells.

    Args:
        name: Index of each lot's name, (lots,).
        log_threshold: Log of each lot's threshold price, (lots,).
        log_price: Log price of each name, (names,).
        inverse_sd: 1 / standard deviation of each name's window, (names,).
        table: Probability at z = 0, 1/cells, 2/cells ... standard deviations below, (cells + 1,).
        cells_per_sd: Cells of the table in a standard deviation.
        out: Probabilities, (lots,); 1 where the threshold is reached already.
    """
    scale = np.float32(cells_per_sd)
    top = np.float32(table.size - 1.001)
    for i in range(name.size):
        n = name[i]
        z = (log_price[n] - log_threshold[i]) * inverse_sd[n] * scale
        z = min(max(z, np.float32(0.0)), top)
        cell = np.int32(z)
        part = z - np.float32(cell)
        out[i] = table[cell] + part * (table[cell + 1] - table[cell])


@fast_kernel
def harvestable(
    name: NDArray[np.int32],
    shares: NDArray[np.float32],
    basis: NDArray[np.float32],
    price: NDArray[np.float32],
    out: NDArray[np.float32],
) -> None:
    """Harvestable loss of a household on each shared path, sum of q max(B - S, 0), (paths,).

    Args:
        name: Index of each lot's name, (lots,).
        shares: Shares of each lot.
        basis: Basis a share, dollars.
        price: Price of each name on each path (its low or its end), (names, paths).
        out: Dollars, (paths,).
    """
    for p in range(out.size):
        out[p] = np.float32(0.0)
    for i in range(name.size):
        q, b, row = shares[i], basis[i], price[name[i]]
        for p in range(out.size):
            out[p] += q * max(b - row[p], np.float32(0.0))
