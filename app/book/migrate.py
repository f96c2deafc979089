"""Bringing a book to today's shape, step by step; each step is one transaction.

Steps are added, never edited once shipped: a small book of every released shape is kept in
``tests/app/book/shapes`` and today's program opens it. The loop is our own because the one of
sqlite-utils takes longer to import than all other work on a new book, and stamps the wall clock
into the file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from app.book import shape1, shape2, shape3, shape4
from app.book.connect import APPLICATION_ID, BookError, Connection

Steps = Mapping[int, Callable[[], tuple[str, ...]]]
STEPS: Steps = {
    1: shape1.statements,
    2: shape2.statements,
    3: shape3.statements,
    4: shape4.statements,
}
SHAPE = max(STEPS)


class NewerBookError(BookError):
    """The book was written by a later Lotlight; it may be read, not written."""

    def __init__(self, shape: int) -> None:
        """Say which shape was found and which is known."""
        super().__init__(
            f"the book has shape {shape}, this Lotlight writes shape {SHAPE}: it can be read, "
            "not written; install the newer Lotlight"
        )


def shape_of(connection: Connection) -> int:
    """Number of the last step the book has taken."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def is_book(connection: Connection) -> bool:
    """Whether the file says that it is a book of Lotlight."""
    return bool(connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID)


def migrate(connection: Connection, steps: Steps = STEPS) -> tuple[int, ...]:
    """Take every step that is due; the steps taken.

    A process killed in the middle of a step leaves the shape before it.

    Raises:
        NewerBookError: The book's shape is later than this program's.
    """
    shape = shape_of(connection)
    if shape > max(steps):
        raise NewerBookError(shape)
    due = tuple(number for number in sorted(steps) if number > shape)
    for number in due:
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in steps[number]():
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version={number}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
    return due
