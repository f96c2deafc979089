"""The script that a fresh machine runs first."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "packaging" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def bootstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = load("bootstrap")
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "STAMP", tmp_path / ".venv" / "stamp.json")
    monkeypatch.setattr(module, "PYTHON", Path(sys.executable))
    return module


def test_it_imports_nothing_but_the_standard_library() -> None:
    code = (
        "import sys; sys.path.insert(0, 'packaging'); import bootstrap, app.preflight;"
        "known = sys.stdlib_module_names | {'bootstrap', 'app', 'engine', '__main__'};"
        "print({m.split('.')[0] for m in sys.modules} - known)"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


def test_an_unknown_verb_is_refused_with_the_verbs() -> None:
    done = subprocess.run(
        [sys.executable, "packaging/bootstrap.py", "launch"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "app" in done.stderr


def test_the_first_run_installs_by_hash_and_the_second_run_nothing(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[list[str]] = []
    monkeypatch.setattr(bootstrap, "_run", lambda *words: ran.append([str(w) for w in words]) or 0)
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: "/usr/bin/uv")
    bootstrap.VENV.mkdir()
    bootstrap.set_up(dev=True, system=False)
    locked, project = ran
    assert "--require-hashes" in locked
    assert locked[-1].endswith("requirements-dev.lock")
    assert {"--no-deps", "--no-build-isolation"} <= set(project)
    ran.clear()
    bootstrap.set_up(dev=False, system=False)
    bootstrap.set_up(dev=True, system=False)
    assert ran == []


def test_a_changed_lock_is_set_up_again(bootstrap: ModuleType) -> None:
    bootstrap.VENV.mkdir()
    bootstrap.STAMP.write_text(json.dumps({"digest": bootstrap._digest(), "dev": False}))
    assert bootstrap._stamped(False)
    assert not bootstrap._stamped(True)
    bootstrap.STAMP.write_text(json.dumps({"digest": "of another lock", "dev": True}))
    assert not bootstrap._stamped(False)


def test_without_uv_it_goes_on_with_pip(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[list[str]] = []

    def run(*words: object) -> int:
        ran.append([str(w) for w in words])
        return 1 if any("requirements-uv.lock" in str(w) for w in words) else 0

    monkeypatch.setattr(bootstrap, "_run", run)
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: None)
    bootstrap.VENV.mkdir()
    bootstrap.set_up(dev=False, system=False)
    assert ran[-1][1:4] == ["-m", "pip", "install"]
    assert "--require-hashes" in ran[-2]
    assert bootstrap._stamped(False)


def test_a_failed_install_stops_and_leaves_no_stamp(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "_run", lambda *words: 1)
    bootstrap.VENV.mkdir()
    with pytest.raises(SystemExit, match="could not be installed"):
        bootstrap.set_up(dev=False, system=False)
    assert not bootstrap.STAMP.exists()


def test_a_debian_without_venv_is_told_the_package(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match=r"apt-get install .* python3-venv"):
        bootstrap._make_venv(None, False)


def test_missing_system_libraries_are_named_with_the_line_that_installs_them(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.preflight.missing_libraries", lambda window: {"libGL.so.1": "libgl1"})
    with pytest.raises(SystemExit, match=r"apt-get install .* libgl1"):
        bootstrap.libraries(window=True, system=False, needed=True)


def test_the_closing_line_adds_up_every_run(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    check = load("check")
    found = tmp_path / "found.xml"
    found.write_text(
        '<testsuites><testsuite tests="10" failures="1" errors="0" skipped="2"/></testsuites>'
    )
    counts = check._count(found) + check._count(tmp_path / "none.xml")
    check._close(counts, ["tests"], 61.5)
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "failed: tests"
    assert said[1].strip("= ") == "1 failed, 7 passed, 2 skipped in 61.50s (0:01:01)"
