"""Where the rates of a bill change, and how far the household is from each place.

An edge is a level of some measure (ordinary taxable income, AGI, AMTI ...) at which another
dollar begins to cost more or less. The nearest edge above and below the household is told for
each rule that has several; the distance is in dollars of the measure, positive when the edge is
still ahead.
"""

from collections.abc import Iterator
from decimal import Decimal

from engine.law.federal import FederalReturn, FederalRules, Income
from engine.law.schedule import Schedule, bracket
from engine.law.states import StateReturn, StateRules
from engine.records import ZERO, cents
from engine.results import Edge

Federal = FederalReturn[Decimal]
State = StateReturn[Decimal]


def edges(
    rules: FederalRules[Decimal],
    state_rules: StateRules[Decimal],
    income: Income[Decimal],
    federal: Federal,
    state: State,
) -> tuple[Edge, ...]:
    """Every edge that matters to the household, federal first."""
    return (
        *_nearest("ordinary", "ordinary taxable income", rules.ordinary, federal.ordinary),
        *_nearest("gains", "taxable income", rules.gains, federal.taxable),
        *_loss_limit(rules, federal),
        _edge("niit", "AGI", rules.niit.start, federal.agi, ZERO, rules.niit.rate),
        *_amt(rules, federal),
        *_salt(rules, income, federal),
        *_senior(rules, income, federal),
        *_itemizing(federal),
        *_state(state_rules, federal, state),
    )


def _edge(
    rule: str, measure: str, at: Decimal, now: Decimal, below: Decimal, above: Decimal,
    note: str = "",
) -> Edge:  # fmt: skip
    return Edge(rule, measure, cents(at), cents(at) - cents(now), below, above, note)


def _nearest(rule: str, measure: str, schedule: Schedule[Decimal], now: Decimal) -> Iterator[Edge]:
    """The edge the household stands on or above, and the next one ahead."""
    if len(schedule.starts) == 0:
        return
    k = bracket(schedule, now)
    for i in (k, k + 1):
        if 0 < i < len(schedule.starts):
            below, above = schedule.rates[i - 1], schedule.rates[i]
            yield _edge(rule, measure, schedule.starts[i], now, below, above)


def _loss_limit(rules: FederalRules[Decimal], federal: Federal) -> Iterator[Edge]:
    """Where losses stop offsetting gain, and where the year stops taking them."""
    net = federal.netting.short + federal.netting.long
    top = rules.ordinary.rates[bracket(rules.ordinary, federal.ordinary)]
    note = "below this a loss offsets other income"
    yield _edge("no net gain", "net gain, Schedule D line 16", ZERO, net, top, top, note)
    note = "below this a loss is carried to the next year"
    yield _edge(
        "loss limit", "net gain, Schedule D line 16", -rules.loss_limit, net, ZERO, top, note
    )


def _amt(rules: FederalRules[Decimal], federal: Federal) -> Iterator[Edge]:
    """The zone in which each dollar also loses exemption."""
    amt = rules.amt
    end = amt.phaseout_start + amt.exemption / amt.phaseout_rate
    note = "from here each dollar loses exemption"
    yield _edge(
        "AMT phase-out starts", "AMTI", amt.phaseout_start, federal.amti, ZERO,
        amt.phaseout_rate, note,
    )  # fmt: skip
    note = "the exemption is gone"
    yield _edge("AMT phase-out ends", "AMTI", end, federal.amti, amt.phaseout_rate, ZERO, note)


def _salt(
    rules: FederalRules[Decimal], income: Income[Decimal], federal: Federal
) -> Iterator[Edge]:
    """The zone in which each dollar of AGI loses deduction for state and local tax."""
    taken = rules.deduction
    if taken.salt_rate == 0 or income.salt <= taken.salt_floor:
        return
    capped = min(income.salt, taken.salt_cap)
    start = taken.salt_start + (taken.salt_cap - capped) / taken.salt_rate
    end = taken.salt_start + (taken.salt_cap - taken.salt_floor) / taken.salt_rate
    note = "" if federal.deductions.itemizes else "matters only if itemising"
    yield _edge("SALT phase-down starts", "AGI", start, federal.agi, ZERO, taken.salt_rate, note)
    yield _edge("SALT phase-down ends", "AGI", end, federal.agi, taken.salt_rate, ZERO, note)


def _senior(
    rules: FederalRules[Decimal], income: Income[Decimal], federal: Federal
) -> Iterator[Edge]:
    """The zone in which each dollar of AGI loses senior deduction."""
    taken = rules.deduction
    if income.aged == 0 or taken.senior_amount == 0:
        return
    rate = income.aged * taken.senior_rate
    end = taken.senior_start + taken.senior_amount / taken.senior_rate
    yield _edge("senior deduction falls", "AGI", taken.senior_start, federal.agi, ZERO, rate)
    yield _edge("senior deduction gone", "AGI", end, federal.agi, rate, ZERO)


def _itemizing(federal: Federal) -> Iterator[Edge]:
    taken = federal.deductions
    if taken.itemized > 0:
        note = "more itemised deductions begin to count here"
        yield _edge(
            "itemising", "itemised deductions", taken.standard, taken.itemized, ZERO, ZERO, note
        )


def _state(rules: StateRules[Decimal], federal: Federal, state: State) -> Iterator[Edge]:
    yield from _nearest("state", "state taxable income", rules.brackets, state.taxable)
    yield from _nearest("state surtax", "state taxable income", rules.surtax, state.taxable)
    gains = rules.gains
    if gains.surtax_rate > 0:
        note = "a cliff: above it the rate applies to every dollar of gain"
        yield _edge(
            "state gains surtax", "AGI", gains.surtax_start, federal.agi, ZERO,
            gains.surtax_rate, note,
        )  # fmt: skip
    if rules.recapture.span > 0:
        start = rules.recapture.start
        note = "lower brackets are taken back over this width"
        yield _edge("state recapture starts", "AGI", start, federal.agi, ZERO, ZERO, note)
        end = start + rules.recapture.span
        yield _edge("state recapture ends", "AGI", end, federal.agi, ZERO, ZERO)
    if rules.allowances.exemption_limit.is_finite():
        note = "a cliff: above it there is no exemption"
        at = rules.allowances.exemption_limit
        yield _edge("state exemption ends", "AGI", at, federal.agi, ZERO, ZERO, note)
