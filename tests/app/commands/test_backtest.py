"""`lotlight backtest` from files to JSON, on made-up prices and on a short span of real ones."""

import csv
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from app.cli import cli, run

FIELDS = {
    "wealth_unliquidated", "wealth_liquidated", "tax_alpha_bp", "tax_alpha_liquidated_bp",
    "harvested_st", "harvested_lt", "usable", "carried", "deferred", "permanent", "tracking_error",
    "turnover", "cost", "trades", "wash_violations", "limit_violations", "by_year",
}  # fmt: skip
SESSIONS = 520
NAMES = 12


def days() -> list[date]:
    every = (date(2020, 1, 1) + timedelta(days=i) for i in range(2 * SESSIONS))
    return [day for day in every if day.weekday() < 5][:SESSIONS]


def prices(changed_from: int = SESSIONS) -> np.ndarray:
    rng = np.random.default_rng(5)
    steps = rng.normal(0.0002, 0.02, (SESSIONS, NAMES))
    steps[changed_from:] += rng.normal(0.001, 0.02, (SESSIONS - changed_from, NAMES))
    return 40.0 * np.exp(np.cumsum(steps, axis=0))


def write_daily(path: Path, close: np.ndarray, gap: str = "N11") -> Path:
    """Rows of all names; one of them misses a session."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["ticker", "date", "close", "dividend", "split"])
        for i in range(NAMES):
            for s, day in enumerate(days()):
                if f"N{i:02d}" == gap and s == 300:
                    continue
                paid = round(close[s, i] * 0.004, 4) if s % 63 == 40 else 0.0
                out.writerow([f"N{i:02d}", day.isoformat(), f"{close[s, i]:.4f}", paid, 1.0])
    return path


def backtest(daily: Path, *more: str) -> dict[str, Any]:
    first, last = days()[80], days()[-1]
    words = ["backtest", "--daily", str(daily), "--from", str(first), "--to", str(last), "--json"]
    found = CliRunner().invoke(cli, [*words, *more], catch_exceptions=False)
    assert found.exit_code == 0
    document: dict[str, Any] = json.loads(found.stdout)
    return document


@pytest.fixture
def daily(tmp_path: Path) -> Path:
    return write_daily(tmp_path / "daily.csv", prices())


def test_the_table_has_every_field_for_every_policy(daily: Path) -> None:
    found = backtest(daily, "--tracking-limit", "0.2")
    assert list(found) == ["policies", "paired", "assumptions", "seconds"]
    assert list(found["policies"]) == ["hold", "drift", "monthly", "daily5", "predictive"]
    assert all(set(row) == FIELDS for row in found["policies"].values())
    assert found["policies"]["hold"]["tax_alpha_bp"] == 0
    assert found["policies"]["predictive"]["harvested_st"] > 0
    assert found["policies"]["predictive"]["wash_violations"] == 0
    assert found["policies"]["predictive"]["limit_violations"] == 0
    assert [pair["b"] for pair in found["paired"]] == ["hold", "drift", "monthly", "daily5"]
    assert sum("by tax and cost alone" in line for line in found["assumptions"]) == 4
    assert any("survivorship" in line and "N11" in line for line in found["assumptions"])


def test_another_future_changes_no_earlier_year(tmp_path: Path, daily: Path) -> None:
    turn = next(i for i, day in enumerate(days()) if day.year == 2021) + 5
    other = write_daily(tmp_path / "other.csv", prices(changed_from=turn))
    one, two = (backtest(path)["policies"] for path in (daily, other))
    for name, row in one.items():
        assert row["by_year"][0] == two[name]["by_year"][0], name
    assert one["daily5"]["by_year"][1] != two["daily5"]["by_year"][1]


def test_a_spin_off_on_the_list_is_no_split(tmp_path: Path) -> None:
    close = prices()
    close[200:, 0] /= 1.5
    daily = write_daily(tmp_path / "daily.csv", close)
    text = daily.read_text(encoding="utf-8").splitlines()
    at = next(i for i, row in enumerate(text) if row.startswith(f"N00,{days()[200]}"))
    text[at] = text[at].rsplit(",", 1)[0] + ",1.5"
    daily.write_text("\n".join(text) + "\n", encoding="utf-8")
    split = backtest(daily, "--policies", "hold")["policies"]["hold"]
    rows = f"date,ticker,split,split_kind\n{days()[200]},N00,1.5,spinoff_adjustment\n"
    (tmp_path / "splits_and_spinoffs.csv").write_text(rows, encoding="utf-8")
    spun = backtest(daily, "--policies", "hold")["policies"]["hold"]
    taxed = [sum(abs(year["net_long"]) for year in row["by_year"]) for row in (split, spun)]
    assert taxed[0] == 0
    assert taxed[1] > 100
    assert spun["wealth_unliquidated"] == pytest.approx(split["wealth_unliquidated"], rel=0.03)


def test_a_stopped_run_goes_on_from_what_is_kept(tmp_path: Path, daily: Path) -> None:
    kept = tmp_path / "kept"
    first = backtest(daily, "--policies", "hold,daily5", "--resume", str(kept))
    cells = {path: path.stat().st_mtime_ns for path in kept.iterdir()}
    again = backtest(daily, "--policies", "hold,daily5,monthly", "--resume", str(kept))
    assert {p: p.stat().st_mtime_ns for p in cells} == cells
    for name in ("hold", "daily5"):
        assert again["policies"][name] == first["policies"][name]
    more = backtest(daily, "--policies", "hold", "--value", "2e6", "--resume", str(kept))
    assert more["policies"]["hold"]["wealth_unliquidated"] > 1.5e6


def test_cash_flows_and_weights_of_a_file_are_followed(tmp_path: Path, daily: Path) -> None:
    flows, weights = tmp_path / "flows.toml", tmp_path / "weights.csv"
    flows.write_text(
        f"[[flow]]\ndate = {days()[200]}\namount = -100_000\n"
        f"[[flow]]\ndate = {days()[300]}\namount = 50_000.5\n",
        encoding="utf-8",
    )
    rows = [f"2020-01-01,N{i:02d},{i + 1}\n" for i in range(6)] + ["2021-12-01,N08,50\n"]
    weights.write_text("as_of,ticker,weight_pct\n" + "".join(rows), encoding="utf-8")
    with_flows = ("--policies", "hold", "--weights", str(weights), "--cash-flows", str(flows))
    found = backtest(daily, *with_flows)["policies"]["hold"]
    plain = backtest(daily, *with_flows[:4])["policies"]["hold"]
    assert found["wealth_unliquidated"] < plain["wealth_unliquidated"] - 20_000
    assert found["tracking_error"] < 0.02
    assert any("weights.csv 2020-01-01" in x for x in backtest(daily, *with_flows)["assumptions"])


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--weights", "cap"), "index_shares_proxy.csv"),
        (("--profile", "nobody"), "top-with-gains"),
        (("--from", "1990-01-01", "--to", "1991-01-01"), "the files hold"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_remedy(
    daily: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], words: str
) -> None:
    given = ["--from", "2020-06-01", "--to", "2020-12-01"]
    assert run(["backtest", "--daily", str(daily), *given, *more]) == 3
    assert words in capsys.readouterr().err


def test_a_profile_file_is_checked_field_by_field(
    tmp_path: Path, daily: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "me.toml"
    path.write_text('year = 2025\nfiling_status = "mfj"\nstate = "TX"\nwage_usd = 5\n', "utf-8")
    given = ["--from", "2020-06-01", "--to", "2020-12-01", "--profile", str(path)]
    assert run(["backtest", "--daily", str(daily), *given]) == 3
    assert "wage_usd" in capsys.readouterr().err


@pytest.mark.slow
def test_real_prices_are_walked_without_a_violation(shared: Path) -> None:
    words = ["--daily", str(shared / "data" / "daily_panel.parquet"), "--policies", "predictive"]
    given = ["backtest", *words, "--from", "2020-01-02", "--to", "2020-06-30", "--json"]
    found = CliRunner().invoke(cli, given, catch_exceptions=False)
    row = json.loads(found.stdout)["policies"]["predictive"]
    assert row["harvested_st"] > 50_000  # the fall of March 2020
    assert row["wash_violations"] == row["limit_violations"] == 0
    assert row["tracking_error"] < 0.04
