"""The household's whole bill for a year: exact, line by line, with the form lines it mirrors.

``bill`` is the one place where the rules are put together with Decimal; ``engine.law.twin``
compiles the same rules for arrays. Every line is rounded to the cent, half-even, and the totals
are sums of the rounded lines, so that a report adds up.
"""

from decimal import Decimal

from engine.law.edges import edges
from engine.law.federal import FederalReturn, FederalRules, Income, federal_return
from engine.law.household import income_of
from engine.law.rules import Law, federal_rules, provisional_notes
from engine.law.schedule import Schedule, bracket, positive
from engine.law.state_bases import BASE_EXCISE, BASE_NONE
from engine.law.state_tables import NO_STATE, state_rules
from engine.law.states import StateReturn, StateRules, state_return
from engine.law.walk import difference
from engine.records import MICRO, ZERO, TaxProfile, cents
from engine.results import NO_RATES, BillLine, MarginalRates, TaxBill

__all__ = ["bill", "difference", "federal_tax", "rules_of", "total_tax", "work_out"]

Rules = tuple[FederalRules[Decimal], StateRules[Decimal]]
Returns = tuple[FederalReturn[Decimal], StateReturn[Decimal]]


def bill(
    profile: TaxProfile,
    law: Law,
    *,
    st_gain_usd: Decimal = ZERO,
    lt_gain_usd: Decimal = ZERO,
    explained: bool = True,
) -> TaxBill:
    """The bill of a household with gains added to those of its profile.

    Args:
        profile: The return as far as it is known, with results realised elsewhere.
        law: The law, perhaps with a scenario laid over it.
        st_gain_usd: Net short-term gain (+) or loss (-) to add.
        lt_gain_usd: Net long-term gain or loss to add.
        explained: Whether edges and marginal rates are worked out too (four more returns).

    Raises:
        InputError: On a field that cannot be, or a year or state without tables.
    """
    income = income_of(profile, law, st_gain_usd, lt_gain_usd)
    rules = rules_of(profile, law)
    federal, state = work_out(rules, income)
    lines = (
        *_schedule_d(income, federal),
        *_form_1040(rules[0], federal),
        *_taxes(profile, federal, state, loss_rule(profile, law)),
    )
    amount = {line.key: line.amount_usd for line in lines}
    return TaxBill(
        year=profile.year,
        lines=lines,
        total_usd=amount["total_tax"],
        federal_usd=amount["federal_tax"],
        state_usd=amount["state_tax"] + amount["local_tax"],
        st_carryforward_usd=amount["st_carryforward_out"],
        lt_carryforward_usd=amount["lt_carryforward_out"],
        provisional=notes_of(profile, law),
        law_version=law.version,
        itemizes=federal.deductions.itemizes,
        ordinary_rate=_bracket_rate(rules[0].ordinary, federal.ordinary),
        gains_rate=_bracket_rate(rules[0].gains, federal.taxable),
        marginal=(
            marginal_rates(rules, income, total_tax((federal, state))) if explained else NO_RATES
        ),
        edges=edges(*rules, income, federal, state) if explained else (),
    )


def _bracket_rate(schedule: Schedule[Decimal], amount: Decimal) -> Decimal:
    return schedule.rates[bracket(schedule, amount)]


def marginal_rates(rules: Rules, income: Income[Decimal], now: Decimal) -> MarginalRates:
    """Cost or saving of one more dollar of each kind, by working the return out again."""

    def total(st: int, lt: int) -> Decimal:
        moved = income._replace(st_gain=income.st_gain + st, lt_gain=income.lt_gain + lt)
        return total_tax(work_out(rules, moved))

    return MarginalRates(
        short_gain=(total(1, 0) - now).quantize(MICRO),
        long_gain=(total(0, 1) - now).quantize(MICRO),
        short_loss=(now - total(-1, 0)).quantize(MICRO),
        long_loss=(now - total(0, -1)).quantize(MICRO),
    )


def rules_of(profile: TaxProfile, law: Law) -> Rules:
    """Federal and state rules of a profile."""
    return (
        federal_rules(law, profile.year, profile.filing_status),
        state_rules(law, profile.state, profile.year, profile.filing_status),
    )


def work_out(rules: Rules, income: Income[Decimal]) -> Returns:
    """Federal and state return, exact and not rounded."""
    federal = federal_return(rules[0], income)
    return federal, state_return(rules[1], rules[0], income, federal)


def federal_tax(federal: FederalReturn[Decimal]) -> Decimal:
    """Regular tax, AMT and NIIT, each to the cent."""
    return cents(federal.regular) + cents(federal.amt) + cents(federal.niit)


def total_tax(returns: Returns) -> Decimal:
    """Federal, state and local tax, exact and not rounded."""
    federal, state = returns
    return federal.regular + federal.amt + federal.niit + state.tax + state.local


def notes_of(profile: TaxProfile, law: Law) -> tuple[str, ...]:
    """What in the bill is not enacted, held over from an earlier year, or left out."""
    notes = provisional_notes(law, profile.year, "federal")
    state = profile.state
    if state == NO_STATE:
        return notes
    notes += provisional_notes(law, profile.year, state)
    left_out = law.entry(f"{state}.left_out", profile.year)
    if left_out is not None:
        notes += (f"{state} {profile.year}: left out: {left_out.value} ({left_out.source})",)
    if profile.local_rate and state_rules(law, state, profile.year, profile.filing_status).base in (
        BASE_NONE,
        BASE_EXCISE,
    ):
        notes += (f"{state} taxes no income, so the local rate meets no base and adds nothing",)
    return notes


def loss_rule(profile: TaxProfile, law: Law) -> str:
    """The state's own treatment of losses, in words; nothing where it follows the federal one."""
    entry = law.entry(f"{profile.state}.loss_rule", profile.year)
    return "" if entry is None else str(entry.value)


def preferred_slices(
    gains: Schedule[Decimal], federal: FederalReturn[Decimal]
) -> tuple[Decimal, ...]:
    """Dollars of preferred income in each bracket of the gains schedule."""
    tops = (*gains.starts[1:], max(federal.taxable, gains.starts[-1]))
    return tuple(
        positive(min(federal.taxable, top) - max(federal.ordinary, start))
        for start, top in zip(gains.starts, tops, strict=True)
    )


def _line(key: str, label: str, amount: Decimal, form: str, note: str = "") -> BillLine:
    return BillLine(key, label, cents(amount), form, note)


def _schedule_d(income: Income[Decimal], federal: FederalReturn[Decimal]) -> tuple[BillLine, ...]:
    """Schedule D and the lines of income."""
    netting = federal.netting
    return (
        _line("wages", "Wages", income.wages, "Form 1040 line 1z"),
        _line("taxable_interest", "Taxable interest", income.interest, "Form 1040 line 2b"),
        _line("ordinary_dividends", "Ordinary dividends", income.dividends, "Form 1040 line 3b"),
        _line("qualified_dividends", "Qualified dividends", income.qualified, "Form 1040 line 3a"),
        _line("other_ordinary", "Other ordinary income", income.other, "Form 1040 lines 4b, 8"),
        _line("sched_d_line7", "Net short-term", netting.short, "Schedule D line 7"),
        _line("sched_d_line15", "Net long-term", netting.long, "Schedule D line 15"),
        _line("sched_d_line16", "Net of both", netting.short + netting.long, "Schedule D line 16"),
        _line(
            "capital_gain_in_agi",
            "Gain, or the loss allowed this year",
            netting.in_income,
            "Form 1040 line 7a; Schedule D line 21",
        ),
        _line("agi", "Adjusted gross income", federal.agi, "Form 1040 line 11"),
    )


def _form_1040(
    rules: FederalRules[Decimal], federal: FederalReturn[Decimal]
) -> tuple[BillLine, ...]:
    """Deductions, taxable income, and how the preferred income fills its brackets."""
    taken = federal.deductions
    kind = "Itemised deductions" if taken.itemizes else "Standard deduction"
    slices = preferred_slices(rules.gains, federal)
    rates = [f"{(rate * 100).normalize():f}" for rate in rules.gains.rates]
    return (
        _line("deduction", kind, taken.taken, "Form 1040 line 12; Schedule A line 17"),
        _line(
            "salt_allowed", "State and local tax under the cap", taken.salt, "Schedule A line 5e"
        ),
        _line("senior_deduction", "Senior deduction", taken.senior, "Schedule 1-A line 37"),
        _line("taxable_income", "Taxable income", federal.taxable, "Form 1040 line 15"),
        _line(
            "net_capital_gain_plus_qd",
            "Net capital gain and qualified dividends",
            federal.eligible,
            "Qualified Dividends and Capital Gain Tax Worksheet line 4",
        ),
        *(
            _line(
                f"taxed_at_{rate}",
                f"Taxed at {rate} %",
                amount,
                "Qualified Dividends and Capital Gain Tax Worksheet",
                "before the worksheet's last 'smaller of'",
            )
            for rate, amount in zip(rates, slices, strict=True)
        ),
        _line(
            "ordinary_taxable",
            "Taxed on the ordinary schedule",
            federal.ordinary,
            "Qualified Dividends and Capital Gain Tax Worksheet line 5",
        ),
        _line("amti", "Alternative minimum taxable income", federal.amti, "Form 6251 line 4"),
        _line(
            "net_investment_income",
            "Net investment income",
            federal.investment,
            "Form 8960 line 12",
        ),
    )


def _taxes(
    profile: TaxProfile,
    federal: FederalReturn[Decimal],
    state: StateReturn[Decimal],
    state_note: str,
) -> tuple[BillLine, ...]:
    """The taxes, rounded, and their sums."""
    regular, amt, niit = cents(federal.regular), cents(federal.amt), cents(federal.niit)
    state_tax, local_tax = cents(state.tax), cents(state.local)
    all_federal = regular + amt + niit
    name = "" if profile.state == NO_STATE else profile.state
    return (
        _line("regular_tax", "Regular tax", regular, "Form 1040 line 16", "exact rate schedules"),
        _line("amt", "Alternative minimum tax", amt, "Form 6251 line 11"),
        _line("niit", "Net investment income tax", niit, "Form 8960 line 17"),
        _line("federal_tax", "Federal tax", all_federal, "regular tax, AMT and NIIT"),
        _line("state_taxable", "State taxable income", state.taxable, f"{name} return"),
        _line("state_tax", "State tax", state_tax, f"{name} return", state_note),
        _line("local_tax", "Local tax", local_tax, f"{name} local return"),
        _line("total_tax", "Total", all_federal + state_tax + local_tax, "all of the above"),
        _line(
            "st_carryforward_out",
            "Short-term loss carried on",
            federal.st_carried,
            "Capital Loss Carryover Worksheet line 8",
        ),
        _line(
            "lt_carryforward_out",
            "Long-term loss carried on",
            federal.lt_carried,
            "Capital Loss Carryover Worksheet line 13",
        ),
    )
