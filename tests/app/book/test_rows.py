"""Every field of every record has its column, and exact figures pass through it unharmed."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.book.change import tables
from app.book.codec import dumps, loads
from app.book.connect import raw
from app.book.households import CHILDREN
from app.book.migrate import migrate
from app.book.rows import from_row, mapped, scaled, to_row, unscaled
from app.custodian.order_values import LotClose
from app.custodian.values import Position, Transaction
from engine.errors import InputError
from engine.records import Horizon, Lot, Security, TaxProfile
from engine.results import Evaluation, Proposal
from tests.app.book.sample import evaluation, household, proposal

KINDS: dict[str, type[Any]] = {
    **dict(CHILDREN.values()),
    "tax_profiles": TaxProfile,
    "horizons": Horizon,
    "securities": Security,
    "positions": Position,
    "transactions": Transaction,
    "lot_closes": LotClose,
}
BESIDE = {"household_id", "position", "valid_from"}


@pytest.mark.parametrize("table", KINDS)
def test_a_table_has_a_column_for_each_field_and_none_beside(table: str) -> None:
    connection = raw(Path(":memory:"), None)
    migrate(connection)
    columns = set(tables(connection)[table].columns)
    connection.close()
    assert columns - BESIDE == {field.column for field in mapped(KINDS[table])} - BESIDE


@given(st.integers(-(2**63) + 1, 2**63 - 1), st.sampled_from([2, 6]))
def test_a_scaled_figure_comes_back_the_same(value: int, digits: int) -> None:
    assert scaled(unscaled(value, digits), digits, "x") == value


@given(st.decimals(allow_nan=True, allow_infinity=True))
def test_a_figure_is_kept_exactly_or_refused(value: Decimal) -> None:
    try:
        kept = scaled(value, 2, "x")
    except InputError:
        return
    assert unscaled(kept, 2) == value


def test_records_come_back_from_rows_and_from_json() -> None:
    for lot in household().lots:
        assert from_row(Lot, to_row(lot)) == lot
    assert loads(Proposal, dumps(proposal())) == proposal()
    assert loads(Evaluation, dumps(evaluation())) == evaluation()
    assert dumps(loads(Evaluation, dumps(evaluation()))) == dumps(evaluation())
