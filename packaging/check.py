"""The one check: format, lint, types, the plan of the house, tests, then the benchmarks.

Run by ``packaging/bootstrap.py test`` inside .venv. Without arguments the whole check; with
arguments pytest alone, with those arguments. The last line counts as pytest's does.
"""

import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
NOTHING_COLLECTED = 5
STATIC = {
    "format": ("ruff", "format", "--check", "."),
    "lint": ("ruff", "check", "."),
    "types": ("mypy",),
    "house": ("lint-imports",),
}
TESTS = {
    "tests": ("-n", "2", "--dist", "worksteal", "-m", "not benchmark and not slow"),
    "benchmarks": ("-p", "no:xdist", "-m", "benchmark and not slow"),
}


def main(arguments: list[str]) -> int:
    """Run the check, or pytest with the arguments; 0 when all is well."""
    if arguments:
        return _run(sys.executable, "-m", "pytest", *arguments)
    begun = time.perf_counter()
    failed = [
        name for name, command in STATIC.items() if _step(name, BIN / command[0], *command[1:])
    ]
    counts = Counter({"failed": len(failed)})
    with tempfile.TemporaryDirectory() as folder:
        for name, options in TESTS.items():
            found = Path(folder) / f"{name}.xml"
            code = _step(
                name, sys.executable, "-m", "pytest", "-q", *options, f"--junitxml={found}"
            )
            seen = _count(found)
            counts += seen
            if code not in (0, NOTHING_COLLECTED):
                failed.append(name)
                counts["failed"] += 0 if seen["failed"] or seen["error"] else 1
    _close(counts, failed, time.perf_counter() - begun)
    return 1 if failed else 0


def _step(name: str, *words: object) -> int:
    """Run one step under its heading."""
    print(f"== {name}", flush=True)
    return _run(*words)


def _run(*words: object) -> int:
    """Run a command in the project's root, off screen."""
    environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ}
    return subprocess.run([str(word) for word in words], cwd=ROOT, env=environment).returncode


def _count(found: Path) -> Counter[str]:
    """Passed, failed, skipped tests and errors of a pytest run."""
    if not found.exists():
        return Counter()
    suite = next(iter(ET.parse(found).getroot()))
    number = {key: int(suite.get(key, 0)) for key in ("tests", "failures", "errors", "skipped")}
    bad = number["failures"] + number["errors"] + number["skipped"]
    return Counter(
        passed=number["tests"] - bad,
        failed=number["failures"],
        error=number["errors"],
        skipped=number["skipped"],
    )


def _close(counts: Counter[str], failed: list[str], seconds: float) -> None:
    """The closing line, in pytest's form, and the steps that failed above it."""
    if failed:
        print(f"failed: {', '.join(failed)}")
    parts = [
        f"{counts[key]} {key}" for key in ("failed", "passed", "skipped", "error") if counts[key]
    ]
    minutes, rest = divmod(int(seconds), 60)
    took = f"{seconds:.2f}s (0:{minutes:02}:{rest:02})"
    print(f" {', '.join(parts)} in {took} ".center(80, "="), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
