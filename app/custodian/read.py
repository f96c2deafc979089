"""One door for every custodian's file: a source and a profile give what the file says."""

from __future__ import annotations

from pathlib import Path

from app.custodian.profile import Profile, load, names
from app.custodian.sniff import FileRefusedError, Source, grid, open_source
from app.custodian.tables import read_table
from app.custodian.values import Parsed

AUTO = "auto"


def read(path: Path, profile_name: str) -> tuple[Parsed, Profile]:
    """Read a file by a profile's name, by a saved mapping's path, or by ``auto``.

    Returns:
        What the file says, and the profile that read it.

    Raises:
        FileRefusedError: If the file cannot be read at all.
        ProfileError: If there is no such profile.
    """
    source = open_source(path)
    profile = recognise(source) if profile_name == AUTO else load(profile_name)
    return parse(source, profile), profile


def parse(source: Source, profile: Profile) -> Parsed:
    """Read a source by a profile."""
    if profile.reader == "flex":
        from app.custodian.flex import read_flex

        return read_flex(source, profile)
    if profile.reader == "ofx":
        from app.custodian.ofx import read_ofx

        return read_ofx(source, profile)
    return read_table(source, grid(source), profile)


def recognise(source: Source) -> Profile:
    """The one shipped profile that reads a file without any problem and gets most from it.

    Raises:
        FileRefusedError: If no profile does, or several do equally well.
    """
    found: list[tuple[int, str]] = []
    for name in names():
        try:
            parsed = parse(source, load(name))
        except FileRefusedError:
            continue
        if parsed.lines and not parsed.problems:
            columns = max((len(t.columns) for t in load(name).tables), default=100)
            found.append((len(parsed.lines) * 1000 + columns, name))
    found.sort(reverse=True)
    if not found or (len(found) > 1 and found[0][0] == found[1][0]):
        tried = ", ".join(name for _, name in found) or "none"
        remedy = "name the profile (lotlight import --list shows them)"
        raise FileRefusedError(source.name, f"is not recognised (fitting: {tried})", remedy)
    return load(found[0][1])
