"""Reads the table of funds by index, which the engine is handed for its identical groups."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from app.commands.output import ProblemsError
from engine.law.identical import FundIndex
from engine.results import Problem

SOURCE = "resources/identical/funds.toml"


@cache
def load() -> tuple[FundIndex, ...]:
    """Funds by index, as shipped.

    Raises:
        ProblemsError: If a row lacks a name, symbols or a source, or a fund is on two indices.
    """
    return parse((files("resources") / "identical" / "funds.toml").read_text(encoding="utf-8"))


def parse(text: str) -> tuple[FundIndex, ...]:
    """The table in TOML: ``[[index]]`` with name, symbols and source."""
    problems: list[Problem] = []
    found, seen = [], set[str]()
    for number, row in enumerate(tomllib.loads(text).get("index", ()), start=1):
        index = _index(row)
        if index is None:
            rule = "an index needs name, symbols and source"
            remedy = "give all three; symbols is a list of tickers"
            problems.append(Problem(SOURCE, number, "index", str(row), rule, remedy))
            continue
        for symbol in sorted(index.symbols & seen):
            rule = "a fund stands on two indices"
            remedy = "leave it where its prospectus says"
            problems.append(Problem(SOURCE, number, "symbols", symbol, rule, remedy))
        seen |= index.symbols
        found.append(index)
    if problems:
        raise ProblemsError(problems)
    return tuple(found)


def _index(row: Mapping[str, object]) -> FundIndex | None:
    """One row, or ``None`` when something is missing."""
    name, symbols, source = row.get("name"), row.get("symbols"), row.get("source")
    if isinstance(name, str) and isinstance(symbols, list) and symbols and isinstance(source, str):
        return FundIndex(name, frozenset(map(str, symbols)), source)
    return None
