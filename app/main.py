"""The front door: the command line, and from there the workstation."""

import sys

from app.cli import run


def main() -> None:
    """Entry point of the ``lotlight`` command."""
    sys.exit(run())


if __name__ == "__main__":
    main()
