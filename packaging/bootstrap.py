#!/usr/bin/env python3
"""Set Lotlight up and run it, from a bare Python 3.11 to 3.13.

    python3 packaging/bootstrap.py app      set up, then open the workstation on the demo book
    python3 packaging/bootstrap.py test     set up, then run the whole check (arguments: pytest's)
    python3 packaging/bootstrap.py check    the same command by another name
    python3 packaging/bootstrap.py setup    set up and stop (--dev: with the tools of the check)
    python3 packaging/bootstrap.py lock     rewrite the locks from pyproject.toml

Everything is installed into .venv beside this folder, from locks with hashes. A second run sees
the stamp of the first and starts at once. --install-system-libs lets it call apt-get as root.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGING = ROOT / "packaging"
VENV = ROOT / ".venv"
STAMP = VENV / "lotlight-setup.json"
OLDEST, NEWEST = (3, 11), (3, 13)
WINDOWS = os.name == "nt"
BIN = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = BIN / ("python.exe" if WINDOWS else "python")
LOCKS = {
    "requirements.lock": ("pyproject.toml", "--group", "build"),
    "requirements-dev.lock": ("pyproject.toml", "--group", "build", "--group", "dev"),
    "requirements-uv.lock": ("packaging/requirements-uv.in",),
}


def main() -> int:
    """Do what the verb says and return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("verb", choices=("app", "test", "check", "setup", "lock"))
    parser.add_argument("--install-system-libs", action="store_true", help="call apt-get as root")
    parser.add_argument("--dev", action="store_true", help="with setup: the tools of the check too")
    options, rest = parser.parse_known_args()
    _right_python()
    sys.path.insert(0, str(ROOT))
    os.chdir(ROOT)
    if options.verb == "lock":
        return lock()
    checking = options.verb in ("test", "check")
    set_up(dev=options.dev or checking, system=options.install_system_libs)
    if options.verb == "setup":
        print(f"set up in {VENV}; start with: python3 packaging/bootstrap.py app")
        return 0
    if checking:
        libraries(window=False, system=options.install_system_libs, needed=True)
        return _run(PYTHON, PACKAGING / "check.py", *rest)
    return app(rest, system=options.install_system_libs)


def _right_python() -> None:
    """Go on under a Python that Lotlight runs on, or say what to install."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        other = shutil.which(f"python3.{minor}")
        if other and subprocess.run([other, "--version"], capture_output=True).returncode == 0:
            sys.exit(subprocess.run([other, *sys.argv]).returncode)
    wanted = "Lotlight runs on Python 3.11, 3.12 or 3.13"
    sys.exit(f"{wanted}; this is {sys.version.split()[0]}. Install one, then run this again.")


def set_up(*, dev: bool, system: bool) -> None:
    """Bring .venv to what the locks say; quick when it is there already."""
    stamp = {"digest": _digest(), "dev": dev}
    if _stamped(dev) and PYTHON.exists():
        return
    print(f"setting up {VENV} (once; a few minutes without uv)", flush=True)
    uv = shutil.which("uv")
    if not PYTHON.exists():
        _make_venv(uv, system)
    lock_file = PACKAGING / ("requirements-dev.lock" if dev else "requirements.lock")
    uv = uv or _own_uv()
    project = ("--no-deps", "--no-build-isolation", "-e", str(ROOT))
    if not (uv and _installed([uv, "pip", "install", "--python", str(PYTHON)], lock_file, project)):
        pip = [str(PYTHON), "-m", "pip", "install", "--quiet"]
        if not _installed(pip, lock_file, project):
            sys.exit("the packages could not be installed; the lines above say why")
    STAMP.write_text(json.dumps(stamp))


def _digest() -> str:
    """What the set-up depends on, as one hash."""
    parts = [*(PACKAGING / name for name in LOCKS), ROOT / "pyproject.toml"]
    whole = b"".join(part.read_bytes() for part in parts) + str(sys.version_info[:2]).encode()
    return hashlib.sha256(whole).hexdigest()


def _stamped(dev: bool) -> bool:
    """Whether .venv was set up from these very locks, with the tools if they are asked for."""
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return False
    return stamp["digest"] == _digest() and (stamp["dev"] or not dev)


def _make_venv(uv: str | None, system: bool) -> None:
    """An empty environment; a Debian without venv is told, or given, the package."""
    if uv:
        if _run(uv, "venv", "--quiet", "--python", sys.executable, VENV) == 0:
            return
        shutil.rmtree(VENV, ignore_errors=True)
    if importlib.util.find_spec("ensurepip") is None:
        line = "apt-get install -y --no-install-recommends python3-venv"
        if not (system and _apt(line)):
            sys.exit(f"this Python lacks venv (ensurepip); as root: {line}\nthen run this again")
    if _run(sys.executable, "-m", "venv", VENV) != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit(f"{VENV} could not be made; the lines above say why")


def _own_uv() -> str | None:
    """Uv inside .venv from its own lock, or None where there is no wheel of it."""
    asked = ("--quiet", "--require-hashes", "-r", PACKAGING / "requirements-uv.lock")
    if _run(PYTHON, "-m", "pip", "install", *asked) != 0:
        print("no uv for this machine; going on with pip", flush=True)
        return None
    return str(BIN / ("uv.exe" if WINDOWS else "uv"))


def _installed(command: Sequence[str], lock_file: Path, project: Sequence[str]) -> bool:
    """Install the lock, then the project on top of it."""
    compiled = ["--compile-bytecode", "--quiet"] if "uv" in Path(command[0]).name else []
    locked = [*command, *compiled, "--require-hashes", "-r", lock_file]
    return _run(*locked) == 0 and _run(*command, *project) == 0


def libraries(*, window: bool, system: bool, needed: bool) -> bool:
    """Whether Qt's system libraries are there; else say, or run, the line that installs them."""
    from app.preflight import apt_line, missing_libraries

    missing = missing_libraries(window=window)
    if not missing:
        return True
    line = apt_line(missing)
    print(f"system libraries are missing: {', '.join(missing)}", flush=True)
    if system and _apt(line) and not missing_libraries(window=window):
        return True
    say = f"as root: {line}\n(or: python3 packaging/bootstrap.py VERB --install-system-libs)"
    if needed:
        sys.exit(say)
    print(say, flush=True)
    return False


def _apt(line: str) -> bool:
    """Run an apt-get line where this process may; True when it went well."""
    if not shutil.which("apt-get") or not hasattr(os, "geteuid") or os.geteuid() != 0:
        print("apt-get needs root on Debian or Ubuntu; nothing was installed", flush=True)
        return False
    return _run("apt-get", "update", "-qq") == 0 and _run(*line.split()) == 0


def app(rest: Sequence[str], *, system: bool) -> int:
    """Open the workstation on the demo book; without a display, do its work and show where."""
    from app.preflight import has_display

    lotlight = [PYTHON, "-m", "app.main"]
    if has_display() and libraries(window=True, system=system, needed=False):
        return _run(*lotlight, "demo", *rest)
    print("no display: the demo runs without a window for 20 seconds", flush=True)
    out = ROOT / "out"
    out.mkdir(exist_ok=True)
    shots = (
        ["--shots", out / "shots"] if libraries(window=False, system=system, needed=False) else []
    )
    summary = out / "summary.json"
    with summary.open("w") as file:
        command = [*lotlight, "demo", "--headless", "--seconds", "20", *shots, "--json", *rest]
        code = subprocess.run(
            [str(word) for word in command], stdout=file, env=_offscreen()
        ).returncode
    return _tell(summary) if code == 0 else code


def _tell(summary: Path) -> int:
    """Print what the headless demo did and where its pictures and report lie."""
    found = json.loads(summary.read_text())
    for key, value in found.items():
        if isinstance(value, (int, float, str, bool)) and key not in ("report", "book"):
            print(f"  {key.replace('_', ' '):20} {value}")
    print(f"summary      {summary}")
    for shot in found.get("shots", []):
        print(f"screenshot   {shot}")
    print(f"report       {found.get('report') or 'none was written'}")
    return 0


def _offscreen() -> dict[str, str]:
    """The environment of a run without a screen."""
    return {**os.environ, "QT_QPA_PLATFORM": "offscreen"}


def lock() -> int:
    """Rewrite the locks: every wheel of every platform by hash, and no address of any index."""
    uv = shutil.which("uv") or (str(BIN / "uv") if (BIN / "uv").exists() else None)
    if uv is None:
        sys.exit("lock needs uv: pip install uv")
    flags = "--universal --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet"
    for name, sources in LOCKS.items():
        command = (uv, "pip", "compile", *flags.split(), "--python-version", "3.11", *sources)
        if _run(*command, "-o", PACKAGING / name) != 0:
            return 1
    return 0


def _run(*words: object) -> int:
    """Run a command in the project's root and return its exit code."""
    try:
        return subprocess.run([str(word) for word in words], cwd=ROOT).returncode
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
