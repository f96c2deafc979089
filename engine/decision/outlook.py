"""The market at one moment, as every household of the practice is valued against it.

Simulated once for each refresh: nothing in a loop over households draws a random number, so two
clients with the same lot see the same probability, and a thousand portfolios cost little more
than one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.market.risk import RiskModel
from engine.market.signals import Evidence
from engine.market.touch_table import Touches
from engine.records import Quote, Security

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class TouchModel(Protocol):
    """Chance that the low of the window reaches a log barrier below the price."""

    def __call__(self, name: Ints, barrier: Floats) -> Touches:
        """Touch chances of ``barrier`` (log return from now, < 0 not yet reached) by name."""


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """Quotes and what may become of them.

    Attributes:
        as_of: Instant of the quotes, UTC.
        today: Trading day in New York.
        snapshot_id: Digest of the quotes.
        seed: Seed of the simulation.
        paths: Simulated paths.
        names: Security ids that are priced and simulated, in the order of every array.
        index: Place of each name.
        securities: All securities of the book, also those that are only held.
        quotes: Newest quote by security.
        price: Last price in dollars, NaN where none may be acted on, shape (names,).
        half_spread: Half spread as a fraction of the price, shape (names,).
        adv_usd: Usual dollar volume of a day, 0 when unknown, shape (names,).
        vol_annual: Volatility of the window, per square-root year, shape (names,).
        window_ends_at: End of the window, UTC.
        window_hours: Session hours in it.
        to_close: Whether the window is cut short by the close.
        touches: Touch model over ``names``.
        hours: Right edges of the simulated steps in session hours, shape (steps,).
        relatives: Price relatives at the steps, shape (paths, steps, names), float32.
        risk: Factor model over ``names``.
        sessions_left: Sessions after today to the end of the year.
        signals: What past sessions say of each signal of direction; none carries weight here.
    """

    as_of: datetime
    today: date
    snapshot_id: str
    seed: int
    paths: int
    names: tuple[str, ...]
    index: Mapping[str, int]
    securities: Mapping[str, Security]
    quotes: Mapping[str, Quote]
    price: Floats
    half_spread: Floats
    adv_usd: Floats
    vol_annual: Floats
    window_ends_at: datetime
    window_hours: float
    to_close: bool
    touches: TouchModel
    hours: Floats
    relatives: NDArray[np.float32]
    risk: RiskModel
    sessions_left: int = 0
    signals: tuple[Evidence, ...] = ()
