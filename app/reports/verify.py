"""A report computed again from the book, figure by figure, and the trail behind it."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from app.book.book import Book
from app.commands.output import IntegrityError
from app.reports.efficiency import Evidence, as_data
from app.reports.figures import efficiency
from engine.law.rules import Law
from engine.results import Problem

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""The instant of a comparison does not enter it."""


def verify(path: Path, book: Book, law: Law, top_rate: float) -> list[Problem]:
    """What of a report's JSON file does not follow from the book; empty when all of it does.

    Raises:
        IntegrityError: If the file is no report.
    """
    told = _read(path)
    figures = told["figures"]
    found = efficiency(
        book,
        law,
        figures["household_id"],
        date.fromisoformat(figures["first"]),
        date.fromisoformat(figures["last"]),
        top_rate,
    )
    evidence = Evidence(book.audit_head(), told["engine_version"], told["simulated"], NEVER)
    again = as_data(found, evidence)["figures"]
    return _differences(path.name, "figures", figures, again)


def _read(path: Path) -> dict[str, Any]:
    """The report as written."""
    try:
        told = json.loads(path.read_text("utf-8"))
        told["figures"]["household_id"], told["audit_seq"], told["audit_head"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IntegrityError(
            f"{path}: no JSON file of a report ({error}); give the .json beside the PDF"
        ) from error
    assert isinstance(told, dict)
    return told


def _differences(source: str, where: str, told: Any, again: Any) -> list[Problem]:
    """Every figure that differs, with the path to it."""
    if isinstance(told, dict) and isinstance(again, dict):
        return [
            problem
            for key in sorted(told.keys() | again.keys())
            for problem in _differences(source, f"{where}.{key}", told.get(key), again.get(key))
        ]
    if isinstance(told, list) and isinstance(again, list) and len(told) == len(again):
        return [
            problem
            for i, (one, other) in enumerate(zip(told, again, strict=True))
            for problem in _differences(source, f"{where}[{i}]", one, other)
        ]
    if told == again:
        return []
    rule = f"the book gives {json.dumps(again)[:80]}"
    return [
        Problem(source, 0, where, json.dumps(told)[:80], rule, "find which of the two was changed")
    ]
