"""Changes of the law that an advisor can ask about: named sets of entries with a start year."""

from collections.abc import Sequence
from dataclasses import replace

from engine.errors import InputError
from engine.law.rules import Cited, Law
from engine.results import Problem


def apply_scenario(law: Law, name: str, year: int | None = None) -> Law:
    """The law as it would be under a named scenario, from its start year or another.

    Args:
        law: The law before the change.
        name: Name of one of ``law.scenarios``.
        year: First year of the change, where it should not be the scenario's own; every entry
            moves by the same number of years.

    Raises:
        InputError: If there is no scenario of that name.
    """
    if name not in law.scenarios:
        raise InputError("scenario", name, f"use one of {', '.join(sorted(law.scenarios))}")
    scenario = law.scenarios[name]
    shift = 0 if year is None else year - scenario.start_year
    moved = tuple(
        replace(
            change,
            first_year=change.first_year + shift,
            last_year=None if change.last_year is None else change.last_year + shift,
        )
        for change in scenario.changes
    )
    label = name if shift == 0 else f"{name}@{scenario.start_year + shift}"
    return law.amended(label, moved)


def check_changes(law: Law, changes: Sequence[Cited], source: str) -> list[Problem]:
    """Problems of an override set: keys that the law does not know, values of another shape."""
    problems = []
    for change in changes:
        known = law.values.get(change.key)
        if known is None:
            near = [k for k in law.values if k.split(".")[-1] == change.key.split(".")[-1]]
            remedy = f"did you mean {near[0]}?" if near else "use a key of resources/law"
            problems.append(
                Problem(source, 0, change.key, str(change.value), "no such value", remedy)
            )
    return problems
