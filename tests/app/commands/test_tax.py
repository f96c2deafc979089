"""`lotlight tax` against the reference households and against bad input."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.cli import run
from app.commands.tax import read_cases, row
from app.lawbook import load

FEDERAL_WITHIN = (1.0, 1e-6)
STATE_WITHIN = (5.0, 1.2e-4)
KNOWN_STATE_MISSES: set[str] = set()
GOOD = {"year": 2025, "filing_status": "single", "state": "TX", "wages": 100000}


def close(found: float, expected: float, within: tuple[float, float]) -> bool:
    return abs(found - expected) <= max(within[0], within[1] * abs(expected)) + 1e-9


def test_every_reference_household_is_met_in_every_column(shared: Path) -> None:
    file = shared / "reference" / "tax_cases.json"
    law = load()
    expected = json.loads(file.read_bytes())["cases"]
    found = [row(case, law) for case in read_cases(file, law)]
    wrong, state_misses = [], set()
    for case, bill in zip(expected, found, strict=True):
        for key, value in case["expected"].items():
            if value is None:
                continue
            if key in ("state_tax", "total_tax"):
                if not close(bill[key], value, STATE_WITHIN):
                    state_misses.add(case["id"])
            elif not close(bill[key], value, FEDERAL_WITHIN):
                wrong.append((case["id"], key, bill[key], value))
    assert wrong == []
    assert state_misses == KNOWN_STATE_MISSES


def answer(tmp_path: Path, inputs: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> Any:
    file = tmp_path / "cases.json"
    file.write_text(json.dumps({"cases": [{"inputs": inputs}]}))
    code = run(["tax", str(file), "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_a_good_case_is_answered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, document = answer(tmp_path, GOOD, capsys)
    assert code == 0
    assert document["cases"][0]["agi"] == 100000


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"filing_status": "married"}, "filing_status"),
        ({"wages": -1}, "wages_usd"),
        ({"year": None}, "year"),
        ({"year": 2019}, "year"),
        ({"state": "AL", "year": 2024}, "state"),
        ({"state": "XX"}, "state"),
        ({"wages": float("nan")}, "wages"),
        ({"wages": "100,000"}, "wages"),
        ({"qualified_dividends": 5}, "qualified_dividends_usd"),
    ],
)
def test_bad_input_names_field_value_and_remedy(
    change: dict[str, Any], field: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, document = answer(tmp_path, GOOD | change, capsys)
    assert code == 3
    problem = document["error"]["problems"][0]
    assert problem["field"] == field
    assert problem["line"] == 1
    assert problem["remedy"]


def test_every_problem_of_a_file_is_listed_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, document = answer(tmp_path, {"wages": -1, "year": 2025, "state": ""}, capsys)
    assert code == 3
    fields = {problem["field"] for problem in document["error"]["problems"]}
    assert {"filing_status", "state"} <= fields


def test_a_field_that_is_not_known_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, document = answer(tmp_path, GOOD | {"wage": 5}, capsys)
    assert any("'wage'" in note for note in document["cases"][0]["notes"])


def test_overrides_and_scenarios_lie_over_the_law(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "cases.json"
    inputs = GOOD | {"year": 2027, "wages": 300000, "st_gain": -20000}
    file.write_text(json.dumps({"cases": [{"inputs": inputs}]}))
    law = tmp_path / "law.toml"
    law.write_text(
        '[[federal.loss_limit]]\nvalue = 13000\nunit = "usd"\nfrom = 2027\n'
        'status = "proposed"\nsource = "a bill, section 2"\n'
    )
    found = []
    for options in ([], ["--law", str(law)], ["--scenario", "loss-limit-13000"]):
        assert run(["tax", str(file), "--json", *options]) == 0
        found.append(json.loads(capsys.readouterr().out)["cases"][0])
    assert [case["capital_gain_in_agi"] for case in found] == [-3000, -13000, -13000]
    assert any("loss limit" in note for note in found[2]["notes"])


def test_a_bad_override_file_is_a_problem_of_the_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, law = tmp_path / "cases.json", tmp_path / "law.toml"
    file.write_text(json.dumps({"cases": [{"inputs": GOOD}]}))
    law.write_text("[[federal.loss_limit]]\nvalue = 13000\n")
    assert run(["tax", str(file), "--json", "--law", str(law)]) == 3
    fields = {p["field"] for p in json.loads(capsys.readouterr().out)["error"]["problems"]}
    assert "federal.loss_limit.source" in fields


def test_a_table_for_people_shows_total_and_notes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "cases.json"
    file.write_text(json.dumps({"cases": [{"inputs": GOOD | {"state": "CO"}}]}))
    assert run(["tax", str(file)]) == 0
    out = capsys.readouterr().out
    assert "total" in out
    assert "left out: refund of surplus revenue" in out
