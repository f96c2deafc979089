"""`lotlight wash-sales` from file to JSON, as scripts call it."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.cli import run

BOUGHT = {
    "id": "b1", "date": "2025-01-02", "type": "buy", "account": "T1", "kind": "taxable",
    "qty": 10, "price": 100,
}  # fmt: skip
SOLD = {**BOUGHT, "id": "s1", "date": "2025-03-03", "type": "sell", "price": 90,
        "lots": [["b1", 10]]}  # fmt: skip
AGAIN = {**BOUGHT, "id": "b2", "date": "2025-03-20", "price": 95}


def write(folder: Path, *events: object, **more: object) -> Path:
    file = folder / "history.json"
    file.write_text(json.dumps({"cases": [{"events": list(events), **more}]}))
    return file


def found(file: Path, capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    assert run(["wash-sales", str(file), "--json", *options]) == 0
    case: dict[str, Any] = json.loads(capsys.readouterr().out)["cases"][0]
    return case


def refused(file: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    assert run(["wash-sales", str(file), "--json"]) == 3
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["kind"] == "problems"
    problems: list[dict[str, Any]] = error["problems"]
    return problems


def test_all_cases_of_the_reference_come_out_to_the_cent(
    shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Oracle: reference/wash_cases.json, 26 worked cases with their sources."""
    file = shared / "reference" / "wash_cases.json"
    expected = json.loads(file.read_text())["cases"]
    assert run(["wash-sales", str(file), "--json", "--brief"]) == 0
    got = json.loads(capsys.readouterr().out)["cases"]
    assert len(got) == 26
    for case, result in zip(expected, got, strict=True):
        assert result == {"name": case["name"], **case["expected"]}, case["says"]


def test_each_loss_is_told_with_rule_and_arithmetic(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    finding = found(write(tmp_path, BOUGHT, SOLD, AGAIN), capsys)["findings"][0]
    assert finding["status"] == "deferred"
    assert finding["confidence"] == "firm"
    assert "26 U.S.C. 1091" in finding["citation"]
    assert "100.00 is added to their basis, now 1,050.00" in finding["words"]
    assert finding["safe_from"] == "2025-04-03"


def test_households_are_kept_apart_and_groups_together(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = {**AGAIN, "household": "elsewhere"}
    assert found(write(tmp_path, BOUGHT, SOLD, other), capsys)["total_disallowed"] == 0
    pair = [
        {**event, "symbol": symbol, "group": "classes"}
        for event, symbol in ((BOUGHT, "A"), (SOLD, "A"), (AGAIN, "B"))
    ]
    case = found(write(tmp_path, *pair), capsys)
    assert case["total_disallowed"] == 100
    assert case["findings"][0]["confidence"] == "judgement"
    apart = [{**event, "group": ""} for event in pair]
    assert found(write(tmp_path, *apart), capsys)["total_disallowed"] == 0


def test_the_brokers_view_and_the_form_stand_beside_the_findings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bought back in the spouse's account: the 1099-B shows a loss of 100, the return none."""
    case = found(write(tmp_path, BOUGHT, SOLD, {**AGAIN, "account": "S", "kind": "spouse"}), capsys)
    (views,) = case["broker_view"]
    assert (views["broker"]["short"], views["taxpayer"]["short"]) == (-100, 0)
    assert (views["difference"], views["agrees"]) == (100, False)
    (row,) = case["form_8949"]
    assert (row["box"], row["f"], row["g"], row["h"]) == ("A", "W", 100, 0)


def test_settings_are_read_and_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = {"tacking": "original_date", "as_of": "2025-03-25"}
    case = found(write(tmp_path, BOUGHT, SOLD, AGAIN, settings=settings), capsys)
    assert case["open_lots"][0]["holding_start"] == "2025-01-02"
    assert "The replacement takes over the start date of the shares sold." in case["settings"]


def test_without_json_a_person_can_read_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["wash-sales", str(write(tmp_path, BOUGHT, SOLD, AGAIN))]) == 0
    assert "deferred, firm: 10 shares of b1 sold" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "offshore"}, "kind"),
        ({"kind": ["ira"]}, "kind"),
        ({"kind": "ira"}, "kind"),
        ({"type": "short"}, "type"),
        ({"qty": 0}, "qty"),
        ({"qty": -10}, "qty"),
        ({"qty": "ten"}, "qty"),
        ({"qty": True}, "qty"),
        ({"price": float("nan")}, "price"),
        ({"price": float("inf")}, "price"),
        ({"price": "1e999999"}, "price"),
        ({"qty": "1e999999", "lots": []}, "qty"),
        ({"price": None}, "price"),
        ({"date": "03/03/2025"}, "date"),
        ({"date": "2025-02-30"}, "date"),
        ({"date": "2025-12-31"}, "date"),
        ({"date": "0001-01-01"}, "date"),
        ({"date": "2024-12-31"}, "lots"),
        ({"seq": "first"}, "seq"),
        ({"id": "b1"}, "id"),
        ({"lots": [["b1", 11]], "qty": 11}, "lots"),
        ({"lots": [["b7", 10]]}, "lots"),
        ({"lots": "b1"}, "lots"),
        ({"lots": [["b1", "1e999999"]]}, "lots"),
        ({"lots": [["b1", -10], ["b1", 20]], "qty": 10}, "lots"),
        ({"lots": [["b1"]]}, "lots"),
    ],
)
def test_a_bad_event_is_refused_with_row_and_field(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: dict[str, object], field: str
) -> None:
    settings = {"as_of": "2025-06-30"}
    problems = refused(write(tmp_path, BOUGHT, {**SOLD, **change}, settings=settings), capsys)
    assert [(p["source"], p["line"], p["field"]) for p in problems] == [
        ("history.json case 1", 2, field)
    ]
    assert problems[0]["remedy"]


@pytest.mark.parametrize(
    "text", ["{", "[]", "1" * 5000, "[" * 200000, '{"cases": 3}', '{"cases": [3]}', "\xff\xfe"]
)
def test_a_file_of_another_form_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    file = tmp_path / "history.json"
    file.write_bytes(text.encode("latin-1"))
    assert len(refused(file, capsys)) == 1


@pytest.mark.parametrize(
    "settings",
    [{"window": 40}, {"tacking": "none"}, {"related_carries": 1}, {"as_of": "soon"}, ["x"]],
)
def test_a_setting_that_is_not_known_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], settings: object
) -> None:
    problems = refused(write(tmp_path, BOUGHT, settings=settings), capsys)
    assert problems[0]["source"] == "history.json case 1 settings"


def test_nothing_is_printed_of_a_file_with_one_bad_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    problems = refused(write(tmp_path, BOUGHT, SOLD, {**AGAIN, "qty": "?"}, 7), capsys)
    assert [p["line"] for p in problems] == [3, 4]
