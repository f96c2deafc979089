from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from app.blotter import OrderStatus, UnlawfulStepError
from app.book.book import Book
from app.book.connect import BookError
from app.commands.output import BookLockedError
from app.custodian.order_values import Fill
from app.custodian.reconcile import reconcile
from app.people import NotAllowedError
from engine.errors import InputError, UserError
from engine.records import Origin, Side, Term
from engine.results import ProposalState
from tests.app.book.sample import AT, HOUR, evaluation, household, order, proposal


def fill(exec_id: str, shares: str, price: str = "19.99", minutes: int = 0) -> Fill:
    return Fill(
        exec_id, order().order_key, "00012345", "SYM1", Side.SELL, Decimal(shares),
        Decimal(price), Decimal("0.01"), AT + timedelta(hours=2, minutes=minutes),
    )  # fmt: skip


def exported(book: Book) -> None:
    book.record_evaluation(evaluation())
    book.decide("PR1", "approve", "ann", AT)
    book.export([order()], "orders.csv", "ab" * 32, "ann", AT + HOUR)


def reconciled(book: Book, *fills: Fill) -> int:
    orders = [row.order for row in book.orders()]
    found = reconcile(orders, fills, book.executions(), book.closes(), book.bought())
    return book.record_fills(found, "ann", AT + 3 * HOUR)


def test_what_is_saved_is_read_again_field_by_field(book: Book) -> None:
    assert book.household("H1") == household()
    assert book.households() == (("H1", household().name),)


def test_a_household_saved_again_unchanged_writes_nothing(book: Book) -> None:
    before = book.audit_head()
    book.save_household(household(), "ann", AT + HOUR)
    assert book.audit_head() == before


def test_an_earlier_moment_is_shown_as_it_was(book: Book) -> None:
    old = household()
    lots = (replace(old.lots[1], shares=Decimal(1), basis_usd=Decimal(28)), old.lots[2])
    new = replace(old, name="O'Hara", lots=lots, constraints=(), cash=())
    book.save_household(new, "ann", AT + HOUR)
    assert book.household("H1") == new
    assert book.household("H1", AT + HOUR) == new
    assert book.household("H1", AT + HOUR / 2) == old
    with pytest.raises(UserError, match="no household 'H1'"):
        book.household("H1", AT - HOUR)


def test_a_figure_finer_than_its_scale_is_refused_and_nothing_is_written(book: Book) -> None:
    lot = replace(household().lots[0], basis_usd=Decimal("1.005"))
    with pytest.raises(InputError, match=r"basis_usd: read '1.005'"):
        book.save_household(replace(household(), name="x", lots=(lot,)), "ann", AT + HOUR)
    assert book.household("H1") == household()


def test_proposals_come_back_whole_and_in_their_state(book: Book) -> None:
    book.record_evaluation(evaluation())
    assert book.proposals() == (proposal(),)
    assert book.snapshot("SN1") == dict(evaluation().quotes)
    book.decide("PR1", "stage", "ann", AT, "later today")
    assert book.proposals("H1", [ProposalState.STAGED])[0].state is ProposalState.STAGED
    book.record_evaluation(evaluation())
    assert book.proposal("PR1").state is ProposalState.STAGED


def test_a_decided_proposal_is_not_decided_again(book: Book) -> None:
    book.record_evaluation(evaluation())
    book.decide("PR1", "reject", "ann", AT, "client said no")
    with pytest.raises(UnlawfulStepError, match="PR1 is rejected: it cannot approve"):
        book.decide("PR1", "approve", "ann", AT)
    assert [d.what for d in book.decisions("PR1")] == ["reject"]


@pytest.mark.parametrize("who", ["", "nobody", "rex"])
def test_only_an_approver_approves(book: Book, who: str) -> None:
    book.record_evaluation(evaluation())
    with pytest.raises(NotAllowedError):
        book.decide("PR1", "approve", who, AT)


def test_two_person_approval_means_two_users(book: Book) -> None:
    book.record_evaluation(evaluation())
    book.save_setting("approvals_required", "2", "ann", AT)
    assert book.decide("PR1", "approve", "ann", AT).state is ProposalState.STAGED
    with pytest.raises(UserError, match="another user must too"):
        book.decide("PR1", "approve", "ann", AT)
    assert book.decide("PR1", "approve", "bob", AT).state is ProposalState.APPROVED
    assert book.signatures("PR1") == ("ann", "bob")


def test_an_edit_voids_the_signature_before_it(book: Book) -> None:
    book.record_evaluation(evaluation())
    book.save_setting("approvals_required", "2", "ann", AT)
    book.decide("PR1", "approve", "bob", AT)
    book.decide("PR1", "edit", "ann", AT, edits=replace(proposal(), limit_usd=Decimal("19.90")))
    assert book.signatures("PR1") == ()
    assert book.proposal("PR1").limit_usd == Decimal("19.90")


def test_an_order_needs_the_signature_of_its_approver(book: Book) -> None:
    book.record_evaluation(evaluation())
    book.decide("PR1", "approve", "ann", AT)
    with pytest.raises(UserError, match="bob did not sign"):
        book.export([order(approver="bob")], "o.csv", "ab" * 32, "ann", AT)
    assert book.orders() == ()


def test_fills_close_the_lot_to_the_cent_in_parts(book: Book) -> None:
    exported(book)
    assert reconciled(book, fill("X1", "33"), fill("X2", "33", minutes=1)) == 2
    kept = book.household("H1").lots[0]
    assert (kept.lot_id, kept.shares) == ("L1", Decimal(34))
    assert book.orders()[0].state.status is OrderStatus.PARTIALLY_FILLED
    assert reconciled(book, fill("X2", "33", minutes=1), fill("X3", "34", minutes=2)) == 1
    now = book.household("H1")
    assert "L1" not in [lot.lot_id for lot in now.lots]
    assert sum(r.basis_usd for r in now.realized) == Decimal("2500.01")
    assert sum(r.proceeds_usd for r in now.realized) == Decimal("1999.00") - Decimal("0.03")
    assert now.cash[0].unsettled_usd == Decimal("1998.97")
    assert [t.trade_id for t in now.trades] == ["X1", "X2", "X3"]
    assert book.orders()[0].state.status is OrderStatus.FILLED


def test_the_same_fill_twice_is_once(book: Book) -> None:
    exported(book)
    reconciled(book, fill("X1", "10"))
    head = book.audit_head()
    assert reconciled(book, fill("X1", "10")) == 0
    assert book.audit_head() == head


def test_a_fill_that_does_not_fit_waits_for_a_person(book: Book) -> None:
    exported(book)
    reconciled(book, fill("X1", "150"))
    (waiting,) = book.exceptions()
    assert waiting.found.kind == "over_fill"
    assert book.household("H1").lots == household().lots
    book.resolve(waiting.exception_id, "ann", AT + 4 * HOUR, "the custodian busted it")
    assert book.exceptions() == ()


def test_flags_are_stamped_before_and_scored_after(book: Book) -> None:
    book.record_evaluation(evaluation())
    (due,) = book.forecasts(scored=False, ended_by=AT + HOUR)
    assert due.forecast == evaluation().forecasts[0]
    assert book.forecasts(scored=False, ended_by=AT) == ()
    book.score_forecasts({("E1", "L1"): True}, AT + 2 * HOUR)
    assert book.forecasts(scored=True)[0].touched is True
    with pytest.raises(UserError, match="has its score"):
        book.score_forecasts({("E1", "L1"): False}, AT + 2 * HOUR)


def test_the_first_use_of_a_law_and_of_a_program_is_noted(book: Book) -> None:
    book.record_evaluation(evaluation())
    book.record_evaluation(replace(evaluation(2), law_version="law2"), AT + HOUR)
    assert book.versions() == (
        ("engine", "0.1.0", AT),
        ("law", "law1", AT),
        ("law", "law2", AT + HOUR),
    )


def test_a_stamp_keeps_every_forecast(book: Book) -> None:
    book.record_evaluation(evaluation(), stamp=True)
    assert len(book.forecasts(scored=False)) == 2


def test_one_writer_at_a_time_and_readers_beside_it(book: Book) -> None:
    with pytest.raises(BookLockedError, match="is writing to the book"):
        Book.open(book.path)
    with Book.open(book.path, readonly=True) as reader:
        assert reader.household("H1") == household()
        with pytest.raises(BookError, match="open for reading"):
            reader.save_setting("a", "b", "ann", AT)


def test_files_are_their_owners_alone(book: Book) -> None:
    for file in book.path.parent.glob("a.lotlight*"):
        assert file.stat().st_mode & 0o077 == 0, file


def test_an_encrypted_book_shows_nothing_without_its_key(tmp_path: Path) -> None:
    path = tmp_path / "secret.lotlight"
    with Book.create(path, at=AT, key="it's a long one") as secret:
        secret.save_setting("canary", "CANARY-4711", "lotlight", AT)
    assert b"CANARY" not in path.read_bytes()
    with pytest.raises(BookError, match="is encrypted"):
        Book.open(path)
    with pytest.raises(BookError, match="check the passphrase"):
        Book.open(path, key="another")
    with Book.open(path, key="it's a long one") as secret:
        assert secret.setting("canary") == "CANARY-4711"


def test_a_book_that_is_not_there_is_told_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(BookError, match="lotlight book create"):
        Book.open(tmp_path / "none.lotlight")


@pytest.mark.parametrize(
    ("changed", "term", "basis"),
    [
        ({}, Term.SHORT, "2500.01"),
        ({"origin": Origin.INHERITED}, Term.LONG, "2500.01"),
        ({"origin": Origin.GIFTED, "loss_basis_usd": Decimal(2200)}, Term.SHORT, "2200.00"),
        ({"origin": Origin.GIFTED, "loss_basis_usd": Decimal(1900)}, Term.SHORT, "1998.99"),
    ],
)
def test_a_fill_books_the_term_and_the_basis_of_the_lots_origin(
    book: Book, changed: dict[str, object], term: Term, basis: str
) -> None:
    """Inherited is long (1223(9)); a gift at a loss has its lower basis, or none (1015(a))."""
    home = household()
    young = replace(home.lots[0], acquired_on=date(2026, 3, 3), held_since=date(2026, 3, 3))
    book.save_household(replace(home, lots=(replace(young, **changed), *home.lots[1:])), "ann", AT)  # type: ignore[arg-type]
    exported(book)
    assert reconciled(book, fill("x1", "100")) == 1
    (line,) = [x for x in book.household("H1").realized if x.lot_id == "L1"]
    assert (line.term, line.basis_usd) == (term, Decimal(basis))
    assert line.proceeds_usd == Decimal("1998.99")


def test_the_overview_counts_accounts_and_what_waits(book: Book) -> None:
    for household_id, name, accounts, waiting in book.overview():
        household = book.household(household_id)
        assert (name, accounts) == (household.name, len(household.accounts))
        open_ = book.proposals(household_id, (ProposalState.PROPOSED, ProposalState.DEFERRED))
        assert waiting == len(open_)
    assert [row[:2] for row in book.overview()] == list(book.households())
