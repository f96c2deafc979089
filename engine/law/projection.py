"""The bill at the end of the year, seen from today, over the scenarios of the market.

What is realised is in the profile. What is still expected (planned sales, fund distributions,
dividends, vests, the gains of sales that raise cash) is a date and an amount with its
uncertainty, drawn once for each market path, so that the bill with and without a trade is
compared path by path and their difference is the trade alone. Withholding is not needed: the
bill is the tax, not the payment due.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from engine.arrays import as_float
from engine.kernel import Vector
from engine.law.twin import FEDERAL, LT_CARRY, ST_CARRY, STATE, TaxTwin
from engine.records import IncomeKind, PlannedGain, PlannedIncome, Term

PERCENTILES = (10, 50, 90)


@dataclass(frozen=True, slots=True, eq=False)
class Expected:
    """What the rest of the year brings on each path, dollars, shape (paths,) each."""

    st: Vector
    lt: Vector
    wages: Vector
    interest: Vector
    qualified: Vector


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure over the scenarios: its 10th, 50th and 90th percentile and its mean, dollars."""

    p10_usd: float
    p50_usd: float
    p90_usd: float
    mean_usd: float


@dataclass(frozen=True, slots=True)
class YearEnd:
    """The year-end bill without and with a trade.

    Attributes:
        without: Total bill as things stand.
        with_trade: Total bill with the trade's gains added on every path.
        saving: Bill without less bill with, path by path.
        carry_without_usd: Mean loss carried to the next year, without the trade.
        carry_with_usd: The same with it.
        paths: Scenarios used.
    """

    without: Spread
    with_trade: Spread
    saving: Spread
    carry_without_usd: float
    carry_with_usd: float
    paths: int


@dataclass(frozen=True, slots=True)
class Draws:
    """How expected amounts move with the market.

    Attributes:
        market: Standardised market return of each path, shape (paths,).
        seed: Seed of what the market does not decide.
        correlation: Correlation with the market by planned id; 0 for those not named.
    """

    market: Vector
    seed: int
    correlation: Mapping[str, float] = field(default_factory=dict)

    def amount(self, planned: PlannedGain | PlannedIncome) -> Vector:
        """The planned amount on each path.

        The chance of an item depends on its id and the seed alone: adding another item changes
        no path of this one.
        """
        mean, sd = as_float(planned.amount_usd), as_float(planned.sd_usd)
        if sd == 0:
            return np.full(len(self.market), mean)
        key = hashlib.sha256(f"{self.seed}/{planned.planned_id}".encode()).digest()
        own = np.random.Generator(np.random.Philox(key=int.from_bytes(key[:16], "big")))
        rho = self.correlation.get(planned.planned_id, 0.0)
        shock = rho * self.market + np.sqrt(1.0 - rho**2) * own.standard_normal(len(self.market))
        drawn: Vector = mean + sd * shock
        return drawn


def expected(
    gains: Sequence[PlannedGain], income: Sequence[PlannedIncome], as_of: date, draws: Draws
) -> Expected:
    """What is planned after a day and before the end of its year, on each path."""
    sums = {name: np.zeros(len(draws.market)) for name in (*Term, *IncomeKind)}
    for gain in gains:
        if _ahead(gain.on, as_of):
            sums[gain.term] += draws.amount(gain)
    for item in income:
        if _ahead(item.on, as_of):
            sums[item.kind] += np.maximum(draws.amount(item), 0.0)
    return Expected(
        st=sums[Term.SHORT],
        lt=sums[Term.LONG],
        wages=sums[IncomeKind.WAGES],
        interest=sums[IncomeKind.INTEREST],
        qualified=sums[IncomeKind.QUALIFIED_DIVIDENDS],
    )


def project(
    twin: TaxTwin,
    rest: Expected,
    *,
    trade_st_usd: float | Vector = 0.0,
    trade_lt_usd: float | Vector = 0.0,
) -> YearEnd:
    """The year-end bill over the paths, without and with a trade.

    Args:
        twin: The household's tax, with what is realised so far in its profile.
        rest: What the rest of the year brings on each path.
        trade_st_usd: Short-term gain (+) or loss of the trade, one number or one for each path.
        trade_lt_usd: Long-term gain or loss of the trade.
    """
    other = (rest.wages, rest.interest, rest.qualified)
    without = twin.evaluate(rest.st, rest.lt, *other)
    traded = twin.evaluate(rest.st + trade_st_usd, rest.lt + trade_lt_usd, *other)
    bill_without = without[:, FEDERAL] + without[:, STATE]
    bill_with = traded[:, FEDERAL] + traded[:, STATE]
    return YearEnd(
        without=spread(bill_without),
        with_trade=spread(bill_with),
        saving=spread(bill_without - bill_with),
        carry_without_usd=float((without[:, ST_CARRY] + without[:, LT_CARRY]).mean()),
        carry_with_usd=float((traded[:, ST_CARRY] + traded[:, LT_CARRY]).mean()),
        paths=len(rest.st),
    )


def spread(amounts: Vector) -> Spread:
    """Percentiles and mean of a figure over the paths."""
    low, middle, high = np.percentile(amounts, PERCENTILES)
    return Spread(float(low), float(middle), float(high), float(amounts.mean()))


def _ahead(on: date, as_of: date) -> bool:
    return as_of < on and on.year == as_of.year
