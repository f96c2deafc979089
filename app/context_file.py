"""A household as TOML, and back: one schema for ``context import|show``, ``--profile`` and demos.

The names are those of ``engine.records``, so there is nothing to learn twice::

    schema = 1

    [[securities]]
    security_id = "VTI"
    symbol = "VTI"
    name = "Vanguard Total Stock Market ETF"
    kind = "etf"

    [[households]]
    household_id = "hale"
    name = "Hale"

    [households.profile]
    year = 2026
    filing_status = "mfj"
    state = "CA"
    wages_usd = 250000

    [[households.accounts]]
    account_id = "hale-joint"
    ...

A field that is left out takes its default; a field that is not known is a problem, because a
misspelt limit would be no limit. All problems of a file are told at once.
"""

from __future__ import annotations

import re
import tomllib
import types
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from app.commands.output import ProblemsError
from engine.records import CENT, MICRO, Household, Security
from engine.results import Problem

T = TypeVar("T")
SCHEMA = 1
# Fields of six decimal digits; (lot, shares) pairs of a sale lie in ``lots``. Dollars have two.
_MILLIONTHS = ("shares", "price_usd", "limit", "price", "lots")
_WRONG: Any = object()


@dataclass(frozen=True, slots=True)
class ContextFile:
    """What a file says: securities and households, either may be empty."""

    households: tuple[Household, ...] = ()
    securities: tuple[Security, ...] = ()
    schema: int = SCHEMA


def read_context(path: Path) -> ContextFile:
    """Read a whole file.

    Raises:
        ProblemsError: Each problem with its field, what was read, and what to do.
    """
    return read_part(path, ContextFile)


def read_part(path: Path, kind: type[T], table: str = "") -> T:
    """One record from a file: from its top level, or from the table of that name.

    ``read_part(path, TaxProfile, "profile")`` reads the ``[profile]`` of a ``--profile`` file.

    Raises:
        ProblemsError: Each problem with its field, what was read, and what to do.
    """
    return _record(path, parsed(path), kind, table)


def parsed(path: Path) -> dict[str, Any]:
    """A TOML file with its numbers exact.

    Raises:
        ProblemsError: The file cannot be read, or is no TOML.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        remedy = "name a file that is there"
        problem = Problem(str(path), 0, "file", "", str(error.strerror), remedy)
        raise ProblemsError([problem]) from error
    return _parsed(path, data)


def read_text(text: str, kind: type[T], name: str) -> T:
    """One record from a text that somebody has typed; ``name`` stands for a file in problems.

    Raises:
        ProblemsError: Each problem with its field, what was read, and what to do.
    """
    return _record(Path(name), _parsed(Path(name), text.encode()), kind, "")


def _record(path: Path, raw: dict[str, Any], kind: type[T], table: str) -> T:
    """The record in a parsed text."""
    reading = Reading(path)
    found = reading.value(kind, raw.get(table, {}) if table else raw, table)
    if not reading.problems and isinstance(found, ContextFile):
        for number, household in enumerate(found.households):
            reading.sense(household, f"households[{number}]")
    if not reading.problems and isinstance(found, Household):
        reading.sense(found, "household")
    if reading.problems:
        raise ProblemsError(reading.problems)
    return found  # type: ignore[no-any-return]


def _parsed(path: Path, data: bytes) -> dict[str, Any]:
    """TOML as a table.

    Raises:
        ProblemsError: If it is none.
    """
    try:
        return tomllib.loads(data.decode("utf-8"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        line = re.search(r"line (\d+)", str(error))
        number = int(line[1]) if line else 0
        problem = Problem(str(path), number, "file", "", str(error), "write it as TOML, in UTF-8")
        raise ProblemsError([problem]) from error


@dataclass(slots=True)
class Reading:
    """A file while it is read; problems are gathered, the reading goes on."""

    path: Path
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, where: str, value: object, rule: str, remedy: str) -> Any:
        """Note a problem."""
        self.problems.append(Problem(str(self.path), 0, where, str(value), rule, remedy))
        return _WRONG

    def value(self, hint: Any, raw: Any, where: str) -> Any:
        """A value of that type."""
        origin, args = get_origin(hint), get_args(hint)
        if origin in (Union, types.UnionType):
            return self.value(next(a for a in args if a is not type(None)), raw, where)
        if is_dataclass(hint):
            return self._record(hint, raw, where)
        if origin in (tuple, frozenset):
            return self._many(origin, args, raw, where)
        if origin is not None and issubclass(origin, Mapping):
            if not isinstance(raw, dict):
                return self.wrong(where, raw, "a table is meant", "write name = value pairs")
            return {key: self.value(args[1], item, f"{where}.{key}") for key, item in raw.items()}
        return self._plain(hint, raw, where)

    def _many(self, origin: Any, args: tuple[Any, ...], raw: Any, where: str) -> Any:
        if not isinstance(raw, list):
            return self.wrong(where, raw, "a list is meant", "write it in [ ]")
        if origin is tuple and args[-1] is not Ellipsis:
            if len(raw) != len(args):
                return self.wrong(where, raw, f"{len(args)} values are meant", "write all of them")
            return tuple(self.value(a, v, where) for a, v in zip(args, raw, strict=True))
        return origin(self.value(args[0], item, f"{where}[{n}]") for n, item in enumerate(raw))

    def _record(self, kind: Any, raw: Any, where: str) -> Any:
        if not isinstance(raw, dict):
            return self.wrong(where, raw, "a table is meant", "write it as a [table]")
        hints = get_type_hints(kind)
        known = {f.name: f for f in fields(kind)}
        for name in raw.keys() - known.keys():
            self.wrong(_at(where, name), raw[name], "no such field", _near(name, known))
        given = {}
        for name, item in known.items():
            needed = item.default is MISSING and item.default_factory is MISSING
            if name in raw:
                given[name] = self.value(hints[name], raw[name], _at(where, name))
            elif needed:
                given[name] = self.wrong(_at(where, name), "", "it is missing", "write it")
        return _WRONG if any(item is _WRONG for item in given.values()) else kind(**given)

    def _plain(self, hint: Any, raw: Any, where: str) -> Any:
        if hint is Decimal:
            return self._money(raw, where)
        if hint is float and isinstance(raw, int | Decimal) and not isinstance(raw, bool):
            return float(raw)
        if isinstance(hint, type) and issubclass(hint, Enum):
            words = ", ".join(str(item.value) for item in hint)
            if raw in [item.value for item in hint]:
                return hint(raw)
            return self.wrong(where, raw, "not one of the words known", f"write one of: {words}")
        right = isinstance(raw, hint) and not (hint is not bool and isinstance(raw, bool))
        if right and not (hint is date and isinstance(raw, datetime)):
            return raw
        return self.wrong(
            where, raw, f"a {hint.__name__} is meant", _EXAMPLES.get(hint, "write one")
        )

    def _money(self, raw: Any, where: str) -> Any:
        try:
            found = Decimal(raw) if isinstance(raw, str | int | Decimal) else None
        except InvalidOperation:
            found = None
        if found is None or isinstance(raw, bool) or not found.is_finite():
            return self.wrong(where, raw, "a figure is meant", "write a number, such as 1234.56")
        name = where.rpartition(".")[2].partition("[")[0]
        scale = MICRO if name in _MILLIONTHS else CENT
        if found != found.quantize(scale):
            return self.wrong(where, raw, f"finer than {scale}", "round it")
        return found.quantize(scale)

    def sense(self, household: Household, where: str) -> None:
        """Things that each are well written and do not fit together."""
        accounts = {account.account_id for account in household.accounts}
        people = {person.person_id for person in household.people}
        for n, account in enumerate(household.accounts):
            if account.person_id not in people:
                at = f"{where}.accounts[{n}].person_id"
                self.wrong(at, account.person_id, "no such person", "name one of people")
        for group in ("lots", "cash", "trades", "realized"):
            for n, item in enumerate(getattr(household, group)):
                if item.account_id not in accounts:
                    at = f"{where}.{group}[{n}].account_id"
                    self.wrong(at, item.account_id, "no such account", "name one of accounts")
        seen: set[str] = set()
        for n, lot in enumerate(household.lots):
            if lot.shares <= 0:
                self.wrong(f"{where}.lots[{n}].shares", lot.shares, "not above 0", "leave it out")
            if lot.lot_id in seen:
                self.wrong(f"{where}.lots[{n}].lot_id", lot.lot_id, "told twice", "give it its own")
            seen.add(lot.lot_id)


_EXAMPLES = {str: 'write it in " "', date: "write it as 2026-01-31", bool: "write true or false"}


def _at(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _near(name: str, known: Mapping[str, Any]) -> str:
    import difflib

    close = difflib.get_close_matches(name, known, 1)
    return f"did you mean {close[0]}?" if close else f"known are: {', '.join(known)}"


def write_context(context: ContextFile) -> str:
    """The file that ``read_context`` reads again to the same records."""
    import tomlkit

    return tomlkit.dumps(_table(context) | {"schema": SCHEMA})


def write_record(record: Any) -> str:
    """A record that ``read_text`` reads again; fields at their default are left out."""
    import tomlkit

    return tomlkit.dumps(_table(record))


def _table(record: Any) -> dict[str, Any]:
    """Fields that differ from their default, scalars first as TOML wants them."""
    found: dict[str, Any] = {}
    for item in fields(record):
        value = getattr(record, item.name)
        if value is None or (item.default is not MISSING and value == item.default):
            continue
        found[item.name] = _toml(value)
    return dict(sorted(found.items(), key=lambda pair: isinstance(pair[1], dict | list)))


def _toml(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        whole = int(value)
        return whole if whole == value else _exact(value)
    if is_dataclass(value):
        return _table(value)
    if isinstance(value, Mapping):
        return {key: _toml(item) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted((_toml(item) for item in value), key=str)
    if isinstance(value, tuple):
        return [_toml(item) for item in value]
    return value


def _exact(value: Decimal) -> float | str:
    """A float where its shortest form is the very figure, else text."""
    near = float(value)
    return near if Decimal(repr(near)) == value else str(value)
