"""The constraint matrix: what each limit means for the optimiser, and what it costs.

``apply`` writes a household's hard limits into a problem; ``matrix`` reads back, for each limit,
how much of it is used, whether it binds and what one more unit of it would save. A rule that the
optimiser cannot keep is refused by name, never passed over; a soft limit is not enforced but its
excess is charged at its own price and shown.

A cash need counts in full from the day it is known, whatever its date: money raised later than
needed cannot be raised at all, and money raised early has its price in the row.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from engine.decision.optimize import Solution
from engine.decision.problem import BoolVector, Problem
from engine.errors import InputError
from engine.kernel import IntVector, Vector
from engine.records import Constraint, Rule, Scope

NEAR = 1e-4  # share of a limit within which it counts as used up


@dataclass(frozen=True, slots=True, eq=False)
class BookMap:
    """What the columns of a problem stand for.

    Attributes:
        securities: Security id of each name, shape (n,).
        sectors: Sector of each name, shape (n,).
        lot_accounts: Account id of each lot, shape (L,).
        lot_days_held: Days each lot has been held, shape (L,).
    """

    securities: tuple[str, ...]
    sectors: tuple[str, ...]
    lot_accounts: tuple[str, ...]
    lot_days_held: IntVector

    def names(self, limit: Constraint) -> BoolVector:
        """Names that a limit of household, security or sector scope speaks of.

        Raises:
            InputError: For an account scope, or an id that no name has.
        """
        if limit.scope is Scope.HOUSEHOLD:
            return np.ones(len(self.securities), bool)
        if limit.scope is Scope.ACCOUNT:
            raise InputError(
                limit.constraint_id, limit.scope.value, "this rule has no account scope"
            )
        ids = self.securities if limit.scope is Scope.SECURITY else self.sectors
        found = np.array([one == limit.scope_id for one in ids], bool)
        if not found.any():
            raise InputError(limit.constraint_id, limit.scope_id, f"no such {limit.scope.value}")
        return found

    def lots(self, problem: Problem, limit: Constraint) -> BoolVector:
        """Lots that a limit of any scope speaks of."""
        if limit.scope is Scope.ACCOUNT:
            return np.array([one == limit.scope_id for one in self.lot_accounts], bool)
        found: BoolVector = self.names(limit)[problem.lot_name]
        return found


@dataclass(frozen=True, slots=True)
class ConstraintRow:
    """One limit after a solve.

    Attributes:
        constraint: The limit as it was set.
        limit: Its value in dollars, fractions or days, as the rule names them.
        used: Where the trades stand on it, in the same unit.
        binding: Whether it is used up.
        price_usd: Dollars that one more unit would save (a dollar; a basis point of tracking
            error; a point of weight); 0 where it does not bind or has no price of its own.
        charge_usd: What the excess over a soft limit costs at its own price.
        whole_usd: For a rule without a price per unit (never sell, holding period, whole shares
            ...): what the whole limit costs, against the best trades without it.
    """

    constraint: Constraint
    limit: float
    used: float
    binding: bool
    price_usd: float
    charge_usd: float = 0.0
    whole_usd: float = 0.0

    @property
    def unit(self) -> str:
        """What ``price_usd`` is for: one more of this."""
        return UNITS.get(self.constraint.rule, "")


UNITS = {
    Rule.CASH_NEED_USD: "$1 less",
    Rule.NET_GAIN_MAX_USD: "$1 more",
    Rule.TRACKING_ERROR_MAX: "1 bp more",
    Rule.CASH_MIN_WEIGHT: "1 point less",
    Rule.CASH_MAX_WEIGHT: "1 point more",
    Rule.TURNOVER_MAX: "1 point more",
    Rule.SECTOR_MAX_WEIGHT: "1 point more",
}


def apply(
    problem: Problem, limits: Sequence[Constraint], book: BookMap, realised_gain_usd: float = 0.0
) -> Problem:
    """The problem under the hard limits.

    Args:
        problem: Without limits of its own for the rules named.
        limits: The household's rows; soft ones are left to ``matrix``.
        book: What names and lots stand for.
        realised_gain_usd: Net gain of the year so far, which a gain limit counts in.

    Raises:
        InputError: For a rule the optimiser cannot keep, by name, with what to set instead.
    """
    for limit in (one for one in limits if one.hard):
        problem = _one(problem, limit, book, realised_gain_usd)
    return problem


def _one(p: Problem, limit: Constraint, book: BookMap, realised_usd: float) -> Problem:
    """The problem under one more limit; the stricter of two equal rules holds, needs add up."""
    value = float(limit.limit)
    match limit.rule:
        case Rule.CASH_NEED_USD:
            _household(limit)
            return replace(p, cash_need_usd=p.cash_need_usd + value)
        case Rule.CASH_MIN_WEIGHT:
            _household(limit)
            return replace(p, cash_need_usd=p.cash_need_usd + value * p.value_usd)
        case Rule.CASH_MAX_WEIGHT:
            _household(limit)
            most = min(p.cash_most_usd, p.cash_need_usd + value * p.value_usd)
            return replace(p, cash_most_usd=most)
        case Rule.NET_GAIN_MAX_USD:
            _household(limit)
            return replace(p, gain_cap_usd=min(p.gain_cap_usd, value - realised_usd))
        case Rule.TRACKING_ERROR_MAX:
            _household(limit)
            return replace(p, te_cap=min(p.te_cap, value))
        case Rule.TURNOVER_MAX:
            _household(limit)
            return replace(p, turnover_cap_usd=min(p.turnover_cap_usd, value * p.value_usd))
        case Rule.MIN_TRADE_USD:
            return replace(p, min_trade_usd=max(p.min_trade_usd, value))
        case Rule.WHOLE_SHARES:
            return replace(p, whole_shares=p.whole_shares or value > 0)
        case Rule.POSITION_MAX_WEIGHT:
            over = np.where(book.names(limit), value, np.inf)
            return replace(p, weight_max=np.minimum(p.weight_max, over))
        case Rule.SECTOR_MAX_WEIGHT:
            row = book.names(limit).astype(float)
            band = np.vstack([p.band.reshape(-1, p.names), row])
            return replace(p, band=band, band_max=np.append(p.band_max, value))
        case Rule.NEVER_BUY:
            return replace(p, blocked=p.blocked | book.names(limit))
        case Rule.NEVER_SELL:
            return _unsold(p, book.lots(p, limit))
        case Rule.MIN_HOLDING_DAYS:
            return _unsold(p, book.lots(p, limit) & (book.lot_days_held < value))
        case Rule.LOSS_HARVEST_ONLY:
            return _unsold(p, book.lots(p, limit) & (p.lot_gain_usd > 0))
    remedy = "set net_gain_max_usd instead: the optimiser keeps gains, the bill prices the tax"
    raise InputError(limit.constraint_id, limit.rule.value, remedy)


def _household(limit: Constraint) -> None:
    if limit.scope is not Scope.HOUSEHOLD:
        raise InputError(limit.constraint_id, limit.scope.value, "set this rule for the household")


def _unsold(problem: Problem, lots: BoolVector) -> Problem:
    return replace(problem, lot_most_shares=np.where(lots, 0.0, problem.lot_most_shares))


def matrix(
    problem: Problem,
    solution: Solution,
    limits: Sequence[Constraint],
    book: BookMap,
    realised_gain_usd: float = 0.0,
) -> tuple[ConstraintRow, ...]:
    """Each limit beside where the trades stand on it.

    Args:
        problem: As ``apply`` made it.
        solution: What the optimiser found for it.
        limits: The same rows that were applied, soft ones included.
        book: What names and lots stand for.
        realised_gain_usd: As handed to ``apply``.
    """
    rows, sectors = [], 0
    for limit in limits:
        used = _used(problem, solution, limit, book, realised_gain_usd)
        value = float(limit.limit)
        price = _price(solution, limit, sectors, problem.value_usd) if limit.hard else 0.0
        sectors += int(limit.hard and limit.rule is Rule.SECTOR_MAX_WEIGHT)
        floor = limit.rule in (Rule.CASH_NEED_USD, Rule.CASH_MIN_WEIGHT)
        excess = value - used if floor else used - value
        charge = 0.0 if limit.hard else max(excess, 0.0) * float(limit.price)
        near = limit.rule in MEASURED and excess >= -NEAR * max(abs(value), 1e-9)
        rows.append(ConstraintRow(limit, value, used, near or price > 0, price, charge))
    return tuple(rows)


MEASURED = frozenset(
    {
        Rule.CASH_NEED_USD, Rule.CASH_MIN_WEIGHT, Rule.CASH_MAX_WEIGHT, Rule.NET_GAIN_MAX_USD,
        Rule.TRACKING_ERROR_MAX, Rule.TURNOVER_MAX, Rule.POSITION_MAX_WEIGHT,
        Rule.SECTOR_MAX_WEIGHT,
    }
)  # fmt: skip


def _used(
    p: Problem, solution: Solution, limit: Constraint, book: BookMap, realised_usd: float
) -> float:
    """Where the trades stand on a limit, in its own unit; rules of plain yes or no: 0."""
    found = solution.found
    match limit.rule:
        case Rule.CASH_NEED_USD:
            return found.cash_usd
        case Rule.CASH_MIN_WEIGHT | Rule.CASH_MAX_WEIGHT:
            return found.cash_usd / p.value_usd
        case Rule.NET_GAIN_MAX_USD:
            return realised_usd + found.net_gain_usd
        case Rule.TRACKING_ERROR_MAX:
            return found.tracking_error
        case Rule.TURNOVER_MAX:
            return found.turnover_usd / p.value_usd
        case Rule.POSITION_MAX_WEIGHT:
            return float(np.max(_weights(p, solution)[book.names(limit)]))
        case Rule.SECTOR_MAX_WEIGHT:
            return float(np.sum(_weights(p, solution)[book.names(limit)]))
    return 0.0


def _weights(p: Problem, solution: Solution) -> Vector:
    """Weights after the trades, shape (n,)."""
    sold = np.bincount(p.lot_name, solution.trades.sells * p.lot_price, p.names)
    after: Vector = p.held + (solution.trades.buys * p.price_usd - sold) / p.value_usd
    return after


def _price(solution: Solution, limit: Constraint, sector: int, value_usd: float) -> float:
    """What one more unit of a hard limit would save."""
    prices = solution.prices
    per_point = value_usd / 100
    match limit.rule:
        case Rule.CASH_NEED_USD:
            return prices.cash_need
        case Rule.CASH_MIN_WEIGHT:
            return prices.cash_need * per_point
        case Rule.CASH_MAX_WEIGHT:
            return prices.cash_max * per_point
        case Rule.NET_GAIN_MAX_USD:
            return prices.gain_cap
        case Rule.TRACKING_ERROR_MAX:
            return prices.te_cap
        case Rule.TURNOVER_MAX:
            return prices.turnover_cap * per_point
        case Rule.SECTOR_MAX_WEIGHT:
            return prices.band[sector] / 100 if sector < len(prices.band) else 0.0
    return 0.0


def raising(row: ConstraintRow, by: Decimal) -> str:
    """What moving a limit by so many of its units (dollars, basis points, points) would save."""
    if row.whole_usd:
        return f"without it the best trades are worth ${row.whole_usd:,.2f} more"
    if row.price_usd == 0:
        return "not binding: moving it changes nothing"
    floor = row.constraint.rule in (Rule.CASH_NEED_USD, Rule.CASH_MIN_WEIGHT)
    verb = "lowering" if floor else "raising"
    amount = f"${by:,.0f}" if row.unit.startswith("$") else f"{by:f} {row.unit.split()[1]}"
    return f"{verb} it by {amount} saves about ${row.price_usd * float(by):,.0f}"


SOLVER_NAMES = {
    "cash_need": (Rule.CASH_NEED_USD, Rule.CASH_MIN_WEIGHT),
    "gain_cap": (Rule.NET_GAIN_MAX_USD,),
    "te_cap": (Rule.TRACKING_ERROR_MAX,),
    "cash_max": (Rule.CASH_MAX_WEIGHT,),
    "turnover_cap": (Rule.TURNOVER_MAX,),
    "band": (Rule.SECTOR_MAX_WEIGHT,),
    "weights": (Rule.POSITION_MAX_WEIGHT,),
    "min_trade": (Rule.MIN_TRADE_USD,),
    "whole_shares": (Rule.WHOLE_SHARES,),
}


def ids_of(conflict: Sequence[str], limits: Sequence[Constraint]) -> tuple[str, ...]:
    """The household's rows behind the solver's names of limits in conflict."""
    return tuple(
        limit.constraint_id
        for name in conflict
        for limit in limits
        if limit.hard and limit.rule in SOLVER_NAMES.get(name, ())
    )
