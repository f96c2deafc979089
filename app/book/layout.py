"""The book as other programs see it: tables, columns, keys and references, told by sqlite-utils.

For whoever moves a book elsewhere (`lotlight book export` is the content, this is the shape). The
library is imported when it is asked for: it brings pandas along, and no other command waits for
that. Steps of the shape and all writing are our own (``app.book.migrate``, ``app.book.change``).
"""

from __future__ import annotations

from dataclasses import dataclass

from app.book.connect import Connection


@dataclass(frozen=True, slots=True)
class TableLayout:
    """One table of the book.

    Attributes:
        name: Its name.
        rows: How many it holds.
        strict: Whether SQLite refuses values of another type (STRICT).
        columns: (name, type) of each column.
        key: Columns of the primary key.
        refers_to: (column, table, column there) of each reference.
    """

    name: str
    rows: int
    strict: bool
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]
    refers_to: tuple[tuple[str, str, str], ...]


def layout(connection: Connection) -> tuple[TableLayout, ...]:
    """Every table of an open book, by name."""
    from sqlite_utils import Database

    found = Database(connection)
    return tuple(
        TableLayout(
            name=table.name,
            rows=table.count,
            strict=table.strict,
            columns=tuple((column.name, column.type) for column in table.columns),
            key=tuple(table.pks),
            refers_to=tuple(
                (key.column or "", key.other_table, key.other_column or "")
                for key in table.foreign_keys
            ),
        )
        for table in sorted(found.tables, key=lambda table: table.name)
    )
