"""Columns out of a price file, Parquet or CSV, and the complaints about what is in them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from app.commands.output import ProblemsError
from engine.results import Problem

MOST_PROBLEMS = 50
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Columns:
    """A table as read, with the name of its file for complaints."""

    path: Path
    table: pa.Table

    @property
    def rows(self) -> int:
        """Rows in the table."""
        return int(self.table.num_rows)

    def has(self, name: str) -> bool:
        """Whether there is a column of that name."""
        return name in self.table.column_names

    def floats(self, name: str) -> Floats:
        """A column of numbers, NaN where a cell is empty.

        Raises:
            ProblemsError: If a cell is no number.
        """
        column = self.table.column(name)
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            raise ProblemsError(self._words(name, column))
        return np.asarray(column.cast(pa.float64()).to_numpy(), dtype=np.float64)

    def codes(self, name: str) -> tuple[tuple[str, ...], NDArray[np.int32]]:
        """A column of words as sorted distinct words and the number of each row's word."""
        column = self.table.column(name)
        if not pa.types.is_dictionary(column.type):
            column = column.cast(pa.string()).dictionary_encode()
        column = column.unify_dictionaries().combine_chunks()
        if column.null_count:
            row = int(pc.index(column.is_null(), True).as_py())
            self.refuse([self.problem(row, name, "", "is empty", "give a ticker in every row")])
        if isinstance(column, pa.ChunkedArray):
            column = (
                column.chunk(0)
                if column.num_chunks
                else pa.array([], pa.string()).dictionary_encode()
            )
        words = np.asarray(column.dictionary.to_pylist(), dtype=object)
        codes = np.asarray(column.indices.to_numpy(zero_copy_only=False), dtype=np.int32)
        used = np.unique(codes)
        order = used[np.argsort(words[used].astype(str))] if used.size else used
        place = np.zeros(len(words) + 1, dtype=np.int32)
        place[order] = np.arange(order.size, dtype=np.int32)
        return tuple(str(words[i]) for i in order), place[codes]

    def problem(self, row: int, field: str, value: object, rule: str, remedy: str) -> Problem:
        """A complaint about a row (counted from 0 here, as a person counts there)."""
        first = 2 if self.path.suffix.lower() == ".csv" else 1
        return Problem(self.path.name, row + first, field, str(value), rule, remedy)

    def refuse(self, problems: Sequence[Problem]) -> None:
        """Raise the first problems as one error, if there are any.

        Raises:
            ProblemsError: If ``problems`` is not empty.
        """
        if problems:
            raise ProblemsError(problems[:MOST_PROBLEMS])

    def complain(
        self, bad: NDArray[np.bool_], field: str, values: Floats, rule: str, remedy: str
    ) -> list[Problem]:
        """A complaint for each of the first rows where ``bad`` holds."""
        rows = np.flatnonzero(bad)[:MOST_PROBLEMS]
        return [self.problem(int(r), field, f"{values[r]:g}", rule, remedy) for r in rows]

    def _words(self, name: str, column: Any) -> list[Problem]:
        """Complaints about the cells of a text column that should hold numbers."""
        found: list[Problem] = []
        for row, text in enumerate(column.to_pylist()):
            if len(found) == MOST_PROBLEMS:
                break
            if text is not None and not _is_number(text):
                remedy = "write a plain number, or leave the cell empty"
                found.append(self.problem(row, name, text, "is no number", remedy))
        return found or [self.problem(-1, name, "text", "holds text", "save it as numbers")]


def read_columns(path: Path, needed: Sequence[str], wanted: Sequence[str] = ()) -> Columns:
    """Read the named columns of a Parquet or CSV file; ``wanted`` ones may be missing.

    Raises:
        ProblemsError: If the file cannot be opened, or a needed column is missing.
    """
    csv = path.suffix.lower() == ".csv"
    try:
        table = _read_csv(path) if csv else _read_parquet(path, [*needed, *wanted])
    except (OSError, pa.ArrowException) as error:
        what = (str(error).splitlines() or [type(error).__name__])[0][:120]
        remedy = "check the path, or fetch the file again; it may be cut short"
        problem = Problem(path.name, 0, "file", path.name, f"cannot be read: {what}", remedy)
        raise ProblemsError([problem]) from error
    missing = [name for name in needed if name not in table.column_names]
    if missing:
        have = ", ".join(table.column_names)
        remedy = f"the columns needed are {', '.join(needed)}"
        raise ProblemsError(
            [Problem(path.name, 0, n, have, "is missing from the columns", remedy) for n in missing]
        )
    return Columns(path, table)


def _read_parquet(path: Path, names: Sequence[str]) -> pa.Table:
    """The columns of those names that a Parquet file has."""
    file = pq.ParquetFile(path)
    return file.read([name for name in names if name in file.schema_arrow.names])


def _read_csv(path: Path) -> pa.Table:
    """A CSV file; tickers stay text (``TRUE`` and ``NA`` are tickers too)."""
    types = {"ticker": pa.string()}
    convert = pyarrow.csv.ConvertOptions(column_types=types, null_values=[""])
    return pyarrow.csv.read_csv(path, convert_options=convert)


def _is_number(text: str, parse: Callable[[str], float] = float) -> bool:
    """Whether a text reads as a number."""
    try:
        parse(text)
    except ValueError:
        return False
    return True
