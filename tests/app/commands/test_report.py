"""Reports made and verified from the command line."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from app.cli import run


def test_a_report_is_made_verified_and_a_changed_figure_is_exit_5(
    demo_book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = ("--book", str(demo_book))
    words = ["report", "efficiency", *book, "--household", "hale", "--out", str(tmp_path)]
    assert run([*words, "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["reports"]
    assert all(Path(name).stat().st_size > 0 for name in row["files"])
    told = next(Path(name) for name in row["files"] if name.endswith(".json"))
    assert run(["report", "verify", str(told), *book]) == 0
    text = told.read_text()
    assert len(json.loads(text)["wash_settings"]) == 3
    told.write_text(text.replace('"year": 2026', '"year": 2025'))
    assert text != told.read_text()
    capsys.readouterr()
    assert run(["report", "verify", str(told), *book, "--json"]) == 5
    found = json.loads(capsys.readouterr().out)
    assert not found["ok"]
    assert [p["field"] for p in found["problems"]] == ["figures.year"]


def test_form_8949_adds_up_by_box(
    demo_book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "8949.csv"
    assert run(["report", "form-8949", "--book", str(demo_book), "--out", str(out), "--json"]) == 0
    forms = json.loads(capsys.readouterr().out)["forms"]
    assert {form["household_id"] for form in forms} == {"hale", "okafor", "lindqvist"}
    rows = [row for form in forms for row in form["rows"]]
    assert rows
    assert len(out.read_text().splitlines()) == 1 + len(rows)
    for form in forms:
        assert sum(Decimal(x["h"]) for x in form["schedule_d"]["lines"].values()) == sum(
            Decimal(total["gain_usd"]) for total in form["totals"]
        )
        for total in form["totals"]:
            mine = [row for row in form["rows"] if row["box"] == total["box"]]
            assert round(sum(float(row["gain_usd"]) for row in mine), 2) == float(total["gain_usd"])


def test_a_period_that_ends_before_it_begins_is_refused(
    demo_book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["report", "efficiency", "--book", str(demo_book), "--out", str(tmp_path / "out")]
    assert run([*words, "--from", "2026-12-01", "--to", "2026-01-01"]) == 1
    assert "before it begins" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
