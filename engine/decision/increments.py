"""Slices instead of one block: how a trade too large for the market is cut up, and what it costs.

Trading slowly costs less impact and leaves the rest exposed to the price for longer. With linear
impact the best compromise is known in closed form (Almgren & Chriss, "Optimal execution of
portfolio transactions", J. Risk 3, 2000). In a sale with its replacement only the tax asset is
exposed, (rate now - rate later) times the volatility, so the urgency is small.
"""

import math
from dataclasses import dataclass

import numpy as np

from engine.errors import InputError
from engine.kernel import Vector

BLOCK_OF_DAY = 0.01  # share of a day's volume up to which one block is fine
MOST_SLICES = 5
LADDER = (0.0, 0.5, 1.0)  # limits below the last price, in standard deviations of the window


@dataclass(frozen=True, slots=True, eq=False)
class Schedule:
    """A trade in slices.

    Attributes:
        holdings: Shares left after each slice, starting with all, shape (slices + 1,).
        trades: Shares of each slice, shape (slices,).
        urgency: Rate at which the schedule hurries, per unit of time; 0 is the equal split.
        cost_usd: Expected impact of the slices.
        block_cost_usd: Expected impact of one block.
        risk_usd: Standard deviation of the outcome while the slices are worked.
    """

    holdings: Vector
    trades: Vector
    urgency: float
    cost_usd: float
    block_cost_usd: float
    risk_usd: float


def almgren_chriss(
    shares: float,
    horizon: float,
    slices: int,
    vol_usd: float,
    temporary: float,
    aversion: float,
    permanent: float = 0.0,
) -> Schedule:
    """Cut a trade into slices that minimise cost + aversion x variance.

    Args:
        shares: Shares to trade.
        horizon: Time to trade in, in the unit of ``vol_usd`` and ``temporary``.
        slices: Number of equal intervals.
        vol_usd: Standard deviation of the price in dollars per square root of time; of the tax
            asset alone, ``tax_asset_vol``, where the replacement is bought at once.
        temporary: Temporary impact in dollars per share and (share per unit of time).
        aversion: Dollars of cost that one dollar squared of variance is worth.
        permanent: Permanent impact in dollars per share and share.

    Raises:
        InputError: Where the intervals are so long that impact would be free.
    """
    if shares < 0 or horizon <= 0 or slices < 1:
        raise InputError(
            "shares, horizon, slices", (shares, horizon, slices), "give amounts above 0"
        )
    step = horizon / slices
    net = temporary - 0.5 * permanent * step
    if net <= 0:
        raise InputError(
            "temporary", temporary, "raise it above half the permanent impact of a step"
        )
    urgency = math.acosh(aversion * vol_usd**2 * step**2 / (2 * net) + 1) / step
    left: Vector = np.linspace(horizon, 0.0, slices + 1)
    holdings: Vector = shares / horizon * left
    if urgency * horizon > 1e-9:
        holdings = shares / math.sinh(urgency * horizon) * np.sinh(urgency * left)
    trades = holdings[:-1] - holdings[1:]
    cost = 0.5 * permanent * shares**2 + net / step * float(trades @ trades)
    return Schedule(
        holdings=holdings,
        trades=trades,
        urgency=urgency,
        cost_usd=cost,
        block_cost_usd=0.5 * permanent * shares**2 + net / step * shares**2,
        risk_usd=vol_usd * math.sqrt(step * float(holdings[1:] @ holdings[1:])),
    )


def tax_asset_vol(price_usd: float, vol: float, tax_now: float, tax_later: float) -> float:
    """Dollars per share and square-root year that are exposed while a swap is worked."""
    return price_usd * vol * abs(tax_now - tax_later)


def slices_for(
    shares: float, day_volume: float, window_volume: float, participation: float = 0.08
) -> int:
    """How many slices a trade needs; 1 is a block.

    Args:
        shares: Shares to trade.
        day_volume: Usual shares of a day, 0 when unknown (then one block).
        window_volume: Usual shares of one slice's window, say five minutes.
        participation: Largest share of the window's volume to be.
    """
    if day_volume <= 0 or window_volume <= 0:
        return 1
    if shares <= BLOCK_OF_DAY * day_volume and shares <= participation * window_volume:
        return 1
    return int(min(MOST_SLICES, math.ceil(shares / (participation * window_volume))))


def square_root_impact_usd(
    shares: float, price_usd: float, day_vol: float, day_volume: float, factor: float = 1.0
) -> float:
    """Usual impact of a trade in dollars: factor x day's volatility x sqrt(share of the volume).

    Almgren, Thum, Hauptmann & Li, "Direct estimation of equity market impact" (2005).
    """
    if shares <= 0 or day_volume <= 0:
        return 0.0
    return factor * day_vol * math.sqrt(shares / day_volume) * shares * price_usd


@dataclass(frozen=True, slots=True)
class Rung:
    """One limit order of a ladder to buy on a dip (or, mirrored, to sell on a rise).

    Attributes:
        limit_usd: Limit price.
        shares: Shares resting there.
        fill_probability: Chance that the price reaches it within the window.
    """

    limit_usd: float
    shares: float
    fill_probability: float


def ladder(
    shares: float, last_usd: float, window_sd: float, steps: tuple[float, ...] = LADDER
) -> tuple[Rung, ...]:
    """Spread a purchase over limits at and below the last price.

    A resting limit is watched continuously, so without drift it fills with probability
    2 Phi(-k), k the distance in standard deviations of the window (reflection principle).

    Args:
        shares: Shares in all; the rungs share them evenly, whole shares first.
        last_usd: Last price.
        window_sd: Standard deviation of the log price over the window.
        steps: Distances in standard deviations.
    """
    whole = math.floor(shares / len(steps))
    sizes = [float(whole)] * len(steps)
    sizes[0] += shares - whole * len(steps)
    return tuple(
        Rung(last_usd * math.exp(-k * window_sd), size, math.erfc(k / math.sqrt(2)))
        for k, size in zip(steps, sizes, strict=True)
    )
