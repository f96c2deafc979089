"""One table model for every table: a column is a heading and the text it shows for a row.

Sorting and filtering are numpy index arrays inside the model: a proxy model that asks Python for
5,000 rows takes two seconds, this takes a millisecond. Strings are made once per snapshot, for
the cells that are looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

Row = TypeVar("Row")
Index = QModelIndex | QPersistentModelIndex
NO_PARENT = QModelIndex()


class Kind(StrEnum):
    """How a cell is painted and on which side it stands."""

    TEXT = "text"
    NUMBER = "number"
    SIGNED = "signed"
    CHANCE = "chance"
    SPARK = "spark"
    STATE = "state"

    @property
    def left(self) -> bool:
        """Whether the text stands on the left; figures stand on the right."""
        return self in (Kind.TEXT, Kind.STATE)


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """A heading and the text it shows for a row.

    Attributes:
        heading: Shown above; the unit is in it.
        text: What is shown, copied and exported.
        kind: How it is painted.
        key: What it is sorted by, and the number behind a bar; the text when ``None``.
        live: Whether it changes with a tick.
        width: Least width in pixels at 1x for what is painted and not written.
        spare: Left out when the table is narrow, highest first; 0 = never.
        tone: Token of the ink for a row; "" = by kind.
        help: Tool tip of the heading.
    """

    heading: str
    text: Callable[[Row], str]
    kind: Kind = Kind.TEXT
    key: Callable[[Row], Any] | None = None
    live: bool = False
    width: int = 0
    spare: int = 0
    tone: Callable[[Row], str] | None = None
    help: str = ""


class SnapshotModel(QAbstractTableModel, Generic[Row]):
    """A table over the latest snapshot. It never edits; it is handed new rows.

    Attributes:
        columns: Headings and texts, left to right.
        series: One line per row for a sparkline, shape (rows, samples), or ``None``.
        data_calls: Cells asked for since the start; a benchmark watches it.
    """

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        identity: Callable[[Row], str],
        parent: QObject | None = None,
    ) -> None:
        """Start with no rows; ``identity`` names a row across snapshots."""
        super().__init__(parent)
        self.columns = tuple(columns)
        self.series: NDArray[np.float64] | None = None
        self.data_calls = 0
        self._identity = identity
        self._rows: Sequence[Row] = ()
        self._ids: list[str] = []
        self._order: NDArray[np.intp] = np.zeros(0, np.intp)
        self._needle = ""
        self._sort: tuple[int, bool] | None = None
        self._texts: dict[tuple[int, int], str] = {}
        self._hay: dict[str, str] = {}
        self._live = tuple(i for i, column in enumerate(self.columns) if column.live)

    # -- rows -----------------------------------------------------------------------------------

    def show(
        self,
        rows: Sequence[Row],
        series: NDArray[np.float64] | None = None,
        visible: tuple[int, int] = (0, -1),
    ) -> None:
        """Show new rows; selection and scroll stay, only visible cells of live columns repaint.

        A reset is for a changed set of rows alone.
        """
        ids = [self._identity(row) for row in rows]
        if ids != self._ids:
            self.beginResetModel()
            self._take(rows, ids, series)
            self._order = self._ordered()
            self.endResetModel()
            return
        before = self._texts
        self._take(rows, ids, series)
        order = self._ordered() if self._sort and self.columns[self._sort[0]].live else self._order
        if not np.array_equal(order, self._order):
            self._reorder(order)
        else:
            last = visible[1] if visible[1] >= 0 else len(order) - 1
            self._tell(range(max(visible[0], 0), min(last, len(order) - 1) + 1), before)

    def _tell(self, rows: range, before: dict[tuple[int, int], str]) -> None:
        """Announce the live columns in which a cell in sight reads differently."""
        if not rows:
            return
        for at in self._live:
            drawn = self.columns[at].kind in (Kind.SPARK, Kind.CHANCE)
            if drawn or any(self.text(row, at) != before.get((row, at)) for row in rows):
                self.dataChanged.emit(self.index(rows[0], at), self.index(rows[-1], at))

    def _take(
        self, rows: Sequence[Row], ids: list[str], series: NDArray[np.float64] | None
    ) -> None:
        self._rows, self._ids, self.series = rows, ids, series
        self._texts = {}

    def row(self, at: int) -> Row:
        """The row shown at a place."""
        return self._rows[int(self._order[at])]

    def source(self, at: int) -> int:
        """Where the row shown at a place stands in the snapshot."""
        return int(self._order[at])

    def identity(self, at: int) -> str:
        """Identity of the row shown at a place."""
        return self._ids[int(self._order[at])]

    def place(self, identity: str) -> int:
        """Where a row is shown, -1 when it is not."""
        try:
            source = self._ids.index(identity)
        except ValueError:
            return -1
        found = np.flatnonzero(self._order == source)
        return int(found[0]) if len(found) else -1

    # -- order ----------------------------------------------------------------------------------

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; -1 goes back to the order of the snapshot."""
        self._sort = (column, order == Qt.SortOrder.DescendingOrder) if column >= 0 else None
        self._reorder(self._ordered())

    def filter(self, needle: str) -> None:
        """Show only rows whose texts hold every word of the needle."""
        self._needle = needle.casefold().strip()
        self.beginResetModel()
        self._order = self._ordered()
        self._texts.clear()
        self.endResetModel()

    def total(self) -> int:
        """Rows of the snapshot, filtered or not."""
        return len(self._rows)

    def _ordered(self) -> NDArray[np.intp]:
        """Places in the snapshot, filtered and sorted; ties keep the snapshot's order."""
        chosen = np.arange(len(self._rows), dtype=np.intp)
        if self._needle:
            words = self._needle.split()
            keep = [all(w in self._haystack(i) for w in words) for i in range(len(self._rows))]
            chosen = np.flatnonzero(keep)
        if self._sort is None or not len(chosen):
            return chosen
        column, down = self._sort
        key = self.columns[column].key or self.columns[column].text
        keys = np.array([key(self._rows[i]) for i in chosen.tolist()])
        if keys.dtype == object:
            keys = keys.astype(np.float64)
        if down:  # stable downwards: sort the mirror upwards
            return chosen[::-1][np.argsort(keys[::-1], kind="stable")[::-1]]
        return chosen[np.argsort(keys, kind="stable")]

    def _haystack(self, at: int) -> str:
        """Texts of the columns that do not change with a tick, joined once for each row."""
        identity = self._ids[at]
        if identity not in self._hay:
            row = self._rows[at]
            texts = (c.text(row) for c in self.columns if not c.live and c.kind is not Kind.SPARK)
            self._hay[identity] = " ".join(texts).casefold()
        return self._hay[identity]

    def _reorder(self, order: NDArray[np.intp]) -> None:
        """Take a new order of the same rows; selected rows stay selected."""
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        places = np.full(len(self._rows), -1, np.intp)
        places[order] = np.arange(len(order))
        new = [self.index(int(places[self._order[i.row()]]), i.column()) for i in old]
        self._order = order
        self._texts.clear()
        self.changePersistentIndexList(old, new)
        self.layoutChanged.emit()

    # -- what Qt asks -----------------------------------------------------------------------------

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        """Rows shown."""
        return 0 if parent.isValid() else len(self._order)

    def columnCount(self, parent: Index = NO_PARENT) -> int:
        """Columns, also those that are left out of sight."""
        return 0 if parent.isValid() else len(self.columns)

    def text(self, row: int, column: int) -> str:
        """What a cell shows."""
        found = self._texts.get((row, column))
        if found is None:
            found = self.columns[column].text(self.row(row))
            self._texts[row, column] = found
        return found

    def value(self, row: int, column: int) -> Any:
        """The number behind a cell; its text where there is none."""
        key = self.columns[column].key
        return key(self.row(row)) if key else self.text(row, column)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text and side of a cell; the delegate paints without asking for more."""
        self.data_calls += 1
        if not index.isValid():
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self.text(index.row(), index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(self.columns[index.column()].kind)
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Headings, their help and side."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.heading
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.help or column.heading
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(column.kind)
        return None


def _side(kind: Kind) -> Qt.AlignmentFlag:
    """Words stand left, figures right."""
    side = Qt.AlignmentFlag.AlignLeft if kind.left else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter
