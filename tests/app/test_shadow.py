"""A shadow period on a tape: scoreboard, gate, and the same bytes from the same seed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import islice
from pathlib import Path

import pytest

from app.activation import GateShutError, activate, criteria, mode
from app.book.book import SELF, Book
from app.feeds.contract import Batch, QuoteFeed
from app.incumbent import read_incumbent
from app.office import demo_setting, open_feed, open_market, rules, seed_book
from app.shadow import open_period, play, told
from app.shadow_store import evidence, newest, plain
from engine.decision.settings import DecisionSettings
from engine.proof.gate import gate
from engine.proof.shadow_policies import BASELINES

SETTING = demo_setting()
AT = datetime.combine(SETTING.first, time(9)).astimezone()


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """A book of the demo practice; one household."""
    found = Book.create(tmp_path_factory.mktemp("shadow") / "demo.lotlight", at=AT)
    seed_book(found, SETTING.practice, AT)
    return found


@pytest.fixture(scope="module", autouse=True)
def _small() -> Iterator[None]:
    """Fewer scenarios and ticks: the tests are of the ledgers, not of the forecasts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.office.PATHS", 256)
        patch.setattr("app.scoring.LONGEST_GAP", timedelta(hours=1))
        yield


@dataclass
class Thin:
    """Each eighth batch of a feed."""

    feed: QuoteFeed

    def batches(self) -> Iterator[Batch]:
        return islice(self.feed.batches(), 0, None, 8)

    def stop(self) -> None:
        self.feed.stop()


def played(book: Book, seed: int = 5, incumbent: Path | None = None) -> dict:  # type: ignore[type-arg]
    securities, settings = book.securities(), DecisionSettings()
    household = book.household(book.households()[0][0])
    more = () if incumbent is None else (read_incumbent(incumbent, securities),)
    period = open_period(
        open_market(SETTING, securities, seed, settings),
        [household],
        securities,
        rules(settings, SETTING.first.year),
        (*BASELINES, *more),
    )
    play(period, Thin(open_feed(SETTING, tuple(securities.values()))), days=1)
    return plain(told(period, "the simulated demo market", True, SETTING.bars, seed))


@pytest.fixture(scope="module")
def board(book: Book) -> dict:  # type: ignore[type-arg]
    return played(book)


def test_the_same_seed_and_tape_give_the_same_bytes(book: Book, board: dict) -> None:  # type: ignore[type-arg]
    assert json.dumps(played(book)) == json.dumps(board)


def test_every_policy_starts_from_the_same_household_and_ours_breaks_nothing(board: dict) -> None:  # type: ignore[type-arg]
    rows = {row["policy"]: row for row in board["policies"]}
    assert set(rows) == {"predictive", "hold", "drift", "monthly", "daily5"}
    assert rows["hold"]["sales"] == 0
    assert rows["hold"]["tax_and_cost_usd"] == 0.0
    assert rows["predictive"]["wash_violations"] == 0
    assert rows["predictive"]["limit_violations"] == []
    assert rows["predictive"]["sales"] > 0
    assert board["record"]["n"] > 0


def test_a_simulated_period_is_kept_but_refused_by_the_gate(book: Book, board: dict) -> None:  # type: ignore[type-arg]
    book.keep_shadow(board, SELF, AT)
    book.keep_shadow(board, SELF, AT)  # once
    assert newest(book) == board
    assert evidence(book).simulated
    assert [c.passed for c in criteria(book)] == [False] * len(gate(evidence(book)))
    with pytest.raises(GateShutError, match=r"stays shut: evidence: .*simulated, refused"):
        activate(book, "anna", AT)
    assert mode(book) == "shadow"


def test_an_incumbents_file_is_one_more_baseline(book: Book, tmp_path: Path) -> None:
    household = book.household(book.households()[0][0])
    taxed = {a.account_id for a in household.accounts if a.kind.taxed}
    lot = next(x for x in household.lots if x.account_id in taxed)
    symbol = book.securities()[lot.security_id].symbol
    path = tmp_path / "incumbent.csv"
    rows = (
        f"at,account,symbol,side,shares\n{SETTING.first}T10:00,{lot.account_id},{symbol},sell,1\n"
    )
    path.write_text(rows, encoding="utf-8")
    found = played(book, incumbent=path)
    mine = next(row for row in found["policies"] if row["policy"] == "incumbent")
    assert mine["sales"] == 1


def test_kept_evidence_can_be_neither_edited_nor_removed(book: Book, board: dict) -> None:  # type: ignore[type-arg]
    book.keep_shadow(board, SELF, AT)
    for statement in ("UPDATE shadow_periods SET days=99", "DELETE FROM shadow_periods"):
        with pytest.raises(Exception, match="evidence"):
            book.connection.execute(statement)
