"""Netting and carryforward: the worked table, and conservation."""

from decimal import Decimal

import pytest
from hypothesis import given

from engine.law.netting import carried, net
from tests.tax_profiles import dollars

LIMIT = Decimal(3_000)
gains = dollars(-90_000, 90_000)
carries = dollars(0, 90_000)


@pytest.mark.parametrize(
    ("st", "lt", "st_in", "lt_in", "taxable", "expected"),
    [
        (-12_000, 4_000, 3_000, 9_000, 165_500, (-15_000, -5_000, -3_000, 12_000, 5_000)),
        (5_000, -20_000, 0, 0, 165_500, (5_000, -20_000, -3_000, 0, 12_000)),
        (0, -10_000, 0, 0, -4_750, (0, -10_000, -3_000, 0, 10_000)),
    ],
)
def test_the_worked_cases_of_2025(
    st: int, lt: int, st_in: int, lt_in: int, taxable: int, expected: tuple[int, ...]
) -> None:
    """tax-rules.md section 2, the table of cases."""
    found = net(Decimal(st), Decimal(lt), Decimal(st_in), Decimal(lt_in), LIMIT)
    out = carried(found, Decimal(taxable))
    assert (found.short, found.long, found.in_income, *out) == expected


@given(st=gains, lt=gains, st_in=carries, lt_in=carries, taxable=dollars(-20_000, 500_000))
def test_no_loss_is_lost_or_made(
    st: Decimal, lt: Decimal, st_in: Decimal, lt_in: Decimal, taxable: Decimal
) -> None:
    """Loss carried out = net loss less what income used; nothing is carried out of a net gain."""
    found = net(st, lt, st_in, lt_in, LIMIT)
    st_out, lt_out = carried(found, taxable)
    loss = max(Decimal(0), -(found.short + found.long))
    used = loss - st_out - lt_out
    assert st_out >= 0
    assert lt_out >= 0
    assert 0 <= used <= LIMIT
    if taxable >= 0:
        assert used == min(loss, LIMIT)


@given(st=gains, lt=gains, split=dollars(0, 90_000))
def test_a_carryforward_is_a_loss_of_its_own_character(
    st: Decimal, lt: Decimal, split: Decimal
) -> None:
    nothing = Decimal(0)
    assert net(st, lt, split, nothing, LIMIT) == net(st - split, lt, nothing, nothing, LIMIT)
    assert net(st, lt, nothing, split, LIMIT) == net(st, lt - split, nothing, nothing, LIMIT)


@pytest.mark.parametrize(
    ("st", "lt", "tax", "carry"),
    [
        (4_000, 1_000, "1870.0", 0),
        (4_000, -6_000, "-740.0", 0),
        (-4_000, 1_000, "-1110.0", 0),
        (-9_000, -1_000, "-1110.0", 7_000),
    ],
)
def test_the_netting_block_of_the_quant_reference(st: int, lt: int, tax: str, carry: int) -> None:
    """quant_reference.json `netting`: rates 40.8 % short, 23.8 % long, 37 % ordinary."""
    short_rate, long_rate, ordinary = Decimal("0.408"), Decimal("0.238"), Decimal("0.37")
    nothing = Decimal(0)
    found = net(Decimal(st), Decimal(lt), nothing, nothing, LIMIT)
    if found.in_income < 0:
        owed = found.in_income * ordinary
    else:
        owed = found.preferred * long_rate + (found.in_income - found.preferred) * short_rate
    assert owed == Decimal(tax)
    assert sum(carried(found, Decimal(500_000))) == carry
