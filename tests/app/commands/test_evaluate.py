"""A book valued from the command line, and where its prices may come from."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.book.book import Book
from app.cli import run
from app.demo_book import SWEEP
from engine.records import Security


def evaluated(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    capsys.readouterr()
    assert run(["evaluate", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_household_is_valued_with_reasons_and_nothing_is_stored(
    demo_book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Book.open(demo_book, readonly=True) as book:
        head = book.audit_head()
    words = ("--book", str(demo_book), "--household", "lindqvist")
    found = evaluated(capsys, *words)
    (household,) = found["households"]
    assert found["simulated"]
    assert "demo market" in found["history"]
    assert household["household_id"] == "lindqvist"
    assert any(row["alpha_usd"] > 0 for row in household["positions"])
    for proposal in household["proposals"]:
        assert proposal["reasons"][0]
        assert Decimal(proposal["alpha"]["net_usd"]) >= 5
    without = household["year_end"]["without"]
    assert without["p10_usd"] <= without["p50_usd"] <= without["p90_usd"]
    for row in household["forecasts"]:
        assert 0.0 <= row["probability"] <= 1.0
    assert evaluated(capsys, *words) == found
    with Book.open(demo_book, readonly=True) as book:
        assert book.audit_head() == head


def test_as_of_takes_the_newest_snapshot_by_then(
    demo_book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--book", str(demo_book), "--household", "lindqvist")
    late = evaluated(capsys, *words)
    early = evaluated(capsys, *words, "--as-of", "2026-10-28T13:35:59Z")
    assert early["as_of"] < late["as_of"]
    assert run(["evaluate", *words, "--as-of", "2026-10-27T15:00:00Z"]) == 1
    assert "no prices at or before" in capsys.readouterr().err
    assert run(["evaluate", *words, "--as-of", "yesterday"]) == 1
    assert "ISO 8601" in capsys.readouterr().err


def test_kept_proposals_can_be_signed(
    demo_book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Book.open(demo_book, readonly=True) as book:
        newest = book.newest_snapshot()
        assert newest is not None
        quotes = book.snapshot(newest[0])
    prices = tmp_path / "prices.csv"
    fallen = [f"{name},{q.last_usd * Decimal('0.97'):.6f}" for name, q in quotes.items()]
    prices.write_text("symbol,last\n" + "\n".join(fallen) + "\n")
    words = ["--book", str(demo_book), "--household", "lindqvist", "--keep"]
    words += ["--prices", str(prices), "--as-of", "2026-10-28T15:00:00Z"]
    found = evaluated(capsys, *words)
    key = found["households"][0]["proposals"][0]["proposal_id"]
    with Book.open(demo_book, readonly=True) as book:
        assert book.proposal(key).household_id == "lindqvist"


def test_a_book_without_prices_or_history_says_what_to_give(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, at = tmp_path / "bare.lotlight", datetime(2026, 10, 28, 13, tzinfo=UTC)
    with Book.create(path, at=at) as book:
        book.save_securities([Security("REAL", "REAL", "A name of its own"), SWEEP], "lotlight", at)
    assert run(["evaluate", "--book", str(path)]) == 1
    assert "give --prices FILE" in capsys.readouterr().err
    prices = tmp_path / "prices.csv"
    prices.write_text("symbol,last\nREAL,12.5\n")
    words = ["evaluate", "--book", str(path), "--prices", str(prices)]
    words += ["--as-of", "2026-10-28T15:00:00Z"]
    assert run(words) == 1
    assert "give --daily FILE" in capsys.readouterr().err
    prices.write_text("symbol,last\nREAL,a lot\n")
    assert run(words) == 3
    assert "prices.csv:2: last: read 'a lot'" in capsys.readouterr().err


def test_outside_a_session_there_is_nothing_to_value(
    demo_book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prices = tmp_path / "prices.csv"
    prices.write_text("symbol,last\nXOROR,50\n")
    words = ["evaluate", "--book", str(demo_book), "--prices", str(prices)]
    assert run([*words, "--as-of", "2026-10-31T15:00:00Z"]) == 1
    assert "no session is running at 2026-10-31 11:00" in capsys.readouterr().err
