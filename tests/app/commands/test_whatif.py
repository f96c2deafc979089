"""A household with something changed, beside itself."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.book.book import Book
from app.cli import run


def asked(
    capsys: pytest.CaptureFixture[str], book: Path, folder: Path, text: str
) -> dict[str, Any]:
    file = folder / "change.toml"
    file.write_text(text)
    capsys.readouterr()
    words = ["whatif", str(file), "--book", str(book), "--household", "okafor", "--json"]
    assert run(words) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_no_change_is_no_difference_and_nothing_is_stored(
    demo_book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Book.open(demo_book, readonly=True) as book:
        head = book.audit_head()
    found = asked(capsys, demo_book, tmp_path, "")
    assert found["before"] == found["after"]
    with Book.open(demo_book, readonly=True) as book:
        assert book.audit_head() == head


def test_lower_prices_and_more_volatility_change_what_is_ready(
    demo_book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fall = asked(capsys, demo_book, tmp_path, "price_factor = 0.9")
    assert fall["after"]["ready"] > fall["before"]["ready"]
    assert fall["after"]["bill_usd"] == fall["before"]["bill_usd"]
    wild = asked(capsys, demo_book, tmp_path, "volatility_factor = 2.5")
    assert wild["after"]["ready"] < wild["before"]["ready"]


def test_a_gain_outside_a_state_and_a_scenario_change_the_bill(
    demo_book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gain = asked(capsys, demo_book, tmp_path, "[outside_gain]\nterm='short'\namount_usd=300000")
    bill = {side: Decimal(gain[side]["bill_usd"]) for side in ("before", "after")}
    assert bill["after"] > bill["before"] + 60_000
    moved = asked(capsys, demo_book, tmp_path, "[profile]\nstate='TX'")
    assert Decimal(moved["after"]["bill_usd"]) < bill["before"]
    law = asked(capsys, demo_book, tmp_path, "[law]\nscenario='sunsets'")
    assert law["after"]["law_version"] != law["before"]["law_version"]


def test_a_limit_takes_every_proposal_away(
    demo_book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = asked(capsys, demo_book, tmp_path, "[limits]\nnever_sell = 1")
    assert found["before"]["proposals"]
    assert found["after"]["proposals"] == []


def test_every_wrong_value_is_told(
    demo_book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bad.toml"
    file.write_text("price_factor = -1\nprice = 2\n[limits]\nfoo = 1\n[profile]\nwages_usd = 'x'\n")
    words = ["whatif", str(file), "--book", str(demo_book), "--household", "okafor", "--json"]
    assert run(words) == 3
    problems = json.loads(capsys.readouterr().out)["error"]["problems"]
    told = {problem["field"] for problem in problems}
    assert told == {"price", "price_factor", "limits.foo", "profile.wages_usd"}


def test_death_gift_need_and_limit_each_change_the_plan(
    demo_book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    death = asked(capsys, demo_book, tmp_path, "death = true")
    assert not any(s["for"] == "harvest" for s in death["after"]["plan"]["sells"])
    assert Decimal(death["after"]["best_alpha_usd"]) == 0
    gift = asked(capsys, demo_book, tmp_path, "[gift]\namount_usd = 200000")
    assert gift["after"]["tracking_error"] != gift["before"]["tracking_error"]
    need = asked(capsys, demo_book, tmp_path, "[cash_need]\namount_usd = 50000\nby = 2027-01-15")
    assert Decimal(need["after"]["plan"]["cash_after_usd"]) >= 50_000
    rows = {row["rule"]: row for row in need["after"]["plan"]["rows"]}
    assert rows["cash_need_usd"]["limit"] == 50_000
    horizon = asked(capsys, demo_book, tmp_path, "[horizon]\nstep_up_probability = 1.0")
    better = (Decimal(horizon[side]["plan_alpha_usd"]) for side in ("after", "before"))
    assert next(better) > next(better)


def test_the_matrix_is_solved_with_used_binding_and_price(
    demo_book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--book", str(demo_book), "--household", "okafor"]
    assert run(["constraints", "set", "tracking_error_max", "0.009", *words]) == 0
    capsys.readouterr()
    assert run(["constraints", "solve", *words, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["status"] == "solved"
    row = next(r for r in found["rows"] if r["rule"] == "tracking_error_max")
    assert row["binding"]
    assert row["used"] <= 0.009 * 1.000001
    assert row["price_usd"] > 0
    assert row["unit"] == "1 bp more"
    assert "raising it by 1 bp saves about" in row["says"]
