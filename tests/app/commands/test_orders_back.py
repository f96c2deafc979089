"""What comes back from the custodian: exceptions closed by a person, lots, and who may do it."""

import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.book.book import Book
from app.cli import run
from app.custodian.order_values import Fill
from app.custodian.reconcile import reconcile
from app.people import hash_passphrase
from engine.records import Side
from tests.app.book.sample import ADVISOR, AT, SECOND, evaluation, fill_book, order

SECRET = "CANARY correct horse"
SOLD = AT + timedelta(hours=1)


def fill(key: str, shares: str, exec_id: str = "X1", lot: str = "") -> Fill:
    return Fill(
        exec_id,
        key,
        "00012345",
        "SYM1",
        Side.SELL,
        Decimal(shares),
        Decimal("20.00"),
        Decimal("0.00"),
        SOLD,
        lot,
    )


def send(book: Book, *fills: Fill) -> None:
    orders = [row.order for row in book.orders()]
    found = reconcile(orders, fills, book.executions(), book.closes(), book.bought())
    book.record_fills(found, "ann", SOLD)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LOTLIGHT_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("LOTLIGHT_BOOK", str(tmp_path / "a.lotlight"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    with Book.create(tmp_path / "a.lotlight", at=AT) as book:
        fill_book(book)
        book.record_evaluation(evaluation())
        book.decide("PR1", "approve", "ann", AT)
        book.export([order()], "orders.csv", "0" * 64, "ann", AT)
    return tmp_path / "a.lotlight"


def said(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> Any:
    capsys.readouterr()
    assert run([*words, "--json"]) == code
    out = capsys.readouterr()
    return json.loads(out.out or out.err)


def test_an_exception_is_closed_by_the_command_that_its_remedy_names(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Book.open(path) as book:
        send(book, fill(order().order_key, "500"))
    (waiting,) = said(capsys, "orders", "list")["exceptions"]
    gaps = said(capsys, "context", "audit", "--household", "H1")["gaps"]
    (remedy,) = [gap["remedy"] for gap in gaps if gap["kind"] == "reconciliation_open"]
    words = remedy.replace("REASON", "busted by the custodian").split(" ", 6)
    assert words[:3] == ["lotlight", "orders", "reconcile"]
    who = ("--as", "ann")
    told = said(capsys, *words[1:5], "--reason", "busted by the custodian", *who)
    assert (told["resolved"], told["open_exceptions"]) == (waiting["exception_id"], 0)
    assert said(capsys, "orders", "list")["exceptions"] == []
    again = said(capsys, *words[1:5], "--reason", "again", *who, code=1)
    assert "no open exception" in again["error"]["message"]


def test_a_fill_without_its_key_is_applied_to_the_order_that_a_person_names(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Book.open(path) as book:
        send(book, fill("", "100"))
        (waiting,) = book.exceptions()
        assert f"{order().order_key}; resolve it with --order KEY" in waiting.found.remedy
    words = ("orders", "reconcile", "--resolve", waiting.exception_id, "--reason", "key was lost")
    who = ("--as", "ann")
    assert (
        "No approved order"
        in said(capsys, *words, "--order", "nonsense", *who, code=1)["error"]["message"]
    )
    told = said(capsys, *words, "--order", order().order_key, *who)
    assert (told["fills"], told["open_exceptions"]) == (1, 0)
    with Book.open(path, readonly=True) as book:
        assert [lot.lot_id for lot in book.household("H1").lots] == ["L2", "L3"]
        assert book.orders()[0].state.status == "filled"


def test_sold_lots_wait_for_the_custodian_with_their_deadline(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Book.open(path) as book:
        send(book, fill(order().order_key, "60"), fill(order().order_key, "40", "X2", "L1"))
    (row,) = said(capsys, "orders", "waiting")
    assert (row["lot_id"], row["shares"], row["late"]) == ("L1", "60.000000", True)
    assert row["match_until"].startswith("2026-10-20 00:30")


def realized_file(folder: Path, opened: str, basis: str) -> Path:
    file = folder / "realized.csv"
    file.write_text(
        "Symbol(CUSIP),Security Description,Quantity,Date Acquired,Date Sold,Proceeds,"
        "Cost Basis,Short Term Gain/Loss,Long Term Gain/Loss\n"
        f"SYM1(123456789),NAME 1,100,{opened},10/19/2026,$2000.00,${basis},,\n",
        "utf-8",
    )
    return file


def test_the_morning_check_shows_other_lots_with_the_tax_under_both(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Book.open(path) as book:
        send(book, fill(order().order_key, "100"))
    same = realized_file(tmp_path, "03/03/2025", "2500.01")
    words = ("orders", "relief", "fidelity-realized")
    found = said(capsys, *words, str(same), "--account", "A1")
    assert (found["sales"], found["breaks"], found["tax"]) == (1, [], {})
    other = realized_file(tmp_path, "01/05/2026", "4500.00")
    found = said(capsys, *words, str(other), "--account", "A1")
    (broken,) = found["breaks"]
    assert (broken["ours_lt_usd"], broken["theirs_st_usd"]) == ("-500.01", "-2500.00")
    tax = {k: Decimal(v) for k, v in found["tax"]["H1"].items()}
    assert tax["theirs_usd"] < tax["ours_usd"]
    with Book.open(path, readonly=True) as book:
        assert len(book.household("H1").realized) == 1


def test_a_sale_booked_here_is_not_counted_again_when_the_custodian_tells_of_it(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Book.open(path) as book:
        send(book, fill(order().order_key, "100"))
        before = book.household("H1")
    file = realized_file(tmp_path, "03/03/2025", "2500.01")
    said(capsys, "import", "fidelity-realized", str(file), "--account", "A1", "--as", "ann")
    with Book.open(path, readonly=True) as book:
        assert book.household("H1").realized == before.realized
        assert len(book.imports()) == 1


def test_whoever_has_a_passphrase_signs_in_before_anything_is_written(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Book.open(path) as book:
        book.save_user(ADVISOR, "lotlight", AT, hash_passphrase(SECRET))
    limit = ("constraints", "set", "--household", "H1", "net_gain_max_usd", "9000", "--as", "ann")
    assert "signs in with a passphrase" in said(capsys, *limit, code=1)["error"]["message"]
    word = tmp_path / "pw"
    word.write_text("not this one\n", "utf-8")
    file = ("--user-passphrase-file", str(word))
    told = said(capsys, *limit, *file, code=1)
    assert "not the passphrase of ann" in told["error"]["message"]
    assert said(capsys, "book", "audit", "--limit", "1")[0]["kind"] == "user_saved"
    word.write_text(SECRET + "\n", "utf-8")
    assert said(capsys, *limit, *file)["limit"] == "9000"


def test_rights_are_given_by_an_approver_alone(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["book", "user", "eve", "Eve", "--role", "approve"]
    for who in ([], ["--as", "rex"], ["--as", "eve"]):
        assert run([*words, *who]) == 1
    assert run([*words, "--as", "bob"]) == 0
    with Book.open(path, readonly=True) as book:
        assert {user.user_id for user in book.users()} == {"ann", "bob", "eve", "rex"}
        assert SECOND in book.users()
    capsys.readouterr()
