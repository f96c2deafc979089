"""Records as rows of the book: money as scaled integers, everything else as text or a number.

A field's name tells its scale: ``..._usd`` is kept in cents, shares and prices in millionths, and
the column says so (``basis_usd`` -> ``basis_cents``, ``shares`` -> ``shares_e6``). Sets, mappings
and tuples are canonical JSON. A figure that has more digits than its scale is refused, never
rounded.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, get_type_hints

from app.book.codec import canonical, plain, reader
from engine.errors import InputError

T = TypeVar("T")
_MILLIONTHS = ("shares", "limit", "price", "limit_price")
_BIGGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a record and its column."""

    name: str
    column: str
    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


def scaled(value: Decimal, digits: int, name: str) -> int:
    """Exact money as an integer of that many decimal digits.

    Raises:
        InputError: The value is finer than the scale, not finite, or too big for 64 bits.
    """
    if not value.is_finite():
        raise InputError(name, str(value), "a figure of the book is finite")
    whole = value.scaleb(digits)
    found = int(whole)
    if found != whole:
        raise InputError(name, str(value), f"round it to {digits} decimal digits")
    if abs(found) > _BIGGEST:
        raise InputError(name, str(value), "it is too big for the book")
    return found


def unscaled(value: int, digits: int) -> Decimal:
    """The exact figure of a scaled integer, written with all its digits."""
    return Decimal(value).scaleb(-digits)


def mapped(kind: Any) -> tuple[Field, ...]:
    """Fields of a record type, in order, with their columns."""
    return _mapped(kind)


@cache
def _mapped(kind: Any) -> tuple[Field, ...]:
    hints = get_type_hints(kind)
    return tuple(_field(field.name, hints[field.name]) for field in fields(kind))


def to_row(record: Any) -> dict[str, Any]:
    """Column values of a record."""
    return {
        field.column: field.write(getattr(record, field.name)) for field in mapped(type(record))
    }


def from_row(kind: type[T], row: Mapping[str, Any]) -> T:
    """The record of that type in a row (more columns may be there)."""
    return kind(**{field.name: field.read(row[field.column]) for field in mapped(kind)})


def _field(name: str, hint: Any) -> Field:
    if Decimal in (hint, *getattr(hint, "__args__", ())):
        return _money(name)
    if hint is bool:
        return Field(name, name, int, bool)
    if hint in (str, int):
        return Field(name, name, int if hint is int else str, _same)
    if hint is float:
        return Field(name, name, float, float)
    inner = reader(hint)
    if getattr(hint, "__origin__", None) in (tuple, frozenset) or "Mapping" in str(hint):
        return Field(
            name, name, lambda value: canonical(plain(value)), lambda text: inner(json.loads(text))
        )
    return Field(name, name, plain, inner)


def _same(value: Any) -> Any:
    return value


def _money(name: str) -> Field:
    stem = name.removesuffix("_usd")
    fine = stem in _MILLIONTHS or stem.endswith(("_shares", "_price"))
    column = stem + ("_e6" if fine else "_cents")
    digits = 6 if fine else 2

    def write(value: Decimal | None) -> int | None:
        return None if value is None else scaled(value, digits, name)

    def read(value: int | None) -> Decimal | None:
        return None if value is None else unscaled(value, digits)

    return Field(name, column, write, read)
