"""Households in the book: written as what changed, read as of now or as of an earlier moment."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.book import actions
from app.book.change import Change
from app.book.codec import canonical, instant
from app.book.connect import Connection
from app.book.rows import from_row, to_row
from engine.errors import UserError
from engine.records import (
    Account,
    Cash,
    CashNeed,
    Constraint,
    ExternalAsset,
    Horizon,
    Household,
    Lot,
    Person,
    PlannedGain,
    PlannedIncome,
    RealizedLot,
    Security,
    Sleeve,
    Target,
    TaxProfile,
    Trade,
)

# Field of Household: (table, record). Order matters: accounts before what refers to them.
CHILDREN: dict[str, tuple[str, type[Any]]] = {
    "people": ("people", Person),
    "accounts": ("accounts", Account),
    "lots": ("lots", Lot),
    "cash": ("cash", Cash),
    "trades": ("trades", Trade),
    "realized": ("realized", RealizedLot),
    "external": ("external_assets", ExternalAsset),
    "cash_needs": ("cash_needs", CashNeed),
    "planned_gains": ("planned_gains", PlannedGain),
    "planned_income": ("planned_income", PlannedIncome),
    "constraints": ("constraints", Constraint),
}
_SINGLE = {"profile": ("tax_profiles", TaxProfile), "horizon": ("horizons", Horizon)}


class UnknownHouseholdError(UserError):
    """The book has no such household at that time."""

    def __init__(self, household_id: str, known: Iterable[str]) -> None:
        """Say which ones there are."""
        names = ", ".join(list(known)[:8]) or "none"
        super().__init__(f"the book has no household {household_id!r}; it has {names}")


@dataclass(frozen=True, slots=True)
class _SleeveRow:
    """A sleeve as its row: the target is kept once, by its digest."""

    sleeve_id: str
    name: str
    account_ids: tuple[str, ...]
    target_key: str


@dataclass(frozen=True, slots=True)
class _ApartRow:
    """A set of securities that the household does not treat as identical."""

    members: frozenset[str]


@dataclass(frozen=True, slots=True)
class _TargetRow:
    target_id: str
    name: str
    as_of: date
    weights: Mapping[str, float]
    exclusions: frozenset[str]


def save(change: Change, household: Household) -> None:
    """Write what differs from the book; rows the household no longer has are taken out."""
    key = household.household_id
    identical = sorted(sorted(group) for group in household.identical)
    change.put(
        "households",
        {"household_id": key, "name": household.name, "identical": canonical(identical)},
    )
    for name, (table, _) in _SINGLE.items():
        _put_all(change, table, key, [to_row(getattr(household, name))])
    for name, (table, _) in CHILDREN.items():
        _put_all(change, table, key, [to_row(item) for item in getattr(household, name)])
    apart = [to_row(_ApartRow(members)) for members in household.different]
    _put_all(change, "held_apart", key, apart)
    sleeves = [_sleeve_row(change, sleeve) for sleeve in household.sleeves]
    _put_all(change, "sleeves", key, sleeves)


def _put_all(change: Change, table: str, household_id: str, rows: list[dict[str, Any]]) -> None:
    """Write the rows of a household; those there keep their place, new ones come after them."""
    shape = change.shape[table]
    keys = ",".join(f'"{column}"' for column in shape.key)
    places = {
        tuple(key): place
        for place, *key in change.connection.execute(
            f"SELECT position, {keys} FROM {table} WHERE household_id=?",  # noqa: S608
            (household_id,),
        )
    }
    following = max(places.values(), default=-1) + 1
    kept = set()
    for row in rows:
        row["household_id"] = household_id
        key = tuple(row[column] for column in shape.key)
        kept.add(key)
        row["position"] = places.get(key, following)
        following += key not in places
        change.put(table, row)
    for key in sorted(places.keys() - kept):
        change.remove(table, *key)


def _sleeve_row(change: Change, sleeve: Sleeve) -> dict[str, Any]:
    target = to_row(_TargetRow(*(getattr(sleeve.target, f) for f in _TARGET_FIELDS)))
    target["target_key"] = hashlib.sha256(canonical(target).encode()).hexdigest()
    if change.get("targets", target["target_key"]) is None:
        change.append("targets", target)
    return to_row(
        _SleeveRow(sleeve.sleeve_id, sleeve.name, sleeve.account_ids, target["target_key"])
    )


_TARGET_FIELDS = ("target_id", "name", "as_of", "weights", "exclusions")


def load(connection: Connection, household_id: str, as_of: datetime | None = None) -> Household:
    """The household now, or as the book showed it at ``as_of``.

    Raises:
        UnknownHouseholdError: There is none of that id (yet, at that time).
    """
    past = _Past(connection, household_id, as_of)
    heads = list(past.rows("households"))
    if not heads:
        raise UnknownHouseholdError(household_id, (key for key, _ in names(connection)))
    parts: dict[str, Any] = {
        name: tuple(from_row(kind, row) for row in past.rows(table))
        for name, (table, kind) in CHILDREN.items()
    }
    for name, (table, kind) in _SINGLE.items():
        (parts[name],) = (from_row(kind, row) for row in past.rows(table))
    return Household(
        household_id=household_id,
        name=heads[0]["name"],
        identical=tuple(frozenset(group) for group in json.loads(heads[0]["identical"])),
        different=tuple(from_row(_ApartRow, row).members for row in past.rows("held_apart")),
        unbooked=actions.waiting(connection) if as_of is None else (),
        sleeves=tuple(_sleeve(connection, row) for row in past.rows("sleeves")),
        **parts,
    )


def _sleeve(connection: Connection, row: Mapping[str, Any]) -> Sleeve:
    found = from_row(_SleeveRow, row)
    cursor = connection.execute("SELECT * FROM targets WHERE target_key=?", (found.target_key,))
    columns = [column[0] for column in cursor.description]
    target = from_row(_TargetRow, dict(zip(columns, cursor.fetchone(), strict=True)))
    return Sleeve(
        found.sleeve_id,
        found.name,
        found.account_ids,
        Target(target.target_id, target.name, target.as_of, target.weights, target.exclusions),
    )


class _Past:
    """Rows of one household as of a moment: what is true now, with history laid over it."""

    def __init__(self, connection: Connection, household_id: str, as_of: datetime | None) -> None:
        self._connection, self._household_id = connection, household_id
        self._as_of = None if as_of is None else instant(as_of)
        self._versions: dict[str, dict[str, str | None]] = {}
        if self._as_of is not None:
            for kind, key, body in connection.execute(
                "SELECT kind, key, body FROM history WHERE household_id=? "
                "AND valid_to > ? AND valid_from <= ? ORDER BY seq",
                (household_id, self._as_of, self._as_of),
            ):
                self._versions.setdefault(kind, {})[key] = body

    def rows(self, table: str) -> Iterator[dict[str, Any]]:
        """Rows of a table in their place; none where an older shape has no such table."""
        if not _keys(self._connection, table):
            return
        order = "household_id" if table == "households" else "position"
        cursor = self._connection.execute(
            f"SELECT * FROM {table} WHERE household_id=? ORDER BY {order}",  # noqa: S608
            (self._household_id,),
        )
        columns = [column[0] for column in cursor.description]
        current = (dict(zip(columns, values, strict=True)) for values in cursor)
        if self._as_of is None:
            yield from current
            return
        yield from sorted(self._then(table, current), key=lambda row: row.get("position", 0))

    def _then(self, table: str, current: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        versions = self._versions.get(table, {})
        key_columns = _keys(self._connection, table)
        for row in current:
            key = canonical([row[column] for column in key_columns])
            if key not in versions and row["valid_from"] <= (self._as_of or ""):
                yield row
        yield from (json.loads(body) for body in versions.values() if body is not None)


def _keys(connection: Connection, table: str) -> list[str]:
    return [
        name
        for name, _ in connection.execute(
            "SELECT name, pk FROM pragma_table_info(?) WHERE pk ORDER BY pk", (table,)
        )
    ]


def overview(connection: Connection) -> tuple[tuple[str, str, int, int], ...]:
    """(id, name, accounts, proposals that wait for a decision) of every household, by name."""
    rows = connection.execute(
        "SELECT household_id, name,"
        " (SELECT count(*) FROM accounts a WHERE a.household_id = h.household_id),"
        " (SELECT count(*) FROM proposals p WHERE p.household_id = h.household_id"
        "  AND p.state IN ('proposed', 'deferred'))"
        " FROM households h ORDER BY name, household_id"
    )
    return tuple((str(key), str(name), int(a), int(p)) for key, name, a, p in rows)


def names(connection: Connection) -> tuple[tuple[str, str], ...]:
    """(id, name) of every household, by name."""
    return tuple(
        connection.execute("SELECT household_id, name FROM households ORDER BY name, household_id")
    )


def save_securities(change: Change, found: Iterable[Security]) -> None:
    """Add or change securities."""
    for security in found:
        change.put("securities", to_row(security))


def people(connection: Connection, household_id: str) -> frozenset[str]:
    """Names of the people of a household, case folded."""
    rows = connection.execute("SELECT name FROM people WHERE household_id=?", (household_id,))
    return frozenset(str(name).casefold() for (name,) in rows)


def securities(connection: Connection) -> dict[str, Security]:
    """Every security by id."""
    cursor = connection.execute("SELECT * FROM securities ORDER BY security_id")
    columns = [column[0] for column in cursor.description]
    rows = (dict(zip(columns, values, strict=True)) for values in cursor)
    return {row["security_id"]: from_row(Security, row) for row in rows}
