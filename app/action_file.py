"""Corporate actions as TOML: ``[[actions]]``, each with its ``kind`` and the terms of Form 8937."""

from __future__ import annotations

from pathlib import Path

from app.book.actions import KINDS
from app.commands.output import ProblemsError
from app.context_file import Reading, parsed
from engine.law.corporate_actions import CorporateAction


def read_actions(path: Path) -> tuple[CorporateAction, ...]:
    """Every action of a file.

    Raises:
        ProblemsError: Each problem with its field, what was read, and what to do.
    """
    reading, raw = Reading(path), parsed(path)
    for name in sorted(raw.keys() - {"actions"}):
        reading.wrong(name, raw[name], "no such table", "write each action as [[actions]]")
    told = raw.get("actions", [])
    found = []
    if not isinstance(told, list) or not told:
        reading.wrong("actions", told, "no actions", "write each action as [[actions]]")
        told = []
    for number, item in enumerate(told):
        where = f"actions[{number}]"
        kind = item.get("kind") if isinstance(item, dict) else None
        if kind not in KINDS:
            reading.wrong(f"{where}.kind", kind, "no such kind", f"use {', '.join(KINDS)}")
            continue
        terms = {name: value for name, value in item.items() if name != "kind"}
        found.append(reading.value(KINDS[str(kind)], terms, where))
    seen: set[str] = set()
    for number, action in enumerate(found if not reading.problems else ()):
        _sense(reading, action, f"actions[{number}]", seen)
    if reading.problems:
        raise ProblemsError(reading.problems)
    return tuple(found)


def _sense(reading: Reading, action: CorporateAction, where: str, seen: set[str]) -> None:
    """Terms that are each well written and cannot be."""
    if action.action_id in seen:
        reading.wrong(f"{where}.action_id", action.action_id, "told twice", "give it its own")
    seen.add(action.action_id)
    for field, least in (("denominator", 1), ("numerator", 0), ("in_lieu_usd", 0), ("cash_usd", 0)):
        value = getattr(action, field, least)
        if value < least:
            reading.wrong(f"{where}.{field}", value, f"below {least}", "write the issuer's terms")
    kept = getattr(action, "kept_fraction", 0)
    if not 0 <= kept <= 1:
        reading.wrong(f"{where}.kept_fraction", kept, "no fraction", "write 79.74 % as 0.7974")
