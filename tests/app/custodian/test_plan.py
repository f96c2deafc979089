"""What an import would do to a book: keys, the four kinds of change, accounts, gaps, totals."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.custodian.diff import diff, with_ids
from app.custodian.match import AccountError, Accounts, fits, tail
from app.custodian.plan import plan
from app.custodian.profile import load
from app.custodian.read import parse
from app.custodian.sniff import as_source
from app.custodian.values import ImportPlan, Known, Parsed
from engine.records import Account, AccountKind, Lot, Origin, Security
from tests.app.custodian.conftest import FORMATS, Read

D = Decimal
JOINT = Account("A1", "P1", "Joint", AccountKind.JOINT, "IBKR", "U0000123")
TRUST = Account("A2", "P1", "Trust", AccountKind.TRUST, "Schwab", "5555-0234")
FLEX = "ibkr/flex_open_positions_lots.xml"


def known_after(found: ImportPlan, before: Known) -> Known:
    """The book after the plan, as the book itself would tell it."""
    gone = {lot.lot_id for lot in found.closed} | {c.before.lot_id for c in found.changed}
    lots = [lot for lot in before.lots if lot.lot_id not in gone]
    return replace(
        before,
        securities=before.securities + found.securities,
        lots=(*lots, *found.new, *(change.after for change in found.changed)),
        trade_ids=before.trade_ids | {t.transaction_id for t in found.transactions},
    )


def counts(found: ImportPlan) -> tuple[int, int, int, int]:
    return len(found.new), len(found.changed), len(found.unchanged), len(found.closed)


def generic(*rows: str) -> Parsed:
    head = "account,symbol,open_date,holding_period_start,quantity,cost_basis,lot_id\n"
    text = head + "".join(row + "\n" for row in rows)
    return parse(as_source("lots.csv", text.encode()), load("generic-lots"))


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_file_again_brings_nothing(name: str, read_sample: Read) -> None:
    parsed, profile = read_sample(name), load(FORMATS[name])
    book = Known((JOINT, TRUST))
    first = plan(parsed, profile, book)
    again = plan(parsed, profile, known_after(first, book))
    assert counts(again) == (0, 0, len(first.new), 0)
    assert (again.securities, again.transactions) == ((), ())
    assert again.import_id == first.import_id


def test_lots_of_two_custodians_files_are_the_same_lots(read_sample: Read) -> None:
    """The Flex file has ids of its own; Schwab's has none: date, shares and basis pair them."""
    book = Known((replace(JOINT, number="1234-0123"),))
    nike = plan(read_sample("schwab/Lot-Details-NKE-15col-wash.csv"), load("schwab-lots"), book)
    after = known_after(nike, book)
    flex_book = replace(after, accounts=(JOINT,))
    found = plan(read_sample(FLEX), load("ibkr-flex"), flex_book)
    assert counts(found) == (5, 0, 2, 0)


def test_two_identical_lots_are_kept_as_two() -> None:
    parsed = generic(*["U0000123,NKE,2025-09-19,,60,5116.80,"] * 2)
    found = plan(parsed, load("generic-lots"), Known((JOINT,)))
    assert len({lot.lot_id for lot in found.new}) == 2
    after = known_after(found, Known((JOINT,)))
    assert counts(plan(parsed, load("generic-lots"), after)) == (0, 0, 2, 0)
    one = generic("U0000123,NKE,2025-09-19,,60,5116.80,")
    assert counts(plan(one, load("generic-lots"), after)) == (0, 0, 1, 1)


def test_a_lot_partly_sold_or_with_another_basis_is_a_change_and_keeps_its_id() -> None:
    book = Known((JOINT,))
    first = plan(
        generic("U0000123,NKE,2025-09-19,,60,5116.80,", "U0000123,NKE,2024-06-20,,60,5718.00,"),
        load("generic-lots"),
        book,
    )
    parsed = generic(
        "U0000123,NKE,2025-09-19,2025-06-07,60,5529.00,", "U0000123,NKE,2024-06-20,,20,1906.00,"
    )
    found = plan(parsed, load("generic-lots"), known_after(first, book))
    assert counts(found) == (0, 2, 0, 0)
    washed, sold = found.changed
    assert washed.before.lot_id == washed.after.lot_id
    assert (washed.after.held_since, washed.after.basis_usd) == (date(2025, 6, 7), D("5529.00"))
    assert (sold.before.shares, sold.after.shares) == (D(60), D(20))


def test_what_only_we_know_of_a_lot_survives_an_import() -> None:
    gift = Lot(
        *("L1", "A1", "NKE", D(60), D("5116.80"), date(2025, 9, 19), date(2025, 9, 19)),
        origin=Origin.GIFTED,
        loss_basis_usd=D("4000.00"),
    )
    book = Known((JOINT,), (Security("NKE", "NKE", "Nike"),), (gift,))
    same = plan(generic("U0000123,NKE,2025-09-19,,60,5116.80,"), load("generic-lots"), book)
    assert same.unchanged == ("L1",)


def test_a_file_of_whole_accounts_closes_what_it_no_longer_shows(read_sample: Read) -> None:
    old = Lot("L1", "A1", "IBM", D(5), D(500), date(2020, 1, 2), date(2020, 1, 2))
    other = replace(old, lot_id="L2", account_id="A2")
    book = Known((JOINT, TRUST), (Security("IBM", "IBM", "IBM"),), (old, other))
    assert plan(read_sample(FLEX), load("ibkr-flex"), book).closed == (old,)
    one_symbol = read_sample("schwab/Lot-Details-MSFT-9col.csv")
    assert plan(one_symbol, load("schwab-lots"), book).closed == ()


lots = st.builds(
    Lot,
    st.just(""),
    st.sampled_from(["A1", "A2"]),
    st.sampled_from(["NKE", "KR"]),
    st.decimals(D("0.001"), D(50), places=3),
    st.decimals(D(0), D(500), places=2),
    st.dates(date(2024, 1, 1), date(2024, 1, 4)),
    st.just(date(2024, 1, 1)),
)


@given(st.lists(lots, max_size=12), st.lists(lots, max_size=12))
def test_every_lot_of_either_side_is_in_exactly_one_kind(held: list[Lot], told: list[Lot]) -> None:
    have, want = with_ids([("", x) for x in held]), with_ids([("", x) for x in told])
    found = diff(have, want)
    kept = [c.before.lot_id for c in found.changed] + list(found.unchanged)
    assert sorted(kept + [x.lot_id for x in found.closed]) == sorted(x.lot_id for x in have)
    assert len(found.new) + len(kept) == len(want)
    after = [x for x in have if x.lot_id in found.unchanged]
    after += [*found.new, *(c.after for c in found.changed)]
    assert len({x.lot_id for x in after}) == len(after)
    settled = diff(after, want)
    assert (settled.new, settled.changed, settled.closed) == ((), (), ())


def test_a_basis_that_is_not_known_is_never_a_lot(read_sample: Read) -> None:
    parsed = generic("U0000123,NKE,2025-09-19,,60,N/A,", "U0000123,KR,--,,150,10503.00,")
    found = plan(parsed, load("generic-lots"), Known((JOINT,)))
    assert found.new == ()
    assert [(g.kind, g.security) for g in found.gaps if "unknown" in g.kind][:2] == [
        ("basis_unknown", "NKE"),
        ("date_unknown", "KR"),
    ]
    assert {p.security_id: p.shares for p in found.positions} == {"NKE": D(60), "KR": D(150)}


def test_positions_now_and_lots_later_close_the_gap(read_sample: Read) -> None:
    book = Known((replace(JOINT, number="1234-0123"),))
    positions = read_sample("schwab/Individual-Positions-2024layout.csv")
    first = plan(positions, load("schwab-positions"), book)
    assert {p.security_id for p in first.positions if p.gap} == {"MSFT", "AMD", "KR", "NKE"}
    lot_file = read_sample("schwab/Lot-Details-MSFT-9col.csv")
    second = plan(lot_file, load("schwab-lots"), known_after(first, book))
    assert [(p.security_id, p.gap) for p in second.positions] == [("MSFT", "")]
    third = plan(positions, load("schwab-positions"), known_after(second, book))
    assert {p.security_id for p in third.positions if p.gap} == {"AMD", "KR", "NKE"}


def test_rows_that_do_not_add_up_to_the_files_total_are_a_problem() -> None:
    parsed_text = (
        '"MSFT Lot Details for XXXX-0123 as of 04:05 PM ET, 10/31/2025"\n'
        '"Open Date","Quantity","Price","Cost/Share","Market Value","Cost Basis"\n'
        '"03/15/2021 00:00:00","40","$1.00","$1.00","$40.00","$40.00"\n'
        '"Total","50","--","--","$40.00","$40.00"\n'
    )
    parsed = parse(as_source("x.csv", parsed_text.encode()), load("schwab-lots"))
    found = plan(parsed, load("schwab-lots"), Known())
    assert [(p.line, p.field) for p in found.problems] == [(4, "shares")]


@pytest.mark.parametrize(
    ("written", "number", "same"),
    [
        ("U0000123", "U0000123", True),
        ("1234 0123", "1234-0123", True),
        ("...123", "1234-0123", True),
        ("123", "1234-0123", True),
        ("XXXX-0123", "1234-0123", True),
        ("U***00123", "U0000123", True),
        ("XXXX-X123", "1234-0123", True),
        ("Z00000123", "X00000123", False),
        ("XXXX-0124", "1234-0123", False),
        ("00000123", "99900000123", False),
        ("...3", "1234-0123", False),
    ],
)
def test_a_masked_number_fits_and_a_full_one_must_be_the_same(
    written: str, number: str, same: bool
) -> None:
    assert fits(written, number) is same


def test_a_masked_number_that_fits_two_accounts_is_not_guessed() -> None:
    twin = replace(TRUST, number="7777-0123")
    found = Accounts((replace(JOINT, number="1234-0123"), twin), ["...123"], "")
    assert found.account_id("...123") is None
    assert Accounts((JOINT, twin), ["...123"], "A2").account_id("...123") == "A2"


def test_a_file_of_another_account_is_refused_and_of_several_only_one_is_taken(
    read_sample: Read,
) -> None:
    with pytest.raises(AccountError, match="the book has no account 'A9'"):
        plan(read_sample(FLEX), load("ibkr-flex"), Known((JOINT, TRUST)), "A9")
    both = replace(JOINT, number="1234-0123")
    name = "schwab/All-Accounts-Positions-2023layout.csv"
    found = plan(read_sample(name), load(FORMATS[name]), Known((both, TRUST)), "A2")
    assert {p.account_id for p in found.positions} == {"A2"}
    with pytest.raises(AccountError, match="not of A2"):
        plan(read_sample(FLEX), load("ibkr-flex"), Known((JOINT, TRUST)), "A2")


def test_an_account_is_shown_by_its_last_three_figures() -> None:
    assert [tail(x) for x in ("U0000123", "XXXX-0123", "...123", "98760234", "")] == [
        *("123", "123", "123", "234", "")
    ]
