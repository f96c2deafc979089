"""The front door: the command line, and from there the workstation."""

import os
import sys
from importlib.metadata import version
from pathlib import Path

import platformdirs

from app.cli import run


def main() -> None:
    """Entry point of the ``lotlight`` command."""
    os.environ.setdefault("NUMBA_CACHE_DIR", str(kernel_folder()))
    sys.exit(run())


def kernel_folder() -> Path:
    """Where compiled kernels of this version are kept: a new version never runs an old one's."""
    return Path(platformdirs.user_cache_dir("lotlight")) / "kernels" / version("lotlight")


if __name__ == "__main__":
    main()
