from hypothesis import given
from hypothesis import strategies as st

from widgets.column_widths import columns_that_fit
from widgets.table import Column, Kind

kinds = st.sampled_from([Kind.TEXT, Kind.NUMBER, Kind.SIGNED, Kind.CHANCE, Kind.STATE])
column = st.builds(
    lambda kind, spare: Column("H", str, kind, spare=spare), kinds, st.integers(0, 3)
)
tables = st.lists(st.tuples(column, st.integers(40, 200)), min_size=1, max_size=12)


@given(tables, st.integers(100, 2500))
def test_figures_are_whole_and_columns_never_pass_the_edge_if_they_can_help_it(
    table: list[tuple[Column[object], int]], room: int
) -> None:
    columns, wanted = zip(*table, strict=True)
    found = columns_that_fit(columns, wanted, room, ())
    figures = [at for at in found if columns[at].kind in (Kind.NUMBER, Kind.SIGNED, Kind.STATE)]
    assert all(found[at] >= wanted[at] for at in figures)
    needed = sum(wanted[at] for at in range(len(columns)) if not columns[at].spare)
    if needed <= room:
        assert sum(found.values()) <= room


@given(tables)
def test_with_room_enough_every_column_is_shown(table: list[tuple[Column[object], int]]) -> None:
    columns, wanted = zip(*table, strict=True)
    assert set(columns_that_fit(columns, wanted, 10_000, ())) == set(range(len(columns)))


def test_the_dearest_spare_column_stays_longest() -> None:
    columns = [Column("A", str), Column("B", str, spare=1), Column("C", str, spare=2)]
    assert set(columns_that_fit(columns, [100, 100, 100], 210, ())) == {0, 1}
    assert set(columns_that_fit(columns, [100, 100, 100], 210, {1})) == {0, 2}
