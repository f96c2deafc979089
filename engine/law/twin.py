"""The fast twin: a household's tax as a function of short and long gain, for arrays.

The twin is not a table of the bill. It is the bill: the very functions of this package that work
on ``Decimal`` are compiled for ``float`` and evaluated at every point asked for. A table of knots
would have to find every kink in two dimensions (the netting lines, the loss limit, brackets, the
AMT zone, phase-downs, steps of state credits) and would be a second text of the law to keep
true; the compiled rules have all kinks by construction, need no building beyond converting the
rules to floats, and cost well under a microsecond a point.

Equality with the exact bill, property-tested: within 1e-6 of a dollar of the unrounded exact
total everywhere, and so within half a cent for each rounded line of the bill. At a jump of the
law (a cliff, a step) float and Decimal agree unless the income lies within 1e-9 of the edge.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.arrays import as_floats
from engine.kernel import Matrix, Vector, callable_in_kernels, kernel
from engine.law import (
    amt,
    deductions,
    federal,
    netting,
    niit,
    schedule,
    state_bases,
    state_credits,
    states,
)
from engine.law.federal import FederalRules, Income, federal_return
from engine.law.household import income_of
from engine.law.liability import rules_of
from engine.law.rules import Law
from engine.law.states import StateRules, state_return
from engine.records import TaxProfile

FEDERAL, STATE, ST_CARRY, LT_CARRY = 0, 1, 2, 3
RULES = (
    schedule.positive,
    schedule.schedule_tax,
    schedule.stacked_tax,
    schedule.bracket,
    schedule.phased,
    schedule.looked_up,
    schedule.steps_begun,
    netting.net,
    netting.carried,
    deductions.salt_allowed,
    deductions.itemized_deductions,
    deductions.deductions,
    amt.alternative_taxable,
    amt.exemption,
    amt.alternative_tax,
    niit.investment_income,
    niit.investment_tax,
    federal.regular_tax,
    federal.payroll_tax,
    federal.federal_return,
    state_bases.gross_income,
    state_bases.split_tax,
    state_credits.share_of,
    state_credits.lower_bracket_benefit,
    state_credits.exemption_credit,
    state_credits.deduction_credit,
    state_credits.recapture,
    states.steps_over,
    states.allowances,
    states.loss_beyond_limit,
    states.gains_left_out,
    states.addback,
    states.gains_rate_tax,
    states.surtaxes,
    states.table_tax,
    states.state_return,
)


def _compiled(fingerprint: str) -> Any:
    """The kernel over the rules; it closes over their fingerprint for the disk cache."""

    @kernel
    def evaluate(
        federal_rules: FederalRules[float],
        state_rules: StateRules[float],
        income: Income[float],
        added: Matrix,
        out: Matrix,
    ) -> None:
        """Federal tax, state and local tax, short and long carryforward for each added row."""
        _ = fingerprint
        for i in range(added.shape[0]):
            year = Income(
                wages=income.wages + added[i, 2],
                interest=income.interest + added[i, 3],
                dividends=income.dividends + added[i, 4],
                qualified=income.qualified + added[i, 4],
                other=income.other,
                st_gain=income.st_gain + added[i, 0],
                lt_gain=income.lt_gain + added[i, 1],
                st_carried=income.st_carried,
                lt_carried=income.lt_carried,
                salt=income.salt,
                mortgage=income.mortgage,
                charity=income.charity,
                aged=income.aged,
                people=income.people,
                local_rate=income.local_rate,
            )
            paid = federal_return(federal_rules, year)
            local = state_return(state_rules, federal_rules, year, paid)
            out[i, 0] = paid.regular + paid.amt + paid.niit
            out[i, 1] = local.tax + local.local
            out[i, 2] = paid.st_carried
            out[i, 3] = paid.lt_carried

    return evaluate


_EVALUATE = _compiled(callable_in_kernels(*RULES))


@dataclass(frozen=True, slots=True, eq=False)
class TaxTwin:
    """The tax of one household and year as a function of added short and long gain.

    Gains are dollars added to those of the profile, scalars or arrays that broadcast; answers
    have the broadcast shape. Exact everywhere; the ranges say where kinks are looked for.

    Attributes:
        federal_rules: Federal numbers as floats.
        state_rules: State numbers as floats.
        income: The household's year as floats, with the gains of its profile.
        st_range: Lowest and highest short-term gain of interest, dollars.
        lt_range: Lowest and highest long-term gain of interest, dollars.
        law_version: Digest of the law used.
    """

    federal_rules: FederalRules[float]
    state_rules: StateRules[float]
    income: Income[float]
    st_range: tuple[float, float]
    lt_range: tuple[float, float]
    law_version: str

    def evaluate(
        self,
        st: ArrayLike,
        lt: ArrayLike,
        wages: ArrayLike = 0.0,
        interest: ArrayLike = 0.0,
        qualified: ArrayLike = 0.0,
    ) -> Matrix:
        """Federal tax, state and local tax, short and long carryforward; shape (..., 4).

        ``wages``, ``interest`` and ``qualified`` dividends come on top of the profile's too.
        """
        columns = (st, lt, wages, interest, qualified)
        spread = np.broadcast_arrays(*(np.asarray(column, float) for column in columns))
        added = np.column_stack([column.ravel() for column in spread])
        out = np.empty((added.shape[0], 4))
        _EVALUATE(self.federal_rules, self.state_rules, self.income, added, out)
        return out.reshape(*spread[0].shape, 4)

    def tax(self, st: ArrayLike, lt: ArrayLike) -> Vector:
        """Federal, state and local tax in dollars."""
        out = self.evaluate(st, lt)
        total: Vector = out[..., FEDERAL] + out[..., STATE]
        return total

    def federal(self, st: ArrayLike, lt: ArrayLike) -> Vector:
        """Regular tax, AMT and NIIT in dollars."""
        return self.evaluate(st, lt)[..., FEDERAL]

    def state(self, st: ArrayLike, lt: ArrayLike) -> Vector:
        """State and local tax in dollars."""
        return self.evaluate(st, lt)[..., STATE]

    def carry(self, st: ArrayLike, lt: ArrayLike) -> tuple[Vector, Vector]:
        """Short and long loss carried to the next year, positive dollars."""
        out = self.evaluate(st, lt)
        return out[..., ST_CARRY], out[..., LT_CARRY]

    def kinks(
        self, start: tuple[float, float], end: tuple[float, float], cells: int = 4096
    ) -> NDArray[np.float64]:
        """Where the tax bends or jumps on the way from one (short, long) to another.

        Returns:
            Fractions of the way in (0, 1), rising. Bends are the crossing of the lines on either
            side; a bend and its neighbour in one cell of the way are told as one.
        """
        at = np.linspace(0.0, 1.0, cells + 1)
        st = start[0] + at * (end[0] - start[0])
        lt = start[1] + at * (end[1] - start[1])
        return _bends(at, self.tax(st, lt))

    def st_kinks(self, lt: float = 0.0) -> Vector:
        """Short-term gains of the range at which the tax bends, beside a long-term gain."""
        low, high = self.st_range
        return low + self.kinks((low, lt), (high, lt)) * (high - low)

    def lt_kinks(self, st: float = 0.0) -> Vector:
        """Long-term gains of the range at which the tax bends, beside a short-term gain."""
        low, high = self.lt_range
        return low + self.kinks((st, low), (st, high)) * (high - low)


def _bends(at: Vector, value: Vector) -> Vector:
    """Crossings of neighbouring lines of a piecewise linear function sampled at ``at``."""
    slope = np.diff(value) / np.diff(at)
    tolerance = 1e-6 * (1.0 + np.abs(slope).max())
    found = []
    cell = 1
    while cell < len(slope) - 1:
        if abs(slope[cell] - slope[cell - 1]) <= tolerance:
            cell += 1
            continue
        before, after = slope[cell - 1], slope[cell + 1]
        crossing = at[cell]
        if abs(after - before) > tolerance:
            gap = value[cell] - value[cell + 1] + after * (at[cell + 1] - at[cell])
            crossing = at[cell] + gap / (after - before)
        found.append(float(np.clip(crossing, at[cell], at[cell + 1])))
        cell += 2
    return np.array(found)


def build(
    profile: TaxProfile,
    law: Law,
    st_range: tuple[float, float] = (-1.6e6, 1.6e6),
    lt_range: tuple[float, float] = (-1.6e6, 1.6e6),
) -> TaxTwin:
    """The twin of a household's bill; milliseconds, and rebuilt after each accepted trade.

    Raises:
        InputError: As ``liability.bill``.
    """
    federal_rules, state_rules = rules_of(profile, law)
    return TaxTwin(
        as_floats(federal_rules),
        as_floats(state_rules),
        as_floats(income_of(profile, law, Decimal(0), Decimal(0))),
        st_range,
        lt_range,
        law.version,
    )
