"""The chance that the low of a window reaches a barrier, in closed form.

Without log drift the running minimum over a total variance v satisfies P(min <= b) = 2 Phi(b / sd),
whatever the shape of the variance inside the window (time change).
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Floats = NDArray[np.float64]


def touch_probability(barrier: Floats, sd: Floats) -> Floats:
    """Chance of a touch, elementwise.

    Args:
        barrier: Log return from now at the barrier; 0 or more is already there.
        sd: Standard deviation of the window's log return, NaN or 0 = the price will not move.
    """
    moving = np.isfinite(sd) & (sd > 0.0)
    found = 2.0 * ndtr(np.where(moving, barrier / np.where(moving, sd, 1.0), -np.inf))
    return np.asarray(np.where(barrier >= 0.0, 1.0, np.minimum(found, 1.0)))
