"""What every tick does to every lot: a look-up, and the closed form beside it."""

import math

import numpy as np
from numpy.typing import NDArray

from engine.kernel import Vector, fast_kernel, kernel


@kernel
def closed_form(barrier: Vector, mean: Vector, sd: Vector, out: Vector) -> None:
    """Continuous touch probability of lots, shape (lots,) each, into ``out``.

    The image term is exp(2mb/s^2) Phi((b+m)/s); where the exponent is large the tail is tiny (at
    least 34 sd out), and its asymptotic series keeps the product from overflowing.
    """
    for i in range(barrier.size):
        b, m, s = barrier[i], mean[i], sd[i]
        if b >= 0.0:
            out[i] = 1.0
            continue
        direct = 0.5 * math.erfc((m - b) / s * 0.7071067811865476)
        far = -(b + m) / s
        power = 2.0 * m * b / (s * s)
        if power < 600.0:
            image = math.exp(power) * 0.5 * math.erfc(far * 0.7071067811865476)
        else:
            u = 1.0 / (far * far)
            tail = (1.0 - u * (1.0 - u * (3.0 - 15.0 * u))) / (far * 2.5066282746310002)
            image = math.exp(power - 0.5 * far * far) * tail
        out[i] = min(1.0, direct + image)


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
