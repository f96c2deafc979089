"""The touch model of one moment: calibration map, standard deviations, simulated minima."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.market.calibration_map import CELLS, TOP, CalibrationMap
from engine.market.lot_kernels import look_up
from engine.market.scenarios import ScenarioSet

Floats = NDArray[np.float64]
FARTHEST = 1e6
"""One over the standard deviation of a name without variance: no barrier is near."""


@dataclass(frozen=True, slots=True, eq=False)
class Touches:
    """Chances of touching barriers, shape (barriers,) each.

    Attributes:
        probability: Chance within the window, in [0, 1].
        stderr: Standard error of the simulated chance.
        next_session: Chance within the next session, from now on.
    """

    probability: Floats
    stderr: Floats
    next_session: Floats


@dataclass(frozen=True, slots=True, eq=False)
class TouchTable:
    """What a barrier's chance is looked up in.

    Attributes:
        sd: Standard deviation of the window, shape (names,).
        sd_next: Standard deviation to the end of the next session, shape (names,).
        scenarios: Simulated minima.
        learned: Calibration map of this kind of moment, from the windows of earlier sessions.
        looks: Looks of the desk in the window.
    """

    sd: Floats
    sd_next: Floats
    scenarios: ScenarioSet
    learned: CalibrationMap
    looks: int = 36

    def __call__(self, name: NDArray[np.int64], barrier: Floats) -> Touches:
        """Touch chances of log barriers by name."""
        simulated = self.scenarios.probability(name, _in_sd(barrier, self.sd[name]))
        return Touches(
            self._calibrated(name, barrier, self.sd),
            np.sqrt(simulated * (1.0 - simulated) / self.scenarios.paths),
            self._calibrated(name, barrier, self.sd_next),
        )

    def _calibrated(self, name: NDArray[np.int64], barrier: Floats, sd: Floats) -> Floats:
        """Chance by table look-up; without variance a barrier not yet reached stays so."""
        out = np.empty(name.size, np.float32)
        look_up(
            name.astype(np.int32),
            np.maximum(barrier, -FARTHEST).astype(np.float32),
            np.zeros(sd.size, np.float32),
            (1.0 / np.maximum(sd, 1.0 / FARTHEST)).astype(np.float32),
            self.learned.table.astype(np.float32),
            CELLS / TOP,
            out,
        )
        return np.where(-barrier > TOP * sd[name], 0.0, out.astype(np.float64))


def _in_sd(barrier: Floats, sd: Floats) -> Floats:
    """Barriers in standard deviations; infinitely far where there is no variance."""
    return np.where(sd > 0.0, barrier / np.where(sd > 0.0, sd, 1.0), -np.inf)
