"""Now or wait: whether a loss is worth taking today or is worth more later.

A harvest saves tax now, lowers the basis (tax later), costs a spread, and locks the lot out for
the wash-sale window; waiting keeps the choice. The value is homogeneous in the price, so one
dimension is enough: y = ln(basis / price), value per dollar of price under the share measure, a
binomial lattice of the price, and an exercise region y >= y*(t). Constantinides (1983) is the
corner without costs and lock-out: harvest any loss at once.

The threshold depends on the rates and the cost through their ratios alone, so ``table`` holds
y*(volatility, later rate / rate now, cost / rate now, time left).
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import RegularGridInterpolator

from engine.errors import InputError
from engine.kernel import Matrix, Vector, kernel

DAYS = 252
SPAN = 6.0  # standard deviations of the price that the lattice covers
NEVER = 3.0  # y of a loss of 95 %: past every threshold in use


@dataclass(frozen=True, slots=True)
class HarvestTerms:
    """What one harvest of one lot is about.

    Attributes:
        vol: Yearly volatility.
        years: Years to the exit.
        tax_now: Rate at which a loss saves tax today.
        tax_later: Rate at the exit times the chance that the gain is taxed at all.
        cost: Cost of the round trip per dollar of price, tracking while locked out included.
        rate: Yearly riskless rate.
        lock_days: Trading days before the replacement may be harvested (21: the 30-day window).
        steps_per_day: Lattice steps a day.
        look_every: Steps between decisions.
    """

    vol: float
    years: float
    tax_now: float
    tax_later: float
    cost: float = 0.001
    rate: float = 0.04
    lock_days: int = 21
    steps_per_day: int = 1
    look_every: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """The lattice solved.

    Attributes:
        y: Grid of ln(basis / price), shape (2Y + 1,).
        wait: Value per dollar of price of waiting one step, today, by y.
        harvest: Value of harvesting today, by y.
        threshold: y from which to harvest, by step; NEVER where it never pays. Shape (steps,).
        never: Value at par of a holder who never harvests.
    """

    y: Vector
    wait: Vector
    harvest: Vector
    threshold: Vector
    never: float

    @property
    def value(self) -> float:
        """Value per dollar of price of a lot bought now, exit tax included."""
        return float(np.interp(0.0, self.y, self.wait))

    @property
    def benefit(self) -> float:
        """What the choice to harvest is worth per dollar of a lot bought now."""
        return self.value - self.never

    @property
    def loss_fraction(self) -> float:
        """Loss, as a fraction of basis, from which to harvest today."""
        return 1 - math.exp(-float(self.threshold[0]))

    def value_of_waiting(self, loss: float) -> float:
        """Dollars per dollar of price by which waiting beats harvesting (negative: harvest)."""
        y = -math.log(1 - loss)
        return float(np.interp(y, self.y, self.wait) - np.interp(y, self.y, self.harvest))


@kernel
def _binomial(trials: int, chance: float) -> Vector:
    """Probabilities of 0 .. trials successes."""
    weight = np.zeros(trials + 1)
    weight[0] = (1 - chance) ** trials
    for k in range(trials):
        weight[k + 1] = weight[k] * (trials - k) / (k + 1) * chance / (1 - chance)
    return weight


@kernel
def _lattice(
    steps: int, half: int, size: float, up: float, lock: int, every: int,
    tax_now: float, tax_later: float, cost: float, allow: bool,
) -> tuple[Vector, Vector, Vector]:  # fmt: skip
    """Backward induction; see ``solve`` for the arguments. Returns wait, harvest, thresholds."""
    width = 2 * half + 1
    layers = np.zeros((lock + 1, width))  # layer of step t at t modulo (lock + 1)
    gain = np.empty(width)
    threshold = np.full(steps, NEVER)
    held = np.empty(width)
    for j in range(width):
        gain[j] = np.exp(size * (j - half)) - 1
        held[j] = tax_later * gain[j]
        if allow and j > half:
            held[j] = max(held[j], tax_now * gain[j] - cost)
    layers[steps % (lock + 1)] = held
    taken = held.copy()
    full = _binomial(lock, up)
    value = held.copy()
    for t in range(steps - 1, -1, -1):
        for j in range(1, width - 1):
            held[j] = up * value[j - 1] + (1 - up) * value[j + 1]
        held[0] = 2 * held[1] - held[2]
        held[width - 1] = 2 * held[width - 2] - held[width - 3]
        left = min(lock, steps - t)
        weight = full if left == lock else _binomial(left, up)
        after = 0.0
        for k in range(left + 1):
            j = half - (2 * k - left)
            if t + lock > steps:
                after += weight[k] * tax_later * gain[j]  # the exit comes inside the lock-out
            elif lock > 0:
                after += weight[k] * layers[(t + lock) % (lock + 1), j]
            else:
                after += weight[k] * held[half]
        for j in range(width):
            taken[j] = tax_now * gain[j] - cost + after
            value[j] = held[j]
            if allow and j > half and t % every == 0 and taken[j] > held[j]:
                value[j] = taken[j]
                threshold[t] = min(threshold[t], size * (j - half))
        layers[t % (lock + 1)] = value
    return held, taken, threshold


def solve(terms: HarvestTerms) -> Policy:
    """Solve the lattice of one lot.

    Raises:
        InputError: For a volatility or horizon that is not above 0.
    """
    for field in ("vol", "years"):
        if not getattr(terms, field) > 0:
            raise InputError(field, getattr(terms, field), "give a number above 0")
    dt = 1 / (DAYS * terms.steps_per_day)
    steps = max(1, round(terms.years / dt))
    lock = terms.lock_days * terms.steps_per_day
    size = terms.vol * math.sqrt(dt)
    # share measure: the stock is the unit of account (Geman, El Karoui & Rochet 1995)
    risk_neutral = (math.exp(terms.rate * dt) - math.exp(-size)) / (2 * math.sinh(size))
    up = risk_neutral * math.exp(size - terms.rate * dt)
    half = max(min(steps, math.ceil(SPAN * math.sqrt(steps))), lock) + 2
    shape = (steps, half, size, up, lock, terms.look_every)
    rates = (terms.tax_now, terms.tax_later, terms.cost)
    wait, harvest, threshold = _lattice(*shape, *rates, True)
    never, _, _ = _lattice(*shape, *rates, False)
    grid: Vector = np.arange(-half, half + 1, dtype=np.float64)
    grid *= size
    return Policy(grid, wait, harvest, threshold, float(never[half]))


def perpetual_threshold(
    vol: float, drift: float, discount: float, tax: float, cost: float
) -> float:
    """Price over basis at which the one harvest ever is best taken, without a horizon.

    The payoff tax (B - P) - cost P is taken at P* = B g / (1 + g) tax / (tax + cost), where g > 0
    solves vol^2/2 g (g + 1) - drift g - discount = 0 (a perpetual American put).
    """
    half = vol * vol / 2
    slope = half - drift
    root = (-slope + math.sqrt(slope * slope + 4 * half * discount)) / (2 * half)
    return root / (1 + root) * tax / (tax + cost)


def one_harvest_usd(
    loss_usd: float, tax_now: float, tax_later: float, rate: float, years: float, cost_usd: float
) -> float:
    """Present value of one harvest held to its exit: loss (now - later e^(-r h)) - cost."""
    return loss_usd * (tax_now - tax_later * math.exp(-rate * years)) - cost_usd


@dataclass(frozen=True, slots=True, eq=False)
class HarvestTable:
    """Thresholds for a whole book, one look-up a lot.

    Attributes:
        vols: Yearly volatilities of the grid.
        later: Later rate over the rate now.
        costs: Cost of the round trip over the rate now.
        years_left: Years to the exit.
        y: Thresholds, shape (vols, later, costs, years_left).
    """

    vols: Vector
    later: Vector
    costs: Vector
    years_left: Vector
    y: Matrix

    def loss_fraction(
        self, vol: Vector, years_left: Vector, tax_now: Vector, tax_later: Vector, cost: Vector
    ) -> Vector:
        """Loss, as a fraction of basis, from which each lot is ready; shapes broadcast.

        Outside the grid the nearest edge holds. A lot whose loss saves no tax is never ready (1).
        """
        arrays = np.broadcast_arrays(vol, years_left, tax_now, tax_later, cost)
        sigma, left, now, later, charge = (np.asarray(a, float) for a in arrays)
        safe = np.where(now > 0, now, 1.0)
        grid = (self.vols, self.later, self.costs, self.years_left)
        points = [sigma, later / safe, charge / safe, left]
        inside = [np.clip(p, axis[0], axis[-1]) for p, axis in zip(points, grid, strict=True)]
        y = RegularGridInterpolator(grid, self.y)(np.stack(inside, axis=-1)).reshape(sigma.shape)
        never = (now <= 0) | (y >= NEVER - 1e-9)
        return np.where(never, 1.0, 1 - np.exp(-y))


def table(rate: float = 0.04, lock_days: int = 21, years: float = 10.0) -> HarvestTable:
    """Tabulate the thresholds; about two seconds, once for a riskless rate and a lock-out."""
    vols = np.array([0.10, 0.15, 0.20, 0.30, 0.40, 0.55, 0.75, 1.0])
    later = np.array([0.0, 0.25, 0.5, 0.7, 0.85, 1.0])
    costs = np.array([0.0, 0.001, 0.003, 0.01, 0.03])
    left = np.unique(np.concatenate([[0.02, 0.05, 0.1, 0.25, 0.5, 0.75], np.arange(1, years + 1)]))
    found = np.empty((vols.size, later.size, costs.size, left.size))
    for v, vol in enumerate(vols):
        for g, ratio in enumerate(later):
            for c, cost in enumerate(costs):
                terms = HarvestTerms(
                    float(vol), years, 1.0, float(ratio), float(cost), rate, lock_days
                )
                path = solve(terms).threshold
                at = np.clip(np.round((years - left) * DAYS).astype(int), 0, path.size - 1)
                found[v, g, c] = _smooth(path)[at]
    return HarvestTable(vols, later, costs, left, found)


def _smooth(path: Vector) -> Vector:
    """Thresholds sit on every second grid point of the lattice; take the mean of neighbours."""
    return np.concatenate([(path[1:] + path[:-1]) / 2, path[-1:]])
