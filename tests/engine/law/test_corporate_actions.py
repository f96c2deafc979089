"""Corporate actions: golden cases of issuers' Forms 8937, and basis that is never lost.

Terms of the golden cases: Form 8937 of each issuer as collected by bivio.com and iclub.com.
"""

import csv
from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InputError
from engine.law.corporate_actions import (
    CorporateAction,
    Fractions,
    Merger,
    ReturnOfCapital,
    SpinOff,
    Split,
    SymbolChange,
    Unresolved,
    Worthless,
    blocked_securities,
    from_vendor,
    unbooked,
)
from engine.law.corporate_effects import Applied, apply, renamed
from engine.law.wash_sales import scan
from engine.records import Account, AccountKind, Lot, Origin, Security, Side, Term, Trade

ON = date(2024, 7, 8)


def lot(security: str, shares: str, basis: str, name: str = "L", account: str = "A") -> Lot:
    day = date(2020, 3, 2)
    return Lot(name, account, security, Decimal(shares), Decimal(basis), day, day)


def held(applied: Applied) -> dict[str, tuple[Decimal, Decimal]]:
    return {x.security_id: (x.shares, x.basis_usd) for x in applied.lots}


@pytest.mark.parametrize(("name", "on"), [("NVDA", date(2024, 6, 7)), ("AVGO", date(2024, 7, 15))])
def test_ten_for_one_keeps_basis_and_dates(name: str, on: date) -> None:
    before = lot(name, "37", "4440.37")
    (after,) = apply(Split("s", name, on, 10, 1), [before]).lots
    assert after == replace(before, shares=Decimal(370))


@pytest.mark.parametrize(
    ("parent", "child", "ratio", "kept", "shares", "basis", "expected"),
    [
        ("GE", "GEV", 4, "0.7974", "100", "10000", ("7974.00", "25", "2026.00")),
        ("MMM", "SOLV", 4, "0.8448", "100", "9000", ("7603.20", "25", "1396.80")),
        ("DHR", "VLTO", 3, "0.88340", "90", "20000", ("17668.00", "30", "2332.00")),
    ],
)
def test_a_spin_off_divides_the_basis_as_the_issuer_says(
    parent: str, child: str, ratio: int, kept: str, shares: str, basis: str,
    expected: tuple[str, str, str],
) -> None:  # fmt: skip
    before = lot(parent, shares, basis)
    action = SpinOff("s", parent, ON, child, 1, ratio, Decimal(kept))
    applied = apply(action, [before])
    assert held(applied) == {
        parent: (Decimal(shares), Decimal(expected[0])),
        child: (Decimal(expected[1]), Decimal(expected[2])),
    }
    assert {x.held_since for x in applied.lots} == {before.held_since}
    assert not applied.realized


def test_the_fraction_of_a_spun_off_share_is_paid_by_account_and_not_by_lot() -> None:
    """DHR: 50 and 50 shares give 33 1/3 VLTO; a third of a share is sold at 90, from the oldest."""
    lots = [lot("DHR", "50", "8000", "a"), lot("DHR", "50", "9000", "b")]
    action = SpinOff("s", "DHR", ON, "VLTO", 1, 3, Decimal("0.88340"), in_lieu_usd=Decimal(90))
    applied = apply(action, lots)
    children = [x for x in applied.lots if x.security_id == "VLTO"]
    assert sum(x.shares for x in children) == 33
    (line,) = applied.realized
    assert (line.lot_id, line.proceeds_usd) == ("a/VLTO", Decimal("30.00"))
    assert line.basis_usd + sum(x.basis_usd for x in applied.lots) == 17000
    assert line.term is Term.LONG


def test_smurfit_was_a_taxable_exchange() -> None:
    """WRK to SW: one share at 46.25 and 5.00 in cash; a sale at 51.25, a purchase at 46.25."""
    action = Merger(
        "m", "WRK", ON, "SW", 1, 1, Decimal(5), price_usd=Decimal("46.25"), taxable=True
    )
    applied = apply(action, [lot("WRK", "100", "3000"), lot("WRK", "10", "600", "M")])
    assert [line.recognized_usd for line in applied.realized] == [
        Decimal("2125.00"),
        Decimal("-87.50"),
    ]
    new = applied.lots[0]
    assert (new.security_id, new.basis_usd, new.held_since) == ("SW", Decimal("4625.00"), ON)


def test_cash_in_a_reorganisation_is_gain_up_to_the_cash_and_never_a_loss() -> None:
    """26 U.S.C. 356(a), (c), 358(a): the terms of WRK, had it been a reorganisation."""
    action = Merger("m", "WRK", ON, "SW", 1, 1, Decimal(5), price_usd=Decimal("46.25"))
    cases = {"3000": ("500.00", "3000.00"), "5000": ("125.00", "4625.00"), "6000": ("0", "5500.00")}
    for basis, (gain, after) in cases.items():
        before = lot("WRK", "100", basis)
        applied = apply(action, [before])
        assert applied.realized[0].recognized_usd == Decimal(gain)
        assert held(applied) == {"SW": (Decimal(100), Decimal(after))}
        assert applied.lots[0].held_since == before.held_since


def test_a_cash_merger_is_a_sale() -> None:
    """ATVI, 13 October 2023: 95 dollars a share."""
    action = Merger("m", "ATVI", date(2023, 10, 13), cash_usd=Decimal(95))
    applied = apply(action, [lot("ATVI", "40", "3000")])
    assert not applied.lots
    assert applied.realized[0].recognized_usd == 800
    assert applied.realized[0].sold_on == date(2023, 10, 13)


def test_a_stock_merger_carries_basis_and_dates_over() -> None:
    before = lot("OLD", "100", "5000")
    action = Merger("m", "OLD", ON, "NEW", 3, 4, in_lieu_usd=Decimal(60))
    (after,) = apply(action, [before]).lots
    assert after == replace(before, security_id="NEW", shares=Decimal(75))


def test_a_reverse_split_may_round_up() -> None:
    """ABAT, 11 September 2023: one for fifteen, fractions rounded up."""
    action = Split("s", "ABAT", date(2023, 9, 11), 1, 15, Fractions.ROUND_UP)
    applied = apply(action, [lot("ABAT", "50", "300", "a"), lot("ABAT", "50", "200", "b")])
    assert sum(x.shares for x in applied.lots) == 7
    assert [x.basis_usd for x in applied.lots] == [300, 200]


def test_a_reverse_split_may_pay_the_fraction() -> None:
    action = Split("s", "X", ON, 1, 15, Fractions.CASH, Decimal(30))
    applied = apply(action, [lot("X", "100", "300")])
    assert held(applied) == {"X": (Decimal(6), Decimal("270.00"))}
    (line,) = applied.realized
    assert (line.proceeds_usd, line.basis_usd) == (Decimal("20.00"), Decimal("30.00"))


def test_a_return_of_capital_lowers_the_basis_and_then_is_a_gain() -> None:
    action = ReturnOfCapital("r", "X", ON, Decimal(4))
    applied = apply(action, [lot("X", "100", "1000", "a"), lot("X", "100", "150", "b")])
    assert [x.basis_usd for x in applied.lots] == [600, 0]
    assert [(x.lot_id, x.recognized_usd) for x in applied.realized] == [("b", 250)]


def test_a_worthless_security_is_sold_for_nothing_on_the_last_day_of_the_year() -> None:
    applied = apply(Worthless("w", "X", ON), [lot("X", "100", "1000")])
    assert applied.realized[0].recognized_usd == -1000
    assert applied.realized[0].sold_on == date(2024, 12, 31)


def test_matching_survives_a_change_of_symbol() -> None:
    """FB became META between the sale and the repurchase; the security id is one."""
    before = Security("S1", "FB", "Meta Platforms", cusip="30303M102")
    change = SymbolChange("c", "S1", date(2022, 6, 9), "META")
    after = renamed(before, change)
    assert (after.security_id, after.symbol, after.cusip) == ("S1", "META", "30303M102")
    mine = lot("S1", "10", "3000")
    assert apply(change, [mine]).lots == (mine,)
    account = Account("A", "p", "A", AccountKind.TAXABLE)
    trades = [
        Trade("s", "A", before.security_id, Side.SELL, Decimal(10), Decimal(190),
              date(2022, 6, 1), lots=(("L", Decimal(10)),)),
        Trade("b", "A", after.security_id, Side.BUY, Decimal(10), Decimal(180),
              date(2022, 6, 20)),
    ]  # fmt: skip
    found = scan(trades, [account], window_days=30, opening=[mine])
    assert found.disallowed_usd == 1100


def test_spun_off_shares_replace_nothing() -> None:
    """A parent bought in the window hands out a child of which other shares are sold at a loss."""
    parent = replace(lot("P", "100", "1000", "p"), acquired_on=ON, held_since=ON)
    action = SpinOff("s", "P", ON, "C", 1, 1, Decimal("0.5"))
    opening = [*apply(action, [parent]).lots, lot("C", "100", "900", "old")]
    sale = Trade("s", "A", "C", Side.SELL, Decimal(100), Decimal(1), ON,
                 lots=(("old", Decimal(100)),))  # fmt: skip
    account = Account("A", "p", "A", AccountKind.TAXABLE)
    assert scan([sale], [account], window_days=30, opening=opening).disallowed_usd == 0


whole = st.integers(1, 20)
share = st.decimals("0.000001", "5000", places=6)
money = st.decimals("0", "100000", places=2)
ways = st.sampled_from(list(Fractions))
cash = st.decimals("0", "500", places=2)
actions = st.one_of(
    st.builds(Split, st.just("x"), st.just("X"), st.just(ON), whole, whole, ways, cash),
    st.builds(
        SpinOff, st.just("x"), st.just("X"), st.just(ON), st.just("C"), whole, whole,
        st.decimals("0", "1", places=4), ways, cash,
    ),
    st.builds(
        Merger, st.just("x"), st.just("X"), st.just(ON), st.just("N"), whole, whole, cash, cash,
        st.booleans(), ways, cash,
    ),
    st.builds(Merger, st.just("x"), st.just("X"), st.just(ON), cash_usd=cash),
    st.builds(ReturnOfCapital, st.just("x"), st.just("X"), st.just(ON), cash),
    st.just(Worthless("x", "X", ON)),
)  # fmt: skip


@given(actions, st.lists(st.tuples(share, money, st.sampled_from("AB")), min_size=1, max_size=4))
def test_no_action_loses_basis(
    action: CorporateAction, rows: list[tuple[Decimal, Decimal, str]]
) -> None:
    """Old basis + basis of a taxable purchase - capital returned = basis kept + that of lines."""
    lots = [lot("X", str(q), str(b), f"l{n}", a) for n, (q, b, a) in enumerate(rows)]
    other = lot("Y", "5", "50", "other")
    applied = apply(action, [*lots, other])
    assert other in applied.lots
    bought = 0 if not (isinstance(action, Merger) and action.taxable) else sum(
        (q * action.numerator / action.denominator * action.price_usd).quantize(Decimal("0.01"))
        for q, _, _ in rows
    )  # fmt: skip
    returned = 0 if not isinstance(action, ReturnOfCapital) else sum(
        min(b, (q * action.per_share_usd).quantize(Decimal("0.01"))) for q, b, _ in rows
    )  # fmt: skip
    before = sum(x.basis_usd for x in lots) + bought - returned
    after = sum(x.basis_usd for x in applied.lots) - other.basis_usd
    assert before == after + sum(line.basis_usd for line in applied.realized)
    assert all(x.shares > 0 and x.basis_usd >= 0 for x in applied.lots)
    assert len({x.lot_id for x in applied.lots}) == len(applied.lots)


@given(st.lists(st.tuples(share, money), min_size=1, max_size=4), whole, whole)
def test_a_split_and_its_reverse_give_the_lots_back(
    rows: list[tuple[Decimal, Decimal]], new: int, old: int
) -> None:
    lots = [lot("X", str(q), str(b), f"l{n}") for n, (q, b) in enumerate(rows)]
    there = apply(Split("s", "X", ON, new * old, old), lots)
    back = apply(Split("t", "X", ON, old, new * old), there.lots)
    assert list(back.lots) == lots


@pytest.mark.parametrize(
    ("factor", "ratio"),
    [("2.0", (2, 1)), ("1.499999925", (3, 2)), ("0.1", (1, 10)), ("0.06666667", (1, 15)),
     ("1.05", (21, 20)), ("0.125", (1, 8))],
)  # fmt: skip
def test_a_vendors_rounding_is_read_as_the_ratio_that_was_meant(
    factor: str, ratio: tuple[int, int]
) -> None:
    found = from_vendor("X", ON, Decimal(factor), "split")
    assert isinstance(found, Split)
    assert (found.numerator, found.denominator) == ratio


def test_a_kind_that_is_not_known_is_refused() -> None:
    with pytest.raises(InputError, match="split_kind: read 'merger'"):
        from_vendor("X", ON, Decimal(2), "merger")
    with pytest.raises(InputError, match="split: read"):
        from_vendor("X", ON, Decimal(0), "split")


def test_no_spin_off_of_the_real_file_is_treated_as_a_split(shared: Path) -> None:
    """data/splits_and_spinoffs.csv; AT&T's 1.324 of 2022-04-11 is the spin-off of WBD."""
    with (shared / "data" / "splits_and_spinoffs.csv").open() as file:
        rows = list(csv.DictReader(file))
    kinds: Counter[str] = Counter()
    for row in rows:
        on = date.fromisoformat(row["date"])
        action = from_vendor(row["ticker"], on, Decimal(row["split"]), row["split_kind"])
        kinds[row["split_kind"]] += 1
        spin_off = row["split_kind"] == "spinoff_adjustment"
        assert isinstance(action, Unresolved if spin_off else Split)
        mine = lot(row["ticker"], "100", "5000")
        after = apply(action, [mine])
        if spin_off:
            assert after.lots == (mine,)
            assert row["ticker"] in blocked_securities(unbooked([action]), on)
        else:
            assert after.lots[0].shares == pytest.approx(
                100 * Decimal(row["split"]), rel=Decimal("1e-6")
            )
            assert after.lots[0].basis_usd == 5000
    assert kinds["spinoff_adjustment"] >= 70
    assert ("2022-04-11", "T") in {
        (row["date"], row["ticker"]) for row in rows if row["split_kind"] == "spinoff_adjustment"
    }


def test_a_security_is_blocked_from_the_day_of_an_action_until_it_is_booked() -> None:
    action = SpinOff("s1", "GE", date(2024, 4, 2), "GEV", 1, 4, Decimal("0.7974"))
    change = SymbolChange("c1", "S1", date(2024, 4, 2), "META")
    waiting = unbooked([change, action])
    assert not blocked_securities(waiting, date(2024, 4, 1))
    blocked = blocked_securities(waiting, date(2024, 4, 2))
    assert set(blocked) == {"GE", "GEV"}
    assert "SpinOff of 2024-04-02 is not booked yet" in blocked["GE"]
    assert Origin.TRANSFERRED
