"""The command line starts light: what a command does not need is not imported."""

import importlib
import subprocess
import sys
from pathlib import Path

import click
import pytest

from app.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("PySide6", "pyqtgraph", "numba", "cvxpy", "pandas", "scipy", "pyarrow", "numpy")


def imported_by(words: list[str]) -> tuple[str, list[str]]:
    """Output of a command, and the heavy packages that it imported."""
    code = (
        "import sys\nfrom app.cli import run\n"
        f"code = run({words!r})\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])\nsys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    *said, found = done.stdout.strip().splitlines()
    return "\n".join(said), eval(found)


def test_the_version_is_told_without_any_heavy_import() -> None:
    said, found = imported_by(["--version"])
    assert said.startswith("lotlight, version")
    assert found == []


def test_the_help_lists_every_command_without_importing_one() -> None:
    said, found = imported_by(["--help"])
    assert "wash-sales" in said
    assert found == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_table_loads(name: str) -> None:
    module, attribute, help_line = COMMANDS[name]
    command = getattr(importlib.import_module(module), attribute)
    assert isinstance(command, click.Command)
    assert help_line


def test_loading_every_command_imports_no_qt_compiler_or_solver() -> None:
    code = (
        "import importlib, sys\nfrom app.cli import COMMANDS\n"
        "for module, _, _ in COMMANDS.values(): importlib.import_module(module)\n"
        "print([n for n in ('PySide6', 'numba', 'cvxpy', 'pandas') if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
