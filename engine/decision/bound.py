"""The bound that holds: the Lagrangian at any prices, with nothing smoothed.

Each name sells its cheapest segment first until the next one costs more than the risk it removes
(engine/decision/lagrangian.py has the problem and the smooth version that finds the prices).
"""

import numpy as np

from engine.decision.parts import BUY, FREE, LOSS, PENALTY, PURCHASE, SELL, Parts
from engine.kernel import IntVector, Vector, kernel


@kernel
def _ladder(
    parts: Parts, name: int, skip: int, q: Vector, price: float, risk: float,
    order: IntVector, x: Vector,
) -> float:  # fmt: skip
    """Exact least value of a name: sell the cheapest segment first; fills the amounts x."""
    count = 0
    active = parts.start[name]
    least, most = parts.least[name], parts.most[name]
    for j in range(parts.ptr[name], parts.ptr[name + 1]):
        x[j] = 0.0
        if parts.kind[j] == skip:
            continue
        x[j] = parts.lo[j]
        active -= parts.lo[j]
        at = count
        while at > 0 and q[order[at - 1]] > q[j]:
            order[at] = order[at - 1]
            at -= 1
        order[at] = j
        count += 1
    worth = 0.0
    for at in range(count):
        j = order[at]
        room = parts.hi[j] - parts.lo[j]
        wanted = room if q[j] < price else 0.0
        if risk > 0:
            wanted = active - (q[j] - price) / (2 * risk)
        wanted = max(min(wanted, active - least), active - most)
        step = min(max(wanted, 0.0), room)
        x[j] += step
        active -= step
        worth += q[j] * x[j]
    worth += (risk * active + price) * active
    return float(worth + PENALTY * (max(active - most, 0.0) + max(least - active, 0.0)))


@kernel
def exact_dual(parts: Parts, v: Vector, directions: IntVector, lead: Vector, x: Vector) -> float:
    """Lower bound at prices v with nothing smoothed, valid whatever v is.

    Fills ``lead`` (value of selling less value of buying, per group; its size is how much the
    bound rises if the group is forced the other way) and ``x``, the amounts of the better way.
    """
    k, m = parts.exposure.size, parts.limits.size
    lam = parts.lam + v[k + m]
    q = parts.cost.copy()
    for r in range(m):
        q += v[k + r] * parts.rows[r]
    other = np.empty(q.size)
    order = np.empty(q.size, np.int64)
    value = v[:k] @ parts.exposure - (v[:k] @ v[:k]) / (4 * lam) - v[k : k + m] @ parts.limits
    value -= v[k + m] * parts.te_room
    for g in range(parts.group_ptr.size - 1):
        first, last = parts.group_ptr[g], parts.group_ptr[g + 1]
        sell = buy = 0.0
        for i in range(first, last):
            price, risk = parts.loadings[i] @ v[:k], lam * parts.specific[i]
            if directions[g] != BUY:
                sell += _ladder(parts, i, PURCHASE, q, price, risk, order, x)
            if directions[g] != SELL:
                buy += _ladder(parts, i, LOSS, q, price, risk, order, other)
        lead[g] = sell - buy
        buys = directions[g] == BUY or (directions[g] == FREE and buy < sell)
        value += buy if buys else sell
        if buys:
            for j in range(parts.ptr[first], parts.ptr[last]):
                x[j] = other[j]
    return float(value)
