"""Rows of an XLSX workbook as text: first sheet, no formulas, no links, no macros.

The archive's sizes have been checked; here every XML part is searched for a document type before
openpyxl sees it, so no entity can be declared. A formula is read as its text ("=..."), which no
number, date or ticker rule accepts.
"""

import io
import warnings
import zipfile
from datetime import date, datetime
from typing import Any

from app.custodian.sniff import COLUMNS_MAX, ROW_MAX, FileRefusedError, Row, Source

BLANK_ROWS_MAX = 1000
_DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))


def sheet_rows(source: Source) -> tuple[Row, ...]:
    """Rows of the first sheet, every cell as text.

    Raises:
        FileRefusedError: If the workbook is damaged, too wide or declares XML entities.
    """
    _screen(source)
    try:
        return tuple(_rows(source))
    except FileRefusedError:
        raise
    except Exception as error:  # openpyxl raises anything at all on a damaged workbook
        why = f"is not a workbook that can be read ({type(error).__name__})"
        raise FileRefusedError(source.name, why, "save it as CSV and import that") from None


def _screen(source: Source) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(source.data)) as archive:
            for member in archive.namelist():
                if member.endswith((".xml", ".rels", ".vml")):
                    part = archive.read(member)
                    if any(mark in part for mark in _DOCTYPES):
                        why = f"declares a document type in {member}"
                        raise FileRefusedError(source.name, why, "save it as CSV and import that")
    except FileRefusedError:
        raise
    except Exception:  # a damaged member: zlib, CRC, unknown compression
        raise FileRefusedError(source.name, "is a damaged workbook", "export it again") from None


def _rows(source: Source) -> list[Row]:
    import openpyxl

    rows: list[Row] = []
    blank = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # styles and extensions that openpyxl does not know
        book = openpyxl.load_workbook(io.BytesIO(source.data), read_only=True, keep_links=False)
        try:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()
            for line, values in enumerate(
                sheet.iter_rows(max_col=COLUMNS_MAX + 1, values_only=True), start=1
            ):
                cells = [text_of(value) for value in values]
                while cells and not cells[-1]:
                    cells.pop()
                blank = 0 if cells else blank + 1
                if len(cells) > COLUMNS_MAX or sum(map(len, cells)) > ROW_MAX:
                    why = f"row {line} has more than {COLUMNS_MAX} columns or 64 kB"
                    raise FileRefusedError(source.name, why, "save the lots alone")
                if blank > BLANK_ROWS_MAX:
                    why = f"has {blank} blank rows before row {line}"
                    raise FileRefusedError(source.name, why, "save it as CSV and import that")
                rows.append(Row(line, tuple(cells)))
        finally:
            book.close()
    return rows


def text_of(value: Any) -> str:
    """A cell of a workbook as text: dates in ISO form, numbers as the 15 digits a sheet shows."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        shown = f"{value:.15g}"
        return f"{value:.6f}" if "e" in shown and abs(value) < 1 else shown
    return str(value)
