"""The tape form: quotes, trades and bars of many names in one Parquet or CSV file.

Columns (more are ignored): ``ts_ns`` (int64, UTC; in CSV also ``ts``, ISO-8601 with a zone),
``symbol``, ``type`` (0 quote, 1 trade, 2 bar, made known at ``ts_ns``), ``bid``, ``ask``,
``last``, and for bars ``o``, ``h``, ``l``, ``c``. ``cond`` may say ``halted``. Rows stand in the
order in which they were known. A row whose figures are rubbish is played and ends in quarantine;
a file whose rows cannot be read is refused, with row, column and remedy.
"""

import csv
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from app.commands.output import ProblemsError
from app.feeds.latest import nanoseconds
from app.feeds.rows import BAR, QUOTE, TRADE, Rows
from engine.results import Problem

PRICES = ("bid", "ask", "last", "o", "h", "l", "c")
TYPES = (QUOTE, TRADE, BAR)
MOST_PROBLEMS = 50


def is_tape(path: Path) -> bool:
    """Whether the file is in the tape form, judged by its columns (else: bars).

    Raises:
        ProblemsError: The file cannot be opened as what its name says.
    """
    names = set(_header(path))
    return "symbol" in names and bool({"ts_ns", "ts"} & names) and "type" in names


def read_tape(path: Path) -> Rows:
    """Read a tape file whole.

    Raises:
        ProblemsError: A column is missing, or rows cannot be read; file, row, column, remedy.
    """
    columns = _read_csv(path) if path.suffix.lower() == ".csv" else _read_parquet(path)
    _check(path, columns)
    names, codes = np.unique(np.asarray(columns["symbol"], dtype=str), return_inverse=True)
    kind = np.asarray(columns["type"], dtype=np.int64)
    rows = len(kind)
    figure = {name: _floats(columns.get(name), rows) for name in PRICES}
    cond = columns.get("cond") or [""] * rows
    return Rows(
        tuple(str(name) for name in names),
        codes.astype(np.int64),
        np.asarray(columns["ts_ns"], dtype=np.int64),
        kind,
        figure["bid"],
        figure["ask"],
        np.where(kind == BAR, figure["c"], figure["last"]),
        figure["o"],
        figure["h"],
        figure["l"],
        np.array([text == "halted" for text in cond], dtype=bool),
    )


def _header(path: Path) -> list[str]:
    """Column names of the file."""
    try:
        if path.suffix.lower() == ".csv":
            with path.open(encoding="utf-8-sig", newline="") as file:
                return next(csv.reader(file), [])
        return list(pq.read_schema(path).names)
    except (OSError, pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise ProblemsError([_unreadable(path, error)]) from error


def _unreadable(path: Path, error: Exception) -> Problem:
    """The file as a whole is no good."""
    what = str(error).splitlines()[0][:120] or type(error).__name__
    remedy = "check the path, or fetch the file again; it may be cut short"
    return Problem(path.name, 0, "file", path.name, f"cannot be read: {what}", remedy)


def _read_parquet(path: Path) -> dict[str, Sequence[Any]]:
    """Columns of a Parquet tape as lists; ``None`` where a cell is empty."""
    try:
        table = pq.read_table(path)
        return {name: table.column(name).to_pylist() for name in table.column_names}
    except (OSError, pa.ArrowInvalid) as error:
        raise ProblemsError([_unreadable(path, error)]) from error


def _read_csv(path: Path) -> dict[str, Sequence[Any]]:
    """Columns of a CSV tape, each cell converted; unreadable cells are listed and refused."""
    problems: list[Problem] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    columns: dict[str, Sequence[Any]] = {}
    header = list(lines[0]) if lines else []
    for field in header:
        reader = _READERS.get(field, str)
        columns[field] = [
            _cell(path, row, field, line[field], reader, problems)
            for row, line in enumerate(lines, start=1)
        ]
    if problems:
        raise ProblemsError(problems[:MOST_PROBLEMS])
    if "ts" in columns and "ts_ns" not in columns:
        columns["ts_ns"] = columns.pop("ts")
    return columns


def _cell(
    path: Path,
    row: int,
    field: str,
    text: str | None,
    reader: Callable[[str], Any],
    problems: list[Problem],
) -> Any:
    """One cell, or ``None`` for an empty one."""
    if text is None or not text.strip():
        return None
    try:
        return reader(text.strip())
    except ValueError:
        remedy = f"give {_WANTED.get(field, 'a number, or leave the cell empty')}"
        problems.append(Problem(path.name, row, field, text, "cannot be read", remedy))
        return None


def _instant_ns(text: str) -> int:
    """An ISO-8601 instant with its zone as nanoseconds."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(text)
    return nanoseconds(at)


_READERS: Mapping[str, Callable[[str], Any]] = {
    "ts_ns": int,
    "ts": _instant_ns,
    "type": int,
    **dict.fromkeys(PRICES, float),
}
_WANTED = {
    "ts_ns": "whole nanoseconds since 1970, UTC",
    "ts": "an ISO-8601 instant with its zone, as 2026-10-30T13:30:00Z",
    "type": "0 (quote), 1 (trade) or 2 (bar)",
}


def _check(path: Path, columns: Mapping[str, Sequence[Any]]) -> None:
    """Refuse a tape that lacks a column or whose key cells are empty or unknown."""
    problems = [
        Problem(path.name, 0, name, "", "the column is missing", f"add the column: {wanted}")
        for name, wanted in (
            ("ts_ns", _WANTED["ts_ns"]),
            ("symbol", "the ticker"),
            ("type", _WANTED["type"]),
        )
        if name not in columns
    ]
    if not problems:
        problems = [
            *_bad_cells(path, "ts_ns", columns["ts_ns"], lambda x: isinstance(x, int)),
            *_bad_cells(path, "symbol", columns["symbol"], lambda x: isinstance(x, str) and x),
            *_bad_cells(path, "type", columns["type"], lambda x: x in TYPES),
        ]
    if not problems and not len(columns["type"]):
        problems = [Problem(path.name, 0, "file", path.name, "has no rows", "give another tape")]
    if problems:
        raise ProblemsError(problems[:MOST_PROBLEMS])


def _bad_cells(
    path: Path, field: str, cells: Sequence[Any], good: Callable[[Any], object]
) -> list[Problem]:
    """Cells of a key column that will not do."""
    remedy = f"give {_WANTED.get(field, 'the ticker')}"
    return [
        Problem(path.name, row, field, str(cell), "empty or unknown", remedy)
        for row, cell in enumerate(cells, start=1)
        if not good(cell)
    ]


def _floats(cells: Sequence[Any] | None, rows: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """A column of prices; NaN where a cell or the whole column is missing."""
    if cells is None:
        return np.full(rows, np.nan)
    return np.array([np.nan if cell is None else cell for cell in cells], dtype=np.float64)
