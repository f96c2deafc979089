"""The shipped shape of a session's variance, used until five sessions of bars are known."""

import csv
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

DAY_MINUTES = 1440


@cache
def shipped_profile() -> NDArray[np.float64]:
    """Share of a session's variance that has fallen by each minute of the day, shape (1440,)."""
    text = (files("resources") / "market" / "diurnal_profile.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    minutes, shares = [570.0], [0.0]
    for row in rows:
        minutes.append(float(row["end_minute"]))
        shares.append(float(row["share"]))
    return np.asarray(np.interp(np.arange(DAY_MINUTES), minutes, np.cumsum(shares)))
