"""Netting, the loss limit, and what is carried to the next year.

Short-term results net with short-term carryforwards (Schedule D line 7), long-term with
long-term (line 15), then across (line 16; 26 U.S.C. 1222). A net gain is income; of a net loss
the yearly limit is deducted (1211(b)), and the rest keeps its character (1212(b)).

The worksheet burns only the part of the allowed loss that income could use: where deductions
exceed income already, the loss is carried on whole. What is used takes short-term loss first.
"""

from typing import Generic, NamedTuple

from engine.law.schedule import N, positive


class Netting(NamedTuple, Generic[N]):
    """Schedule D in four numbers.

    Attributes:
        short: Line 7, net short-term after the carryforward.
        long: Line 15, net long-term after the carryforward.
        in_income: Form 1040 line 7: the gain, or the loss limited to the year's limit.
        preferred: Net capital gain, the part of ``in_income`` at the rates of 26 U.S.C. 1(h).
    """

    short: N
    long: N
    in_income: N
    preferred: N


def net(
    short_gain: N, long_gain: N, short_carried: N, long_carried: N, loss_limit: N
) -> Netting[N]:
    """Net the year's results, carryforwards entered as positive amounts (Schedule D)."""
    short = short_gain - short_carried
    long = long_gain - long_carried
    both = short + long
    return Netting(
        short=short,
        long=long,
        in_income=max(both, -loss_limit),
        preferred=positive(min(long, both)),
    )


def carried(found: Netting[N], taxable: N) -> tuple[N, N]:
    """Short and long loss carried to the next year, positive (1212(b), carryover worksheet).

    ``taxable`` is income less deductions before the floor at zero (worksheet line 1).
    """
    allowed = positive(-found.in_income)
    used = min(allowed, positive(taxable + allowed))
    short_loss, long_loss = positive(-found.short), positive(-found.long)
    short_out = positive(short_loss - used - positive(found.long))
    long_out = positive(long_loss - positive(found.short) - positive(used - short_loss))
    return short_out, long_out
