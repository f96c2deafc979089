"""Frozen records as canonical JSON and back, so that nothing is lost and equal is byte-equal.

Decimals are strings, dates and instants ISO 8601 (instants in UTC to the microsecond), enums their
value, sets sorted; keys are sorted and no blank is written. The type hints of the dataclass say how
to read it again.
"""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
Reader = Callable[[Any], Any]


def instant(at: datetime) -> str:
    """An instant as text of fixed length, so that text order is time order.

    Raises:
        ValueError: If the instant has no time zone.
    """
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no time zone; instants are UTC")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read_instant(text: str) -> datetime:
    """The instant written by ``instant``."""
    return datetime.fromisoformat(text)


def plain(value: Any) -> Any:
    """A record as dicts, lists, strings and numbers."""
    if value is None or (isinstance(value, bool | int | float) and not isinstance(value, Enum)):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted((plain(item) for item in value), key=canonical)
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    raise TypeError(f"a {type(value).__name__} has no place in the book")


def canonical(value: Any) -> str:
    """JSON of plain values: sorted keys, no blanks, no NaN."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def dumps(value: Any) -> str:
    """A record as canonical JSON."""
    return canonical(plain(value))


def loads(kind: type[T], text: str) -> T:
    """A record of that type from its JSON; fields added since take their default."""
    found: T = reader(kind)(json.loads(text))
    return found


def reader(kind: Any) -> Reader:
    """What turns plain values into a value of that type."""
    return _reader(kind)


@cache
def _reader(kind: Any) -> Reader:
    origin, args = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        (inner,) = (reader(arg) for arg in args if arg is not type(None))
        return lambda value: None if value is None else inner(value)
    if origin is tuple:
        return _tuple_reader(args)
    if origin is frozenset:
        item = reader(args[0])
        return lambda value: frozenset(map(item, value))
    if origin is not None and issubclass(origin, Mapping):
        key, item = reader(args[0]), reader(args[1])
        return lambda value: {key(k): item(v) for k, v in value.items()}
    return _plain_reader(kind)


def _tuple_reader(args: tuple[Any, ...]) -> Reader:
    if args[-1] is Ellipsis:
        item = reader(args[0])
        return lambda value: tuple(map(item, value))
    items = tuple(reader(arg) for arg in args)
    return lambda value: tuple(read(v) for read, v in zip(items, value, strict=True))


def _plain_reader(kind: Any) -> Reader:
    if is_dataclass(kind):
        return _record_reader(kind)
    if kind is Decimal:
        return Decimal
    if kind is datetime:
        return read_instant
    if kind is date:
        return date.fromisoformat
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    return kind if kind is float else lambda value: value


def _record_reader(kind: Any) -> Reader:
    hints = get_type_hints(kind)
    readers = {f.name: reader(hints[f.name]) for f in fields(kind)}
    needed = {f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING}

    def read(value: Mapping[str, Any]) -> Any:
        missing = needed - value.keys()
        if missing:
            raise ValueError(f"{kind.__name__} lacks {', '.join(sorted(missing))}")
        return kind(**{name: readers[name](v) for name, v in value.items() if name in readers})

    return read
