"""From bytes to rows of text, with limits that a hostile file cannot get past.

A file of any kind becomes a ``Grid``: rows of text cells with the line each started on. Nothing
is converted, nothing is written to disk, and what is too large, too wide, doubly packed or not
text is refused by name before it is unpacked.
"""

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from app.custodian.values import RejectedRow
from engine.errors import UserError
from engine.results import Problem

BYTES_MAX = 50 * 2**20
ROW_MAX = 64 * 1024
COLUMNS_MAX = 200
UNPACKED_MAX = 200 * 2**20
RATIO_MAX = 100
MEMBERS_MAX = 1000
DELIMITERS = ",\t;|"


class FileRefusedError(UserError):
    """A file that is not read at all; the message says why and what to do."""

    def __init__(self, name: str, why: str, remedy: str) -> None:
        """Say which file, why, and what to do."""
        super().__init__(f"{name}: {why}; {remedy}")


@dataclass(frozen=True, slots=True)
class Source:
    """A file held in memory: name without folder, bytes, and their digest."""

    name: str
    data: bytes
    sha256: str

    @property
    def is_sheet(self) -> bool:
        """Whether it is an XLSX workbook."""
        return self.data[:2] == b"PK" and "[Content_Types].xml" in _members(self.name, self.data)


@dataclass(frozen=True, slots=True)
class Row:
    """Cells as text and the line on which they start."""

    line: int
    cells: tuple[str, ...]

    @property
    def blank(self) -> bool:
        """Whether no cell says anything."""
        return not any(cell.strip() for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Grid:
    """A file as rows, and the rows that could not even be told apart."""

    name: str
    rows: tuple[Row, ...]
    rejected: tuple[RejectedRow, ...] = ()
    problems: tuple[Problem, ...] = ()


def open_source(path: Path) -> Source:
    """Read a file, or the one file inside a zip archive.

    Raises:
        FileRefusedError: If it cannot be read, is too large, or is an archive of several files.
    """
    try:
        with path.open("rb") as file:
            data = file.read(BYTES_MAX + 1)
    except OSError as error:
        raise FileRefusedError(
            str(path), error.strerror or "cannot be read", "check path"
        ) from None
    return as_source(path.name, data)


def as_source(name: str, data: bytes) -> Source:
    """Bytes as a source; a zip archive that is no workbook gives the one file inside it."""
    if len(data) > BYTES_MAX:
        raise FileRefusedError(
            name, "is larger than 50 MB", "export fewer accounts or a shorter time"
        )
    source = Source(name, data, hashlib.sha256(data).hexdigest())
    if data[:2] != b"PK" or source.is_sheet:
        return source
    inner, content = _unpack(name, data)
    return Source(inner, content, source.sha256)


def _members(name: str, data: bytes) -> dict[str, zipfile.ZipInfo]:
    """Members of an archive, refused when they could not be unpacked safely."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError):
        raise FileRefusedError(name, "is a damaged archive", "export it again") from None
    if len(members) > MEMBERS_MAX:
        raise FileRefusedError(name, "holds too many files", "send the one file to be imported")
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if unpacked > UNPACKED_MAX or unpacked > RATIO_MAX * max(packed, 1024):
        why = f"would unpack to {unpacked:,} bytes"
        raise FileRefusedError(name, why, "send the file itself, not an archive")
    for member in members:
        parts = PurePosixPath(member.filename.replace("\\", "/"))
        if parts.is_absolute() or ".." in parts.parts or ":" in member.filename:
            why = f"names a file outside itself ({member.filename!r})"
            raise FileRefusedError(name, why, "do not use this archive; ask who sent it")
        if member.flag_bits & 1:
            raise FileRefusedError(name, "is encrypted", "save it without a password")
    return {member.filename: member for member in members}


def _unpack(name: str, data: bytes) -> tuple[str, bytes]:
    files = [m for m in _members(name, data).values() if not m.is_dir()]
    if len(files) != 1:
        raise FileRefusedError(name, f"holds {len(files)} files", "send one file at a time")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(files[0]) as member:
            content = member.read(BYTES_MAX + 1)
    except Exception:  # whatever a damaged archive makes zlib, bz2 or lzma raise
        raise FileRefusedError(name, "is a damaged archive", "export it again") from None
    if len(content) > BYTES_MAX or content[:2] == b"PK":
        raise FileRefusedError(name, "is too large or packed twice", "send the file itself")
    return PurePosixPath(files[0].filename).name, content


def decode(source: Source) -> str:
    """Text of the bytes: UTF-8, UTF-16 (with or without a mark), else Windows-1252.

    Raises:
        FileRefusedError: If it is none of these.
    """
    data = source.data
    encoding = "utf-8-sig"
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif data[1:200:2].count(0) > len(data[1:200:2]) // 2:
        encoding = "utf-16-le"
    elif data[:200:2].count(0) > len(data[:200:2]) // 2:
        encoding = "utf-16-be"
    for trial in (encoding, "cp1252"):
        try:
            return data.decode(trial)
        except UnicodeDecodeError as error:
            if encoding != "utf-8-sig" or trial == "cp1252":
                why = f"is not text (byte {error.start:,})"
                raise FileRefusedError(source.name, why, "export it again as CSV") from None
    raise AssertionError("unreachable")


def grid(source: Source) -> Grid:
    """Rows of a CSV file or of the first sheet of a workbook."""
    if source.is_sheet:
        from app.custodian.sheet import sheet_rows

        return Grid(source.name, sheet_rows(source))
    return text_grid(source.name, decode(source))


def text_grid(name: str, text: str) -> Grid:
    """Rows of a delimited text; a row whose quotes do not close is set aside with a problem."""
    rows: list[Row] = []
    rejected: list[RejectedRow] = []
    problems: list[Problem] = []
    lines = _Lines(name, text)
    reader = csv.reader(lines, delimiter=_delimiter(text), strict=True)
    while True:
        lines.begin()
        started = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return Grid(name, tuple(rows), tuple(rejected), tuple(problems))
        except csv.Error as error:
            rejected.append(RejectedRow(started, (), (lines.record.rstrip("\r\n"),)))
            problems.append(_bad_quotes(name, started, lines.record, str(error)))
            continue
        if len(cells) > COLUMNS_MAX:
            why = f"line {started} has {len(cells):,} columns; the most is {COLUMNS_MAX}"
            raise FileRefusedError(name, why, "check the delimiter")
        rows.append(Row(started, tuple(cells)))


def _bad_quotes(name: str, line: int, record: str, error: str) -> Problem:
    remedy = "close the quote, or double a quote inside a text"
    return Problem(
        name, line, "quotes", record[:80].strip(), f"the row cannot be cut: {error}", remedy
    )


class _Lines:
    """Lines for the CSV reader; a record (a line, or several inside quotes) stays under 64 kB."""

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._lines: Iterator[str] = iter(io.StringIO(text, newline=""))
        self.record = ""

    def begin(self) -> None:
        """A new record starts."""
        self.record = ""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.record += line
        if len(self.record) > ROW_MAX:
            why = "a row is longer than 64 kB"
            raise FileRefusedError(self._name, why, "check the quotes and the delimiter")
        return line


def _delimiter(text: str) -> str:
    """The delimiter seen most often outside quotes in the first 200 lines."""
    head = "\n".join(text[:ROW_MAX].splitlines()[:200])
    outside = "".join(head.split('"')[::2])
    return max(DELIMITERS, key=outside.count)
