from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from app.book.book import Book
from app.cli import run
from app.commands.output import ProblemsError
from app.context import WEIGHTS, audit
from app.context_file import ContextFile, read_context, read_part, write_context
from app.custodian.values import ImportPlan, Position
from app.demo_book import practice
from engine.records import ExternalAsset, TaxProfile
from tests.app.book.sample import AT, HOUR, SECURITIES, fill_book, household


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Book]:
    monkeypatch.setenv("LOTLIGHT_STATE_DIR", str(tmp_path / "state"))
    with Book.create(tmp_path / "a.lotlight", at=AT) as found:
        yield fill_book(found)


def file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "h.toml"
    path.write_text(text, "utf-8")
    return path


def test_what_is_written_is_read_again_field_by_field(tmp_path: Path) -> None:
    context = ContextFile((household(),), SECURITIES)
    assert read_context(file(tmp_path, write_context(context))) == context


def test_the_demo_practice_goes_out_and_comes_back(tmp_path: Path) -> None:
    found = practice(AT)
    context = ContextFile(found.households, found.securities)
    assert read_context(file(tmp_path, write_context(context))) == context


def test_every_problem_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    text = write_context(ContextFile((household(),), ()))
    text = text.replace('kind = "joint"', 'kind = "jiont"').replace("basis_usd", "bassis_usd", 1)
    text = text.replace("wages_usd = 250000", 'wages_usd = "lots"')
    with pytest.raises(ProblemsError) as caught:
        read_context(file(tmp_path, text))
    told = {problem.field: problem.remedy for problem in caught.value.problems}
    assert told["households[0].lots[0].bassis_usd"] == "did you mean basis_usd?"
    assert told["households[0].lots[0].basis_usd"] == "write it"
    assert "taxable, joint, trust" in told["households[0].accounts[0].kind"]
    assert told["households[0].profile.wages_usd"] == "write a number, such as 1234.56"


def test_what_does_not_fit_together_is_a_problem(tmp_path: Path) -> None:
    odd = replace(household(), lots=(replace(household().lots[0], account_id="A9"),))
    with pytest.raises(ProblemsError) as caught:
        read_context(file(tmp_path, write_context(ContextFile((odd,)))))
    (problem,) = caught.value.problems
    assert (problem.field, problem.value) == ("households[0].lots[0].account_id", "A9")


def test_a_broken_file_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ProblemsError) as caught:
        read_context(file(tmp_path, "schema = 1\nhouseholds = = 3\n"))
    assert caught.value.problems[0].line == 2


def test_one_table_of_a_file_is_read_alone(tmp_path: Path) -> None:
    path = file(tmp_path, '[profile]\nyear = 2026\nfiling_status = "hoh"\nstate = "NY"\n')
    assert read_part(path, TaxProfile, "profile").state == "NY"


def kinds(book: Book) -> list[str]:
    return [gap.kind for gap in audit(book, "H1", AT + HOUR).gaps]


def test_the_audit_names_what_is_missing_with_stake_and_remedy(book: Book) -> None:
    position = Position("A1", "S3", Decimal(40), None, Decimal(900), None, date(2026, 10, 1))
    short = Position("A1", "S1", Decimal(120), None, Decimal(2400), None, date(2026, 10, 19))
    plan = ImportPlan("I1", "p", "f.csv", "ab", None, positions=(position, short))
    book.apply_import(plan, AT, "ann")
    found = audit(book, "H1", AT + HOUR)
    by_kind = {gap.kind: gap for gap in found.gaps}
    assert by_kind["lots_missing"].at_stake_usd == Decimal(900)
    assert by_kind["lots_do_not_add_up"].where == "A1 S1"
    assert by_kind["prices_stale"].where == "A1 S3"
    assert by_kind["prices_stale"].at_stake_usd == Decimal(900)
    assert by_kind["spouse_accounts_unknown"].at_stake_usd == Decimal("2570.01")
    assert all(gap.remedy.startswith(("lotlight", "switch")) for gap in found.gaps)
    assert found.score == 100 - sum(WEIGHTS[kind] for kind in by_kind)


def test_each_gap_goes_away_when_it_is_mended(book: Book) -> None:
    assert "cash_unknown" in kinds(book)
    whole = household()
    cash = (*whole.cash, replace(whole.cash[0], account_id="A2"))
    old = ExternalAsset("X", "Farm", Decimal(5), Decimal(1), date(2000, 1, 1))
    book.save_household(replace(whole, cash=cash, external=(old,)), "ann", AT)
    assert "cash_unknown" not in kinds(book)
    assert "outside_asset_old" in kinds(book)
    book.save_household(replace(whole, external=(replace(old, as_of=date(2026, 9, 1)),)), "ann", AT)
    assert "outside_asset_old" not in kinds(book)


def test_reinvestment_of_a_name_held_elsewhere_is_told(book: Book) -> None:
    whole = household()
    lots = (*whole.lots, replace(whole.lots[2], lot_id="L4", security_id="S1"))
    book.save_household(replace(whole, lots=lots), "ann", AT)
    (gap,) = [g for g in audit(book, "H1", AT).gaps if g.kind == "reinvestment_on"]
    assert (gap.where, gap.at_stake_usd) == ("A2 SYM1", Decimal("2570.01"))


def test_somebody_in_two_households_is_told_with_what_a_wash_could_take(book: Book) -> None:
    whole = household()
    assert "wash_group_apart" not in kinds(book)
    other = replace(
        whole,
        household_id="H2",
        name="Second",
        people=tuple(replace(p, person_id="Q1", name=p.name.upper()) for p in whole.people),
        accounts=(replace(whole.accounts[0], account_id="B1", person_id="Q1"),),
        lots=(replace(whole.lots[0], lot_id="M1", account_id="B1"),),
        sleeves=(),
        cash=(),
    )
    book.save_household(other, "ann", AT)
    (gap,) = [g for g in audit(book, "H1", AT).gaps if g.kind == "wash_group_apart"]
    assert (gap.where, gap.at_stake_usd) == ("H2 B1", Decimal("2570.01"))
    apart = tuple(replace(p, name="Somebody Else") for p in other.people)
    book.save_household(replace(other, people=apart), "ann", AT)
    assert "wash_group_apart" not in kinds(book)


def test_an_earlier_context_is_shown_as_it_was_from_the_command_line(
    book: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    before = household()
    later = AT + timedelta(days=30)
    raised = replace(before, profile=replace(before.profile, wages_usd=Decimal(999999)))
    book.save_household(raised, "ann", later)
    words = ["context", "show", "--book", str(book.path), "--household", "H1"]
    assert run([*words, "--as-of", "2026-10-20"]) == 0
    assert "wages_usd = 250000" in capsys.readouterr().out
    assert run(words) == 0
    assert "wages_usd = 999999" in capsys.readouterr().out
