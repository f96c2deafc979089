"""A mapping of one's own: a shipped profile with headings that a person has confirmed once.

``lotlight import generic-lots FILE --map shares=Units --save-mapping mine.toml`` reads the file
with "Units" as the heading of the shares and keeps that; from then on
``lotlight import mine.toml FILE`` does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import tomlkit

from app.custodian.profile import FOLDER, Profile, ProfileError, names, parse


def parse_pairs(pairs: Sequence[str]) -> dict[str, str]:
    """``FIELD=HEADING`` texts as field -> heading.

    Raises:
        ProfileError: If a text has no ``=``.
    """
    found = {}
    for pair in pairs:
        field, mark, heading = pair.partition("=")
        if not mark or not field.strip() or not heading.strip():
            raise ProfileError(pair, "a mapping is FIELD=HEADING, e.g. shares=Units")
        found[field.strip()] = heading.strip()
    return found


def map_headings(name: str, headings: Mapping[str, str]) -> tuple[Profile, str]:
    """A shipped profile that reads these headings first, and its TOML text.

    Args:
        name: Name of the shipped profile to start from.
        headings: Field -> heading in the file.

    Raises:
        ProfileError: If there is no such profile, or no table of it has such a field.
    """
    if name not in names():
        raise ProfileError(name, f"is not known; known are {', '.join(names())}")
    document = tomlkit.parse((FOLDER / f"{name}.toml").read_text("utf-8"))
    tables = document.get("table", [])
    for field, heading in headings.items():
        found = [table["columns"] for table in tables if field in table["columns"]]
        if not found:
            known = sorted({known for table in tables for known in table["columns"]})
            raise ProfileError(name, f"has no field {field!r}; it has {', '.join(known)}")
        for columns in found:
            columns[field] = [heading, *columns[field]]
    text = tomlkit.dumps(document)
    return parse(name, text), text


def save_mapping(path: Path, text: str) -> None:
    """Keep a mapping; an existing file is never written over.

    Raises:
        ProfileError: If there is a file already, or the place cannot be written.
    """
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise ProfileError(str(path), "is there already; choose another name") from None
    except OSError as error:
        raise ProfileError(str(path), f"cannot be written: {error.strerror}") from None
