"""The plan of the house is a test, and so is the test of the test."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BREACHES = {
    "rooms": ("engine/law/breach.py", "import app.clock\n"),
    "engine-layers": ("engine/law/breach.py", "import engine.market\n"),
    "pure-engine": ("engine/market/breach.py", "import pandas\n"),
    "widgets-nouns": ("widgets/breach.py", "import engine.law\n"),
    "sql": ("app/custodian/breach.py", "import sqlcipher3\n"),
    "qt": ("app/reports/breach.py", "import PySide6\n"),
    "sockets": ("app/reports/breach.py", "import socket\n"),
}


def lint(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / "lint-imports"
    return subprocess.run(
        [str(program), "--no-cache", *options],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_house_keeps_its_plan() -> None:
    found = lint(ROOT)
    assert found.returncode == 0, found.stdout


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    for room in ("app", "engine", "widgets", "resources"):
        shutil.copytree(
            ROOT / room,
            folder / room,
            ignore=lambda d, names: [n for n in names if "." in n and not n.endswith(".py")],
        )
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.mark.parametrize("contract", BREACHES)
def test_a_breach_on_purpose_is_found(house: Path, contract: str) -> None:
    where, what = BREACHES[contract]
    breach = house / where
    breach.write_text(what)
    try:
        found = lint(house, "--contract", contract)
    finally:
        breach.unlink()
    assert found.returncode == 1, found.stdout
    assert "BROKEN" in found.stdout
