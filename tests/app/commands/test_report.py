"""Reports made and verified from the command line."""

import csv
import json
import shutil
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest

from app.book.connect import raw
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


def tampered(demo_book: Path, folder: Path, table: str, statement: str) -> tuple[Path, Path]:
    """A report of a copy of the book, and that copy after a change behind the program's back."""
    copy = folder / "copy.lotlight"
    shutil.copy(demo_book, copy)
    out = folder / "out"
    words = ["report", "efficiency", "--book", str(copy), "--household", "hale", "--out", str(out)]
    assert run(words) == 0
    connection = raw(copy, None)
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name=?", (table,)
    ).fetchall()
    for (name,) in names:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(statement)
    assert connection.execute("SELECT changes()").fetchone()[0] == 1
    connection.commit()
    connection.close()
    return next(out.glob("*.json")), copy


@pytest.mark.parametrize(
    ("table", "statement", "where"),
    [
        ("audit", "UPDATE audit SET actor='mallory' WHERE seq=2", "line 2"),
        (
            "lots",
            "UPDATE lots SET basis_cents=basis_cents+1 WHERE lot_id=(SELECT min(lot_id) FROM lots)",
            "lots",
        ),
        (
            "snapshots",
            'UPDATE snapshots SET quotes=replace(quotes, \'"last_usd":"\', \'"last_usd":"1\') '
            "WHERE snapshot_id=(SELECT min(snapshot_id) FROM snapshots)",
            "snapshots",
        ),
    ],
)
def test_one_changed_audit_row_lot_or_quote_makes_verify_fail_and_say_where(
    demo_book: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    table: str,
    statement: str,
    where: str,
) -> None:
    told, copy = tampered(demo_book, tmp_path, table, statement)
    capsys.readouterr()
    assert run(["report", "verify", str(told), "--book", str(copy), "--json"]) == 5
    found = json.loads(capsys.readouterr().out)
    words = " ".join(f"{p['field']} {p['rule']}" for p in found["problems"])
    assert where in words


def test_the_exam_packet_holds_the_whole_trail_and_names_each_file(
    demo_book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "packet"
    assert run(["report", "exam-packet", "--book", str(demo_book), "--out", str(out)]) == 0
    manifest = json.loads((out / "manifest.json").read_text())
    for name, digest in manifest["files"].items():
        assert sha256((out / name).read_bytes()).hexdigest() == digest
    assert set(manifest["files"]) == {path.name for path in out.iterdir()} - {"manifest.json"}
    lines = list(csv.DictReader((out / "audit.csv").read_text(encoding="utf-8").splitlines()))
    assert [int(line["seq"]) for line in lines] == list(range(1, manifest["audit_seq"] + 1))
    assert lines[-1]["hash"] == manifest["audit_head"]
