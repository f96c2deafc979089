"""Daily prices as a back-test walks them: full columns, splits and spin-offs apart."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class History:
    """Prices of names that traded on every session of a span.

    Attributes:
        days: Calendar ordinals of the sessions, shape (days,).
        names: Tickers, shape (names,).
        sector: Sector number of each name, shape (names,).
        close: Raw closes in dollars, shape (days, names).
        dividend: Dollars per share held after the day's split, shape (days, names).
        split: New shares per old share at the open (1 = none), shape (days, names).
        spinoff: Price factor of a spin-off (1 = none): the shares stay, ``1 - 1/factor`` of the
            value before left as another security, shape (days, names).
    """

    days: NDArray[np.int64]
    names: tuple[str, ...]
    sector: NDArray[np.int64]
    close: Floats
    dividend: Floats
    split: Floats
    spinoff: Floats

    def __post_init__(self) -> None:
        """Refuse gaps and prices that cannot be.

        Raises:
            InputError: If a close is missing or not above zero.
        """
        bad = np.argwhere(~(self.close > 0.0))
        if bad.size:
            day, name = (int(i) for i in bad[0])
            raise InputError(
                f"close of {self.names[name]} on day {day}",
                float(self.close[day, name]),
                "give a positive price for every session, or leave the name out",
            )

    def returns(self) -> Floats:
        """Total returns, simple, shape (days, names); the first row is 0."""
        factor = self.split * self.spinoff
        grown = (self.close + self.dividend) * factor
        found = np.zeros_like(self.close)
        found[1:] = grown[1:] / self.close[:-1] - 1.0
        return found

    def price_index(self) -> Floats:
        """Growth of one dollar without dividends, split and spin-off adjusted, (days, names)."""
        factor = self.split * self.spinoff
        steps = np.ones_like(self.close)
        steps[1:] = self.close[1:] * factor[1:] / self.close[:-1]
        return np.asarray(np.cumprod(steps, axis=0), dtype=np.float64)
