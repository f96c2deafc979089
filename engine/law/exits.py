"""What becomes of a deferred gain when the lots leave the client's hands.

Under 26 U.S.C. 1014 death forgives it; a law that carries the basis over, or treats death as a
sale, does not. Where basis is indexed, the gap between two bases grows with the deflator until
the exit, and so does the gain that a lower basis gives back.
"""

from __future__ import annotations

from math import isfinite

from engine.arrays import as_float
from engine.law.rules import Law
from engine.records import Horizon

FARTHEST_YEARS = 200


def taxed_gain(law: Law, year: int, horizon: Horizon) -> float:
    """Dollars of gain taxed at the exit, as expected, for a dollar of basis given up today.

    Args:
        law: The law, of any scenario.
        year: Tax year of today; the law of the exit is that of the year in which it falls.
        horizon: When and how the lots leave.
    """
    years = min(horizon.years, FARTHEST_YEARS) if isfinite(horizon.years) else FARTHEST_YEARS
    exit_year = year + round(years)
    forgiven = 0.0
    if not law.flag("death.gain_taxed", exit_year):
        forgiven = as_float(law.number("death.step_up_share", exit_year))
    return (1.0 - horizon.step_up_probability * forgiven) * _indexed(law, exit_year, years)


def _indexed(law: Law, exit_year: int, years: float) -> float:
    """Growth of a basis held until the exit, 1 where the law does not index it."""
    after = law.number("basis.indexed_after_years", exit_year)
    if not after or years <= after:
        return 1.0
    grown: float = (1.0 + as_float(law.number("basis.deflator_rate", exit_year))) ** years
    return grown
