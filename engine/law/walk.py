"""The difference of two bills as a walk from one to the other, step by step, in whole cents.

Gains are valued at the rates of the bill one starts from: dollars of short-term gain that are
gone at its ordinary bracket, dollars of preferred income at its gains bracket. What crossing
bracket edges and changed deductions add or take is the step called bracket. The steps sum
exactly to the fall of the total, plus the present value of the larger carryforward.
"""

from decimal import Decimal

from engine.records import ZERO, cents
from engine.results import TaxBill, WalkStep


def difference(
    before: TaxBill, after: TaxBill, carry_value_usd: Decimal = ZERO
) -> tuple[WalkStep, ...]:
    """Steps from one bill to another; a saving is positive.

    Args:
        before: The bill without the trade.
        after: The bill with it.
        carry_value_usd: Present value of the carryforward after, less the one before
            (``carryforward.present_value``).
    """
    short = cents((_short_taxed(before) - _short_taxed(after)) * before.ordinary_rate)
    long = cents((_preferred(before) - _preferred(after)) * before.gains_rate)
    other = cents((_loss_used(after) - _loss_used(before)) * before.ordinary_rate)
    regular = before.line("regular_tax") - after.line("regular_tax")
    return (
        WalkStep("short", "short-term gain offset", short),
        WalkStep("long", "long-term gain offset", long),
        WalkStep("ordinary", "ordinary income offset", other),
        WalkStep("bracket", "bracket", regular - short - long - other),
        WalkStep("niit", "NIIT", before.line("niit") - after.line("niit")),
        WalkStep("amt", "AMT", before.line("amt") - after.line("amt")),
        WalkStep("state", "state", before.state_usd - after.state_usd),
        WalkStep("carry", "carryforward kept, present value", cents(carry_value_usd)),
    )


def _short_taxed(bill: TaxBill) -> Decimal:
    """Net gain of the year that is taxed as ordinary income."""
    gain = max(ZERO, bill.line("capital_gain_in_agi"))
    return gain - (_preferred(bill) - bill.line("qualified_dividends"))


def _preferred(bill: TaxBill) -> Decimal:
    return bill.line("net_capital_gain_plus_qd")


def _loss_used(bill: TaxBill) -> Decimal:
    """Net loss deducted from other income."""
    return max(ZERO, -bill.line("capital_gain_in_agi"))
