"""`lotlight optimize` end to end: the shared workload as JSON, and files that cannot be used."""

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from app.cli import cli
from app.commands.output import EXIT_PROBLEMS, report_trouble
from tests.engine.decision.books import workload as load_workload

BEST_ALLOWED_USD = {100: -21_886, 300: -29_613, 500: -30_098}


@pytest.fixture(scope="module")
def workload(shared: Path) -> ModuleType:
    return load_workload(shared)


def as_document(w: dict[str, Any]) -> dict[str, Any]:
    """The workload's arrays in the JSON form of the contract."""
    lots = zip(w["lot_i"], w["sh"], w["basis"], w["days"], w["washed"], strict=True)
    return {
        "value": w["V"],
        "cash": w["cash"],
        "factor_loadings": w["B"].tolist(),
        "factor_variances": w["fv"].tolist(),
        "specific_vol": w["idio"].tolist(),
        "benchmark": w["b"].tolist(),
        "price": w["price"].tolist(),
        "lots": [
            {"name": int(i), "shares": s, "basis": b, "days_held": int(d), "washed": bool(x)}
            for i, s, b, d, x in lots
        ],
        "blocked": w["blocked"].tolist(),
        "rates": {"st": w["st"], "lt": w["lt"]},
        "cost_bps": w["bps"],
        "te_penalty": w["lam"],
        "te_cap": None,
        "gain_cap": None,
        "cash_need": 0,
    }


def run(tmp_path: Path, document: Any) -> Result:
    file = tmp_path / "problem.json"
    file.write_text(document if isinstance(document, str) else json.dumps(document))
    return CliRunner().invoke(cli, ["optimize", str(file), "--json"])


def answer(tmp_path: Path, document: Any) -> dict[str, Any]:
    found = run(tmp_path, document)
    assert found.exit_code == 0, found.output
    result: dict[str, Any] = json.loads(found.stdout)
    return result


def amounts(w: dict[str, Any], found: dict[str, Any]) -> tuple[Any, Any]:
    sells, buys = np.zeros(w["sh"].size), np.zeros(w["n"])
    for row in found["sells"]:
        sells[row["lot"]] = row["shares"]
    for row in found["buys"]:
        buys[row["name"]] = row["shares"]
    return sells, buys


@pytest.mark.parametrize("names", [100, 300, 500])
def test_the_workload_is_solved_better_than_the_bar_and_judged_by_its_own_referee(
    workload: ModuleType, tmp_path: Path, names: int
) -> None:
    w = workload.gen(names)
    found = answer(tmp_path, as_document(w))
    judged = workload.evaluate(w, *amounts(w, found))
    assert found["objective"] == pytest.approx(judged["J"], abs=0.01)
    assert judged["J"] <= BEST_ALLOWED_USD[names]
    assert judged["wash_violations"] == 0
    assert judged["cash"] >= 0
    assert found["bound"] <= found["objective"]
    assert found["gap"] <= 5.0


def test_other_seeds_with_caps_and_a_cash_need_keep_every_limit(
    workload: ModuleType, tmp_path: Path
) -> None:
    for seed, limits in enumerate(
        (
            {"te_cap": 0.01, "cash_need": 40_000},
            {"gain_cap": -20_000, "cash_need": 120_000},
            {"te_cap": 0.02, "gain_cap": -30_000, "cash_need": 80_000, "whole_shares": True},
            {"min_trade": 250, "cash_need": 60_000},
        )
    ):
        w = workload.gen(60, seed=seed)
        found = answer(tmp_path, as_document(w) | limits)
        assert found["status"] == "solved"
        judged = workload.evaluate(w, *amounts(w, found))
        assert judged["wash_violations"] == 0
        assert judged["cash"] >= limits.get("cash_need", 0)
        assert judged["te_bp"] / 1e4 <= limits.get("te_cap", 1.0) + 5e-6
        assert found["net_gain"] <= limits.get("gain_cap", np.inf)
        sells, buys = amounts(w, found)
        usd = np.concatenate([sells * w["price"][w["lot_i"]], buys * w["price"]])
        assert np.all(usd[usd > 0] >= limits.get("min_trade", 0) - 1e-6)
        if limits.get("whole_shares"):
            assert np.all(np.concatenate([sells, buys]) % 1 == 0)


def test_the_same_problem_gives_the_same_bytes(workload: ModuleType, tmp_path: Path) -> None:
    document = as_document(workload.gen(40, seed=3))
    first, second = answer(tmp_path, document), answer(tmp_path, document)
    first.pop("seconds"), second.pop("seconds")
    assert first == second


def test_an_impossible_need_names_the_conflict_and_the_way_out(
    workload: ModuleType, tmp_path: Path
) -> None:
    document = as_document(workload.gen(30)) | {"cash_need": 2_000_000, "te_cap": 0.2}
    found = answer(tmp_path, document)
    assert found["status"] == "infeasible"
    assert found["conflict"] == ["cash_need"]
    assert found["sells"] == found["buys"] == []


def tiny() -> dict[str, Any]:
    return {
        "value": 1000.0,
        "cash": 10.0,
        "factor_loadings": [[1.0], [1.0]],
        "factor_variances": [0.02],
        "specific_vol": [0.3, 0.3],
        "benchmark": [0.5, 0.5],
        "price": [10.0, 20.0],
        "lots": [{"name": 0, "shares": 50, "basis": 14, "days_held": 40, "washed": False}],
        "blocked": [],
        "rates": {"st": 0.4, "lt": 0.2},
        "cost_bps": 5,
        "te_penalty": 10,
    }


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"price": [10.0]}, "benchmark"),
        ({"price": [10.0, -1.0]}, "price.1"),
        ({"value": 0}, "value"),
        ({"blocked": [7]}, "blocked.0"),
        ({"te_kap": 0.01}, "te_kap"),
        ({"cash": "much"}, "cash"),
        ({"factor_loadings": [[1.0, 2.0], [1.0]]}, "factor_loadings.0"),
        ({"lots": [{"name": 9, "shares": 1, "basis": 1, "days_held": 1}]}, "lots.0.name"),
        ({"te_cap": float("nan")}, "te_cap"),
    ],
)
def test_a_file_that_cannot_be_used_names_the_field_and_leaves_with_3(
    tmp_path: Path, change: dict[str, Any], field: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = run(tmp_path, tiny() | change)
    assert found.exception is not None
    assert report_trouble(found.exception, as_json=True) == EXIT_PROBLEMS
    report = json.loads(capsys.readouterr().out)
    assert field in [row["field"] for row in report["error"]["problems"]]
    assert all(row["remedy"] for row in report["error"]["problems"])


def test_text_that_is_no_json_names_its_line(tmp_path: Path) -> None:
    found = run(tmp_path, '{"value": 1,\n "cash": }')
    assert found.exception is not None
    assert report_trouble(found.exception, as_json=False) == EXIT_PROBLEMS


@pytest.mark.parametrize(
    "change",
    [
        {"lots": [], "cash": 1000.0},
        {"cash": 0.0},
        {"blocked": [0, 1]},
        {"benchmark": [0.0, 0.0]},
        {"value": 1e12, "cash": 1e10},
        {"factor_loadings": [[], []], "factor_variances": []},
        {"specific_vol": [0.0, 0.0]},
        {"te_penalty": 0.0, "cost_bps": 0},
        {"external": [{"loadings": [1.0], "specific_vol": 0.4, "value": 500.0}]},
    ],
)
def test_degenerate_books_are_answered(tmp_path: Path, change: dict[str, Any]) -> None:
    found = answer(tmp_path, tiny() | change)
    assert found["status"] == "solved"
    assert found["cash_after"] >= 0
    assert found["objective"] <= found["hold_objective"] + 1e-9
    assert found["bound"] <= found["objective"]
