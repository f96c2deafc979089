"""Days on which a name is expected to move: flagged by the advisor, never guessed.

An announcement widens the variance of the session it falls in. The factors are those of large US
companies as the literature has them, rounded down (Beaver 1968, Journal of Accounting Research 6;
Patell and Wolfson 1984, Journal of Financial Economics 13); no announcement dates come with our
bars, so they are not measured here, and the lot says that an event is flagged.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class EventKind(StrEnum):
    """What is expected."""

    EARNINGS = "earnings"
    NEWS = "news"


VARIANCE_FACTOR = {EventKind.EARNINGS: 2.5, EventKind.NEWS: 1.5}


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """A flag of the advisor.

    Attributes:
        security_id: The name.
        on: Session, a date in New York.
        kind: What is expected.
    """

    security_id: str
    on: date
    kind: EventKind


def variance_factors(
    events: Iterable[Event], names: Sequence[str], on: date
) -> NDArray[np.float64]:
    """Factor on each name's session variance of a day, 1 without a flag, shape (names,)."""
    flagged: dict[str, float] = {}
    for event in events:
        if event.on == on:
            factor = VARIANCE_FACTOR[event.kind]
            flagged[event.security_id] = max(factor, flagged.get(event.security_id, 1.0))
    return np.array([flagged.get(name, 1.0) for name in names])
