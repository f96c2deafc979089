"""Limits that the solver does not take as they are: soft ones with a price, and the tax limit.

A soft limit of price q is kept up to where keeping it costs more than q a unit. The cost of a hard
limit at a level is its dual price, falling in the level; so a soft limit is the hard limit at the
level where its dual price is q, found by halving.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal

from engine.arrays import as_float
from engine.decision.household_problem import Laid, Rates
from engine.decision.optimize import Settings, Solution, solve
from engine.decision.problem import Problem, Worth
from engine.records import Constraint, Rule

HALVINGS = 7
TAX_STEPS = 6
LEAST_RATE = 0.05
QUIET = Settings(gap=1e-5, explain=False)


def soft(laid: Laid, rule: Rule) -> tuple[Constraint, ...]:
    """Soft limits of a rule that have a price."""
    return tuple(c for c in laid.limits if c.rule is rule and not c.hard and c.price > 0)


def charge_usd(laid: Laid, found: Worth) -> float:
    """What the soft gain and tracking limits charge for their excess."""
    gain = laid.realised_usd + found.net_gain_usd
    total = 0.0
    for limit in soft(laid, Rule.NET_GAIN_MAX_USD):
        total += max(0.0, gain - as_float(limit.limit)) * as_float(limit.price)
    for limit in soft(laid, Rule.TRACKING_ERROR_MAX):
        total += max(0.0, found.tracking_error - as_float(limit.limit)) * as_float(limit.price)
    return total


def priced(laid: Laid, problem: Problem, free: Worth) -> Problem:
    """The problem with each soft limit as a hard one at the level where it is worth its price.

    Args:
        laid: The household.
        problem: Without the soft limits, at the rates of its optimum.
        free: Where the optimum without them stands.
    """
    for limit in soft(laid, Rule.NET_GAIN_MAX_USD):
        asked = as_float(limit.limit) - laid.realised_usd
        if free.net_gain_usd > asked:
            level = _level(
                problem, asked, free.net_gain_usd, as_float(limit.price), _gain, _gain_price
            )
            problem = _gain(problem, level)
    for limit in soft(laid, Rule.TRACKING_ERROR_MAX):
        asked = as_float(limit.limit)
        if free.tracking_error > asked:
            level = _level(
                problem, asked, free.tracking_error, as_float(limit.price), _te, _te_price
            )
            problem = _te(problem, level)
    return problem


def _level(
    problem: Problem,
    asked: float,
    free: float,
    price: float,
    capped: Callable[[Problem, float], Problem],
    dual: Callable[[Solution], float],
) -> float:
    """Lowest level between asked and free at which one more unit saves no more than the price."""
    if _affordable(solve(capped(problem, asked), QUIET), price, dual):
        return asked
    low, high = asked, free
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if _affordable(solve(capped(problem, middle), QUIET), price, dual):
            high = middle
        else:
            low = middle
    return high


def _affordable(solution: Solution, price: float, dual: Callable[[Solution], float]) -> bool:
    return solution.status == "solved" and dual(solution) <= price


def _gain(problem: Problem, level: float) -> Problem:
    return replace(problem, gain_cap_usd=min(problem.gain_cap_usd, level))


def _te(problem: Problem, level: float) -> Problem:
    return replace(problem, te_cap=min(problem.te_cap, level))


def _gain_price(solution: Solution) -> float:
    return solution.prices.gain_cap


def _te_price(solution: Solution) -> float:
    return solution.prices.te_cap * 1e4  # of a basis point -> of 1.0


def tax_limit(laid: Laid) -> Decimal | None:
    """The strictest hard limit on the exact bill, or None."""
    found = [c.limit for c in laid.limits if c.rule is Rule.TAX_MAX_USD and c.hard]
    return min(found, default=None)


def gain_caps(gain_usd: float, over_usd: float, rates: Rates) -> Iterator[float]:
    """Falling gain limits at which to look for a bill that much lower, each step twice the last."""
    rate = max(min(rates.short, rates.long), LEAST_RATE)
    for step in range(TAX_STEPS):
        yield gain_usd - over_usd / rate * 2.0**step
