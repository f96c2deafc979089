"""What came of forecasts: did the price touch the threshold before the window ended?

A forecast is scored only where the prices of its whole window were seen; one whose window the desk
slept through stays unscored rather than guessed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from app.book.findings import StampedForecast
from engine.records import Quote

KEPT = timedelta(days=2)
LONGEST_GAP = timedelta(minutes=15)
"""A silence within a window longer than this leaves its forecast unscored."""


@dataclass(slots=True)
class Lows:
    """Lowest prices by security, in the order in which they were seen.

    Attributes:
        seen: (instant, low in dollars) of each actionable quote, by security.
    """

    seen: dict[str, list[tuple[datetime, float]]] = field(default_factory=dict)

    def take(self, quotes: Iterable[Quote]) -> None:
        """Keep the lows of actionable quotes; what is older than two days is let go."""
        for quote in quotes:
            if not quote.state.actionable:
                continue
            line = self.seen.setdefault(quote.security_id, [])
            line.append((quote.event_at, float(min(quote.low_usd, quote.last_usd))))
            while line[0][0] < quote.event_at - KEPT:
                line.pop(0)

    def within(self, security_id: str, after: datetime, until: datetime) -> float | None:
        """Lowest price in (after, until], None unless the whole span was watched."""
        line = self.seen.get(security_id, [])
        inside = [(at, low) for at, low in line if after < at <= until]
        if not inside:
            return None
        times = [after, *(at for at, _ in inside), until]
        gaps = (late - early for early, late in pairwise(times))
        return None if max(gaps) > LONGEST_GAP else min(low for _, low in inside)


def outcomes(pending: Iterable[StampedForecast], lows: Lows) -> dict[tuple[str, str], bool]:
    """Whether each forecast came true, by (evaluation id, lot id); unwatched ones are left out.

    Forecasts of ready lots are left out too: they were past the threshold when made, so that
    nothing was forecast.
    """
    found = {}
    spans: dict[tuple[str, datetime, datetime], float | None] = {}
    for item in pending:
        said = item.forecast
        if said.ready:
            continue
        span = (said.security_id, item.stamped_at, said.window_ends_at)
        if span not in spans:
            spans[span] = lows.within(*span)
        low = spans[span]
        if low is not None:
            found[item.evaluation_id, said.lot_id] = low <= said.threshold_usd
    return found
