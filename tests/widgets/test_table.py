from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from widgets import theme as themes
from widgets.grid import GridView
from widgets.table import Column, Kind, SnapshotModel


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    usd: float


COLUMNS: tuple[Column[Line], ...] = (
    Column("Name", lambda r: r.name),
    Column("Alpha $", lambda r: f"{r.usd:+.0f}", Kind.SIGNED, lambda r: r.usd, live=True),
    Column("Way", lambda r: "", Kind.SPARK),
)
DOWN = Qt.SortOrder.DescendingOrder


def lines(*values: float) -> list[Line]:
    return [Line(chr(97 + i), v) for i, v in enumerate(values)]


@pytest.fixture
def grid(qtbot: QtBot) -> GridView[Line]:
    themes.load_fonts()
    made: GridView[Line] = GridView(themes.load("dark"), COLUMNS, lambda r: r.name, "Lines", "None")
    qtbot.addWidget(made)
    made.resize(500, 300)
    made.show()
    return made


def names(model: SnapshotModel[Line]) -> str:
    return "".join(model.text(row, 0) for row in range(model.rowCount()))


def test_the_model_keeps_qts_rules_through_shows_sorts_and_filters(qapp: object) -> None:
    model: SnapshotModel[Line] = SnapshotModel(COLUMNS, lambda r: r.name)
    mode = QAbstractItemModelTester.FailureReportingMode.Fatal
    tester = QAbstractItemModelTester(model, mode)
    model.show(lines(3, 1, 2))
    model.sort(1, DOWN)
    model.show(lines(1, 5, 2))
    model.filter("b")
    model.filter("")
    model.show(lines(4))
    assert tester.model() is model


def test_a_sorted_live_column_is_sorted_again_by_each_snapshot(qapp: object) -> None:
    model: SnapshotModel[Line] = SnapshotModel(COLUMNS, lambda r: r.name)
    model.show(lines(3, 1, 2))
    model.sort(1, DOWN)
    assert names(model) == "acb"
    model.show(lines(1, 5, 2))
    assert names(model) == "bca"
    model.sort(-1)
    assert names(model) == "abc"


def test_equal_values_keep_the_order_of_the_snapshot_both_ways(qapp: object) -> None:
    model: SnapshotModel[Line] = SnapshotModel(COLUMNS, lambda r: r.name)
    model.show(lines(1, 2, 1, 2))
    model.sort(1)
    assert names(model) == "acbd"
    model.sort(1, DOWN)
    assert names(model) == "bdac"


def test_the_chosen_row_stays_chosen_when_rows_move_come_and_go(grid: GridView[Line]) -> None:
    grid.show_rows(lines(3, 1, 2))
    assert grid.choose("b")
    grid.sortByColumn(1, DOWN)
    assert grid.current_id() == "b"
    grid.show_rows(lines(3, 9, 2))
    assert grid.current_id() == "b"
    assert grid.currentIndex().row() == 0
    grid.show_rows(lines(3, 9, 2, 11))
    assert grid.current_id() == "b"


def test_a_snapshot_of_the_same_rows_repaints_visible_live_cells_alone(
    grid: GridView[Line], qtbot: QtBot
) -> None:
    grid.show_rows([Line(f"r{i}", i) for i in range(500)])
    with qtbot.waitSignal(grid.model_.dataChanged) as told:
        grid.show_rows([Line(f"r{i}", i + 1) for i in range(500)])
    top, bottom, *_ = told.args
    assert (top.column(), bottom.column()) == (1, 1)
    assert bottom.row() < 40


def test_copied_rows_are_tab_separated_with_headings(grid: GridView[Line]) -> None:
    grid.show_rows(lines(3, -1))
    grid.copy()
    assert QGuiApplication.clipboard().text() == "Name\tAlpha $\na\t+3\nb\t-1"


def test_the_exported_file_holds_every_row_shown(grid: GridView[Line], tmp_path: Path) -> None:
    grid.show_rows(lines(3, -1))
    grid.filter("b")
    grid.export_csv(tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text("utf-8-sig").splitlines() == ["Name,Alpha $", "b,-1"]


def test_a_column_hidden_by_hand_is_neither_shown_nor_copied(grid: GridView[Line]) -> None:
    grid.show_rows(lines(3))
    grid.set_column(1, False)
    assert grid.isColumnHidden(1)
    assert grid.rows_as_text(all_rows=True) == [["Name"], ["a"]]


def test_a_sparkline_of_missing_and_flat_values_is_drawn_without_trouble(
    grid: GridView[Line], qtbot: QtBot
) -> None:
    series = np.array([[np.nan] * 5, [2.0] * 5, [0, 1, np.nan, 2, 3]])
    grid.show_rows(lines(1, 2, 3), series)
    grid.grab()


def test_j_and_k_move_and_enter_drills(grid: GridView[Line], qtbot: QtBot) -> None:
    grid.show_rows(lines(3, 1))
    qtbot.keyClick(grid, Qt.Key.Key_J)
    qtbot.keyClick(grid, Qt.Key.Key_J)
    assert grid.current_id() == "b"
    qtbot.keyClick(grid, Qt.Key.Key_K)
    with qtbot.waitSignal(grid.drilled) as told:
        qtbot.keyClick(grid, Qt.Key.Key_Return)
    assert told.args == ["a"]
