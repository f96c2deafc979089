"""The rule record of a state, built from the cited values under its two letters.

A value that a state's table does not name is nothing: no deduction, no credit, no surtax. The
base is required; a year without one is a year without tables. Values are given for ``single``
and ``joint``, and for ``mfs``, ``hoh`` or ``qss`` where the state differs from these.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache

from engine.errors import InputError
from engine.law.rules import Law
from engine.law.schedule import Schedule
from engine.law.state_bases import BASE_EXCISE, BASE_GROSS, BASE_NONE, BASE_SPLIT, SplitRules
from engine.law.state_credits import CreditRules, RecaptureRules
from engine.law.states import (
    BASE_AGI,
    BASE_FEDERAL_TAXABLE,
    AllowanceRules,
    GainRules,
    StateRules,
)
from engine.records import ZERO, FilingStatus

NO_STATE = "NONE"
BASES = {
    "none": BASE_NONE,
    "agi": BASE_AGI,
    "federal_taxable": BASE_FEDERAL_TAXABLE,
    "gross": BASE_GROSS,
    "split": BASE_SPLIT,
    "excise": BASE_EXCISE,
}
NEVER = Decimal("Infinity")
_EMPTY: Schedule[Decimal] = Schedule((), ())
_COLUMNS = {
    FilingStatus.SINGLE: ("single",),
    FilingStatus.MFJ: ("mfj", "joint"),
    FilingStatus.QSS: ("qss", "joint"),
    FilingStatus.MFS: ("mfs", "single"),
    FilingStatus.HOH: ("hoh", "single"),
}


def jurisdictions(law: Law, year: int) -> tuple[str, ...]:
    """Two-letter codes of the states with tables for a year, sorted."""
    codes = (k.removesuffix(".base") for k in law.values if k.endswith(".base"))
    return tuple(sorted(c for c in codes if law.entry(f"{c}.base", year) is not None))


class _Table:
    """Values of one state, year and filing status."""

    def __init__(self, law: Law, state: str, year: int, status: FilingStatus) -> None:
        self._law, self._state, self._year, self._status = law, state, year, status

    def number(self, name: str, default: Decimal = ZERO) -> Decimal:
        column = self._column(name)
        if column is None:
            return default
        return self._law.number(f"{self._state}.{name}", self._year, column)

    def schedule(self, name: str) -> Schedule[Decimal]:
        column = self._column(name)
        if column is None:
            return _EMPTY
        return self._law.schedule(f"{self._state}.{name}", self._year, column)

    def brackets(self) -> Schedule[Decimal]:
        """The brackets, which every state that taxes by brackets must have."""
        if self.base() in (BASE_NONE, BASE_SPLIT):
            return _EMPTY
        key = f"{self._state}.brackets"
        return self._law.schedule(key, self._year, self._column("brackets") or "")

    def base(self) -> int:
        if self._state == NO_STATE:
            return BASE_NONE
        return BASES[str(self._law.value(f"{self._state}.base", self._year))]

    def _column(self, name: str) -> str | None:
        """Column of the value for the filing status; ``None`` where the state has no such value."""
        entry = self._law.entry(f"{self._state}.{name}", self._year)
        if entry is None:
            return None
        if not isinstance(entry.value, Mapping):
            return ""
        return next((c for c in _COLUMNS[self._status] if c in entry.value), "")


@lru_cache(maxsize=1024)
def state_rules(law: Law, state: str, year: int, status: FilingStatus) -> StateRules[Decimal]:
    """Every number of a state for a year and filing status; ``NO_STATE`` taxes nothing.

    Raises:
        InputError: If the law has no such state, or no tables of it for the year.
    """
    table = _Table(law, _known(law, state, year), year, status)
    number = table.number
    return StateRules(
        base=table.base(),
        brackets=table.brackets(),
        allowances=_allowances(table),
        gains=GainRules(
            long_excluded_share=number("long_excluded_share"),
            long_excluded_usd=number("long_excluded_usd"),
            gain_excluded_usd=number("gain_excluded_usd"),
            qualified_excluded_share=number("qualified_excluded_share"),
            exempt_share=number("gains_exempt_share"),
            top_rate=number("long_top_rate"),
            own=table.schedule("long_brackets"),
            surtax_rate=number("gains_surtax_rate"),
            surtax_start=number("gains_surtax_start"),
            losses_in_full=number("losses_in_full"),
        ),
        credit=CreditRules(
            amount=number("credit"),
            aged=number("credit_aged"),
            start=number("credit_start"),
            step=number("credit_step"),
            cut=number("credit_cut"),
            aged_cut=number("credit_aged_cut"),
            limit=number("credit_limit", NEVER),
            by_income=table.schedule("credit_by_income"),
            deduction_share=number("credit_deduction_share"),
            deduction_start=number("credit_deduction_start"),
            deduction_rate=number("credit_deduction_rate"),
        ),
        recapture=RecaptureRules(
            start=number("recapture_start"),
            span=number("recapture_span"),
            first_rate=number("recapture_first_rate"),
        ),
        income_brackets=table.schedule("income_brackets"),
        surtax=table.schedule("surtax"),
        investment_surtax=table.schedule("investment_surtax"),
        split=SplitRules(
            rate=number("rate"),
            short_rate=number("short_rate"),
            loss_limit=number("loss_limit"),
            payroll_cap=number("payroll_cap"),
        ),
        added_by_income=table.schedule("added_by_income"),
        no_tax_below=number("no_tax_below", -NEVER),
        base_tax=number("base_tax"),
        minimum_share=number("minimum_share"),
        minimum_start=number("minimum_start"),
    )


def _allowances(table: _Table) -> AllowanceRules[Decimal]:
    """Deductions and exemptions of a state."""
    number = table.number
    return AllowanceRules(
        deduction=number("deduction"),
        deduction_start=number("deduction_start"),
        deduction_rate=number("deduction_rate"),
        deduction_start_high=number("deduction_start_high"),
        deduction_rate_high=number("deduction_rate_high"),
        deduction_least=number("deduction_least"),
        exemption=number("exemption"),
        exemption_aged=number("exemption_aged"),
        exemption_start=number("exemption_start"),
        exemption_rate=number("exemption_rate"),
        exemption_limit=number("exemption_limit", NEVER),
        exemption_by_income=table.schedule("exemption_by_income"),
        step_start=number("step_start"),
        step_size=number("step_size"),
        step_share=number("step_share"),
        payroll_deducted=number("payroll_deducted"),
        federal_tax_share=number("federal_tax_share"),
        federal_tax_cap=number("federal_tax_cap"),
        federal_tax_start=number("federal_tax_start"),
        federal_tax_rate=number("federal_tax_rate"),
        addback_over=number("addback_over"),
        addback_start=number("addback_start", NEVER),
    )


def _known(law: Law, state: str, year: int) -> str:
    """The state's code, if the law has tables of it for the year."""
    if state == NO_STATE:
        return state
    entries = law.values.get(f"{state}.base")
    if not entries:
        raise InputError("state", state, f"write a two-letter code or {NO_STATE} for none")
    if entries[0].first_year > year:
        raise InputError(
            "state",
            f"{state} in {year}",
            f"tables of {state} begin in {entries[0].first_year}; use {NO_STATE} to leave it out",
        )
    return state
