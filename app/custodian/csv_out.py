"""Text that leaves Lotlight as CSV or XLSX: no cell can become a formula in someone's sheet.

A cell that begins with ``= + - @``, a tab, a carriage return or NUL is run as a formula by
spreadsheets (OWASP ASVS 5.0, 1.2.10). Such text gets a leading apostrophe, unless it is a
validated number; in workbooks every cell is written as a string or a number, never as a formula.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from app.custodian.cells import CellError, number
from app.custodian.values import Parsed

FIRST = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "|")
PLAIN = frozenset({"-", "--"})


def neutral(text: str) -> str:
    """The text, with an apostrophe before it if a spreadsheet would run it."""
    if not text.lstrip(" \u00a0\ufeff").startswith(FIRST) or text in PLAIN:
        return text
    try:
        number(text)
    except CellError:
        return "'" + text.replace("\0", "")
    return text


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """RFC 4180 text, every cell neutral."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    for row in rows:
        writer.writerow([neutral(cell) for cell in row])
    return out.getvalue()


def workbook(name: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """An XLSX workbook of one sheet; every cell is a string, so nothing is run.

    The creation date is fixed, so the same rows give the same bytes.
    """
    import datetime

    import xlsxwriter

    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"created": datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)})
        sheet = book.add_worksheet(name)
        for line, row in enumerate((header, *rows)):
            for column, cell in enumerate(row):
                sheet.write_string(line, column, cell)
        sheet.freeze_panes(1, 0)
    return out.getvalue()


def rejected_csv(parsed: Parsed) -> str:
    """The rejected rows in the input's own columns, titles and heading above them.

    The text can be mended and imported again by the same profile.
    """
    rows: list[Sequence[str]] = []
    above: tuple[object, ...] = ()
    for rejected in parsed.rejected:
        if (rejected.titles, rejected.header) != above:
            rows += [*rejected.titles, rejected.header] if rejected.header else rejected.titles
            above = (rejected.titles, rejected.header)
        rows.append(rejected.cells)
    return csv_text(rows)
