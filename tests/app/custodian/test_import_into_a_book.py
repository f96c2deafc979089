"""Files into a real book: once however often, all or nothing, and back again."""

import json
import random
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.book.book import SELF, Book
from app.book.imports import Importer
from app.commands.imports import import_
from app.commands.output import ProblemsError
from app.custodian.match import AccountError
from app.custodian.plan import plan
from app.custodian.profile import ProfileError, load
from app.custodian.read import parse
from app.custodian.sniff import as_source
from engine.errors import UserError
from engine.records import (
    Account,
    AccountKind,
    FilingStatus,
    Household,
    Person,
    PersonRole,
    TaxProfile,
)
from tests.app.book import sample
from tests.app.custodian.conftest import SAMPLES
from tests.app.custodian.mutate import mutate

AT = datetime(2025, 11, 1, 12, tzinfo=UTC)
FLEX = SAMPLES / "ibkr/flex_open_positions_lots.xml"
HOUSEHOLD = Household(
    "H1",
    "Roe",
    (Person("P1", "Jane Roe", PersonRole.CLIENT),),
    (
        Account("A1", "P1", "Joint", AccountKind.JOINT, "IBKR", "U0000123"),
        Account("A2", "P1", "Trust", AccountKind.TRUST, "Schwab", "5555-0234"),
    ),
    (),
    TaxProfile(2025, FilingStatus.MFJ, "TX"),
)


@pytest.fixture
def book_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LOTLIGHT_STATE_DIR", str(tmp_path / "state"))
    path = tmp_path / "book" / "roe.lotlight"
    with Book.create(path, at=AT) as book:
        book.save_household(HOUSEHOLD, SELF, AT)
    return path


def run(*words: object) -> dict[str, object]:
    ran = CliRunner().invoke(import_, [*map(str, words), "--json"], standalone_mode=False)
    if ran.exception is not None:
        raise ran.exception
    found = json.loads(ran.stdout)
    assert isinstance(found, dict)
    return found


def test_the_same_file_a_hundred_times_is_once(book_path: Path) -> None:
    first = run("ibkr-flex", FLEX, "--book", book_path)
    assert (first["new"], first["applied"]) == (7, True)
    parsed = parse(as_source(FLEX.name, FLEX.read_bytes()), load("ibkr-flex"))
    with Book.open(book_path) as book:
        held, head = book.known(), book.audit_head()
        for _ in range(98):
            again = plan(parsed, load("ibkr-flex"), book.known())
            assert book.apply_import(again, AT, SELF) == ""
        assert (book.known(), book.audit_head()) == (held, head)
    last = run("ibkr-flex", FLEX, "--book", book_path)
    assert (last["new"], last["changed"], last["unchanged"], last["applied"]) == (0, 0, 7, False)


def test_the_lots_in_the_book_are_the_lots_of_the_file(book_path: Path) -> None:
    run("ibkr-flex", FLEX, "--book", book_path)
    with Book.open(book_path, readonly=True) as book:
        household = book.household("H1")
    basis = {(x.security_id, str(x.acquired_on)): x.basis_usd for x in household.lots}
    assert basis["NKE", "2025-09-19"] == Decimal("5116.80")
    assert sum(x.shares for x in household.lots) == Decimal("345.133")
    (washed,) = [x for x in household.lots if x.wash_adjustment_usd]
    assert (str(washed.held_since), washed.wash_adjustment_usd) == ("2025-06-07", Decimal("412.20"))
    assert {t.side for t in household.trades} == {"sell"}
    assert [r.recognized_usd for r in household.realized] == [Decimal("-412.55")]


def test_an_undo_puts_everything_back_and_the_file_can_be_imported_again(book_path: Path) -> None:
    with Book.open(book_path, readonly=True) as book:
        before = (book.known(), book.household("H1"))
    first = run("ibkr-flex", FLEX, "--book", book_path)
    run("--book", book_path, "--undo", first["import_id"])
    with Book.open(book_path, readonly=True) as book:
        assert (book.known(), book.household("H1")) == before
    assert run("ibkr-flex", FLEX, "--book", book_path)["applied"] is True


def test_two_identical_lots_are_both_in_the_book(book_path: Path, tmp_path: Path) -> None:
    row = "U0000123,NKE,2025-09-19,60,5116.80\n"
    file = tmp_path / "lots.csv"
    file.write_text("account,symbol,open_date,quantity,cost_basis\n" + row * 2)
    assert run("generic-lots", file, "--book", book_path)["new"] == 2
    assert run("generic-lots", file, "--book", book_path)["unchanged"] == 2


def test_a_dry_run_writes_nothing(book_path: Path) -> None:
    with Book.open(book_path, readonly=True) as book:
        head = book.audit_head()
    found = run("ibkr-flex", FLEX, "--book", book_path, "--dry-run")
    assert (found["new"], len(found["lots"])) == (7, 7)  # type: ignore[arg-type]
    with Book.open(book_path, readonly=True) as book:
        assert book.audit_head() == head
        assert book.known().lots == ()


def test_bad_rows_stop_the_import_unless_the_good_ones_are_asked_for(
    book_path: Path, tmp_path: Path
) -> None:
    file, rejected = tmp_path / "lots.csv", tmp_path / "rejected.csv"
    file.write_text(
        "account,symbol,open_date,quantity,cost_basis\n"
        "U0000123,NKE,2025-09-19,60,5116.80\n"
        "U0000123,KR,2025-08-12,15O,10503.00\n"
    )
    with pytest.raises(ProblemsError) as caught:
        run("generic-lots", file, "--book", book_path, "--rejected", rejected)
    assert [(p.line, p.field, p.value) for p in caught.value.problems] == [(3, "quantity", "15O")]
    assert rejected.read_text().splitlines()[1] == "U0000123,KR,2025-08-12,15O,10503.00"
    with Book.open(book_path, readonly=True) as book:
        assert book.known().lots == ()
    assert run("generic-lots", file, "--book", book_path, "--good-rows")["new"] == 1
    rejected.write_text(rejected.read_text().replace("15O", "150"))
    assert run("generic-lots", rejected, "--book", book_path)["new"] == 1


def test_an_account_the_book_does_not_know_is_not_guessed(book_path: Path) -> None:
    jpm = SAMPLES / "jpmorgan/positions_lots.csv"
    with pytest.raises(AccountError, match="--account"):
        run("jpmorgan-lots", jpm, "--book", book_path)
    found = run("jpmorgan-lots", jpm, "--book", book_path, "--account", "Trust")
    assert found["new"] == 1
    with Book.open(book_path, readonly=True) as book:
        assert [lot.account_id for lot in book.known().lots] == ["A2"]


def test_an_import_that_breaks_half_way_leaves_nothing(
    book_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Importer, item: object) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(Importer, "_transaction", broken)
    with pytest.raises(OSError, match="gone"):
        run("ibkr-flex", FLEX, "--book", book_path)
    with Book.open(book_path, readonly=True) as book:
        assert book.known().lots == ()
        assert book.imports() == ()


def test_damaged_files_are_applied_whole_or_not_at_all(book_path: Path) -> None:
    profile, data = load("ibkr-flex"), FLEX.read_bytes()
    applied = 0
    with Book.open(book_path) as book:
        for case in range(60):
            before = (book.known(), book.audit_head())
            try:
                parsed = parse(as_source("f.xml", mutate(data, random.Random(case))), profile)
                found = plan(parsed, profile, book.known())
                done = book.apply_import(found, AT, SELF)
            except UserError:
                assert (book.known(), book.audit_head()) == before
                continue
            applied += bool(done)
            after = {lot.lot_id for lot in book.known().lots}
            gone = {lot.lot_id for lot in found.closed}
            kept = {lot.lot_id for lot in before[0].lots} - gone if done else set()
            assert not done or after == kept | {lot.lot_id for lot in found.new}
    assert applied > 5


def test_a_heading_of_ones_own_is_mapped_once_and_kept(book_path: Path, tmp_path: Path) -> None:
    file, saved = tmp_path / "theirs.csv", tmp_path / "theirs.toml"
    file.write_text('Konto,Ticker,Bought,Units,Cost\nU0000123,NKE,09/19/2025,60,"$5,116.80"\n')
    words = ["--map", "account=Konto", "--map", "acquired_on=Bought", "--map", "shares=Units"]
    words += ["--map", "basis_usd=Cost", "--save-mapping", str(saved)]
    assert run("generic-lots", file, "--dry-run", *words)["new"] == 1
    assert run(saved, file, "--book", book_path)["new"] == 1
    with pytest.raises(ProfileError, match="already"):
        run("generic-lots", file, "--dry-run", *words)
    with pytest.raises(ProfileError, match="has no field 'price'"):
        run("generic-lots", file, "--dry-run", "--map", "price=Kurs")


def test_fills_come_in_by_the_same_door_and_only_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOTLIGHT_STATE_DIR", str(tmp_path / "state"))
    path, file = tmp_path / "b.lotlight", tmp_path / "fills.csv"
    with Book.create(path, at=sample.AT) as book:
        sample.fill_book(book)
        book.record_evaluation(sample.evaluation())
        book.decide("PR1", "approve", "ann", sample.AT)
        book.export([sample.order()], "orders.csv", "ab" * 32, "ann", sample.AT)
    key = sample.order().order_key
    file.write_text(
        "exec_id,order_id,account,symbol,side,quantity,price,fee,filled_at\n"
        f"E1,{key},00012345,SYM1,SELL,40,19.99,0.10,2026-10-19T15:00:00Z\n"
        f"E2,{key},00012345,SYM1,SELL,70,19.99,0.10,2026-10-19T15:01:00Z\n"
    )
    look = run("fills", file, "--book", path, "--dry-run")
    assert (look["new"], look["closed"]) == (1, 1)
    first = run("fills", file, "--book", path)
    assert [e["kind"] for e in first["exceptions"]] == ["over_fill"]  # type: ignore[attr-defined]
    again = run("fills", file, "--book", path)
    assert (again["new"], again["unchanged"], again["exceptions"]) == (0, 2, [])
    with Book.open(path, readonly=True) as book:
        (close,) = book.closes()
        assert (close.shares, close.proceeds_usd) == (Decimal(40), Decimal("799.50"))
