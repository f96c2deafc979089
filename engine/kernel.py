"""The one place where numba is set up.

Kernels release the GIL, so that the window stays live beside them, and are cached on disk.
``NUMBA_DISABLE_JIT=1`` leaves them plain Python to step through.
"""

import hashlib
from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba
import numba.extending
import numpy as np
from numpy.typing import NDArray

P = ParamSpec("P")
R = TypeVar("R")

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
Cube = NDArray[np.float64]
IntVector = NDArray[np.int64]


def kernel(func: Callable[P, R]) -> Callable[P, R]:
    """Compile ``func`` without Python objects, holding no GIL, cached on disk."""
    return cast("Callable[P, R]", numba.njit(cache=True, nogil=True, error_model="numpy")(func))


def fast_kernel(func: Callable[P, R]) -> Callable[P, R]:
    """Like ``kernel``, and lets the compiler contract and reorder float32 arithmetic.

    For Monte Carlo inner loops alone: results are equal on one CPU family whatever the thread
    count, and within 1e-6 elsewhere.
    """
    return cast(
        "Callable[P, R]",
        numba.njit(
            cache=True,
            nogil=True,
            error_model="numpy",
            fastmath={"contract", "arcp", "nsz", "afn", "reassoc"},
        )(func),
    )


def inline_kernel(func: Callable[P, R]) -> Callable[P, R]:
    """A helper that is pasted into the kernels of its own file."""
    return cast(
        "Callable[P, R]", numba.njit(inline="always", nogil=True, error_model="numpy")(func)
    )


def callable_in_kernels(*functions: Callable[..., object]) -> str:
    """Let kernels call plain functions that stay plain Python for everyone else.

    Returns:
        A fingerprint of their code. numba's disk cache looks at the kernel's own bytecode and
        closure alone, so a kernel that calls these must close over the fingerprint, or an edit
        of a rule would leave the old machine code in use.
    """
    digest = hashlib.sha256()
    for function in functions:
        numba.extending.register_jitable(function)
        code = function.__code__
        digest.update(repr((code.co_code, code.co_consts, code.co_names)).encode())
    return digest.hexdigest()
