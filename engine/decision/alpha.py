"""What a set of sales with its replacements is worth to this household, part by part.

alpha = tax saved this year + present value of a larger carryforward
        - present value of the tax that the lower basis gives back at the exit
        - spread, commission, impact - tracking penalty of the substitute
        - value of the later choice given up - expected wash-sale drag        (engine-math 4)

Parts are exact to the cent and add up. Alphas of several lots do not add: a set is valued by one
difference of whole bills, and attributed to its lots in the order of execution.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from engine.arrays import as_float, dollars
from engine.decision.household_tax import HouseholdTax, YearResults
from engine.records import ZERO
from engine.results import Alpha, LotSale

Floats = NDArray[np.float64]
BAND_DRAWS = 256
BAND = (0.025, 0.975)


@dataclass(frozen=True, slots=True)
class TradeCosts:
    """What the trade itself costs, in dollars, before anything is saved."""

    spread_usd: Decimal = ZERO
    commission_usd: Decimal = ZERO
    impact_usd: Decimal = ZERO
    tracking_usd: Decimal = ZERO
    option_usd: Decimal = ZERO
    wash_drag_usd: Decimal = ZERO


def results_of(sales: Sequence[LotSale]) -> YearResults:
    """Short and long results that the sales would add to the year."""
    found = YearResults()
    for sale in sales:
        found = found.plus(sale.term, sale.est_gain_usd)
    return found


def value(tax: HouseholdTax, sales: Sequence[LotSale], costs: TradeCosts, top_rate: float) -> Alpha:
    """Alpha of the whole set, as one difference of exact bills.

    Args:
        tax: The household's year before the sales.
        sales: Lots (or parts) to sell, at the estimated price.
        costs: What the trade costs.
        top_rate: Rate of the "loss x top rate" line that others would print.
    """
    more = results_of(sales)
    _, saved, carried = tax.exact(more)
    lost = -(more.short_usd + more.long_usd)
    return Alpha(
        tax_now_usd=saved,
        carryforward_usd=carried,
        deferred_usd=dollars(as_float(lost) * tax.exit_rate),
        spread_usd=costs.spread_usd,
        commission_usd=costs.commission_usd,
        impact_usd=costs.impact_usd,
        tracking_usd=costs.tracking_usd,
        option_usd=costs.option_usd,
        wash_drag_usd=costs.wash_drag_usd,
        others_claim_usd=dollars(as_float(lost) * top_rate),
    )


def attribute(
    tax: HouseholdTax, sales: Sequence[LotSale], costs: TradeCosts, top_rate: float
) -> tuple[Decimal, ...]:
    """Net alpha of each sale in the order given; the last one takes what is left, so it adds up.

    Each sale is valued as the step from the set before it; trade costs are shared by loss.
    """
    if not sales:
        return ()
    gross = [
        value(tax, sales[: i + 1], TradeCosts(), top_rate).benefit_usd for i in range(len(sales))
    ]
    whole = value(tax, sales, costs, top_rate)
    weights = [abs(as_float(sale.est_gain_usd)) or 1.0 for sale in sales]
    parts = [
        after - before - dollars(as_float(whole.cost_usd) * weight / sum(weights))
        for before, after, weight in zip([ZERO, *gross], gross, weights, strict=False)
    ]
    parts[-1] = whole.net_usd - sum(parts[:-1], ZERO)
    return tuple(parts)


def band(tax: HouseholdTax, alpha: Alpha, more: YearResults, seed: int) -> tuple[Decimal, Decimal]:
    """95 % band of the net alpha over what is uncertain in the household's plans.

    Drawn: the planned gains of the year (their stated standard deviations) and the years to the
    exit (half to one and a half times the horizon). Costs are taken as estimated.
    """
    rng = np.random.default_rng(seed)
    short, long = _plan_noise(tax, rng)
    years = tax.household.horizon.years * rng.uniform(0.5, 1.5, BAND_DRAWS)
    growth = (1.0 + tax.household.horizon.discount_rate) ** (tax.household.horizon.years - years)
    lost = as_float(-(more.short_usd + more.long_usd))
    saved = tax.saved(short + as_float(more.short_usd), long + as_float(more.long_usd))
    saved = saved - tax.saved(short, long)
    net = saved - lost * tax.exit_rate * growth - as_float(alpha.cost_usd)
    low, high = np.quantile(net, BAND)
    inside = as_float(alpha.net_usd)
    return dollars(min(float(low), inside)), dollars(max(float(high), inside))


def _plan_noise(tax: HouseholdTax, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Deviations of the year's planned short and long gains from their expectation."""
    planned = [p for p in tax.household.planned_gains if p.on.year == tax.household.profile.year]
    if not any(plan.sd_usd for plan in planned):
        return np.zeros(1), np.zeros(1)
    noise = {"short": np.zeros(BAND_DRAWS), "long": np.zeros(BAND_DRAWS)}
    for plan in planned:
        noise[plan.term.value] = noise[plan.term.value] + as_float(
            plan.sd_usd
        ) * rng.standard_normal(BAND_DRAWS)
    return noise["short"], noise["long"]
