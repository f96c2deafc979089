"""The order of a live queue that never moves under the hand."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pending:
    """What waits to be let in."""

    new: int = 0
    moved: int = 0

    def __str__(self) -> str:
        """``4 new, 2 moved``; "" when nothing waits."""
        parts = ((self.new, "new"), (self.moved, "moved"))
        return ", ".join(f"{count} {word}" for count, word in parts if count)


class HeldOrder:
    """Keeps rows where they are while the advisor's hand is on them.

    While held, rows that the newest snapshot no longer has stay in their place (marked gone by
    the caller), new ones wait outside, and nothing changes its place.

    Attributes:
        shown: Identities on screen, top to bottom.
        pending: What the newest snapshot would change.
    """

    def __init__(self) -> None:
        self.shown: tuple[str, ...] = ()
        self.pending = Pending()
        self._newest: tuple[str, ...] = ()

    def take(
        self, newest: Sequence[str], *, held: bool, dropped: frozenset[str] = frozenset()
    ) -> tuple[str, ...]:
        """The order to show for a snapshot; ``dropped`` rows may leave although held."""
        self._newest = tuple(newest)
        if not held:
            return self.accept()
        kept = set(newest)
        self.shown = tuple(x for x in self.shown if x in kept or x not in dropped)
        known = set(self.shown)
        now = [x for x in self.shown if x in kept]
        then = [x for x in newest if x in known]
        moved = sum(a != b for a, b in zip(now, then, strict=True))
        self.pending = Pending(len(kept - known), moved)
        return self.shown

    def accept(self) -> tuple[str, ...]:
        """Let everything in."""
        self.shown, self.pending = self._newest, Pending()
        return self.shown
