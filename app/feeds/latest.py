"""Latest wins: one place for each name, filled over and over, emptied at each batch."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from app.feeds.contract import STALE_AFTER_INTERVALS
from engine.records import Quote, QuoteState

_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_NEVER = np.iinfo(np.int64).max


class LatestQuotes:
    """The newest quote of each name, in a table that never grows.

    However fast quotes come in, the table holds one for each name, and a batch hands over at most
    one for each name.
    """

    def __init__(self, names: Sequence[str], interval: timedelta) -> None:
        """Make room for ``names``; a price older than three intervals goes stale."""
        self._index = {name: i for i, name in enumerate(sorted(set(names)))}
        self._quotes: list[Quote | None] = [None] * len(self._index)
        self._changed = np.zeros(len(self._index), dtype=bool)
        self._event_ns = np.full(len(self._index), _NEVER)
        self._max_age_ns = STALE_AFTER_INTERVALS * round(interval.total_seconds() * 1e9)

    def __contains__(self, name: str) -> bool:
        """Whether there is a place for the name."""
        return name in self._index

    def offer(self, quote: Quote) -> None:
        """Put the quote in its place, over whatever was there."""
        place = self._index[quote.security_id]
        self._quotes[place] = quote
        self._changed[place] = True
        self._event_ns[place] = nanoseconds(quote.event_at)

    def take(self, now: datetime) -> tuple[Quote, ...]:
        """Quotes that changed since the last call, each in the state that it has at ``now``."""
        self._mark_stale(now)
        places = np.flatnonzero(self._changed)
        self._changed[:] = False
        return tuple(quote for place in places if (quote := self._quotes[place]) is not None)

    def _mark_stale(self, now: datetime) -> None:
        """Turn the state of every price that is too old; its age stops being looked at."""
        for place in np.flatnonzero(nanoseconds(now) - self._event_ns > self._max_age_ns):
            quote = self._quotes[place]
            if quote is not None:
                self._quotes[place] = replace(quote, state=QuoteState.STALE)
                self._changed[place] = True
            self._event_ns[place] = _NEVER


def nanoseconds(at: datetime) -> int:
    """An instant as whole nanoseconds since 1970, exact to the microsecond."""
    whole = at - _EPOCH
    return (whole.days * 86_400 + whole.seconds) * 1_000_000_000 + whole.microseconds * 1_000
