from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from app.book import dump
from app.book.book import Book
from app.book.imports import StaleImportError
from app.book.verify import verify
from app.custodian.values import Gap, ImportPlan, LotChange, Position, Transaction
from engine.errors import UserError
from engine.records import Cash, Lot, Security, Side
from tests.app.book.sample import AT, HOUR, household

OLD = household().lots
NEW = Lot("N1", "A1", "S9", Decimal(7), Decimal(70), date(2026, 2, 2), date(2026, 2, 2))
TRADE = Transaction(
    "txn-1", "A1", "S9", Side.BUY, "Buy", date(2026, 2, 2), None, Decimal(7),
    Decimal("9.99"), Decimal("0.07"), Decimal("-70"),
)  # fmt: skip
PLAN = ImportPlan(
    "imp-1",
    "schwab-lots",
    "lots.csv",
    "cd" * 32,
    date(2026, 10, 18),
    securities=(Security("S9", "NINE", "Nine"),),
    new=(NEW,),
    changed=(LotChange(OLD[0], replace(OLD[0], basis_usd=Decimal("2499.00"))),),
    closed=(OLD[1],),
    positions=(Position("A1", "S9", Decimal(7), None, None, None, date(2026, 10, 18), "gap"),),
    cash=(Cash("A1", Decimal(5)),),
    transactions=(TRADE,),
    gaps=(Gap("basis_unknown", "A1", "NINE", "not told"),),
)


def now(book: Book) -> list[str]:
    return list(dump.lines(book.connection, dump.RECORD))


def test_a_plan_is_applied_whole(book: Book) -> None:
    assert book.apply_import(PLAN, AT + HOUR, "ann") == "imp-1"
    found = book.household("H1")
    assert [lot.lot_id for lot in found.lots] == ["L1", "L3", "N1"]
    assert found.lots[0].basis_usd == Decimal("2499.00")
    assert found.cash == (Cash("A1", Decimal(5)),)
    assert found.trades[0].price_usd == Decimal(10)
    assert book.imports()[0].gaps == PLAN.gaps
    assert book.known().trade_ids == {"txn-1"}


def test_the_same_import_100_times_is_once(book: Book) -> None:
    book.apply_import(PLAN, AT + HOUR, "ann")
    lines = list(dump.lines(book.connection))
    for n in range(99):
        assert book.apply_import(PLAN, AT + n * HOUR, "ann") == ""
    assert list(dump.lines(book.connection)) == lines


def test_an_undo_gives_back_the_very_bytes_and_shows_the_time_between(book: Book) -> None:
    before = now(book)
    book.apply_import(PLAN, AT + HOUR, "ann")
    between = book.household("H1")
    assert now(book) != before
    book.undo_import("imp-1", AT + 3 * HOUR, "ann")
    assert now(book) == before
    assert book.household("H1", AT + 2 * HOUR) == between
    assert book.household("H1", AT + HOUR / 2) == household()
    assert book.household("H1", AT + 3 * HOUR) == household()
    assert verify(book.path).ok


def test_an_undone_import_may_come_again(book: Book) -> None:
    book.apply_import(PLAN, AT, "ann")
    book.undo_import("imp-1", AT + HOUR, "ann")
    assert book.apply_import(PLAN, AT + 2 * HOUR, "ann") == "imp-1.2"
    with pytest.raises(UserError, match="no import 'imp-1' to undo"):
        book.undo_import("imp-1", AT + 3 * HOUR, "ann")


def test_an_undo_that_would_lose_a_later_change_is_refused(book: Book) -> None:
    book.apply_import(PLAN, AT, "ann")
    whole = book.household("H1")
    book.save_household(replace(whole, cash=(Cash("A1", Decimal(6)),)), "ann", AT + HOUR)
    with pytest.raises(StaleImportError, match=r'1 row\(s\) changed since \(cash \["H1","A1"\]\)'):
        book.undo_import("imp-1", AT + 2 * HOUR, "ann")
    assert book.household("H1").cash[0].settled_usd == Decimal(6)


def test_a_plan_made_on_an_older_book_is_refused_whole(book: Book) -> None:
    lots = (replace(OLD[0], basis_usd=Decimal(1)), *OLD[1:])
    book.save_household(replace(household(), lots=lots), "ann", AT + timedelta(minutes=1))
    before = list(dump.lines(book.connection))
    with pytest.raises(StaleImportError, match="lot L1 changed since the dry run"):
        book.apply_import(PLAN, AT + HOUR, "ann")
    assert list(dump.lines(book.connection)) == before


def test_an_account_that_is_not_in_the_book_is_named(book: Book) -> None:
    plan = replace(PLAN, new=(replace(NEW, account_id="A7"),))
    with pytest.raises(UserError, match="no account 'A7'"):
        book.apply_import(plan, AT + HOUR, "ann")
    assert book.imports() == ()
