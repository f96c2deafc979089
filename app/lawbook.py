"""Reads the cited law of `resources/law` (and override files) into the record the engine is given.

Every value carries value, unit, first year, status and source; an entry that lacks one, or whose
source names no section, is a problem of the file, told with its key. Numbers are read as
``Decimal``, so that a rate is the rate of the statute and not its nearest float.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from app.commands.output import ProblemsError
from engine.law.rules import Cited, Law, Plain, Scenario, Status, Value
from engine.law.scenarios import check_changes
from engine.records import FilingStatus
from engine.results import Problem

FIELDS = frozenset({"value", "unit", "from", "to", "status", "source"})
COLUMNS = frozenset({*FilingStatus, "joint"})
HEADER = ("name", "title", "status", "probability", "from", "source")
_SECTION = re.compile(r"\d")


def load(overrides: Path | None = None) -> Law:
    """The law as shipped, with an override file laid over it where one is given.

    Raises:
        ProblemsError: If a file holds an entry that cannot be relied on; each one is listed.
    """
    law = _shipped()
    if overrides is None:
        return law
    raw = overrides.read_bytes()
    problems: list[Problem] = []
    changes = _entries(_parsed(str(overrides), raw, problems), str(overrides), problems)
    problems += check_changes(law, changes, str(overrides))
    if problems:
        raise ProblemsError(problems)
    return law.amended(hashlib.sha256(raw).hexdigest()[:12], changes)


@cache
def _shipped() -> Law:
    """The law of this version of the program; read once."""
    problems: list[Problem] = []
    digest = hashlib.sha256()
    values: dict[str, list[Cited]] = {}
    heads: list[tuple[str, dict[str, Any]]] = []
    for path in _toml_files(files("resources") / "law"):
        raw = path.read_bytes()
        digest.update(raw)
        document = _parsed(path.name, raw, problems)
        if "scenario" in document:
            heads.append((path.name, document))
            continue
        for entry in _entries(document, path.name, problems):
            values.setdefault(entry.key, []).append(entry)
    ordered = {k: tuple(sorted(v, key=lambda e: e.first_year)) for k, v in sorted(values.items())}
    law = Law(digest.hexdigest()[:16], ordered)
    scenarios = [_scenario(document, name, law, problems) for name, document in heads]
    if problems:
        raise ProblemsError(problems)
    return replace(law, scenarios={scenario.name: scenario for scenario in scenarios})


def _toml_files(folder: Traversable) -> Iterator[Traversable]:
    """Every TOML file below a folder of resources, in a fixed order."""
    for item in sorted(folder.iterdir(), key=lambda t: t.name):
        if item.is_dir():
            yield from _toml_files(item)
        elif item.name.endswith(".toml"):
            yield item


def _parsed(name: str, raw: bytes, problems: list[Problem]) -> dict[str, Any]:
    try:
        return tomllib.loads(raw.decode(), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found.group(1)) if found else 0
        problems.append(Problem(name, line, "file", str(error), "not TOML", "mend the syntax"))
        return {}


def _entries(document: Mapping[str, Any], name: str, problems: list[Problem]) -> list[Cited]:
    """The entries of a file, ``[[group.key]]`` each; what cannot be relied on is a problem."""
    found: list[Cited] = []
    for group, keys in document.items():
        if group == "scenario":
            continue
        for key, rows in keys.items() if isinstance(keys, dict) else ():
            full = f"{group}.{key}"
            for row in rows if isinstance(rows, list) else [rows]:
                entry = _entry(full, row, name, problems)
                if entry is not None:
                    found.append(entry)
    return found


def _entry(key: str, row: Any, name: str, problems: list[Problem]) -> Cited | None:
    before = len(problems)

    def wrong(field: str, value: object, rule: str, remedy: str) -> None:
        problems.append(Problem(name, 0, f"{key}.{field}", str(value), rule, remedy))

    if not isinstance(row, dict):
        wrong("value", row, "not a cited entry", "write [[...]] with value, unit, from, source")
        return None
    for field in sorted(row.keys() - FIELDS):
        wrong(field, row[field], "no such field", f"use {', '.join(sorted(FIELDS))}")
    for field in ("unit", "source"):
        if not isinstance(row.get(field), str) or not row[field].strip():
            wrong(field, row.get(field, ""), "missing", f"write the {field} of the value")
    if isinstance(row.get("source"), str) and not _SECTION.search(row["source"]):
        wrong("source", row["source"], "names no section or page", "cite statute and section")
    if not isinstance(row.get("from"), int) or not isinstance(row.get("to", 0), int):
        wrong("from", row.get("from", ""), "not a year", "write the first tax year as a number")
    if row.get("status") not in set(Status):
        wrong("status", row.get("status", ""), "unknown", f"use one of {', '.join(Status)}")
    value = _value(row.get("value"))
    if value is None:
        wrong("value", row.get("value", ""), "not a value of law", "write a number, word or table")
    if value is None or len(problems) > before:
        return None
    return Cited(
        key, value, row["unit"], row["from"], row.get("to"), Status(row["status"]), row["source"]
    )


def _value(raw: Any) -> Value | None:
    """A value as the record wants it: Decimal, word, brackets, or one of these by status."""
    if isinstance(raw, dict):
        columns = {k: _plain(v) for k, v in raw.items()}
        if not columns or not columns.keys() <= COLUMNS or None in columns.values():
            return None
        return {k: v for k, v in columns.items() if v is not None}
    return _plain(raw)


def _plain(raw: Any) -> Plain | None:
    if isinstance(raw, bool | str):
        return raw
    if isinstance(raw, int | Decimal):
        return Decimal(raw) if Decimal(raw).is_finite() else None
    if not isinstance(raw, list) or not raw:
        return None
    if not all(isinstance(p, list) and len(p) == 2 for p in raw):
        return None
    starts = [Decimal(p[0]) for p in raw]
    if starts[0] != 0 or starts != sorted(set(starts)):
        return None
    return tuple((Decimal(start), Decimal(rate)) for start, rate in raw)


def _scenario(
    document: Mapping[str, Any], name: str, law: Law, problems: list[Problem]
) -> Scenario:
    """A named change of the law: a header, and entries in the form of the law itself.

    ``from_law`` names entries that the law already holds, as ``key@first year``, so that a
    provision with a set date can be moved without being written twice.
    """
    head = dict.fromkeys(HEADER, "") | document["scenario"]

    def wrong(field: str, rule: str, remedy: str) -> None:
        value = str(head[field])
        problems.append(Problem(name, 0, f"scenario.{field}", value, rule, remedy))

    for field in HEADER:
        if head[field] == "":
            wrong(field, "missing", f"write the {field} of the scenario")
    if head["status"] not in set(Status):
        wrong("status", "unknown", f"use one of {', '.join(Status)}")
        head["status"] = Status.PROPOSED
    held = [_held(law, label) for label in head.get("from_law", ())]
    if None in held:
        wrong("from_law", "not in the law", "name entries as key@first year")
    changes = (*(entry for entry in held if entry), *_entries(document, name, problems))
    problems += check_changes(law, changes, name)
    return Scenario(
        name=head["name"],
        title=head["title"],
        status=Status(head["status"]),
        probability=float(head["probability"] or 0),
        start_year=int(head["from"] or 0),
        source=head["source"],
        changes=changes,
        note=head.get("note", ""),
    )


def _held(law: Law, label: str) -> Cited | None:
    """The entry that a label of the form ``key@first year`` names."""
    key, _, year = label.partition("@")
    return next((e for e in law.values.get(key, ()) if str(e.first_year) == year), None)
