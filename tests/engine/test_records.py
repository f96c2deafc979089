from datetime import date
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.errors import OverdrawnLotError
from engine.records import Lot

shares = st.decimals("0.001", "100000", places=6)
money = st.decimals("0", "10000000", places=2)


def lot(held: Decimal, basis: Decimal, loss: Decimal | None = None) -> Lot:
    day = date(2026, 1, 5)
    return Lot("L7", "A1", "VTI", held, basis, day, day, loss_basis_usd=loss)


@given(held=shares, basis=money, part=st.floats(0.01, 0.99))
def test_a_split_loses_no_share_and_no_basis(held: Decimal, basis: Decimal, part: float) -> None:
    whole = lot(held, basis)
    asked = (held * Decimal(str(part))).quantize(Decimal("0.000001"))
    assume(0 < asked < held)
    sold, kept = whole.split(asked)
    assert sold.shares + kept.shares == whole.shares
    assert sold.basis_usd + kept.basis_usd == whole.basis_usd


def test_a_sale_of_more_than_the_lot_is_refused_by_name() -> None:
    with pytest.raises(OverdrawnLotError, match="lot L7 holds 10 shares, 12 were asked for"):
        lot(Decimal(10), Decimal(2500)).split(Decimal(12))


def test_a_gift_between_its_two_bases_has_neither_gain_nor_loss() -> None:
    """26 U.S.C. 1015(a): donor's basis 1,000, market value at the gift 600."""
    gift = lot(Decimal(10), Decimal(1000), Decimal(600))
    assert gift.unrealized_gain(Decimal(80)) == 0
    assert gift.unrealized_gain(Decimal(50)) == -100
    assert gift.unrealized_gain(Decimal(120)) == 200
