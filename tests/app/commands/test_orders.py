"""The blotter from the command line: what is signed, sent, filled and told."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.book.book import Book
from app.cli import run
from app.custodian.paper import Manner, Spread, paper_fills
from engine.results import ProposalState


def said(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> Any:
    capsys.readouterr()
    assert run([*words, "--json"]) == code
    out = capsys.readouterr().out
    return [json.loads(line) for line in out.splitlines()] if "}\n{" in out else json.loads(out)


def open_harvests(path: Path, household: str = "lindqvist") -> list[str]:
    with Book.open(path, readonly=True) as book:
        newest = book.newest_snapshot()
        assert newest is not None
        found = book.proposals(household, (ProposalState.PROPOSED,))
        return [p.proposal_id for p in found if p.kind == "harvest" and p.snapshot_id == newest[0]]


def state(path: Path, key: str) -> str:
    with Book.open(path, readonly=True) as book:
        return book.proposal(key).state.value


def test_proposals_are_signed_sent_and_filled(
    demo_book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = open_harvests(demo_book)[0]
    who = ("--book", str(demo_book), "--as", "advisor")
    told = said(capsys, "orders", "approve", key, *who, "--seed", "7")
    assert told["state"] == "approved"
    out = tmp_path / "out"
    sent = said(capsys, "orders", "export", "--out", str(out), *who)
    assert all(Path(file["file"]).name.startswith("PAPER-") for file in sent["files"][:1])
    packet = out / "packet"
    said(capsys, "report", "exam-packet", "--out", str(packet), *who[:2])
    memoranda = (packet / "order-memoranda.txt").read_text(encoding="utf-8")
    assert all(key in memoranda for key in sent["orders"])
    assert "approve" in (packet / "decisions.csv").read_text(encoding="utf-8")
    assert sent["orders"]
    assert all(Path(row["file"]).is_file() for row in sent["files"])
    with Book.open(demo_book) as book:
        newest = book.newest_snapshot()
        assert newest is not None
        names = book.securities()
        spreads = {
            names[k].symbol: Spread(q.bid_usd, q.ask_usd)
            for k, q in book.snapshot(newest[0]).items()
        }
        lots = {lot.lot_id for lot in book.household("lindqvist").lots}
    text = Path(sent["files"][0]["file"]).read_text("utf-8")
    fills = tmp_path / "fills.csv"
    fills.write_text(
        paper_fills(text, spreads, datetime(2026, 10, 28, 14, tzinfo=UTC), 1, Manner(pieces=1))
    )
    told = said(capsys, "orders", "reconcile", str(fills), *who)
    assert told["fills"] == len(sent["orders"])
    assert told["closed_lots"] > 0
    again = said(capsys, "orders", "reconcile", str(fills), *who)
    assert again["fills"] == 0
    with Book.open(demo_book) as book:
        assert lots - {lot.lot_id for lot in book.household("lindqvist").lots}
    listed = said(capsys, "orders", "list", "--book", str(demo_book))
    assert {row["state"]["status"] for row in listed["orders"]} == {"filled"}


def test_the_steps_that_need_no_price(demo_book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second, third = open_harvests(demo_book)[:3]
    who = ("--book", str(demo_book), "--as", "advisor")
    assert said(capsys, "orders", "stage", first, *who)["state"] == "staged"
    told = said(capsys, "orders", "reject", second, "--reason", "client keeps it", *who)
    assert told["state"] == "rejected"
    assert said(capsys, "orders", "defer", third, "--minutes", "60", *who)["state"] == "deferred"
    told = said(capsys, "orders", "withdraw", first, "--reason", "changed my mind", *who)
    assert told["state"] == "withdrawn"
    with Book.open(demo_book, readonly=True) as book:
        assert book.decisions(second)[-1].reason == "client keeps it"
        assert book.decisions(third)[-1].reason == "60 minutes"


def test_an_edit_keeps_some_lots_and_is_valued_anew(
    demo_book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Book.open(demo_book, readonly=True) as book:
        whole = next(
            p for key in open_harvests(demo_book) if len((p := book.proposal(key)).sales) > 1
        )
    who = ("--book", str(demo_book), "--as", "advisor", "--seed", "7")
    kept = whole.sales[0].lot_id
    said(capsys, "orders", "edit", whole.proposal_id, "--keep-lot", kept, *who)
    with Book.open(demo_book, readonly=True) as book:
        after = book.proposal(whole.proposal_id)
    assert [sale.lot_id for sale in after.sales] == [kept]
    assert after.alpha.net_usd < whole.alpha.net_usd
    assert after.reasons[0].startswith("Edited: 1 of")
    words = ["orders", "edit", whole.proposal_id, "--keep-lot", "no-such-lot", *who]
    assert run(words) == 1
    assert "lot no-such-lot is not part of" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("user", "message"),
    [("", "no user ''"), ("nobody", "no user 'nobody'"), ("reviewer", "not approve")],
)
def test_who_may_not_sign_is_told_so(
    demo_book: Path, capsys: pytest.CaptureFixture[str], user: str, message: str
) -> None:
    key = open_harvests(demo_book)[0]
    assert run(["orders", "approve", key, "--book", str(demo_book), "--as", user]) == 1
    assert message in capsys.readouterr().err
    assert state(demo_book, key) == "proposed"


def test_an_unknown_proposal_names_the_list(
    demo_book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["orders", "stage", "nope", "--book", str(demo_book), "--as", "advisor"]) == 1
    assert "lotlight orders list" in capsys.readouterr().err


def test_an_expired_proposal_is_refused_at_later_prices(
    demo_book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = open_harvests(demo_book)[0]
    with Book.open(demo_book, readonly=True) as book:
        newest = book.newest_snapshot()
        assert newest is not None
        quotes = book.snapshot(newest[0])
    prices = tmp_path / "prices.csv"
    rows = [f"{name},{q.last_usd},2026-10-28T16:00:00Z" for name, q in quotes.items()]
    prices.write_text("symbol,last,at\n" + "\n".join(rows) + "\n")
    words = ["orders", "approve", key, "--book", str(demo_book), "--as", "advisor"]
    words += ["--prices", str(prices), "--as-of", "2026-10-28T16:00:00Z"]
    assert run(words) == 1
    assert "it expired at" in capsys.readouterr().err
    assert state(demo_book, key) == "proposed"
