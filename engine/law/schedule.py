"""Rate schedules, and the arithmetic that every rule of law is written in.

The rules of this package are plain functions of one kind of number, ``N``. Called with
``Decimal`` they are the exact bill; compiled with ``float`` they are the fast twin
(``engine.law.twin``). There is one text of every rule and two arithmetics, so the rules use
nothing but ``+ - * / min max`` and comparisons, and take zero from the number at hand.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Generic, NamedTuple, TypeVar

N = TypeVar("N", Decimal, float)


class Schedule(NamedTuple, Generic[N]):
    """Rates by bracket: ``rates[i]`` applies from ``starts[i]`` dollars on."""

    starts: Sequence[N]
    rates: Sequence[N]


def positive(amount: N) -> N:
    """The amount, or zero where it is negative."""
    return amount if amount > 0 else amount - amount


def schedule_tax(schedule: Schedule[N], income: N) -> N:
    """Tax on an income, all brackets filled from the bottom; zero for none or less."""
    total = income - income
    below = total
    for i in range(len(schedule.starts)):
        if income <= schedule.starts[i]:
            break
        total += (schedule.rates[i] - below) * (income - schedule.starts[i])
        below = schedule.rates[i]
    return total


def stacked_tax(schedule: Schedule[N], floor: N, income: N) -> N:
    """Tax on the dollars between ``floor`` and ``income``, which lie on top of others."""
    return schedule_tax(schedule, income) - schedule_tax(schedule, floor)


def bracket(schedule: Schedule[N], income: N) -> int:
    """Index of the bracket that the last dollar of an income lies in."""
    found = 0
    for i in range(len(schedule.starts)):
        if income > schedule.starts[i]:
            found = i
    return found


def phased(full: N, rate: N, excess: N, least: N) -> N:
    """An amount that falls by ``rate`` of the excess over a threshold, down to ``least``."""
    return max(least, full - rate * positive(excess))


def looked_up(table: Schedule[N], amount: N) -> N:
    """The figure of a published table of steps: ``rates[i]`` for amounts over ``starts[i]``."""
    if len(table.starts) == 0:
        return amount - amount
    return table.rates[bracket(table, amount)]


def steps_begun(excess: N, step: N) -> N:
    """How many steps an excess has begun; each counts as soon as its first dollar is reached."""
    whole = excess // step
    return whole + 1 if whole * step < excess else whole
