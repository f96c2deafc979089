"""Second vector: how the market and its sectors have moved since the first price of the session.

Each is shown with its information coefficient on the earlier sessions of the tape, or as no
evidence; none carries weight: the forecasts rest on volatility alone.
"""

import numpy as np
from numpy.typing import NDArray

from app.screens.moment import Moment, weights
from engine.decision.outlook import Outlook
from widgets.views import MarketSignal

UNMEASURED = "no measured evidence: weight 0"
FULL_LEAN = 0.02
"""Move since the open at which a bar of lean is full."""
CALM, STORMY = 0.8, 1.25


def market_signals(moment: Moment, opened: NDArray[np.float64]) -> tuple[MarketSignal, ...]:
    """Index, own holdings, breadth, volatility, then sectors by the size of their move.

    Args:
        moment: The household and its market.
        opened: First price of each name in the session, NaN where none was seen, shape (names,).
    """
    outlook = moment.outlook
    with np.errstate(invalid="ignore", divide="ignore"):
        move = outlook.price / opened - 1.0
    known = np.isfinite(move)
    if not known.any():
        return ()
    held = np.where(known, weights(moment), 0.0)
    rows = [_move(outlook, "All names, mean", float(move[known].mean()), "market_move")]
    if held.sum() > 0.0:
        mine = float(np.dot(held, np.nan_to_num(move)) / held.sum())
        rows.append(_move(outlook, "Household's holdings", mine, ""))
    rising = float((move[known] > 0.0).mean())
    rows.append(_row(outlook, "Names up", f"{rising:.0%}", 2.0 * rising - 1.0))
    rows += _volatility(moment)
    return (*rows, *_sectors(outlook, move, known))


def _volatility(moment: Moment) -> list[MarketSignal]:
    """Today's volatility against the usual, median of all names."""
    vol, usual = moment.outlook.vol_annual, moment.usual_vol
    both = np.isfinite(vol) & np.isfinite(usual) & (usual > 0.0)
    if not both.any():
        return []
    ratio = float(np.median(vol[both] / usual[both]))
    return [
        _row(moment.outlook, "Volatility to usual", f"{ratio:.2f}x, {regime(ratio)}", 0.0, "unrest")
    ]


def regime(ratio: float) -> str:
    """Word for a volatility against the usual one."""
    return "calm" if ratio < CALM else "stormy" if ratio > STORMY else "usual"


def _sectors(
    outlook: Outlook, move: NDArray[np.float64], known: NDArray[np.bool_]
) -> list[MarketSignal]:
    """Mean move of each sector's names."""
    sector = np.array([outlook.securities[name].sector for name in outlook.names])
    moves = {s: float(move[known & (sector == s)].mean()) for s in sorted(set(sector[known])) if s}
    return [
        _move(outlook, s, moves[s], "sector_move")
        for s in sorted(moves, key=lambda s: -abs(moves[s]))
    ]


def _move(outlook: Outlook, name: str, move: float, signal: str) -> MarketSignal:
    """A move since the first price of the session."""
    sign = "−" if move < 0 else "+"
    return _row(outlook, name, f"{sign}{abs(move):.2%} since open", move / FULL_LEAN, signal)


def _row(outlook: Outlook, name: str, reading: str, lean: float, signal: str = "") -> MarketSignal:
    """One line, with what past sessions say of its signal."""
    measured = (f"{e.verdict}; weight 0" for e in outlook.signals if e.name == signal)
    said = next(measured, UNMEASURED)
    return MarketSignal(name, reading, float(np.clip(lean, -1.0, 1.0)), said, outlook.as_of)
