"""A table as the advisor uses it: filter, columns, copy, export, and words when it is empty."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Generic

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QMenu, QTableView, QWidget

from widgets.cells import PAD, CellPainter
from widgets.column_widths import columns_that_fit
from widgets.table import Column, Index, Kind, Row, SnapshotModel
from widgets.theme import Theme

SAMPLED_ROWS = 60


class GridView(QTableView, Generic[Row]):
    """A ``SnapshotModel`` on screen.

    Columns are as wide as their text; the rest of the width goes to painted columns; columns
    marked ``spare`` give way before anything would be clipped.

    Attributes:
        model_: The rows shown.
        words: What the rows are filtered by, "" for nothing.
        empty: What will appear here and when, shown while there are no rows.

    Signals:
        chosen: Another row became current. arg: its identity.
        drilled: Enter or a double click. arg: the row's identity.
    """

    chosen = Signal(str)
    drilled = Signal(str)

    def __init__(
        self,
        theme: Theme,
        columns: Sequence[Column[Row]],
        identity: Callable[[Row], str],
        name: str,
        empty: str,
        parent: QWidget | None = None,
    ) -> None:
        """An empty table called ``name`` for assistive technology."""
        super().__init__(parent)
        self.model_: SnapshotModel[Row] = SnapshotModel(columns, identity, self)
        self.cells = CellPainter(theme)
        self.empty = empty
        self.words = ""
        self._by_hand: set[int] = set()
        self._widths: list[int] = []
        self._restoring = False
        self.setModel(self.model_)
        self.setAccessibleName(name)
        self.setObjectName(name.lower().replace(" ", "_"))
        self._furnish()

    def _furnish(self) -> None:
        """Rows only, no grid, our own widths."""
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 9)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(24)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._choose_columns)
        header.setSortIndicatorClearable(True)
        self.setSortingEnabled(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.doubleClicked.connect(lambda i: self.drilled.emit(self.model_.identity(i.row())))

    # -- what it is handed ------------------------------------------------------------------------

    def show_rows(self, rows: Sequence[Row], series: NDArray[np.float64] | None = None) -> None:
        """Show a snapshot; the current row stays current by its identity."""
        current = self.current_id()
        top, bottom = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        was = self.model_.rowCount()
        self.model_.show(rows, series, (top, bottom))
        if current and self.current_id() != current:
            self._restoring = True
            self.choose(current)
            self._restoring = False
        if not self._widths or was == 0 < self.model_.rowCount():
            self.fit()

    def dress(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.cells.dress(theme)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 9)
        self.fit()
        self.viewport().update()

    def filter(self, needle: str) -> None:
        """Show only rows that hold the words."""
        current = self.current_id()
        self.words = needle
        self.model_.filter(needle)
        if current:
            self.choose(current)

    # -- selection --------------------------------------------------------------------------------

    def current_id(self) -> str:
        """Identity of the chosen row, "" without one."""
        at = self.currentIndex()
        chosen = at.isValid() and self.selectionModel().isRowSelected(at.row(), QModelIndex())
        return self.model_.identity(at.row()) if chosen else ""

    def choose(self, identity: str) -> bool:
        """Make a row current; whether it is shown."""
        place = self.model_.place(identity)
        if place < 0:
            return False
        if self.current_id() != identity:
            self.setCurrentIndex(self.model_.index(place, self._first_column()))
        return True

    def let_go(self) -> None:
        """No row is current any more."""
        self.clearSelection()
        self.setCurrentIndex(QModelIndex())

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Tell of a new current row."""
        super().currentChanged(current, previous)
        if current.isValid() and current.row() != previous.row() and not self._restoring:
            self.chosen.emit(self.model_.identity(current.row()))

    def _first_column(self) -> int:
        """The first column in sight."""
        return next((i for i in range(len(self.model_.columns)) if not self.isColumnHidden(i)), 0)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Take the focus without choosing a row: what is chosen holds the order of the queue."""
        super().focusInEvent(event)
        if not self.selectionModel().hasSelection():
            self.selectionModel().clearCurrentIndex()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """J and K move, Enter drills in, copy copies; the rest is Qt's."""
        key = event.key()
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif key in (Qt.Key.Key_J, Qt.Key.Key_K) and not event.modifiers():
            self._step(1 if key == Qt.Key.Key_J else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current_id():
            self.drilled.emit(self.current_id())
        elif event.text() and event.text().isprintable() and not event.modifiers():
            event.ignore()  # single letters are actions here, never type-to-search
        else:
            super().keyPressEvent(event)

    def _step(self, by: int) -> None:
        """Move the current row."""
        count = self.model_.rowCount()
        if count:
            row = min(max(self.currentIndex().row() + by, 0), count - 1)
            self.setCurrentIndex(self.model_.index(row, self._first_column()))

    # -- out --------------------------------------------------------------------------------------

    def rows_as_text(self, *, all_rows: bool = False) -> list[list[str]]:
        """Headings and texts of the marked rows, of all when fewer than two are marked."""
        columns = [i for i in range(len(self.model_.columns)) if self._written(i)]
        marked = sorted({index.row() for index in self.selectedIndexes()})
        if all_rows or len(marked) < 2:
            marked = list(range(self.model_.rowCount()))
        head = [self.model_.columns[i].heading for i in columns]
        return [head, *([self.model_.text(row, i) for i in columns] for row in marked)]

    def copy(self) -> None:
        """Put the marked rows on the clipboard, for a spreadsheet."""
        table = self.rows_as_text()
        QGuiApplication.clipboard().setText("\n".join("\t".join(row) for row in table))

    def export_csv(self, path: Path) -> None:
        """Write every row shown to a CSV file (UTF-8 with a mark, so that spreadsheets see it)."""
        with path.open("w", newline="", encoding="utf-8-sig") as file:
            csv.writer(file).writerows(self.rows_as_text(all_rows=True))

    def _written(self, column: int) -> bool:
        """Whether a column has a text to give."""
        hidden = column in self._by_hand
        return not hidden and self.model_.columns[column].kind is not Kind.SPARK

    # -- columns ----------------------------------------------------------------------------------

    def fit(self) -> None:
        """Measure the columns again and spread them over the width."""
        header = QFontMetrics(self.horizontalHeader().font())
        cells = QFontMetrics(self.font())
        sample = range(min(self.model_.rowCount(), SAMPLED_ROWS))
        self._widths = []
        for at, column in enumerate(self.model_.columns):
            texts = [cells.horizontalAdvance(self.model_.text(row, at)) for row in sample]
            painted = column.kind is Kind.SPARK
            widest = 0 if painted else max(texts, default=0)
            if column.kind is Kind.CHANCE:
                widest += column.width
            head = header.horizontalAdvance(column.heading) + 4
            self._widths.append(max(widest, head, column.width) + 2 * PAD + 2)
        self._spread()

    def _spread(self) -> None:
        """Give every column its width; those without one are out of sight."""
        if not self._widths:
            return
        columns = self.model_.columns
        room = self.viewport().width()
        widths = columns_that_fit(columns, self._widths, room, self._by_hand)
        for at in range(len(columns)):
            self.setColumnHidden(at, at not in widths)
            if at in widths:
                self.setColumnWidth(at, widths[at])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Spread the columns over the new width."""
        super().resizeEvent(event)
        self._spread()

    def _choose_columns(self, at: QPoint) -> None:
        """The column chooser, on the heading's context menu."""
        menu = self.column_menu()
        menu.exec(self.horizontalHeader().mapToGlobal(at))
        menu.deleteLater()

    def column_menu(self) -> QMenu:
        """One tick for each column."""
        menu = QMenu(self)
        for at, column in enumerate(self.model_.columns):
            action = menu.addAction(column.heading)
            action.setCheckable(True)
            action.setChecked(at not in self._by_hand)
            action.toggled.connect(lambda on, i=at: self.set_column(i, on))
        return menu

    def hidden_headings(self) -> list[str]:
        """Headings of the columns that were hidden by hand."""
        return [self.model_.columns[i].heading for i in sorted(self._by_hand)]

    def set_column(self, column: int, shown: bool) -> None:
        """Show or hide a column by hand."""
        (self._by_hand.discard if shown else self._by_hand.add)(column)
        self._spread()

    # -- empty ------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Rows in one go, or the words that stand in for them.

        The ground is painted here too: else every part below, up to the window, would paint its own
        for each tick.
        """
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), self.cells.theme.color("panel"))
        if self.model_.rowCount():
            self._paint_cells(painter, event.region())
        else:
            self._paint_words(painter)
        painter.end()

    def _paint_cells(self, painter: QPainter, region: QRegion) -> None:
        """The cells that the region touches."""
        painter.setFont(self.font())
        box = region.boundingRect()
        first, last = self.rowAt(box.top()), self.rowAt(box.bottom())
        count = self.model_.rowCount()
        last = count - 1 if last < 0 else last
        rows = [
            (row, self.rowViewportPosition(row), self.rowHeight(row))
            for row in range(max(first, 0), last + 1)
        ]
        height = self.viewport().height()
        columns = []
        for at in range(len(self.model_.columns)):
            left, width = self.columnViewportPosition(at), self.columnWidth(at)
            if width and region.intersects(QRect(left, 0, width, height)):
                columns.append((at, left, width))
        chosen = {index.row() for index in self.selectionModel().selectedRows()}
        for run in _runs(columns):
            self.cells.paint(painter, self.model_, rows, run, chosen)
        current = self.currentIndex().row()
        if self.hasFocus() and current in chosen:
            top, high = self.rowViewportPosition(current), self.rowHeight(current)
            painter.fillRect(0, top, 2, high, self.cells.theme.color("accent"))

    def _paint_words(self, painter: QPainter) -> None:
        """What will appear here and when."""
        filtered = self.model_.total() > 0
        words = "No row holds these words. Clear the filter to see all." if filtered else self.empty
        painter.setPen(self.cells.theme.color("muted"))
        flags: Any = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(self.viewport().rect().adjusted(24, 8, -24, -8), flags, words)


def _runs(columns: list[tuple[int, int, int]]) -> list[list[tuple[int, int, int]]]:
    """Columns in groups that stand side by side, so that lines are drawn through each group."""
    runs: list[list[tuple[int, int, int]]] = []
    for column in columns:
        if runs and runs[-1][-1][1] + runs[-1][-1][2] == column[1]:
            runs[-1].append(column)
        else:
            runs.append([column])
    return runs
