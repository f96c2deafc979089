"""What past windows say of the signals: did any, known at the moment, tell where prices went?"""

import numpy as np
from numpy.typing import NDArray

from engine.market.moments import Moments, known_at
from engine.market.name_days import Ints, NameDays
from engine.market.session_history import SessionHistory
from engine.market.signals import Evidence, measure
from engine.market.volatility import TERMS, moment_mean, terms


def evidence(
    found: NameDays,
    history: SessionHistory,
    looks: Moments,
    chosen: NDArray[np.bool_],
    seed: int,
    sector: Ints | None = None,
) -> tuple[Evidence, ...]:
    """Measure every signal against the return of the window that followed.

    Args:
        found: Name-days of all bars.
        history: Session variances of the same names.
        looks: From ``moments``.
        chosen: Name-days to measure on, shape (name_days,).
        seed: Seed of the resampling of days.
        sector: Number of each name's sector, negative for none, shape (names,); by default the
            moves of sectors are not measured.
    """
    state, today, moment = known_at(found, history, looks)
    sd = np.exp(0.5 * state.expected)
    way, gap = today.moved / sd, today.gap / sd
    seen = np.isfinite(way)
    here = np.where(seen, way, 0.0)
    unrest = terms(state, today, moment)[:, TERMS.index("market")]
    signals = {
        "name_move": way,
        "market_move": moment_mean(here, seen, moment),
        "gap": gap,
        "unrest": unrest,
    }
    if sector is not None:
        group = sector[found.name[looks.row]]
        both = moment * (int(sector.max(initial=0)) + 2) + group + 1
        signals["sector_move"] = moment_mean(here, seen & (group >= 0), both)
    use = chosen[looks.row] & seen & np.isfinite(gap)
    if not use.any():
        return ()
    known = {name: values[use] for name, values in signals.items()}
    return measure(known, (looks.returned / sd)[use], found.day[looks.row][use], seed)
