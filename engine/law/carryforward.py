"""What a loss carried to later years is worth today.

Each later year the carryforward first offsets that year's expected gain, saving the gain's rate,
then up to the yearly limit of other income, saving the ordinary rate; later dollars are
discounted (engine-math section 4):

    PV = sum over years y of [min(carry, gain_y) * gain rate + min(rest, limit) * ordinary rate]
         / (1 + r)^y

A carryforward dies with the person who had the loss (Rev. Rul. 74-175). With the probability
that the horizon ends in death or in giving the lots away, what is left then is worth nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from engine.kernel import Vector
from engine.law.twin import TaxTwin
from engine.records import Horizon


@dataclass(frozen=True, slots=True)
class CarryUse:
    """How a household is expected to use a carryforward.

    Attributes:
        gains_usd: Expected net gain of the next years, in order; none after the last.
        limit_usd: Loss that other income takes in a year (26 U.S.C. 1211(b)).
        gain_rate: Tax on a dollar of those gains, as a fraction.
        ordinary_rate: Tax on a dollar of other income.
        discount_rate: Yearly rate.
        horizon_years: Year after which the carryforward may be gone.
        end_probability: Chance that it is gone then (death; nothing left to offset).
    """

    gains_usd: tuple[float, ...]
    limit_usd: float
    gain_rate: float
    ordinary_rate: float
    discount_rate: float
    horizon_years: float = np.inf
    end_probability: float = 0.0


def present_value(carry_usd: ArrayLike, use: CarryUse) -> Vector:
    """Value today of losses carried forward, in dollars; the shape of ``carry_usd``."""
    left = np.maximum(np.asarray(carry_usd, float), 0.0)
    value: Vector = np.zeros_like(left)
    for year in range(1, years_of_use(float(left.max(initial=0.0)), use) + 1):
        gain = use.gains_usd[year - 1] if year <= len(use.gains_usd) else 0.0
        against_gain = np.minimum(left, max(gain, 0.0))
        against_income = np.minimum(left - against_gain, use.limit_usd)
        left = left - against_gain - against_income
        alive = 1.0 if year <= use.horizon_years else 1.0 - use.end_probability
        saved = against_gain * use.gain_rate + against_income * use.ordinary_rate
        value = value + alive * saved * (1.0 + use.discount_rate) ** -year
    return value


def years_of_use(carry_usd: float, use: CarryUse) -> int:
    """Years until a carryforward is used up; those with expected gains where it never is."""
    left, year = carry_usd, 0
    while left > 0 and (year < len(use.gains_usd) or use.limit_usd > 0):
        gain = use.gains_usd[year] if year < len(use.gains_usd) else 0.0
        left -= max(gain, 0.0) + use.limit_usd
        year += 1
    return year


def use_of(twin: TaxTwin, horizon: Horizon, gains_usd: Sequence[float] = ()) -> CarryUse:
    """The use a household would make of a carryforward, at the rates of its own return.

    The rates are differences of its whole tax: of a loss at the limit beside no gains, and of
    the average expected long-term gain.
    """
    income, limit = twin.income, twin.federal_rules.loss_limit
    short_zero = income.st_carried - income.st_gain
    long_zero = income.lt_carried - income.lt_gain
    typical = max(float(np.mean(gains_usd)) if len(gains_usd) else 0.0, limit)
    at = twin.tax(
        np.array([short_zero, short_zero - limit, short_zero]),
        np.array([long_zero, long_zero, long_zero + typical]),
    )
    return CarryUse(
        gains_usd=tuple(float(g) for g in gains_usd),
        limit_usd=limit,
        gain_rate=float(at[2] - at[0]) / typical,
        ordinary_rate=float(at[0] - at[1]) / limit,
        discount_rate=horizon.discount_rate,
        horizon_years=horizon.years,
        end_probability=horizon.step_up_probability,
    )
