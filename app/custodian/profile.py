"""Custodian formats as data: one TOML file says how a file's tables are recognised and read.

A profile names tables by their column headings (aliases, never positions), the rows that are not
data (titles with account and date, totals, cash, legal text), and the custodian's words. A saved
mapping of a user is the same TOML, so there is one reader for both.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from app.custodian.cells import UNKNOWN
from engine.errors import UserError
from engine.records import SecurityKind, Side

KINDS = ("lot", "position", "transaction", "realized", "amount", "fill", "external")
READERS = ("table", "flex", "ofx")
ROW_RULES = ("total", "cash", "pending", "skip")
FOLDER = files("resources") / "custodians"


class ProfileError(UserError):
    """A profile or mapping that cannot be used; the message says where and why."""

    def __init__(self, name: str, why: str) -> None:
        """Say which profile and what to mend."""
        super().__init__(f"profile {name}: {why}")


@dataclass(frozen=True, slots=True)
class RowRule:
    """Rows that are not plain data: where the cell of ``field`` matches ``pattern``.

    Attributes:
        what: ``total``, ``cash``, ``pending`` (cash not yet settled) or ``skip``.
        check: For a total, the fields whose sums are held against it.
        blocking: Whether a difference stops the import.
        ahead: Whether a total stands above its rows.
    """

    what: str
    field: str
    pattern: re.Pattern[str]
    check: tuple[str, ...] = ()
    blocking: bool = True
    ahead: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One kind of table in a file.

    Attributes:
        kind: What its rows are (``KINDS``).
        columns: Field -> headings it may have, in normal form.
        required: Fields that must have a column for a row to be the table's header.
        section: Name in the first column, for files that say ``Section,Header|Data,...``.
        rules: Rows that are not plain data.
    """

    kind: str
    columns: Mapping[str, tuple[str, ...]]
    required: tuple[str, ...]
    section: str = ""
    rules: tuple[RowRule, ...] = ()

    def match(self, headings: Mapping[str, int]) -> dict[str, int] | None:
        """Field -> column if the headings are this table's header, else ``None``."""
        found: dict[str, int] = {}
        for name, aliases in self.columns.items():
            place = next((headings[alias] for alias in aliases if alias in headings), None)
            if place is not None:
                found[name] = place
        return found if all(name in found for name in self.required) else None


@dataclass(frozen=True, slots=True)
class Profile:
    """A custodian's format.

    Attributes:
        name: Name on the command line.
        title: What a person calls it.
        reader: ``table`` (CSV, XLSX), ``flex`` or ``ofx``.
        tables: Tables it may hold.
        titles: Rows outside the tables that carry account, symbol, form or date as named groups.
        ignore: Rows outside the tables that say nothing.
        stop: Rows after which nothing is read.
        file_name: Pattern on the file's name with named groups, or ``None``.
        unknown: Texts that mean "not known", folded.
        sides: Patterns on a transaction's action that make it a trade.
        kinds: The custodian's words for kinds of security, folded.
        whole_accounts: Whether the lots are all lots of each account.
        per_hundred: Whether bond prices are per 100 of face value.
    """

    name: str
    title: str
    reader: str
    tables: tuple[Table, ...] = ()
    titles: tuple[re.Pattern[str], ...] = ()
    ignore: tuple[re.Pattern[str], ...] = ()
    stop: tuple[re.Pattern[str], ...] = ()
    file_name: re.Pattern[str] | None = None
    unknown: frozenset[str] = UNKNOWN
    sides: tuple[tuple[Side, re.Pattern[str]], ...] = ()
    kinds: Mapping[str, SecurityKind] = field(default_factory=dict)
    whole_accounts: bool = False
    per_hundred: bool = False

    @property
    def sectioned(self) -> bool:
        """Whether the first column names the section of each row."""
        return any(table.section for table in self.tables)

    def side_of(self, action: str) -> Side | None:
        """The trade an action is, or ``None`` for income and transfers."""
        return next((side for side, pattern in self.sides if pattern.search(action)), None)


def normal(heading: str) -> str:
    """A heading in normal form: blanks single, case folded."""
    return " ".join(heading.split()).casefold()


def names() -> list[str]:
    """Names of the shipped profiles."""
    return sorted(item.name[:-5] for item in FOLDER.iterdir() if item.name.endswith(".toml"))


def load(name: str) -> Profile:
    """A shipped profile by name, or a saved mapping by its path.

    Raises:
        ProfileError: If there is no such profile or it is not well formed.
    """
    if name.endswith(".toml"):
        try:
            return parse(name, Path(name).read_text("utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise ProfileError(name, f"cannot be read: {error}") from None
    if name not in names():
        raise ProfileError(name, f"is not known; known are {', '.join(names())}")
    return _shipped(name)


@cache
def _shipped(name: str) -> Profile:
    return parse(name, (FOLDER / f"{name}.toml").read_text("utf-8"))


def parse(name: str, text: str) -> Profile:
    """A profile from its TOML text.

    Raises:
        ProfileError: Naming the entry that cannot be used.
    """
    try:
        return _profile(name, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(name, f"is not TOML: {error}") from None
    except re.error as error:
        raise ProfileError(name, f"a pattern is not a regular expression: {error}") from None
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise ProfileError(name, f"an entry is missing or of the wrong form: {error}") from None


def _profile(name: str, entry: Mapping[str, Any]) -> Profile:
    reader = entry.get("reader", "table")
    if reader not in READERS:
        raise ValueError(f"reader {reader!r} is none of {', '.join(READERS)}")
    tables = tuple(_table(table) for table in entry.get("table", ()))
    if reader == "table" and not tables:
        raise ValueError("no [[table]]")
    return Profile(
        name=Path(name).stem,
        title=str(entry.get("title", name)),
        reader=reader,
        tables=tables,
        titles=_patterns(entry, "titles"),
        ignore=_patterns(entry, "ignore"),
        stop=_patterns(entry, "stop"),
        file_name=re.compile(entry["file_name"]) if "file_name" in entry else None,
        unknown=UNKNOWN | frozenset(text.casefold() for text in entry.get("unknown", ())),
        sides=tuple(
            (Side(side), re.compile("|".join(patterns), re.IGNORECASE))
            for side, patterns in entry.get("sides", {}).items()
        ),
        kinds={word.casefold(): SecurityKind(k) for word, k in entry.get("kinds", {}).items()},
        whole_accounts=bool(entry.get("whole_accounts", False)),
        per_hundred=bool(entry.get("per_hundred", False)),
    )


def _patterns(entry: Mapping[str, Any], key: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(text) for text in entry.get(key, ()))


def _table(entry: Mapping[str, Any]) -> Table:
    if entry["kind"] not in KINDS:
        raise ValueError(f"kind {entry['kind']!r} is none of {', '.join(KINDS)}")
    columns = {
        field: tuple(
            normal(alias) for alias in ([aliases] if isinstance(aliases, str) else aliases)
        )
        for field, aliases in entry["columns"].items()
    }
    required = tuple(entry.get("required", columns))
    for name in required:
        if name not in columns:
            raise ValueError(f"required field {name!r} has no column")
    rules = tuple(_rule(what, rule) for what in ROW_RULES for rule in entry.get(what, ()))
    return Table(entry["kind"], columns, required, entry.get("section", ""), rules)


def _rule(what: str, entry: Mapping[str, Any]) -> RowRule:
    return RowRule(
        what,
        entry["field"],
        re.compile(entry["pattern"]),
        tuple(entry.get("check", ())),
        bool(entry.get("blocking", True)),
        bool(entry.get("ahead", False)),
    )
