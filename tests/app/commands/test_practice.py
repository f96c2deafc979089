"""Every household of a practice in one sweep."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from shutil import copy
from typing import Any

import pytest

from app.book.book import Book
from app.cli import run
from app.demo_practice import generate_in_demo_market
from app.office import rules
from app.priced import Asked, price
from app.sweep import sweep
from engine.decision.evaluate import evaluate
from engine.decision.prepare import prepare
from engine.decision.settings import DecisionSettings

HOUSEHOLDS, LOTS = 12, 60


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("practice") / "practice.lotlight"
    with Book.create(path, at=datetime(2026, 10, 28, 13, tzinfo=UTC)) as book:
        generate_in_demo_market(book, HOUSEHOLDS, LOTS, seed=5)
    return path


def swept(capsys: pytest.CaptureFixture[str], path: Path, *words: str) -> Any:
    capsys.readouterr()
    assert run(["practice", "sweep", "--book", str(path), *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_one_thread_and_two_find_the_same(
    practice: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = swept(capsys, practice, "--threads", "1")
    two = swept(capsys, practice, "--executor", "threads", "--threads", "2")
    for found in (one, two):
        found.pop("seconds"), found.pop("threads")
    assert one == two
    assert one["households"] == one["evaluations"] == HOUSEHOLDS
    assert one["errors"] == []
    assert 0 < one["lots"] < HOUSEHOLDS * LOTS  # a tenth lies in IRAs
    assert Decimal(one["alpha_usd"]) > 0
    assert sum(bool(row["proposals"]) for row in one["by_household"]) == 10


def test_flags_ready_lots_and_proposals_are_those_of_the_desk(practice: Path) -> None:
    settings = DecisionSettings()
    rested = rules(settings)
    with Book.open(practice, readonly=True) as book:
        outlook = price(book, Asked(), settings).outlook
        rows = sweep(book, outlook, rested, threads=1, best=HOUSEHOLDS)
        for row in rows[:4]:
            home = prepare(book.household(row.household_id), rested.law, outlook, rested.funds)
            whole = evaluate(home, outlook, settings, rested.table, rested.version)
            assert row.flags == sum(f.flag for f in whole.forecasts)
            assert row.proposals == whole.proposals
            best = max((p.alpha.net_usd for p in whole.proposals), default=Decimal(0))
            assert row.alpha_usd > best * Decimal("0.9")


def test_a_household_that_cannot_be_valued_stops_nobody_else(
    practice: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "one-bad.lotlight"
    copy(practice, path)
    with Book.open(path) as book:
        bad = book.household("G00003")
        profile = replace(bad.profile, state="ZZ")
        book.save_household(
            replace(bad, profile=profile), "lotlight", datetime(2026, 10, 28, tzinfo=UTC)
        )
    found = swept(capsys, path, "--top", "0")
    assert found["errors"] == ["G00003"]
    assert found["evaluations"] == HOUSEHOLDS - 1
    assert "ZZ" in found["by_household"][3]["error"]


def test_generate_makes_a_book_and_leaves_one_alone_that_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["practice", "generate", "--book", str(tmp_path / "p.lotlight"), "--households", "2"]
    assert run([*words, "--lots", "5", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["lots"] == 10
    assert run(words) == 1
    assert "is there already" in capsys.readouterr().err
