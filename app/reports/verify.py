"""A report computed again from the book, figure by figure, and the trail behind it."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from app.book.book import Book
from app.book.verify import Verdict, check
from app.commands.output import IntegrityError
from app.market import snapshot_id
from app.reports.efficiency import Evidence, as_data
from app.reports.figures import efficiency
from engine.errors import UserError
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
    return [
        *_differences(path.name, "figures", figures, again),
        *_trail(path.name, told, book),
        *_quotes(path.name, figures, book),
    ]


def _trail(source: str, told: dict[str, Any], book: Book) -> list[Problem]:
    """Whether the book is whole, and still holds the audit line on which the report rests."""
    verdict = Verdict()
    check(book.connection, verdict, None, book.chain_key, copy=True)
    found = [_broken(source, "book", book.path.name, sentence) for sentence in verdict.problems]
    seq = int(told["audit_seq"])
    lines = book.audit(max(book.audit_head().seq - seq + 1, 1))
    line = next((one for one in lines if one.seq == seq), None)
    if line is None:
        rule = "the trail of the book ends before this line"
        found.append(_broken(source, "audit_seq", str(seq), rule))
    elif line.hash != told["audit_head"]:
        rule = f"line {seq} of the trail has the hash {line.hash}"
        found.append(_broken(source, "audit_head", str(told["audit_head"]), rule))
    return found


def _quotes(source: str, figures: dict[str, Any], book: Book) -> list[Problem]:
    """Whether each snapshot that a trade was decided on still holds the quotes of its name."""
    found = []
    for key in sorted({trade["snapshot_id"] for trade in figures["trades"]}):
        try:
            again = snapshot_id(book.snapshot(key))
        except (UserError, ValueError, KeyError) as error:
            again = f"nothing that can be read ({error})"
        if again != key:
            rule = f"its quotes give {again}: one of them was changed"
            found.append(_broken(source, f"quote snapshot {key}", key, rule))
    return found


def _broken(source: str, field: str, value: str, rule: str) -> Problem:
    """Evidence that no longer holds."""
    return Problem(source, 0, field, value, rule, "restore a backup and compare")


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
