"""`lotlight gui`: opens the workstation."""

from pathlib import Path

import click

from app.commands.priced_options import SEED

SPEED = 60.0
FILE = click.Path(exists=True, path_type=Path)


@click.command()
@click.option(
    "--book",
    "book_path",
    envvar="LOTLIGHT_BOOK",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The book (default: LOTLIGHT_BOOK, else a temporary copy of the demo book).",
)
@click.option("--passphrase-file", type=FILE, help="File with an encrypted book's passphrase.")
@click.option("--tape", type=FILE, help="Bars, or a tape, to replay as the book's feed.")
@click.option("--daily", type=FILE, multiple=True, help="Daily history behind --tape.")
@click.option("--bar-label", type=click.Choice(["start", "end"]), help="Label of the bars.")
@click.option("--speed", type=float, default=SPEED, show_default=True, help="Tape speed.")
@click.option("--seed", type=int, default=SEED, show_default=True, help="Seed of chance.")
def gui(
    book_path: Path | None = None,
    passphrase_file: Path | None = None,
    tape: Path | None = None,
    daily: tuple[Path, ...] = (),
    bar_label: str | None = None,
    speed: float = SPEED,
    seed: int = SEED,
) -> None:
    """Open the workstation on a book; without one, on the demo book and its simulated market.

    A book plays the tape that is named, or the demo market when it was made with it. Any other
    opens without a feed: files, limits, details and the log work, and nothing is priced.
    """
    from app.preflight import check_before_qt

    check_before_qt(window=True)
    from app.book.keys import unlock
    from app.commands.opened import ask
    from app.live import open_demo, open_own
    from app.office import Tape

    if book_path is None or (tape is None and not book_path.exists()):
        open_demo(book_path, speed, seed)
        return
    key = unlock(book_path, ask, passphrase_file)
    found = None if tape is None else Tape(tape, daily, bar_label or "")
    open_own(book_path, found, speed, seed, key)
