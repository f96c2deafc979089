import json
from pathlib import Path
from typing import Any

import pytest

from app.cli import run

LEVERAGED = (
    "FAS,FNGU,JNUG,LABD,LABU,NAIL,NUGT,NVDL,SOXL,SOXS,SPXL,SPXS,SQQQ,TECL,TNA,TQQQ,TSLL,UDOW,"
    "UPRO,WEBL"
)


def called(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    code = run(["forecast", *words, "--json"])
    document = json.loads(capsys.readouterr().out)
    assert code == (3 if "error" in document and document["error"]["problems"] else code)
    return document


@pytest.mark.parametrize("monitoring", ["continuous", "minute"])
@pytest.mark.parametrize("drift", ["0", "0.8"])
def test_a_probe_agrees_with_its_closed_form(
    capsys: pytest.CaptureFixture[str], monitoring: str, drift: str
) -> None:
    found = called(
        capsys, "probe", "--vol", "0.25", "--distance", "0.01", "--hours", "3", "--drift", drift,
        "--monitoring", monitoring, "--paths", "20000",
    )  # fmt: skip
    assert found["paths"] == 20000
    slack = 0.0 if monitoring == "continuous" else 0.001  # the shift is itself an approximation
    assert abs(found["probability"] - found["closed_form"]) < 3.5 * found["stderr"] + slack


def test_the_same_seed_gives_the_same_probe(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("probe", "--vol", "0.3", "--distance", "0.02", "--paths", "1024", "--seed", "9")
    one, other = called(capsys, *words), called(capsys, *words)
    assert one["probability"] == other["probability"]


def test_a_distance_that_is_none_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["forecast", "probe", "--vol", "0.3", "--distance", "1.2", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["kind"] == "usage"


def test_a_broken_bars_file_is_told_with_its_row(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "bars.csv"
    path.write_text("ticker,ts,open,high,low,close\nA,2025-06-02 09:30,1,1,0,1\n")
    assert run(["forecast", "score", "--bars", str(path), "--bar-label", "start", "--json"]) == 3
    (problem,) = json.loads(capsys.readouterr().out)["error"]["problems"]
    assert (problem["field"], problem["line"], problem["value"]) == ("low", 2, "0")


def test_too_little_history_says_how_much_was_skipped(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "bars.csv"
    rows = [f"A,2025-06-0{d} {h}:30,10,11,9,10" for d in (2, 3) for h in (10, 11, 12, 13)]
    path.write_text("\n".join(["ticker,ts,open,high,low,close", *rows]) + "\n")
    assert run(["forecast", "score", "--bars", str(path), "--bar-label", "start", "--json"]) == 1
    assert (
        "fewer than 20 earlier sessions" in json.loads(capsys.readouterr().out)["error"]["message"]
    )


@pytest.mark.slow
def test_the_forecasts_of_2025_beat_the_baseline_and_are_calibrated(
    capsys: pytest.CaptureFixture[str], shared: Path
) -> None:
    data = shared / "data"
    found = called(
        capsys, "score", "--bars", str(data / "intraday/us2025_5min.parquet"),
        "--bar-label", "start", "--daily", str(data / "daily_panel.parquet"),
        "--daily", str(data / "etf_index_daily.parquet"),
        "--from", "2025-06-01", "--to", "2025-10-31", "--exclude", LEVERAGED,
    )  # fmt: skip
    assert found["names"] == 77
    assert found["skill_baseline"] == pytest.approx(0.19, abs=0.01)
    assert found["skill_difference"]["low"] > 0.0
    _is_calibrated(found)


@pytest.mark.slow
def test_the_forecasts_of_2018_minutes_are_calibrated_without_retuning(
    capsys: pytest.CaptureFixture[str], shared: Path
) -> None:
    data = shared / "data"
    found = called(
        capsys, "score", "--bars", str(data / "intraday/us2018_1min.parquet"),
        "--bar-label", "end", "--daily", str(data / "daily_panel.parquet"),
    )  # fmt: skip
    assert found["skill_difference"]["value"] > 0.0
    _is_calibrated(found)


def _is_calibrated(found: Any) -> None:
    assert found["ece"] <= 0.025
    for decile in found["deciles"]:
        if decile["n"] >= 200:
            near = abs(decile["forecast"] - decile["observed"]) <= 0.03
            assert near or decile["low"] <= decile["forecast"] <= decile["high"]
