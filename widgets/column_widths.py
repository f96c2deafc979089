"""How the columns of a table share its width: spare ones give way, bars and words yield next."""

from collections.abc import Collection, Sequence
from typing import Any

from widgets.table import Column, Kind

LEAST_WORDS, LEAST_PAINTED, WIDEST_PAINTED = 56, 60, 240
"""Pixels. Bars take what is left over up to the widest, then words do."""
STEP = 12


def columns_that_fit(
    columns: Sequence[Column[Any]], wanted: Sequence[int], room: int, hidden: Collection[int]
) -> dict[int, int]:
    """Widths of the columns in sight.

    Args:
        columns: All columns, left to right.
        wanted: Width that shows each column whole, pixels.
        room: Width of the table, pixels.
        hidden: Columns hidden by hand.

    Returns:
        Width by column; a column left out has none. Figures are never narrower than wanted.
    """
    kept = _kept(columns, wanted, room, hidden)
    widths = {at: wanted[at] for at in kept}
    painted = [at for at in kept if columns[at].kind in (Kind.SPARK, Kind.CHANCE)]
    words = [at for at in kept if columns[at].kind is Kind.TEXT]
    extra = room - sum(widths.values())
    if extra < 0:
        _squeeze(widths, -extra, painted, words)
        return widths
    for at in painted:
        widths[at] += min(extra // len(painted), max(WIDEST_PAINTED - widths[at], 0))
    left = room - sum(widths.values())
    for at in words or kept:
        widths[at] += left // len(words or kept)
    return widths


def _kept(
    columns: Sequence[Column[Any]], wanted: Sequence[int], room: int, hidden: Collection[int]
) -> list[int]:
    """Columns in sight: spare ones only as far as there is room, the dearest first."""
    chosen = [at for at in range(len(columns)) if at not in hidden]
    kept = [at for at in chosen if not columns[at].spare]
    for at in sorted((i for i in chosen if columns[i].spare), key=lambda i: columns[i].spare):
        if sum(wanted[i] for i in kept) + wanted[at] <= room:
            kept.append(at)
    return sorted(kept)


def _squeeze(widths: dict[int, int], missing: int, painted: list[int], words: list[int]) -> None:
    """Take what is missing from bars first, then from the widest words (they elide)."""
    for at in painted:
        less = min(missing, max(widths[at] - LEAST_PAINTED, 0))
        widths[at] -= less
        missing -= less
    while missing > 0 and words:
        widest = max(words, key=lambda at: widths[at])
        if widths[widest] <= LEAST_WORDS:
            return
        less = min(missing, STEP)
        widths[widest] -= less
        missing -= less
