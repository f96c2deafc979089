"""Variance of a day from its open, high, low and close, and of days from squared returns.

All are variances of the open-to-close day (Yang-Zhang: of the whole day, night included). Prices
in dollars, shape (..., days); a day without a range gives NaN.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LAMBDA = 0.94


def parkinson(high: Floats, low: Floats) -> Floats:
    """(H-L)^2 / (4 ln 2) of log prices (Parkinson 1980)."""
    return np.asarray(np.log(high / low) ** 2 / (4.0 * np.log(2.0)))


def garman_klass(open_: Floats, high: Floats, low: Floats, close: Floats) -> Floats:
    """0.5 (H-L)^2 - (2 ln 2 - 1)(C-O)^2 of log prices (Garman and Klass 1980)."""
    day = np.log(close / open_) ** 2
    return np.asarray(0.5 * np.log(high / low) ** 2 - (2.0 * np.log(2.0) - 1.0) * day)


def rogers_satchell(open_: Floats, high: Floats, low: Floats, close: Floats) -> Floats:
    """U(U-C) + D(D-C) from the open (Rogers and Satchell 1991); free of the drift."""
    up, down, day = np.log(high / open_), np.log(low / open_), np.log(close / open_)
    return np.asarray(up * (up - day) + down * (down - day))


def yang_zhang(open_: Floats, high: Floats, low: Floats, close: Floats) -> float:
    """Variance of a day, night included, from days 2..n of one name (Yang and Zhang 2000)."""
    night = np.log(open_[1:] / close[:-1])
    day = np.log(close[1:] / open_[1:])
    n = night.size
    k = 0.34 / (1.34 + (n + 1.0) / (n - 1.0))
    mean_rs = float(rogers_satchell(open_, high, low, close)[1:].mean())
    return float(night.var(ddof=1) + k * day.var(ddof=1) + (1.0 - k) * mean_rs)


def ewma(squared: Floats, decay: float = LAMBDA) -> Floats:
    """Running mean of squared returns that forgets (RiskMetrics 1996), starting at the first.

    Missing days (NaN) leave it as it is; before the first value it is NaN. Shape as given.
    """
    found = np.full(squared.shape, np.nan)
    last = np.full(squared.shape[:-1], np.nan)
    for day in range(squared.shape[-1]):
        now = squared[..., day]
        mixed = np.where(np.isnan(last), now, decay * last + (1.0 - decay) * now)
        last = np.where(np.isnan(now), last, mixed)
        found[..., day] = last
    return found
