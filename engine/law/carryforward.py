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
from dataclasses import dataclass, replace

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
    for year, gain in enumerate(use.gains_usd, start=1):
        against_gain = np.minimum(left, max(gain, 0.0))
        against_income = np.minimum(left - against_gain, use.limit_usd)
        left = left - against_gain - against_income
        saved = against_gain * use.gain_rate + against_income * use.ordinary_rate
        value = value + saved * _weight(use, year, year)
    if use.limit_usd <= 0:
        return value
    years = np.floor(left / use.limit_usd)
    first = len(use.gains_usd) + 1
    last = first + years - 1
    rest = left - years * use.limit_usd
    spread = use.limit_usd * _weight(use, first, last) + rest * _weight(use, last + 1, last + 1)
    total: Vector = value + use.ordinary_rate * spread
    return total


def _weight(use: CarryUse, first: ArrayLike, last: ArrayLike) -> Vector:
    """Value of a dollar in each year from the first to the last, discounted and still alive."""
    first, last = np.asarray(first, float), np.asarray(last, float)
    sure = _annuity(use.discount_rate, first, np.minimum(last, np.floor(use.horizon_years)))
    whole = _annuity(use.discount_rate, first, last)
    weight: Vector = sure + (1.0 - use.end_probability) * (whole - sure)
    return weight


def _annuity(rate: float, first: Vector, last: Vector) -> Vector:
    """Sum of (1 + rate)^-year over the years from the first to the last; zero for none."""
    years = np.maximum(last - first + 1.0, 0.0)
    if rate == 0:
        return years
    discount = 1.0 / (1.0 + rate)
    found: Vector = discount**first * (1.0 - discount**years) / (1.0 - discount)
    return found


def use_of(twin: TaxTwin, horizon: Horizon, gains_usd: Sequence[float] = ()) -> CarryUse:
    """The use a household would make of a carryforward, at the rates of its own return.

    The rates are differences of its whole tax with and without a carryforward: of the yearly
    limit beside no gains, and of as much as the average expected long-term gain. A state that
    carries no loss (New Jersey, Pennsylvania) so adds nothing.
    """
    limit = twin.federal_rules.loss_limit
    gain = max(float(np.mean(gains_usd)) if len(gains_usd) else 0.0, limit)

    def tax(long_gain: float, carried: float) -> float:
        year = twin.income._replace(
            st_gain=0.0, lt_gain=long_gain, st_carried=0.0, lt_carried=carried
        )
        return float(replace(twin, income=year).tax(0.0, 0.0))

    return CarryUse(
        gains_usd=tuple(float(g) for g in gains_usd),
        limit_usd=limit,
        gain_rate=(tax(gain, 0.0) - tax(gain, gain)) / gain,
        ordinary_rate=(tax(0.0, 0.0) - tax(0.0, limit)) / limit,
        discount_rate=horizon.discount_rate,
        horizon_years=horizon.years,
        end_probability=horizon.step_up_probability,
    )
