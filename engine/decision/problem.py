"""One trade decision as plain arrays, and what a list of trades is worth under it."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.kernel import IntVector, Matrix, Vector

BoolVector = NDArray[np.bool_]
TRADED_USD = 1.0  # a name counts as bought or sold above this


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """What may be traded, what it costs and which limits are hard.

    A sale of a lot costs ``lot_tax_usd`` a share (negative: it saves tax), so the marginal rates
    of a whole household bill, less the deferred tax given back, enter there. Names, lots and
    factors are counted by n, L and k.

    Attributes:
        value_usd: Value of the book; weights are shares of it.
        cash_usd: Cash before trading.
        price_usd: Prices, shape (n,).
        benchmark: Target weights, shape (n,).
        loadings: Factor loadings, shape (n, k).
        factor_variances: Yearly variances of the factors, shape (k,).
        specific_vol: Yearly specific volatilities, shape (n,).
        lot_name: Index of each lot's name, shape (L,).
        lot_shares: Shares held, shape (L,).
        lot_tax_usd: Tax cost of selling one share of the lot.
        lot_gain_usd: Gain of one share that counts for the gain limit; 0 for a disallowed loss.
        lot_harvest: Whether the sale is a loss that a purchase of the group would wash.
        lot_most_shares: Most shares that may be sold of the lot (0: never sell).
        blocked: Names that may not be bought.
        group: Group of substantially identical names each name belongs to, shape (n,).
        cost_rate: Half spread and fees per dollar traded, shape (n,).
        weight_min: Lowest weight after trading; weight_max: highest. Shape (n,).
        te_penalty: Dollars per dollar of book and unit of yearly variance.
        te_cap: Highest tracking error, a fraction a year; inf for none.
        gain_cap_usd: Highest net counted gain; inf for none.
        cash_need_usd: Least cash after trading and costs.
        cash_most_usd: Most cash after trading; inf for none.
        turnover_cap_usd: Most dollars sold and bought together; inf for none.
        exposure: Factor exposures of what the client owns elsewhere times its share of the book.
        exposure_variance: Its specific variance on the same scale.
        band: Extra limits on groups of weights, shape (b, n), at most ``band_max`` each.
        min_trade_usd: Smallest sale of a lot or purchase of a name.
        whole_shares: Whether only whole shares trade.
    """

    value_usd: float
    cash_usd: float
    price_usd: Vector
    benchmark: Vector
    loadings: Matrix
    factor_variances: Vector
    specific_vol: Vector
    lot_name: IntVector
    lot_shares: Vector
    lot_tax_usd: Vector
    lot_gain_usd: Vector
    lot_harvest: BoolVector
    lot_most_shares: Vector
    blocked: BoolVector
    group: IntVector
    cost_rate: Vector
    weight_min: Vector
    weight_max: Vector
    te_penalty: float
    te_cap: float = np.inf
    gain_cap_usd: float = np.inf
    cash_need_usd: float = 0.0
    cash_most_usd: float = np.inf
    turnover_cap_usd: float = np.inf
    exposure: Vector = field(default_factory=lambda: np.zeros(0))
    exposure_variance: float = 0.0
    band: Matrix = field(default_factory=lambda: np.zeros((0, 0)))
    band_max: Vector = field(default_factory=lambda: np.zeros(0))
    min_trade_usd: float = 0.0
    whole_shares: bool = False

    @property
    def names(self) -> int:
        """How many names there are."""
        return int(self.price_usd.size)

    @property
    def lot_price(self) -> Vector:
        """Price of a share of each lot."""
        return self.price_usd[self.lot_name]

    @property
    def held(self) -> Vector:
        """Weight of each name before trading."""
        usd = np.bincount(self.lot_name, self.lot_shares * self.lot_price, self.names)
        return usd / self.value_usd


@dataclass(frozen=True, slots=True, eq=False)
class Trades:
    """Shares to sell of each lot, shape (L,), and to buy of each name, shape (n,)."""

    sells: Vector
    buys: Vector


@dataclass(frozen=True, slots=True)
class Worth:
    """What trades cost and do, in dollars; ``objective_usd`` is tax + cost + risk."""

    objective_usd: float
    tax_usd: float
    cost_usd: float
    risk_usd: float
    tracking_error: float
    cash_usd: float
    net_gain_usd: float
    turnover_usd: float
    wash_violations: int


def worth(problem: Problem, trades: Trades) -> Worth:
    """Recompute from the trades alone what they are worth; the judge of every solver.

    A harvested loss counts for nothing once a name of its group is bought, and is a violation.
    """
    p = problem
    sold_usd = trades.sells * p.lot_price
    bought_usd = trades.buys * p.price_usd
    bought = bought_usd > TRADED_USD
    washed = np.bincount(p.group, bought, p.names)[p.group[p.lot_name]] > 0
    counts = ~(p.lot_harvest & washed)
    sold_by_name = np.bincount(p.lot_name, sold_usd, p.names)
    cost = float(p.cost_rate @ (sold_by_name + bought_usd))
    active = p.held + (bought_usd - sold_by_name) / p.value_usd - p.benchmark
    variance = active_variance(p, active)
    harvested = p.lot_harvest & (sold_usd > TRADED_USD) & washed
    tax = float(np.sum(trades.sells * p.lot_tax_usd * counts))
    risk = p.te_penalty * p.value_usd * variance
    return Worth(
        objective_usd=tax + cost + risk,
        tax_usd=tax,
        cost_usd=cost,
        risk_usd=risk,
        tracking_error=float(np.sqrt(variance)),
        cash_usd=p.cash_usd + float(sold_usd.sum() - bought_usd.sum()) - cost,
        net_gain_usd=float(np.sum(trades.sells * p.lot_gain_usd * counts)),
        turnover_usd=float(sold_usd.sum() + bought_usd.sum()),
        wash_violations=int(np.count_nonzero(bought & p.blocked) + np.count_nonzero(harvested)),
    )


def active_variance(problem: Problem, active: Vector) -> float:
    """Yearly variance of active weights together with what the client owns elsewhere."""
    y = problem.loadings.T @ active + problem.exposure
    specific = float(np.sum((problem.specific_vol * active) ** 2))
    return float(problem.factor_variances @ (y * y)) + specific + problem.exposure_variance


def nothing(problem: Problem) -> Trades:
    """The empty list of trades."""
    return Trades(np.zeros(problem.lot_name.size), np.zeros(problem.names))


def check(problem: Problem) -> None:
    """Refuse arrays that do not fit together or hold what the engine will not guess around.

    Raises:
        InputError: Naming the field, what was read and what to do.
    """
    n, lots, k = problem.names, problem.lot_name.size, problem.factor_variances.size
    if not (np.isfinite(problem.value_usd) and problem.value_usd > 0):
        raise InputError("value_usd", problem.value_usd, "give the value of the book, above 0")
    if n == 0:
        raise InputError("price_usd", 0, "give at least one name")
    shapes = {
        "benchmark": (n,), "specific_vol": (n,), "blocked": (n,), "group": (n,), "cost_rate": (n,),
        "weight_min": (n,), "weight_max": (n,), "lot_shares": (lots,), "lot_tax_usd": (lots,),
        "lot_gain_usd": (lots,), "lot_harvest": (lots,), "lot_most_shares": (lots,),
        "loadings": (n, k), "exposure": (k,), "band": (problem.band_max.size, n),
    }  # fmt: skip
    for name, shape in shapes.items():
        found = getattr(problem, name).shape
        if found != shape:
            raise InputError(name, found, f"its shape must be {shape}")
    finite = (
        "cash_usd", "price_usd", "benchmark", "loadings", "factor_variances", "specific_vol",
        "lot_shares", "lot_tax_usd", "lot_gain_usd", "cost_rate", "te_penalty", "cash_need_usd",
    )  # fmt: skip
    for name in finite:
        if not np.all(np.isfinite(getattr(problem, name))):
            raise InputError(name, "not a finite number", "give a finite number")
    if np.any(problem.price_usd <= 0):
        raise InputError("price_usd", float(problem.price_usd.min()), "a price is above 0")
    if problem.te_penalty < 0 or np.any(problem.cost_rate < 0) or np.any(problem.cost_rate >= 1):
        raise InputError("te_penalty, cost_rate", problem.te_penalty, "0 or more; a cost below 1")
    if lots and (problem.lot_name.min() < 0 or problem.lot_name.max() >= n):
        raise InputError("lot_name", int(problem.lot_name.max()), f"an index from 0 to {n - 1}")
