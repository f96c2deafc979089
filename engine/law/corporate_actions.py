"""Corporate actions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Split:
    """A stock split or reverse split: ``numerator`` new shares for ``denominator`` old ones.

    Attributes:
        action_id: Identity.
        security_id: Security.
        effective_on: First day on which the new shares trade.
        numerator: New shares.
        denominator: For as many old ones.
    """

    action_id: str
    security_id: str
    effective_on: date
    numerator: int
    denominator: int
