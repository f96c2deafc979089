"""A household's tax year as decisions see it: the bill so far, and what one more result changes.

Built once for a household and rebuilt after each accepted trade. Every lot, set of trades and
what-if is then a difference of two whole years: the compiled twin screens thousands of lots, the
exact bill prices what is proposed. Differences of whole bills, never rate x loss: kinks matter.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from engine.arrays import as_float, dollars
from engine.law import carryforward, exits, liability, twin
from engine.law.carryforward import CarryUse
from engine.law.rules import Law
from engine.records import ZERO, Household, IncomeKind, PlannedIncome, TaxProfile, Term
from engine.results import TaxBill

Floats = NDArray[np.float64]
STEP_USD = 1000.0


@dataclass(frozen=True, slots=True)
class YearResults:
    """Short and long results of a tax year, signed, in exact dollars."""

    short_usd: Decimal = ZERO
    long_usd: Decimal = ZERO

    def plus(self, term: Term, amount_usd: Decimal) -> "YearResults":
        """With one more result of that term."""
        if term is Term.SHORT:
            return YearResults(self.short_usd + amount_usd, self.long_usd)
        return YearResults(self.short_usd, self.long_usd + amount_usd)


def results_so_far(household: Household, year: int) -> YearResults:
    """Recognized results of the book's own sales, and planned gains outside it, of the year."""
    taxed = {a.account_id for a in household.accounts if a.kind.taxed}
    found = YearResults()
    for sold in household.realized:
        if sold.sold_on.year == year and sold.account_id in taxed:
            found = found.plus(sold.term, sold.recognized_usd)
    for planned in household.planned_gains:
        if planned.on.year == year:
            found = found.plus(planned.term, planned.amount_usd)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class HouseholdTax:
    """The year of one household, ready to be asked.

    Attributes:
        household: Whose year.
        law: Law of the year.
        twin: The whole bill over (short, long) results, for arrays.
        use: How a carryforward would be used.
        base: Results before any trade under consideration.
        bill: The exact bill at ``base``.
        short_rate: Saved, now and carried, by one more dollar of short-term loss, measured over a
            thousand dollars.
        long_rate: The same for a long-term loss.
        exit_rate: Present rate of the tax that a dollar of lower basis gives back at the horizon.
        exit_gain: Dollars of gain taxed then, as expected, for that dollar.
    """

    household: Household
    law: Law
    twin: twin.TaxTwin
    use: CarryUse
    base: YearResults
    bill: TaxBill
    short_rate: float
    long_rate: float
    exit_rate: float
    exit_gain: float

    def saved(self, short_usd: Floats, long_usd: Floats) -> Floats:
        """Dollars saved, now and carried, by further results (a loss is negative), elementwise.

        The burden of a year is its bill less the present value of what it carries forward; the
        answer is the fall of that burden from the base.
        """
        short, long = as_float(self.base.short_usd), as_float(self.base.long_usd)
        before = _burden(self.twin, self.use, np.array(short), np.array(long))
        return before - _burden(self.twin, self.use, short + short_usd, long + long_usd)

    def exact(self, more: YearResults) -> tuple[TaxBill, Decimal, Decimal]:
        """Bill after further results, tax saved this year, and value of the larger carryforward."""
        after = liability.bill(
            self.household.profile,
            self.law,
            st_gain_usd=self.base.short_usd + more.short_usd,
            lt_gain_usd=self.base.long_usd + more.long_usd,
            explained=False,
        )
        saved = self.bill.total_usd - after.total_usd
        return after, saved, self.carry_value(after) - self.carry_value(self.bill)

    def carry_value(self, bill: TaxBill) -> Decimal:
        """Present value of the losses that a bill carries forward."""
        carried = as_float(bill.st_carryforward_usd + bill.lt_carryforward_usd)
        return dollars(float(carryforward.present_value(carried, self.use)))

    def rate(self, term: Term) -> float:
        """Saved by one more dollar of loss of that term."""
        return self.short_rate if term is Term.SHORT else self.long_rate


def open_year(household: Household, law: Law, base: YearResults | None = None) -> HouseholdTax:
    """Make the household's year ready.

    Args:
        household: Whose year; ``profile.year`` is the tax year.
        law: The law.
        base: Results so far; by default those of the book and the planned gains.

    Raises:
        InputError: As ``liability.bill``.
    """
    profile = with_planned(household.profile, household.planned_income)
    household = replace(household, profile=profile)
    base = base if base is not None else results_so_far(household, profile.year)
    year = twin.build(profile, law)
    use = carryforward.use_of(year, household.horizon, _later_gains(household))
    bill = liability.bill(profile, law, st_gain_usd=base.short_usd, lt_gain_usd=base.long_usd)
    short, long = as_float(base.short_usd), as_float(base.long_usd)
    exit_gain = exits.taxed_gain(law, profile.year, household.horizon)
    burden = _burden(
        year,
        use,
        short - STEP_USD * np.array([0.0, 1.0, 0.0]),
        long - STEP_USD * np.array([0.0, 0.0, 1.0]),
    )
    saved = (burden[0] - burden[1:]) / STEP_USD
    return HouseholdTax(
        household,
        law,
        year,
        use,
        base,
        bill,
        float(saved[0]),
        float(saved[1]),
        _exit_rate(household, use, exit_gain),
        exit_gain,
    )


def with_planned(profile: TaxProfile, planned: Sequence[PlannedIncome]) -> TaxProfile:
    """The return with the income that is still expected in its year, at its expected amounts."""
    added = dict.fromkeys(IncomeKind, ZERO)
    for item in planned:
        if item.on.year == profile.year:
            added[item.kind] += item.amount_usd
    dividends = added[IncomeKind.QUALIFIED_DIVIDENDS]
    return replace(
        profile,
        wages_usd=profile.wages_usd + added[IncomeKind.WAGES],
        taxable_interest_usd=profile.taxable_interest_usd + added[IncomeKind.INTEREST],
        ordinary_dividends_usd=profile.ordinary_dividends_usd + dividends,
        qualified_dividends_usd=profile.qualified_dividends_usd + dividends,
    )


def _burden(year: twin.TaxTwin, use: CarryUse, short: Floats, long: Floats) -> Floats:
    """Bill less present value of the carryforward."""
    out = year.evaluate(short, long)
    carried = out[..., twin.ST_CARRY] + out[..., twin.LT_CARRY]
    total = out[..., twin.FEDERAL] + out[..., twin.STATE]
    return np.asarray(total - carryforward.present_value(carried, use))


def _later_gains(household: Household) -> tuple[float, ...]:
    """Planned gains of the years after the tax year, by year in order."""
    first = household.profile.year + 1
    by_year: dict[int, float] = {}
    for planned in household.planned_gains:
        if planned.on.year >= first:
            by_year[planned.on.year] = by_year.get(planned.on.year, 0.0) + as_float(
                planned.amount_usd
            )
    return tuple(
        by_year.get(year, 0.0) for year in range(first, max(by_year, default=first - 1) + 1)
    )


def _exit_rate(household: Household, use: CarryUse, exit_gain: float) -> float:
    """Long-term rate at the horizon x gain that is taxed then x discount."""
    horizon = household.horizon
    return float(use.gain_rate * exit_gain * (1.0 + horizon.discount_rate) ** -horizon.years)
