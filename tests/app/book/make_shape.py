"""Writes the small book that stands for today's shape: `python -m tests.app.book.make_shape`."""

from pathlib import Path

from app.book.book import Book
from app.book.migrate import SHAPE
from tests.app.book.sample import AT, evaluation, fill_book


def make(path: Path) -> None:
    with Book.create(path, at=AT) as book:
        fill_book(book)
        book.record_evaluation(evaluation())
        book.decide("PR1", "approve", "ann", AT)
        book.connection.execute("VACUUM")
    path.with_name(path.name + ".lock").unlink(missing_ok=True)


if __name__ == "__main__":
    make(Path(__file__).parent / "shapes" / f"shape{SHAPE}.lotlight")
