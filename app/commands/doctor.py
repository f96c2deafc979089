"""`lotlight doctor`: what is installed and whether it is sound."""

import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path

import click

from app.commands.output import EXIT_FAILURE, emit
from app.preflight import apt_line, has_display, missing_libraries, qt_fault
from app.settings import config_file, settings

PACKAGES = ("pyside6-essentials", "numpy", "numba", "cvxpy", "pandas", "pyarrow", "typst")
FONTS = ("Inter-Regular.otf", "Inter-Medium.otf", "Inter-SemiBold.otf", "Inter-Bold.otf")
DEMO = ("demo_bars_5min.parquet", "demo_daily.parquet", "demo_securities.csv", "tricky_tape.csv")
FREE_BYTES = 500_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        name: What.
        ok: Whether it is as it should be.
        found: What was found.
        remedy: What to do, "" where nothing is to be done.
    """

    name: str
    ok: bool
    found: str
    remedy: str = ""


@click.command()
@click.option(
    "--book",
    "book_path",
    envvar="LOTLIGHT_BOOK",
    type=click.Path(path_type=Path),
    help="Look at this book too (default: LOTLIGHT_BOOK, or the book of the settings).",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def doctor(book_path: Path | None, as_json: bool) -> int:
    """Say what is installed, which SQLite, fonts, display and data there are, and book health."""
    findings = tuple(examine(book_path))
    ok = all(finding.ok for finding in findings)
    if as_json:
        emit({"ok": ok, "findings": [asdict(finding) for finding in findings]})
        return 0 if ok else EXIT_FAILURE
    for finding in findings:
        click.echo(f"{'ok ' if finding.ok else 'BAD'} {finding.name:22} {finding.found}")
        if finding.remedy:
            click.echo(f"{'':27}{finding.remedy}")
    return 0 if ok else EXIT_FAILURE


def examine(book_path: Path | None = None) -> Iterator[Finding]:
    """Look at the machine, the installation and, where there is one, the book."""
    yield _python()
    yield from (_package(name) for name in PACKAGES)
    yield _qt()
    yield _sqlite()
    yield _window()
    yield _resources("fonts", "fonts", FONTS)
    yield _resources("demo", "demo market", DEMO)
    yield from _places()
    chosen = book_path or Path(settings().book)
    if chosen.name:
        yield _book(chosen)


def _python() -> Finding:
    """The interpreter."""
    ok = (3, 11) <= sys.version_info[:2] <= (3, 13)
    return Finding("python", ok, sys.version.split()[0], "" if ok else "use Python 3.11 to 3.13")


def _package(name: str) -> Finding:
    """An installed package, by its metadata: nothing is imported."""
    try:
        return Finding(name, True, version(name))
    except PackageNotFoundError:
        remedy = "python3 packaging/bootstrap.py setup"
        return Finding(name, False, "not installed", remedy)


def _qt() -> Finding:
    """Whether this PySide6 may be started on this Python."""
    fault = qt_fault()
    return Finding("qt", fault is None, "sound" if fault is None else "not sound", fault or "")


def _sqlite() -> Finding:
    """The SQLite inside the driver; older ones can damage a book that two programs use."""
    from app.book.connect import BookError, check_driver

    try:
        check_driver()
    except BookError as error:
        return Finding("sqlite", False, "not sound", str(error))
    return Finding("sqlite", True, f"sound, inside sqlcipher3 {version('sqlcipher3')}")


def _window() -> Finding:
    """Display and the system libraries that Qt needs for it."""
    display = has_display()
    missing = missing_libraries(window=display)
    found = "a display" if display else "no display: commands and pictures work, no window"
    if missing:
        return Finding("window", False, f"{found}; missing {', '.join(missing)}", apt_line(missing))
    return Finding("window", True, found)


def _resources(folder: str, name: str, wanted: tuple[str, ...]) -> Finding:
    """Files that are shipped with the program."""
    place = Path(str(files("resources") / folder))
    gone = [file for file in wanted if not (place / file).is_file()]
    remedy = "fetch the program again; files of it are missing" if gone else ""
    return Finding(name, not gone, f"missing {', '.join(gone)}" if gone else "complete", remedy)


def _places() -> Iterator[Finding]:
    """Where settings and data lie, and whether there is room."""
    chosen = settings()
    yield Finding("settings", True, f"{config_file()} {'' if config_file().exists() else '(none)'}")
    folder = chosen.data_dir
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    free = shutil.disk_usage(nearest).free
    remedy = "" if free > FREE_BYTES else "make room: a book must be able to grow"
    yield Finding("data folder", not remedy, f"{folder}, {free // 2**20:,} MB free", remedy)


def _book(path: Path) -> Finding:
    """A plain book is checked whole; an encrypted one needs its key and a command of its own."""
    from app.book.connect import BookError, is_plain
    from app.book.verify import verify

    ask = f"lotlight book verify --book {path}"
    try:
        if not is_plain(path):
            return Finding("book", True, f"{path}, encrypted", f"to check it: {ask}")
        verdict = verify(path)
    except (BookError, OSError) as error:
        return Finding("book", False, str(path), str(error))
    if verdict.ok:
        return Finding("book", True, f"{path}, sound (audit chain {verdict.audit_chain})")
    return Finding("book", False, f"{path}: {verdict.problems[0]}", f"see: {ask}")
