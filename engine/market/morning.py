"""What the days before say of a session to come: made once a day, used at every tick.

The state, shapes and maps are those by which ``lotlight forecast score`` forecasts the same day.
"""

from dataclasses import dataclass

import numpy as np

from engine.market.calibration_map import CalibrationMap, CalibrationMaps, kind_of
from engine.market.diurnal import Diurnal
from engine.market.moments import AFTER_ALL, shapes, taught
from engine.market.name_days import Floats, Ints, NameDays
from engine.market.session_history import NIGHT_TO_SESSION, SessionHistory
from engine.market.volatility import LEVEL, TERMS, DailyState, Today, terms, trailing_mean

NIGHTS, LEAST_NIGHTS = 66, 20


@dataclass(frozen=True, slots=True, eq=False)
class Morning:
    """Known before the open, shape (names,) unless said.

    Attributes:
        state: Level of each name's volatility, and what it rests on.
        shape: Diurnal shapes of this day.
        maps: Calibration maps by kind of moment.
        session: Variance of the whole session.
        night: Variance of a night.
    """

    state: DailyState
    shape: Diurnal
    maps: CalibrationMaps
    session: Floats
    night: Floats

    def map_at(self, today: Today, *, to_close: bool) -> CalibrationMap:
        """The calibration map of a moment."""
        unrest = terms(self.state, today)[:1, TERMS.index("market")]
        kind = kind_of(np.array([to_close]), unrest if unrest.size else np.zeros(1))
        return self.maps.at(int(kind[0]))

    def shape_until(self, minute: Floats) -> Floats:
        """Share that has usually fallen by a minute of each name's own, shape (names,)."""
        names = np.arange(len(self.session))
        return self.shape.at(names, 0 * names, minute.astype(np.int64))

    def share(self, after: float, until: float) -> Floats:
        """Share of the session's variance between two minutes of the New York day."""
        first, last = (self._fallen(minute) for minute in (after, until))
        return np.asarray(last - first)

    def _fallen(self, minute: float) -> Floats:
        """Share fallen by a minute, between whole minutes in proportion."""
        names, whole = np.arange(len(self.session)), int(np.floor(minute))
        here = self.shape.at(names, 0 * names, whole)
        part = minute - whole
        return here + part * (self.shape.at(names, 0 * names, whole + 1) - here) if part else here


def morning(
    found: NameDays, history: SessionHistory, close_minute: Ints, hours: float, shipped: Floats
) -> Morning:
    """Estimate from the sessions before.

    Args:
        found: Name-days of the bars of all earlier sessions; may be none.
        history: Session variances of the same names, from bars and daily rows.
        close_minute: Close of each name-day's session, shape (name_days,).
        hours: Length of a forecast's window.
        shipped: Cumulative shape used before five sessions are known, shape (1440,).
    """
    state = history.state().today
    session = np.exp(state.expected + LEVEL)
    nights, count = trailing_mean(history.gap**2, NIGHTS)
    usual = NIGHT_TO_SESSION * np.exp(state.base + LEVEL)
    night = np.where(count[:, -1] >= LEAST_NIGHTS, nights[:, -1], usual)
    return Morning(
        state,
        shapes(found, close_minute, shipped, len(session)).newest,
        taught(found, history, close_minute, hours, shipped)[AFTER_ALL],
        session,
        night,
    )
