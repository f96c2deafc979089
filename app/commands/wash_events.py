"""Trade histories as JSON (``lotlight wash-sales FILE``), read into the engine's nouns.

An event is a purchase or sale: ``id, date, seq, type, account, kind, qty, price, lots?`` and, for
more than one security or family, ``symbol``, ``household``, ``group`` (symbols that share a group
are treated as identical) and ``asset`` (``digital`` for what present law leaves out of the rule).
Every fault is kept with its row; the caller refuses the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from engine.law.wash_settings import Tacking, WashSettings
from engine.records import (
    Account,
    AccountKind,
    Person,
    PersonRole,
    Security,
    SecurityKind,
    Side,
    Trade,
)
from engine.results import Problem

RELATED = {"spouse": PersonRole.SPOUSE, "entity": PersonRole.ENTITY}
KINDS = {"spouse": AccountKind.TAXABLE, **{kind.value: kind for kind in AccountKind}}
SIDES = {side.value: side for side in Side}
SYMBOL = "security"
ASSETS = {"security": SecurityKind.STOCK, "digital": SecurityKind.DIGITAL_ASSET}
REQUIRED = frozenset({"id", "date", "type", "account", "kind", "qty", "price"})
NOTHING = ("", None)
SETTINGS = ("tacking", "earlier_purchases_count", "related_carries", "as_of")


@dataclass(frozen=True, slots=True)
class Family:
    """One household of a case.

    Attributes:
        name: As the file writes it, "" when it names none.
        rows: Row of each trade in the case, from 1.
        trades: Purchases and sales.
        accounts: Accounts they name.
        people: Owners by kind: client, spouse, entity.
        sets: Symbols to be treated as identical.
        securities: Symbols of the case; ``"asset": "digital"`` makes one a digital asset.
    """

    name: str
    rows: tuple[int, ...]
    trades: tuple[Trade, ...]
    accounts: tuple[Account, ...]
    people: tuple[Person, ...]
    sets: tuple[frozenset[str], ...]
    securities: tuple[Security, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One history with its settings; ``problems`` says what could not be read."""

    name: str
    families: tuple[Family, ...]
    settings: WashSettings
    as_of: date | None
    problems: tuple[Problem, ...]


def read_case(raw: object, source: str) -> Case:
    """Read one case of the file; ``source`` names it in problems."""
    if not isinstance(raw, Mapping) or not isinstance(raw.get("events"), list):
        found = Problem(source, 0, "events", _short(raw), "not a list", "give a list of events")
        return Case("", (), WashSettings(), None, (found,))
    problems: list[Problem] = []
    settings, as_of = _settings(raw.get("settings") or {}, source, problems)
    gathered: dict[str, _Gathering] = {}
    for row, event in enumerate(raw["events"], start=1):
        complaint = _Complaint(source, row, problems)
        trade = _trade(event, complaint)
        if trade is not None:
            gathering = gathered.setdefault(str(event.get("household", "")), _Gathering())
            gathering.add(row, trade, event, complaint)
    families = tuple(gathering.family(name) for name, gathering in gathered.items())
    return Case(str(raw.get("name", "")), families, settings, as_of, tuple(problems))


class _Complaint:
    """Puts problems of one row on the list."""

    def __init__(self, source: str, row: int, problems: list[Problem]) -> None:
        self._source, self._row, self._problems = source, row, problems

    def add(self, field: str, value: object, rule: str, remedy: str) -> None:
        """Keep one problem."""
        self._problems.append(Problem(self._source, self._row, field, _short(value), rule, remedy))


class _Gathering:
    """Trades of one household as they are read."""

    def __init__(self) -> None:
        self._rows: list[int] = []
        self._trades: list[Trade] = []
        self._kinds: dict[str, str] = {}
        self._groups: dict[str, set[str]] = {}
        self._assets: dict[str, SecurityKind] = {}

    def add(self, row: int, trade: Trade, event: Mapping[str, Any], complaint: _Complaint) -> None:
        """Take one trade, and what its event says of account and group."""
        known = self._kinds.setdefault(trade.account_id, event["kind"])
        if known != event["kind"]:
            rule = f"account {trade.account_id} was of kind {known} before"
            complaint.add("kind", event["kind"], rule, "give an account one kind")
        asset = str(event.get("asset") or "security")
        if asset not in ASSETS:
            complaint.add("asset", asset, "unknown kind of asset", f"one of {', '.join(ASSETS)}")
        elif self._assets.setdefault(trade.security_id, ASSETS[asset]) is not ASSETS[asset]:
            complaint.add("asset", asset, "was of another kind before", "give a symbol one kind")
        if event.get("group"):
            self._groups.setdefault(str(event["group"]), set()).add(trade.security_id)
        self._rows.append(row)
        self._trades.append(trade)

    def family(self, name: str) -> Family:
        """The household gathered."""
        people = {kind: Person(kind, kind, RELATED[kind]) for kind in RELATED}
        people["client"] = Person("client", "client", PersonRole.CLIENT)
        accounts = tuple(
            Account(account, kind if kind in RELATED else "client", account, KINDS[kind])
            for account, kind in self._kinds.items()
        )
        sets = tuple(frozenset(members) for members in self._groups.values())
        rows, trades = tuple(self._rows), tuple(self._trades)
        held = tuple(Security(name, name, name, kind) for name, kind in self._assets.items())
        return Family(name, rows, trades, accounts, tuple(people.values()), sets, held)


def _trade(event: object, complaint: _Complaint) -> Trade | None:
    """One event as a trade, or ``None`` with its problems."""
    if not isinstance(event, dict):
        complaint.add("event", event, "not an object", "give an object with id, date, type ...")
        return None
    if not event.keys() >= REQUIRED or event["id"] in NOTHING or event["account"] in NOTHING:
        for field in sorted(REQUIRED):
            if event.get(field) in NOTHING:
                complaint.add(field, "", "missing", f"give {field}")
        return None
    side, seq = SIDES.get(str(event["type"])), event.get("seq", 0)
    known = str(event["kind"]) in KINDS and side is not None and type(seq) is int
    if not known:
        _complain_of_names(event, complaint)
    shares = _number(event["qty"], "qty", complaint)
    price = _number(event["price"], "price", complaint)
    on = _date(event["date"], "date", complaint)
    lots = _lots(event.get("lots") or (), complaint)
    if not known or side is None or shares is None or price is None or on is None or lots is None:
        return None
    symbol = str(event.get("symbol") or SYMBOL)
    account = str(event["account"])
    return Trade(str(event["id"]), account, symbol, side, shares, price, on, seq, lots)


def _complain_of_names(event: Mapping[str, Any], complaint: _Complaint) -> None:
    """What is wrong with kind, type and seq of an event."""
    if str(event["kind"]) not in KINDS:
        complaint.add("kind", event["kind"], "unknown account kind", f"one of {', '.join(KINDS)}")
    if str(event["type"]) not in SIDES:
        complaint.add("type", event["type"], "unknown type", f"one of {', '.join(SIDES)}")
    if type(event.get("seq", 0)) is not int:
        complaint.add("seq", event["seq"], "not a whole number", "give the order within the day")


def _lots(raw: object, complaint: _Complaint) -> tuple[tuple[str, Decimal], ...] | None:
    """Lots that a sale names: pairs of lot and shares."""
    if not raw:
        return ()
    if not isinstance(raw, list | tuple):
        complaint.add("lots", raw, "not a list", "give [[lot, shares], ...]")
        return None
    found = []
    for pair in raw:
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            complaint.add("lots", pair, "not a pair", "give [[lot, shares], ...]")
            return None
        shares = _number(pair[1], "lots", complaint)
        if shares is None:
            return None
        found.append((str(pair[0]), shares))
    return tuple(found)


def _settings(
    raw: object, source: str, problems: list[Problem]
) -> tuple[WashSettings, date | None]:
    """The choices of a case; unknown ones are refused, never passed over."""
    complaint = _Complaint(f"{source} settings", 0, problems)
    if not isinstance(raw, Mapping):
        complaint.add("settings", raw, "not an object", f"one of {', '.join(SETTINGS)}")
        return WashSettings(), None
    for name in set(raw) - set(SETTINGS):
        complaint.add(name, raw[name], "unknown setting", f"one of {', '.join(SETTINGS)}")
    tacking = raw.get("tacking", Tacking.ADD_DAYS)
    if tacking not in tuple(Tacking):
        complaint.add("tacking", tacking, "unknown choice", f"one of {', '.join(Tacking)}")
        tacking = Tacking.ADD_DAYS
    flags = {}
    for name in ("earlier_purchases_count", "related_carries"):
        flags[name] = raw.get(name, True)
        if type(flags[name]) is not bool:
            complaint.add(name, flags[name], "not true or false", "give true or false")
    as_of = None if raw.get("as_of") is None else _date(raw["as_of"], "as_of", complaint)
    return WashSettings(Tacking(tacking), **flags), as_of


def _number(value: object, field: str, complaint: _Complaint) -> Decimal | None:
    """A finite number, exactly as written."""
    if type(value) in (int, float, str, Decimal):
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            number = Decimal("NaN")
        if number.is_finite():
            return number
    complaint.add(field, value, "not a number", "give a number")
    return None


def _date(value: object, field: str, complaint: _Complaint) -> date | None:
    """A date as YYYY-MM-DD."""
    found = _day(str(value))
    if found is None:
        complaint.add(field, value, "not a date", "write it as YYYY-MM-DD")
    return found


@lru_cache(maxsize=4096)
def _day(text: str) -> date | None:
    """A day of the calendar, or ``None``; histories name the same few thousand again and again."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _short(value: object) -> str:
    """A value as read, cut to what a person wants to see."""
    text = str(value)
    return text if len(text) <= 80 else text[:77] + "..."
