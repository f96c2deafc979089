"""The doctor names what is wrong and what to do."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.book.book import Book
from app.cli import run
from app.commands import doctor


def test_a_sound_installation_is_told_so(capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["doctor", "--json"])
    told = json.loads(capsys.readouterr().out)
    findings = {row["name"]: row for row in told["findings"]}
    assert told["ok"] == all(row["ok"] for row in findings.values())
    assert code == (0 if told["ok"] else 1)
    assert {"python", "qt", "sqlite", "window", "fonts", "demo market"} <= set(findings)
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


def test_a_sound_book_and_a_damaged_one_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "practice.lotlight"
    Book.create(path, at=datetime(2026, 10, 30, tzinfo=UTC)).close()
    *_, sound = doctor.examine(path)
    assert (sound.name, sound.ok) == ("book", True)
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + bytes(len(whole) - 4096))
    *_, damaged = doctor.examine(path)
    assert not damaged.ok
    assert damaged.remedy


def test_a_book_that_is_not_there_is_told(tmp_path: Path) -> None:
    *_, gone = doctor.examine(tmp_path / "gone.lotlight")
    assert (gone.name, gone.ok) == ("book", False)
