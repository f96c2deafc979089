"""The doctor names what is wrong and what to do."""

import json

import pytest

from app.cli import run
from app.commands import doctor


def test_a_sound_installation_is_told_so(capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["doctor", "--json"])
    told = json.loads(capsys.readouterr().out)
    findings = {row["name"]: row for row in told["findings"]}
    assert told["ok"] == all(row["ok"] for row in findings.values())
    assert code == (0 if told["ok"] else 1)
    assert {"python", "qt", "sqlcipher3", "window", "fonts", "demo market"} <= set(findings)
    assert findings["fonts"]["found"] == "complete"
    assert findings["demo market"]["ok"]


def test_missing_libraries_come_with_the_line_that_installs_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "missing_libraries", lambda window: {"libGL.so.1": "libgl1"})
    assert run(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "BAD window" in said
    assert "apt-get install -y --no-install-recommends libgl1" in said


def test_an_unsound_qt_is_told_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "qt_fault", lambda: "PySide6 6.12.0 aborts on Python 3.11")
    assert run(["doctor"]) == 1
    assert "aborts on Python 3.11" in capsys.readouterr().out


def test_a_package_that_is_not_there_is_named() -> None:
    assert not doctor._package("no-such-package-at-all").ok
