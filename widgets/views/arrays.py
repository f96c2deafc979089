"""The one array type of the views."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
