"""What a harvest policy does to one kind of lot on many simulated price paths.

Prices follow a geometric Brownian motion. At each look, every lot whose loss has reached the
threshold is sold, replaced at once at the sale price, and locked out. Watched continuously, a lot
is sold exactly at its threshold price; the lowest price inside a step is drawn from the law of the
minimum of a Brownian bridge, so nothing is missed between steps. The same paths carry a holder
who never harvests.
"""

import math
from dataclasses import dataclass

import numpy as np

from engine.decision.harvest_policy import HarvestTerms, solve
from engine.errors import InputError
from engine.kernel import Matrix, Vector, kernel

DAYS = 252
STEPS = {"30min": 1 / 13, "daily": 1.0, "weekly": 5.0, "monthly": 21.0, "continuous": 1.0}
BATCH = 2_000_000  # shocks drawn at a time
PRECISION = 1e-12


@dataclass(frozen=True, slots=True)
class HarvestPlan:
    """A market, a way of looking, a rule, and who pays what.

    Attributes:
        vol: Yearly volatility.
        mu: Yearly drift of the total return, dividends included.
        years: Years to the exit.
        monitoring: One of STEPS.
        threshold: Loss, as a fraction of basis, from which a lot is sold (0: any loss).
        lockout_days: Trading days before the replacement may be sold at a loss.
        predictive: Whether the threshold comes from the now-or-wait lattice instead.
        names: Names of equal weight held side by side.
        dividend_yield: Yearly, paid at each look and reinvested after tax.
        fee: Yearly fee as a share of the holding, of both the harvester and the holder.
        benefit_rate: Rate at which a harvested loss saves tax.
        dividend_tax: Rate on dividends.
        exit_tax: Rate on the gain at the exit.
        reinvest: Whether the tax saved buys more shares; else it is kept as cash.
    """

    vol: float
    mu: float
    years: float
    monitoring: str = "daily"
    threshold: float = 0.0
    lockout_days: int = 0
    predictive: bool = False
    names: int = 1
    dividend_yield: float = 0.0
    fee: float = 0.0
    benefit_rate: float = 0.0
    dividend_tax: float = 0.0
    exit_tax: float = 0.0
    reinvest: bool = False


@dataclass(frozen=True, slots=True)
class HarvestOutcome:
    """Means over the paths; money per dollar invested at the start.

    Attributes:
        harvested: Losses harvested over the first price; stderr: its standard error.
        by_year: The same, year by year.
        harvest: Wealth of the harvester, cash and tax saved included, before the exit.
        hold: Wealth of the holder.
        harvest_after_exit: Wealth after the tax on the gain at the exit; hold_after_exit: same.
        alpha_bp: Yearly growth of harvest over hold in basis points; alpha_after_exit_bp: after.
    """

    harvested: float
    stderr: float
    by_year: tuple[float, ...]
    harvest: float
    hold: float
    harvest_after_exit: float
    hold_after_exit: float
    alpha_bp: float
    alpha_after_exit_bp: float


@kernel
def _looks(
    shocks: Matrix, drift: float, deviation: float, threshold: Vector, lock: int, income: float,
    fee: float, benefit: float, reinvest: bool, steps_per_year: float,
    by_year: Vector, harvested: Vector, wealth: Matrix,
) -> None:  # fmt: skip
    """Lots looked at once a step.

    Args:
        shocks: Standard normals, shape (rows, steps); a row is one name on one path.
        drift: Mean of the log price of a step.
        deviation: Its standard deviation.
        threshold: Loss fraction that triggers, by step.
        lock: Steps before a replacement may be sold.
        income: Dividend of a step after tax, as a share of the price.
        fee: Fee of a step, as a share of the holding.
        benefit: Tax saved per dollar of loss.
        reinvest: Whether the tax saved buys shares.
        steps_per_year: To sort harvests into years.
        by_year: Harvested losses per dollar of first price; added to.
        harvested: Filled, shape (rows,).
        wealth: Filled with value, basis, cash of the harvester, value, basis of the holder.
    """
    steps = shocks.shape[1]
    basis, shares = np.empty(steps + 3), np.empty(steps + 3)
    locked = np.zeros(steps + 3, np.int64)
    for row in range(shocks.shape[0]):
        basis[0] = shares[0] = price = held_shares = held_basis = 1.0
        locked[0] = 0
        count, cash, taken = 1, 0.0, 0.0
        for t in range(steps):
            price *= np.exp(drift + deviation * shocks[row, t])
            year = min(int(t / steps_per_year), by_year.size - 1)
            kept, bought = 0, 0.0
            for i in range(count):
                trigger = (1 - threshold[t]) * basis[i] + PRECISION
                if locked[i] <= t and price < basis[i] and price <= trigger:
                    loss = (basis[i] - price) * shares[i]
                    by_year[year] += loss
                    taken += loss
                    bought += shares[i] + (benefit * loss / price if reinvest else 0.0)
                    cash += 0.0 if reinvest else benefit * loss
                else:
                    basis[kept], shares[kept], locked[kept] = basis[i], shares[i], locked[i]
                    kept += 1
            count = kept
            if bought > 0:
                basis[count], shares[count], locked[count] = price, bought, t + lock
                count += 1
            if fee != 0 or income != 0:
                paid = 0.0
                for i in range(count):
                    shares[i] *= 1 - fee
                    paid += shares[i] * income
                held_shares *= 1 - fee
                held_basis = held_basis * (1 - fee) + held_shares * income * price
                held_shares *= 1 + income
                basis[count], shares[count], locked[count] = price, paid, 0
                count += 1
        harvested[row] = taken
        wealth[row, 0] = wealth[row, 1] = 0.0
        for i in range(count):
            wealth[row, 0] += shares[i] * price
            wealth[row, 1] += shares[i] * basis[i]
        wealth[row, 2], wealth[row, 3], wealth[row, 4] = cash, held_shares * price, held_basis


@kernel
def _touches(
    shocks: Matrix, dips: Matrix, drift: float, deviation: float, threshold: Vector, lock: int,
    benefit: float, reinvest: bool, steps_per_year: float,
    by_year: Vector, harvested: Vector, wealth: Matrix,
) -> None:  # fmt: skip
    """One lot watched without a break; arguments as ``_looks``, ``dips`` uniform in (0, 1)."""
    for row in range(shocks.shape[0]):
        basis = shares = price = 1.0
        cash = taken = 0.0
        locked = 0
        for t in range(shocks.shape[1]):
            move = drift + deviation * shocks[row, t]
            start, price = price, price * np.exp(move)
            reach = np.sqrt(move * move - 2 * deviation * deviation * np.log(dips[row, t]))
            low = start * np.exp(0.5 * (move - reach))
            year = min(int(t / steps_per_year), by_year.size - 1)
            while locked <= t:
                trigger = (1 - threshold[t]) * basis
                if start < basis and start <= trigger:  # past it when the lock-out ended
                    sale = start
                elif low < basis and low <= trigger:
                    sale = low if threshold[t] == 0 else trigger
                else:
                    break
                if sale == basis:
                    break
                loss = (basis - sale) * shares
                by_year[year] += loss
                taken += loss
                shares += benefit * loss / sale if reinvest else 0.0
                cash += 0.0 if reinvest else benefit * loss
                basis, locked = sale, t + lock
        harvested[row] = taken
        wealth[row, 0], wealth[row, 1], wealth[row, 2] = shares * price, shares * basis, cash
        wealth[row, 3], wealth[row, 4] = price, 1.0


def simulate(plan: HarvestPlan, paths: int, seed: int) -> HarvestOutcome:
    """Run the plan on simulated paths.

    Args:
        plan: Market, rule, rates.
        paths: Paths, each of ``plan.names`` independent names; rounded up to mirrored pairs.
        seed: Seed of the shocks; equal seeds give equal results and common random numbers.

    Raises:
        InputError: For a field out of its range.
    """
    _check(plan, paths)
    days = STEPS[plan.monitoring]
    steps = max(1, round(plan.years * DAYS / days))
    dt = days / DAYS
    threshold = _thresholds(plan, steps, days)
    lock = math.ceil(plan.lockout_days / days)
    drift = (plan.mu - plan.dividend_yield - plan.vol**2 / 2) * dt
    deviation = plan.vol * math.sqrt(dt)
    income = plan.dividend_yield * (1 - plan.dividend_tax) * dt
    by_year = np.zeros(max(1, math.ceil(plan.years)))
    pairs = (paths + 1) // 2
    rows = pairs * plan.names
    harvested, wealth = np.zeros((2, rows)), np.zeros((2, rows, 5))
    batch = max(1, BATCH // steps)
    for number, first in enumerate(range(0, rows, batch)):
        part = slice(first, min(first + batch, rows))
        shape = (part.stop - part.start, steps)
        random = np.random.Generator(np.random.Philox(np.random.SeedSequence((seed, number))))
        shocks = random.standard_normal(shape)
        dips = 1 - random.random(shape) if plan.monitoring == "continuous" else np.empty((0, 0))
        for mirror in range(2):
            z = -shocks if mirror else shocks
            tail = (plan.benefit_rate, plan.reinvest, 1 / dt, by_year)
            found = (harvested[mirror, part], wealth[mirror, part])
            if plan.monitoring == "continuous":
                _touches(z, dips, drift, deviation, threshold, lock, *tail, *found)
            else:
                _looks(z, drift, deviation, threshold, lock, income, plan.fee * dt, *tail, *found)
    per_pair = harvested.mean(axis=0).reshape(pairs, plan.names).mean(axis=1)
    return _outcome(plan, per_pair, by_year / (2 * rows), wealth.mean(axis=(0, 1)))


def _outcome(
    plan: HarvestPlan, per_pair: Vector, by_year: Vector, wealth: Vector
) -> HarvestOutcome:
    value, basis, cash, held, held_basis = wealth.tolist()
    exit_value = value - plan.exit_tax * (value - basis) + cash
    exit_held = held - plan.exit_tax * (held - held_basis)
    spread = float(per_pair.std(ddof=1)) if per_pair.size > 1 else 0.0
    return HarvestOutcome(
        harvested=float(per_pair.mean()),
        stderr=spread / math.sqrt(per_pair.size),
        by_year=tuple(by_year.tolist()),
        harvest=value + cash,
        hold=held,
        harvest_after_exit=exit_value,
        hold_after_exit=exit_held,
        alpha_bp=_yearly_bp(value + cash, held, plan.years),
        alpha_after_exit_bp=_yearly_bp(exit_value, exit_held, plan.years),
    )


def _yearly_bp(wealth: float, against: float, years: float) -> float:
    return 1e4 * (math.pow(wealth / against, 1 / years) - 1)


def _thresholds(plan: HarvestPlan, steps: int, days: float) -> Vector:
    """Loss fraction that triggers at each step."""
    if not plan.predictive:
        return np.full(steps, plan.threshold)
    terms = HarvestTerms(
        vol=plan.vol,
        years=plan.years,
        tax_now=plan.benefit_rate,
        tax_later=plan.exit_tax,
        cost=0.0,
        lock_days=plan.lockout_days,
        look_every=max(1, round(days)),
    )
    path = solve(terms).threshold
    at = np.minimum((np.arange(1, steps + 1) * days).astype(int), path.size - 1)
    look = np.maximum(at // terms.look_every * terms.look_every, 0)
    found: Vector = 1 - np.exp(-path[look])
    return found


def _check(plan: HarvestPlan, paths: int) -> None:
    """Refuse what cannot be simulated, by field."""
    if plan.monitoring not in STEPS:
        raise InputError("monitoring", plan.monitoring, f"one of {', '.join(STEPS)}")
    for field in ("vol", "years"):
        if not getattr(plan, field) > 0 or not math.isfinite(getattr(plan, field)):
            raise InputError(field, getattr(plan, field), "give a number above 0")
    if not 0 <= plan.threshold < 1:
        raise InputError("threshold", plan.threshold, "a loss fraction from 0 to below 1")
    for field in ("benefit_rate", "dividend_tax", "exit_tax", "dividend_yield", "fee"):
        if not 0 <= getattr(plan, field) < 1:
            raise InputError(field, getattr(plan, field), "a fraction from 0 to below 1")
    if plan.lockout_days < 0 or plan.names < 1 or paths < 1:
        raise InputError("lockout_days, names, paths", (plan.lockout_days, plan.names, paths),
                         "0 or more days, at least one name and one path")  # fmt: skip
    if plan.monitoring == "continuous" and (plan.dividend_yield or plan.fee):
        raise InputError("monitoring", "continuous", "dividends and fees need daily or rarer looks")
