"""`lotlight gui`: opens the workstation."""

from pathlib import Path

import click

from app.commands.priced_options import SEED

SPEED = 60.0


@click.command()
@click.option(
    "--book",
    "book_path",
    envvar="LOTLIGHT_BOOK",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The book (default: LOTLIGHT_BOOK, else a temporary copy of the demo book).",
)
@click.option("--speed", type=float, default=SPEED, show_default=True, help="Tape speed.")
@click.option("--seed", type=int, default=SEED, show_default=True, help="Seed of chance.")
def gui(book_path: Path | None = None, speed: float = SPEED, seed: int = SEED) -> None:
    """Open the workstation on a book; without one, on the demo book and its simulated market."""
    from app.preflight import check_before_qt

    check_before_qt(window=True)
    from app.live import open_demo

    open_demo(book_path, speed, seed)
