"""What a trade costs: half the spread by name and time of day, commission, and its own impact."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
BPS = 1e-4
OPEN_MULTIPLE, OPEN_MINUTES = 2.0, 12.0
CLOSE_MULTIPLE = 0.85
IMPACT = 1.0


@dataclass(frozen=True, slots=True)
class CostModel:
    """Cost of trading, from settings.

    Attributes:
        commission_per_share_usd: Commission a share.
        minimum_usd: Least commission of an order.
        impact: c in c sigma_day sqrt(Q / ADV) (Almgren, Thum, Hauptmann and Li 2005 find about
            this size; the root is the usual rule).
    """

    commission_per_share_usd: float = 0.0
    minimum_usd: float = 0.0
    impact: float = IMPACT

    def commission_usd(self, shares: Floats) -> Floats:
        """Commission of orders of so many shares."""
        fee = np.maximum(np.abs(shares) * self.commission_per_share_usd, self.minimum_usd)
        return np.where(shares == 0.0, 0.0, fee)

    def impact_rate(self, value_usd: Floats, adv_usd: Floats, vol_day: Floats) -> Floats:
        """Impact as a fraction of the value traded; 0 where the daily volume is unknown."""
        known = adv_usd > 0.0
        part = np.abs(value_usd) / np.where(known, adv_usd, 1.0)
        return np.where(known, self.impact * vol_day * np.sqrt(part), 0.0)

    def trade_usd(
        self,
        value_usd: Floats,
        shares: Floats,
        half_spread_bps: Floats,
        minutes_since_open: float,
        adv_usd: Floats,
        vol_day: Floats,
    ) -> Floats:
        """Whole cost of one leg in dollars, shape (trades,)."""
        spread = half_spread_rate(half_spread_bps, minutes_since_open)
        rate = spread + self.impact_rate(value_usd, adv_usd, vol_day)
        return np.asarray(np.abs(value_usd) * rate + self.commission_usd(shares))


def half_spread_rate(half_spread_bps: Floats, minutes_since_open: float) -> Floats:
    """Half spread as a fraction of the price at a time of the session.

    Spreads open at about three times their usual width, come down within half an hour and are a
    little narrower into the close; the usual width is a name's own figure.
    """
    wide = OPEN_MULTIPLE * np.exp(-max(minutes_since_open, 0.0) / OPEN_MINUTES)
    late = CLOSE_MULTIPLE if minutes_since_open >= 360.0 else 1.0
    return np.asarray(np.asarray(half_spread_bps) * BPS * (late + wide))
