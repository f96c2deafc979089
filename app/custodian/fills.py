"""A fills file as values: our own layout, or a custodian's by a saved mapping."""

from __future__ import annotations

from app.custodian.order_values import Fill
from app.custodian.profile import load
from app.custodian.read import parse
from app.custodian.sniff import Source
from app.custodian.values import RejectedRow
from engine.results import Problem


def read_fills(
    source: Source, profile_name: str = "fills"
) -> tuple[tuple[Fill, ...], tuple[Problem, ...], tuple[RejectedRow, ...]]:
    """The fills of a file, what was wrong with other rows, and those rows.

    Raises:
        FileRefusedError: If the file cannot be read at all.
        ProfileError: If there is no such profile.
    """
    parsed = parse(source, load(profile_name))
    fills = tuple(line for line in parsed.lines if isinstance(line, Fill))
    return fills, parsed.problems, parsed.rejected
