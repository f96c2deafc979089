from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from app.action_file import read_actions
from app.book import booking
from app.book.actions import load
from app.book.book import Book
from app.commands.output import ProblemsError
from app.context import audit
from engine.errors import UserError
from engine.law.corporate_actions import SpinOff, Split, SymbolChange, Unresolved
from tests.app.book.sample import AT, HOUR

SPLIT = Split("S1-split", "S1", date(2026, 10, 19), 3, 2)
SPIN_OFF = SpinOff("S1-spin", "S1", date(2026, 10, 19), "S3", 1, 4, Decimal("0.8"))


def record(found: Book, *actions: object) -> None:
    with found.change("actions_added", "lotlight", AT) as (work, _):
        booking.add(work, actions)  # type: ignore[arg-type]


def apply(found: Book, action_id: str) -> int:
    with found.change("action_booked", "lotlight", AT + HOUR, action_id=action_id) as (work, _):
        return booking.book(work, action_id)


def test_a_waiting_action_is_a_gap_of_the_audit_and_goes_when_it_is_booked(book: Book) -> None:
    record(book, SPLIT)
    (gap,) = [g for g in audit(book, "H1", AT).gaps if g.kind == "action_unbooked"]
    assert gap.where == "S1"
    assert "Unprocessed corporate action: Split of 2026-10-19 is not booked yet" in gap.what
    assert gap.at_stake_usd == Decimal("2570.01")
    assert apply(book, "S1-split") == 1
    assert [g for g in audit(book, "H1", AT).gaps if g.kind == "action_unbooked"] == []
    first, second, _ = book.household("H1").lots
    assert (first.shares, first.basis_usd) == (Decimal(150), Decimal("2500.01"))
    assert (second.shares, second.basis_usd) == (Decimal("3.75"), Decimal(70))


def test_a_spin_off_is_booked_with_its_basis_and_nothing_is_lost(book: Book) -> None:
    before = book.household("H1")
    record(book, SPIN_OFF)
    assert {x.security_id for x in book.household("H1").unbooked} == {"S1", "S3"}
    apply(book, "S1-spin")
    after = book.household("H1")
    total = sum(lot.basis_usd for lot in after.lots) + sum(x.basis_usd for x in after.realized)
    assert total == sum(lot.basis_usd for lot in before.lots)
    assert {"S1", "S2", "S3"} == {lot.security_id for lot in after.lots}
    assert after.unbooked == ()


def test_what_cannot_be_booked_says_why_and_changes_nothing(book: Book) -> None:
    record(book, Unresolved("S1-x", "S1", date(2026, 10, 19), "price factor 1.324"))
    before = book.household("H1")
    with pytest.raises(UserError, match=r"has no terms yet: price factor 1\.324"):
        apply(book, "S1-x")
    with pytest.raises(UserError, match="there is no action 'S9'"):
        apply(book, "S9")
    assert book.household("H1") == before
    record(book, replace(SPLIT, action_id="S1-x"))
    apply(book, "S1-x")
    with pytest.raises(UserError, match="already booked"):
        apply(book, "S1-x")
    with pytest.raises(UserError, match="booked already"):
        record(book, replace(SPLIT, action_id="S1-x"))
    with pytest.raises(UserError, match="no security 'S9'"):
        record(book, replace(SPLIT, action_id="y", security_id="S9"))
    assert [row.booked_at for row in load(book.connection)] == [AT + HOUR]


def test_a_change_of_name_freezes_nothing_and_renames_the_security(book: Book) -> None:
    record(book, SymbolChange("S1-name", "S1", date(2026, 10, 19), "META"))
    assert book.household("H1").unbooked == ()
    apply(book, "S1-name")
    assert book.securities()["S1"].symbol == "META"


def test_a_file_of_actions_is_read_and_its_faults_are_told(tmp_path: Path) -> None:
    path = tmp_path / "actions.toml"
    path.write_text(
        "[[actions]]\n"
        'kind = "split"\naction_id = "a"\nsecurity_id = "S1"\neffective_on = 2026-10-19\n'
        "numerator = 3\ndenominator = 2\n"
    )
    assert read_actions(path) == (replace(SPLIT, action_id="a"),)
    path.write_text(path.read_text().replace('"split"', '"spilt"'))
    with pytest.raises(ProblemsError) as caught:
        read_actions(path)
    (problem,) = caught.value.problems
    assert (problem.field, problem.value) == ("actions[0].kind", "spilt")
    assert "split, spin_off, merger" in problem.remedy
