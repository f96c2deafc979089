"""What a carried household is worth after tax, and how two policies differ day by day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from engine.arrays import as_float
from engine.decision.household_tax import HouseholdTax, results_so_far
from engine.law.holding import term
from engine.proof.shadow_ledger import Carried
from engine.records import Household, Quote, Term

Floats = NDArray[np.float64]
BLOCK_DAYS = 5
DRAWS = 2000


@dataclass(frozen=True, slots=True)
class Worth:
    """One policy at the end of one day, in dollars.

    Attributes:
        market_usd: Lots at the bid, and cash, of every account.
        saved_usd: Tax saved now and carried by what the policy has realised since the first
            morning (negative where it realised gains).
        deferred_usd: Present tax, at the household's exit, on the gain still in its taxed lots.
        liquidation_usd: Tax more, net of ``saved_usd``, if everything taxed were sold today.
        tax_and_cost_usd: What the policy's own sales saved, less what the lower basis gives back
            and less the spread paid: the part of the difference that is no luck of the market.
    """

    market_usd: float
    saved_usd: float
    deferred_usd: float
    liquidation_usd: float
    tax_and_cost_usd: float

    @property
    def wealth_usd(self) -> float:
        """After-tax wealth, with the gain taxed at the household's exit."""
        return self.market_usd + self.saved_usd - self.deferred_usd

    @property
    def liquidated_usd(self) -> float:
        """After-tax wealth if everything taxed were sold today."""
        return self.market_usd - self.liquidation_usd


def worth(carried: Carried, tax: HouseholdTax, quotes: Mapping[str, Quote], today: date) -> Worth:
    """Value a ledger.

    Args:
        carried: The ledger.
        tax: The household's year on the first morning; every policy is held against it.
        quotes: Newest quote by security; a name without one counts at its basis.
        today: Trading day.
    """
    now = results_so_far(carried.household, tax.household.profile.year)
    short = as_float(now.short_usd - tax.base.short_usd)
    long = as_float(now.long_usd - tax.base.long_usd)
    market, inside_short, inside_long = _held(carried.household, quotes, today)
    saved = tax.saved(np.array([short, short + inside_short]), np.array([long, long + inside_long]))
    lost = -(short + long)
    return Worth(
        market_usd=market,
        saved_usd=float(saved[0]),
        deferred_usd=tax.exit_rate * (inside_short + inside_long),
        liquidation_usd=-float(saved[1]),
        tax_and_cost_usd=float(saved[0]) - tax.exit_rate * lost - as_float(carried.cost_usd),
    )


def _held(
    household: Household, quotes: Mapping[str, Quote], today: date
) -> tuple[float, float, float]:
    """Market value of everything, and the short- and long-term gain inside the taxed lots."""
    taxed = {a.account_id for a in household.accounts if a.kind.taxed}
    market = sum(as_float(c.settled_usd + c.unsettled_usd) for c in household.cash)
    inside = {Term.SHORT: 0.0, Term.LONG: 0.0}
    for lot in household.lots:
        quote = quotes.get(lot.security_id)
        value = as_float(lot.basis_usd if quote is None else lot.shares * quote.bid_usd)
        market += value
        if lot.account_id in taxed:
            inside[term(lot.held_since, today)] += value - as_float(lot.basis_usd)
    return market, inside[Term.SHORT], inside[Term.LONG]


@dataclass(frozen=True, slots=True)
class Difference:
    """Policy ``a`` less policy ``b`` over the whole period, in dollars, with its 95 % interval."""

    a: str
    b: str
    measure: str
    difference_usd: float
    low_usd: float | None
    high_usd: float | None
    days: int


def difference(
    a: str, b: str, measure: str, one: Sequence[float], other: Sequence[float], seed: int
) -> Difference:
    """Paired difference of two lines of daily values that began alike.

    Days are not independent, so that blocks of five are drawn (Kuensch 1989); the interval is that
    of the sum of the daily differences. Below two blocks there is none.
    """
    steps = np.diff(np.concatenate([[0.0], np.asarray(one) - np.asarray(other)]))
    total, days = float(steps.sum()), len(steps)
    if days < 2 * BLOCK_DAYS:
        return Difference(a, b, measure, total, None, None, days)
    low, high = np.quantile(_block_sums(steps, seed), [0.025, 0.975])
    return Difference(a, b, measure, total, float(low), float(high), days)


def _block_sums(steps: Floats, seed: int) -> Floats:
    """Sums over resampled periods of the same length, shape (draws,)."""
    days = len(steps)
    blocks = -(-days // BLOCK_DAYS)
    starts = np.random.default_rng(seed).integers(0, days - BLOCK_DAYS + 1, (DRAWS, blocks))
    picked = (starts[:, :, None] + np.arange(BLOCK_DAYS)).reshape(DRAWS, -1)[:, :days]
    found: Floats = steps[picked].sum(axis=1)
    return found
