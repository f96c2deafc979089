"""The Lagrangian of the trade list: prices couple the names, each name answers alone.

With y = L'a the factor exposure of the active weights a, the problem (problem.py) is

    min  lam (|y|^2 + sum_i d_i a_i^2) + sum_j q_j x_j
    s.t. a = a0 - sum_j x_j,  lo <= x <= hi,  G x <= h,  |y|^2 + sum_i d_i a_i^2 <= te^2

Pricing y = L'a by nu, the rows by rho >= 0 and the tracking limit by eta >= 0 leaves one small
problem per group of identical names, in closed form but for a scalar root. Its minimum over *both*
directions (sell losses and buy nothing, or buy and sell no loss: 26 U.S.C. 1091) is what makes the
bound tight: only about as many groups as there are prices can be undecided (Shapley and Folkman;
Aubin and Ekeland, Math. Oper. Res. 1, 1976).

The minimum of the two directions is smoothed by temperature ``tau`` (a soft minimum lies below
the minimum, so a smoothed dual is a bound too) and each segment carries a very small quadratic
cost ``eps``, so that Newton's method applies. ``exact_dual`` evaluates the bound with neither.
"""

import numpy as np

from engine.decision.parts import BUY, FREE, LOSS, PENALTY, PURCHASE, SELL, Parts
from engine.kernel import IntVector, Matrix, Vector, kernel

RIDGE, FARTHEST = 1e-10, 10.0  # damping of a Newton step; its reach in multiples of a price
DONE = 1e-11  # Newton stops when the predicted gain falls below this share of the book


@kernel
def _sold(parts: Parts, name: int, skip: int, q: Vector, theta: float) -> tuple[float, float]:
    """Amount sold by a name at shadow price theta, and its slope."""
    amount = slope = 0.0
    for j in range(parts.ptr[name], parts.ptr[name + 1]):
        if parts.kind[j] == skip:
            continue
        x = (theta - q[j]) / (2 * parts.eps[j])
        if x <= parts.lo[j]:
            amount += parts.lo[j]
        elif x >= parts.hi[j]:
            amount += parts.hi[j]
        else:
            amount += x
            slope += 0.5 / parts.eps[j]
    return amount, slope


@kernel
def _root(
    parts: Parts, name: int, skip: int, q: Vector,
    own: float, weight: float, level: float, below: float, above: float, guess: float,
) -> float:  # fmt: skip
    """Root of ``own * theta + weight * sold(theta) - level`` in [below, above], safeguarded."""
    theta = min(max(guess, below), above)
    for _ in range(80):
        amount, slope = _sold(parts, name, skip, q, theta)
        miss = own * theta + weight * amount - level
        if abs(miss) <= 1e-14 * (1 + abs(level)):
            break
        if miss > 0:
            above = theta
        else:
            below = theta
        rise = own + weight * slope
        step = theta - miss / rise if rise > 0 else above + 1
        theta = step if below < step < above else 0.5 * (below + above)
    return theta


@kernel
def _answer(
    parts: Parts, name: int, skip: int, q: Vector, price: float, curve: float, guess: float
) -> tuple[float, bool, float]:
    """A name's best reply to its price: (theta, held at a weight bound, amount out of reach)."""
    fewest = sells = 0.0
    low, high = np.inf, -np.inf
    for j in range(parts.ptr[name], parts.ptr[name + 1]):
        if parts.kind[j] != skip:
            fewest += parts.lo[j]
            sells += parts.hi[j]
            low = min(low, q[j] + 2 * parts.eps[j] * parts.lo[j])
            high = max(high, q[j] + 2 * parts.eps[j] * parts.hi[j])
    if low > high:
        low = high = price
    start, least, most = parts.start[name], parts.least[name], parts.most[name]
    below, above = price + curve * (start - sells), price + curve * (start - fewest)
    theta = _root(parts, name, skip, q, 1.0, curve, price + curve * start, below, above, guess)
    amount, _ = _sold(parts, name, skip, q, theta)
    active = start - amount
    if least <= active <= most:
        return theta, False, 0.0
    wanted = start - (least if active < least else most)
    reached = min(max(wanted, fewest), sells)
    theta = _root(parts, name, skip, q, 0.0, 1.0, reached, low, high, theta)
    return theta, True, abs(wanted - reached)


@kernel
def _reply(
    parts: Parts, name: int, skip: int, q: Vector, price: float, lam: float,
    theta: Vector, local: Vector, bend: Matrix,
) -> float:  # fmt: skip
    """Value of a name's best reply; fills its gradient and Hessian by (price, rows, eta)."""
    m = parts.limits.size
    specific = parts.specific[name]
    curve = 2 * lam * specific
    at, held, beyond = _answer(parts, name, skip, q, price, curve, theta[name])
    theta[name] = at
    amount = slope = worth = 0.0
    spread = np.zeros(m)
    local[:] = 0.0
    bend[:, :] = 0.0
    for j in range(parts.ptr[name], parts.ptr[name + 1]):
        if parts.kind[j] == skip:
            continue
        x = (at - q[j]) / (2 * parts.eps[j])
        inside = parts.lo[j] < x < parts.hi[j]
        x = min(max(x, parts.lo[j]), parts.hi[j])
        amount += x
        worth += (q[j] + parts.eps[j] * x) * x
        stiff = 0.5 / parts.eps[j] if inside else 0.0
        slope += stiff
        for r in range(m):
            local[r + 1] += parts.rows[r, j] * x
            spread[r] += parts.rows[r, j] * stiff
            for c in range(m):
                bend[r + 1, c + 1] -= parts.rows[r, j] * parts.rows[c, j] * stiff
    active = parts.start[name] - amount
    worth += (lam * specific * active + price) * active + PENALTY * beyond
    local[0] = active
    local[m + 1] = specific * active * active
    # turn = d theta / d (price, rows, eta); the Hessian follows by the chain rule
    scale = 0.0 if held else 1 / (1 + curve * slope)
    by_eta = 2 * specific * active * scale
    bend[0, 0] = -slope * scale
    bend[0, m + 1] = -slope * by_eta
    bend[m + 1, m + 1] = -2 * specific * active * slope * by_eta
    for r in range(m):
        by_row = curve * spread[r] * scale
        if held and slope > 0:
            by_row = spread[r] / slope
        bend[0, r + 1] = spread[r] - slope * by_row
        bend[r + 1, m + 1] = spread[r] * by_eta
        for c in range(m):
            bend[c + 1, r + 1] += spread[c] * by_row
    return float(worth)


@kernel
def _spread_over(
    loading: Vector, local: Vector, bend: Matrix, gradient: Vector, hessian: Matrix
) -> None:
    """Add a name's gradient and Hessian by its own price to those by the factor prices."""
    k, rest = loading.size, local.size - 1
    for f in range(k):
        gradient[f] += loading[f] * local[0]
        pull = loading[f] * bend[0, 0]
        for h in range(f, k):
            hessian[f, h] += pull * loading[h]
        for c in range(rest):
            hessian[f, k + c] += loading[f] * bend[0, c + 1]
    for r in range(rest):
        gradient[k + r] += local[r + 1]
        for c in range(r, rest):
            hessian[k + r, k + c] += bend[r + 1, c + 1]


@kernel
def _prices_alone(parts: Parts, v: Vector, gradient: Vector, hessian: Matrix) -> float:
    """The part of the dual that no name answers; fills gradient and Hessian with it."""
    k, m = parts.exposure.size, parts.limits.size
    lam, last = parts.lam + v[k + m], k + m
    gradient[:] = 0.0
    hessian[:, :] = 0.0
    squared = value = 0.0
    for f in range(k):
        squared += v[f] * v[f]
        value += v[f] * parts.exposure[f]
        gradient[f] = parts.exposure[f] - v[f] / (2 * lam)
        hessian[f, f] = -0.5 / lam
        hessian[f, last] = 0.5 * v[f] / (lam * lam)
    for r in range(m):
        value -= v[k + r] * parts.limits[r]
        gradient[k + r] = -parts.limits[r]
    gradient[last] = squared / (4 * lam * lam) - parts.te_room
    hessian[last, last] = -squared / (2 * lam**3)
    return float(value - squared / (4 * lam) - v[last] * parts.te_room)


@kernel
def _priced(parts: Parts, v: Vector) -> Vector:
    """Cost of each segment with the rows priced in."""
    k = parts.exposure.size
    q = parts.cost.copy()
    for r in range(parts.limits.size):
        for j in range(q.size):
            q[j] += v[k + r] * parts.rows[r, j]
    return q


@kernel
def _price(parts: Parts, name: int, v: Vector) -> float:
    """Price of a name's active weight: its loadings at the factor prices."""
    price = 0.0
    for f in range(parts.exposure.size):
        price += parts.loadings[name, f] * v[f]
    return price


@kernel
def dual(
    parts: Parts, v: Vector, directions: IntVector, tau: float,
    theta: Matrix, gradient: Vector, hessian: Matrix,
) -> float:  # fmt: skip
    """Smoothed dual value at prices v = (nu, rho, eta); fills gradient and Hessian.

    Args:
        parts: The problem.
        v: Prices, shape (k + m + 1,).
        directions: FREE, SELL or BUY per group.
        tau: Temperature of the soft minimum, as a share of the book.
        theta: Warm start of the scalar roots, shape (2, names); updated.
        gradient: Filled, shape (k + m + 1,).
        hessian: Filled, shape (k + m + 1, k + m + 1).

    Returns:
        The value, a share of the book.
    """
    k, m, size = parts.exposure.size, parts.limits.size, v.size
    q = _priced(parts, v)
    value = _prices_alone(parts, v, gradient, hessian)
    names = parts.start.size
    local = np.zeros((2, names, m + 2))
    bend = np.zeros((2, names, m + 2, m + 2))
    worth, share = np.zeros(2), np.zeros(2)
    mixed, bent, gap = np.empty(m + 2), np.empty((m + 2, m + 2)), np.empty(size)
    for g in range(parts.group_ptr.size - 1):
        first, last = parts.group_ptr[g], parts.group_ptr[g + 1]
        for w in range(2):
            worth[w] = 0.0
            if directions[g] == (BUY if w == 0 else SELL):
                continue
            for i in range(first, last):
                worth[w] += _reply(
                    parts, i, PURCHASE if w == 0 else LOSS, q, _price(parts, i, v),
                    parts.lam + v[size - 1], theta[w], local[w, i], bend[w, i],
                )  # fmt: skip
        lead = worth[0] - worth[1]
        if directions[g] != FREE:
            value += worth[0] + worth[1]
            share[0] = 1.0 if directions[g] == SELL else 0.0
        else:
            value += min(worth[0], worth[1])
            sharp = abs(lead) >= 40 * tau
            if not sharp:
                value -= tau * np.log1p(np.exp(-abs(lead) / tau))
            share[0] = (1.0 if lead < 0 else 0.0) if sharp else 1 / (1 + np.exp(lead / tau))
        share[1] = 1 - share[0]
        for i in range(first, last):
            for r in range(m + 2):
                mixed[r] = share[0] * local[0, i, r] + share[1] * local[1, i, r]
                for c in range(m + 2):
                    bent[r, c] = share[0] * bend[0, i, r, c] + share[1] * bend[1, i, r, c]
            _spread_over(parts.loadings[i], mixed, bent, gradient, hessian)
        if share[0] * share[1] > 0:
            gap[:] = 0.0
            for i in range(first, last):
                for f in range(k):
                    gap[f] += parts.loadings[i, f] * (local[0, i, 0] - local[1, i, 0])
                for r in range(m + 1):
                    gap[k + r] += local[0, i, r + 1] - local[1, i, r + 1]
            pinch = share[0] * share[1] / tau
            for f in range(size):
                for h in range(f, size):
                    hessian[f, h] -= pinch * gap[f] * gap[h]
    for f in range(size):
        for h in range(f):
            hessian[f, h] = hessian[h, f]
    return value


@kernel
def _newton_step(
    v: Vector, lowest: Vector, highest: Vector, gradient: Vector, hessian: Matrix, ridge: float
) -> tuple[Vector, Vector]:
    """Free gradient and damped Newton step; prices pressed against a bound stay where they are.

    The step is shortened to a few times the prices: where every segment is at an end of its range
    the dual is flat in a price, and an undamped step would leave for infinity.
    """
    matrix, pull = -hessian, gradient.copy()
    for f in range(v.size):
        if (v[f] <= lowest[f] and pull[f] <= 0) or (v[f] >= highest[f] and pull[f] >= 0):
            pull[f] = 0.0
            matrix[f, :] = 0.0
            matrix[:, f] = 0.0
            matrix[f, f] = 1.0
        else:
            matrix[f, f] += ridge * (0.01 + matrix[f, f])
    step = np.linalg.solve(matrix, pull).astype(np.float64)
    length = 1.0
    for f in range(v.size):
        reach = 1.0 + FARTHEST * abs(v[f])
        if abs(step[f]) > reach:
            length = min(length, reach / abs(step[f]))
    return pull, length * step


@kernel
def maximise(
    parts: Parts,
    v: Vector,
    lowest: Vector,
    highest: Vector,
    directions: IntVector,
    tau: float,
    most_steps: int,
    theta: Matrix,
) -> tuple[float, int]:
    """Raise the smoothed dual by projected Newton steps; ``v`` is changed in place.

    Prices stay in [lowest, highest] (Bertsekas, SIAM J. Control 20, 1982). Stops when the gain
    predicted for a step is below DONE, or after ``most_steps``.

    Returns:
        The value reached and how often the dual was evaluated.
    """
    size = v.size
    gradient, hessian = np.empty(size), np.empty((size, size))
    next_gradient, next_hessian = np.empty(size), np.empty((size, size))
    value = dual(parts, v, directions, tau, theta, gradient, hessian)
    ridge = RIDGE
    seen = 1
    for _ in range(most_steps):
        pull, step = _newton_step(v, lowest, highest, gradient, hessian, ridge)
        if pull @ step < DONE:
            return value, seen
        length, moved = 1.0, False
        while length > 1e-6 and not moved:
            trial = np.minimum(np.maximum(v + length * step, lowest), highest)
            found = dual(parts, trial, directions, tau, theta, next_gradient, next_hessian)
            seen += 1
            promised = pull @ (trial - v)
            moved = bool(promised > 0 and found >= value + 1e-4 * promised)
            length *= 0.5 if length > 0.1 else 0.2
        if moved:
            v[:] = trial
            value = found
            gradient[:] = next_gradient
            hessian[:, :] = next_hessian
            ridge = max(RIDGE, 0.1 * ridge)
        elif ridge < 1:
            ridge *= 1e3
        else:
            return value, seen
    return value, seen


@kernel
def amounts(parts: Parts, v: Vector, directions: IntVector, theta: Matrix) -> Vector:
    """Amounts of the segments at prices v, each group going its fixed way (smooth in v)."""
    k, m = parts.exposure.size, parts.limits.size
    q, x = _priced(parts, v), np.zeros(parts.cost.size)
    for g in range(parts.group_ptr.size - 1):
        way = 0 if directions[g] == SELL else 1
        skip = PURCHASE if way == 0 else LOSS
        for i in range(parts.group_ptr[g], parts.group_ptr[g + 1]):
            curve = 2 * (parts.lam + v[k + m]) * parts.specific[i]
            price = _price(parts, i, v)
            at, _, _ = _answer(parts, i, skip, q, price, curve, theta[way, i])
            for j in range(parts.ptr[i], parts.ptr[i + 1]):
                if parts.kind[j] != skip:
                    x[j] = min(max((at - q[j]) / (2 * parts.eps[j]), parts.lo[j]), parts.hi[j])
    return x
