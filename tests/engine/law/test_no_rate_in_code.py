"""Rates, limits and thresholds of the tax code are data: none of them stands in code."""

import ast
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from app.lawbook import load
from engine.law.rules import Plain

FOLDER = Path(__file__).resolve().parents[3] / "engine" / "law"
MODULES = sorted(FOLDER.glob("*.py"))
# Not numbers of the law wherever they stand: nothing, one, two, and the percent of a heading.
INNOCENT = {Decimal(0), Decimal(1), Decimal(2), Decimal(100)}


def numbers(value: Plain | Mapping[str, Plain]) -> Iterator[Decimal]:
    if isinstance(value, Mapping):
        for part in value.values():
            yield from numbers(part)
    elif isinstance(value, tuple):
        for start, rate in value:
            yield from (start, rate)
    elif isinstance(value, Decimal):
        yield value


def numbers_of(*groups: str) -> set[Decimal]:
    """Every number of the law under the keys of some groups; of all groups where none is named."""
    return {
        number
        for key, entries in load().values.items()
        for entry in entries
        for number in numbers(entry.value)
        if not groups or key.split(".")[0] in groups
    } - INNOCENT


# Small whole numbers (10 dollars a step, 25 a table row) are too common to tell anything; ages
# and days are law whatever their size.
SMALL = {Decimal(n) for n in range(1_000)}
LOT_NUMBERS = numbers_of("wash", "holding")
AGES = {load().number("federal.senior_age", 2026)}
ALL_NUMBERS = (numbers_of() - SMALL) | LOT_NUMBERS | AGES
# Modules of lots and dates hold scales (cents, millionths) that are thresholds somewhere.
LOT_MODULES = ("wash_", "lots", "holding", "corporate_", "identical")


def is_date(node: ast.AST) -> bool:
    """A written date: its month and day are no numbers of the law."""
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "date"


def literals(source: str) -> Iterator[tuple[int, Decimal]]:
    tree = ast.parse(source)
    days = {id(arg) for node in ast.walk(tree) if is_date(node) for arg in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in days:
            continue
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            yield node.lineno, Decimal(repr(node.value))


def law_literals(source: str, forbidden: set[Decimal]) -> list[tuple[int, Decimal]]:
    return [(line, number) for line, number in literals(source) if number in forbidden]


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_no_number_of_the_law_stands_in_code(module: Path) -> None:
    forbidden = LOT_NUMBERS if module.name.startswith(LOT_MODULES) else ALL_NUMBERS
    assert law_literals(module.read_text(), forbidden) == []


@pytest.mark.parametrize(
    "code", ["rate = 0.038", "limit = 3000", "start = 250_000", "days = 30", "age = 65"]
)
def test_the_check_sees_a_number_of_the_law(code: str) -> None:
    assert law_literals(code, ALL_NUMBERS) != []
