"""Looking ahead agrees with looking back (``scan`` is the oracle), and its lists say from when."""

import time
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.law.identical import groups
from engine.law.wash_blocks import BUY_BLOCK, SELL_BLOCK, blocks, index_blocks
from engine.law.wash_index import WashIndex, index
from engine.law.wash_lookahead import PlannedPurchase, would_be_spoiled_by, would_wash
from engine.law.wash_sales import scan
from engine.records import (
    ZERO,
    Account,
    AccountKind,
    FilingStatus,
    Household,
    Lot,
    Origin,
    RealizedLot,
    Side,
    TaxProfile,
    Term,
    Trade,
)
from engine.results import Purchase, WashConfidence
from tests.engine.law.wash_history import ACCOUNTS, PEOPLE, WINDOW_DAYS, histories, scan_arguments

ARGUMENTS = scan_arguments()
TODAY = date(2026, 3, 3)


def household(
    lots: tuple[Lot, ...] = (),
    realized: tuple[RealizedLot, ...] = (),
    trades: tuple[Trade, ...] = (),
) -> Household:
    profile = TaxProfile(2026, FilingStatus.MFJ, "IL")
    return Household(
        "H", "Household", PEOPLE, ACCOUNTS, lots, profile, trades=trades, realized=realized
    )


def as_of_now(trades: tuple[Trade, ...]) -> WashIndex:
    found = scan(trades, **ARGUMENTS)
    told = household(
        tuple(x.lot for x in found.open_lots), tuple(line.realized for line in found.lines)
    )
    return index(told, WINDOW_DAYS, part_of=found.part_of)


@given(histories(), st.integers(0, 40), st.integers(1, 9), st.data())
@settings(deadline=None)
def test_what_a_sale_would_lose_is_what_the_scan_takes_away(
    trades: tuple[Trade, ...], later: int, price: int, data: st.DataObject
) -> None:
    known = as_of_now(trades)
    held = [x for x in scan(trades, **ARGUMENTS).open_lots if x.lot.account_id != "IRA"]
    whole = {x.purchase_id for x in held}
    # A sale that names a purchase takes its adjusted parts first; ask of purchases in one part.
    single = [x for x in held if sum(y.purchase_id == x.purchase_id for y in held) == 1]
    assume(single and whole)
    chosen = data.draw(st.sampled_from(single))
    shares = Decimal(data.draw(st.integers(1, int(chosen.lot.shares))))
    on = trades[-1].traded_on + timedelta(days=later)
    sale = Trade(
        "asked",
        chosen.lot.account_id,
        "X",
        Side.SELL,
        shares,
        Decimal(price),
        on,
        99,
        ((chosen.purchase_id, shares),),
    )
    expected = [
        line
        for line in scan([*trades, sale], **ARGUMENTS).lines
        if line.realized.sale_id == "asked"
    ]
    outlook = would_wash(known, chosen.lot, shares, Decimal(price), on)
    assert outlook.disallowed_usd == sum(line.realized.disallowed_usd for line in expected)
    assert outlook.lost_usd == sum(line.lost_usd for line in expected)
    assert outlook.loss_usd == sum(max(ZERO, -line.gain_usd) for line in expected)


@given(histories(), st.integers(0, 40), st.integers(1, 30), st.sampled_from(ACCOUNTS))
@settings(deadline=None)
def test_what_a_purchase_would_spoil_is_what_the_scan_takes_away_more(
    trades: tuple[Trade, ...], later: int, shares: int, account: Account
) -> None:
    on = trades[-1].traded_on + timedelta(days=later)
    bought = Trade("asked", account.account_id, "X", Side.BUY, Decimal(shares), Decimal(5), on, 99)
    before, after = scan(trades, **ARGUMENTS), scan([*trades, bought], **ARGUMENTS)
    purchase = Purchase(account.account_id, "X", Decimal(shares), Decimal(5))
    spoiled = would_be_spoiled_by(as_of_now(trades), purchase, on)
    total = sum(x.disallowed_usd for x in spoiled)
    assert total == after.disallowed_usd - before.disallowed_usd
    gone = sum(x.disallowed_usd for x in spoiled if x.permanent)
    assert gone == after.lost_usd - before.lost_usd


@given(histories(), st.integers(0, 40))
@settings(deadline=None)
def test_a_security_is_on_the_buying_list_exactly_when_a_purchase_would_spoil(
    trades: tuple[Trade, ...], later: int
) -> None:
    known, on = as_of_now(trades), trades[-1].traded_on + timedelta(days=later)
    listed = {b.security_id: b for b in index_blocks(known, on) if b.kind == BUY_BLOCK}
    purchase = Purchase("T1", "X", Decimal(1), Decimal(5))
    assert ("X" in listed) == bool(would_be_spoiled_by(known, purchase, on))
    if listed:
        assert not would_be_spoiled_by(known, purchase, listed["X"].safe_from)
        day_before = listed["X"].safe_from - timedelta(days=1)
        assert would_be_spoiled_by(known, purchase, day_before)


@given(histories(), st.integers(0, 40))
@settings(deadline=None)
def test_a_lot_is_on_the_selling_list_exactly_when_a_loss_would_be_washed(
    trades: tuple[Trade, ...], later: int
) -> None:
    known, on = as_of_now(trades), trades[-1].traded_on + timedelta(days=later)
    listed = {b.lot_id: b.safe_from for b in index_blocks(known, on) if b.kind == SELL_BLOCK}
    for lot in known.group("X").lots:
        if lot.account_id != "IRA":
            outlook = would_wash(known, lot, lot.shares, ZERO, on)
            assert (lot.lot_id in listed) == (outlook.disallowed_usd > 0)
            assert listed.get(lot.lot_id, on) == outlook.sell_from
            clear = would_wash(known, lot, lot.shares, ZERO, outlook.sell_from)
            assert clear.disallowed_usd == 0


def lot(name: str, account: str, on: date, shares: int, basis: int, security: str = "X") -> Lot:
    return Lot(name, account, security, Decimal(shares), Decimal(basis), on, on)


OLD = lot("old", "T1", date(2024, 1, 2), 100, 5000)


def test_an_ira_purchase_blocks_a_loss_and_would_lose_it_for_good() -> None:
    recent = lot("new", "IRA", TODAY - timedelta(days=30), 40, 1600)
    (found,) = blocks(household((OLD, recent)), TODAY, WINDOW_DAYS)
    assert (found.lot_id, found.kind, found.account_id) == ("old", SELL_BLOCK, "IRA")
    assert found.safe_from == TODAY + timedelta(days=1)
    assert "Rev. Rul. 2008-5" in found.citation
    known = index(household((OLD, recent)), WINDOW_DAYS)
    outlook = would_wash(known, OLD, Decimal(100), Decimal(40), TODAY)
    assert (outlook.loss_usd, outlook.disallowed_usd, outlook.lost_usd) == (1000, 400, 400)
    assert not blocks(household((OLD, recent)), TODAY + timedelta(days=1), WINDOW_DAYS)


def test_planned_purchases_are_weighed_with_their_probability() -> None:
    """100 shares at a loss of 10 each; a reinvestment of 60 shares (90 %), then one of 80 (50 %).

    The second finds 100 free shares in one case of ten and 40 in nine:
    0.5 x (0.1 x 80 + 0.9 x 40) = 22 shares.
    """
    known = index(household((OLD,)), WINDOW_DAYS)
    planned = (
        PlannedPurchase("IRA", "X", TODAY + timedelta(days=20), Decimal(80), Decimal("0.5")),
        PlannedPurchase("T1", "X", TODAY + timedelta(days=10), Decimal(60), Decimal("0.9")),
        PlannedPurchase("T1", "X", TODAY + timedelta(days=31), Decimal(60)),
        PlannedPurchase("T1", "Y", TODAY + timedelta(days=3), Decimal(60)),
    )
    outlook = would_wash(known, OLD, Decimal(100), Decimal(40), TODAY, planned)
    assert [(r.shares, r.disallowed_usd) for r in outlook.replacements] == [(54, 540), (22, 220)]
    assert (outlook.disallowed_usd, outlook.expected_usd, outlook.lost_usd) == (0, 760, 220)
    assert outlook.buy_from == TODAY + timedelta(days=31)


def test_share_classes_block_each_other_by_judgement() -> None:
    recent = lot("new", "T2", TODAY - timedelta(days=3), 40, 1600, "Y")
    pair = groups((), [frozenset({"X", "Y"})])
    (found,) = blocks(household((OLD, recent)), TODAY, WINDOW_DAYS, pair)
    assert found.confidence is WashConfidence.JUDGEMENT
    assert not blocks(household((OLD, recent)), TODAY, WINDOW_DAYS)


def test_a_loss_that_was_replaced_in_part_blocks_for_the_rest() -> None:
    sold = RealizedLot(
        "s",
        "gone",
        "T1",
        "X",
        Decimal(100),
        Decimal(4000),
        Decimal(5000),
        date(2024, 1, 2),
        date(2024, 1, 2),
        TODAY - timedelta(days=10),
        Term.LONG,
        Decimal(750),
    )
    known = index(household(realized=(sold,)), WINDOW_DAYS)
    (spoiled,) = would_be_spoiled_by(known, Purchase("IRA", "X", Decimal(90), ZERO), TODAY)
    assert (spoiled.shares, spoiled.disallowed_usd, spoiled.permanent) == (25, 250, True)
    whole = index(household(realized=(replace(sold, disallowed_usd=Decimal(1000)),)), WINDOW_DAYS)
    assert not index_blocks(whole, TODAY)


def test_a_purchase_that_no_lot_tells_of_is_taken_from_the_trades() -> None:
    trades = (
        Trade("t1", "SP", "X", Side.BUY, Decimal(30), Decimal(40), TODAY - timedelta(days=9)),
        Trade("t2", "SP", "X", Side.SELL, Decimal(10), Decimal(41), TODAY - timedelta(days=2)),
    )
    known = index(household((OLD,), trades=trades), WINDOW_DAYS)
    assert would_wash(known, OLD, Decimal(100), Decimal(40), TODAY).disallowed_usd == 200
    inherited = replace(OLD, lot_id="new", acquired_on=TODAY, origin=Origin.INHERITED)
    assert not blocks(household((OLD, inherited)), TODAY, WINDOW_DAYS)


def test_staged_trades_change_both_lists_and_leave_the_first_index_alone() -> None:
    known = index(household((OLD,)), WINDOW_DAYS)
    assert not index_blocks(known, TODAY)
    sold = known.sold("old", Decimal(60), Decimal(40), TODAY)
    (buying,) = index_blocks(sold, TODAY, ["X"])
    assert (buying.kind, buying.safe_from) == (BUY_BLOCK, TODAY + timedelta(days=31))
    bought = known.bought(Purchase("IRA", "X", Decimal(5), Decimal(40)), TODAY)
    (selling,) = index_blocks(bought, TODAY, ["X"])
    assert (selling.kind, selling.lot_id) == (SELL_BLOCK, "old")
    assert not index_blocks(known, TODAY)
    assert [x.shares for x in sold.group("X").lots] == [40]


def test_a_staged_trade_is_rechecked_within_its_group_alone() -> None:
    """5,000 lots of 500 securities; the re-check must not walk the book (budget 5 ms, loose)."""
    lots = tuple(
        lot(f"l{n}", "T1", TODAY - timedelta(days=n % 700), 10, 500, f"S{n % 500}")
        for n in range(5000)
    )
    known = index(household(lots), WINDOW_DAYS)
    start = time.perf_counter()
    whole = index_blocks(known, TODAY)
    book = time.perf_counter() - start
    start = time.perf_counter()
    staged = known.bought(Purchase("IRA", "S7", Decimal(5), Decimal(40)), TODAY)
    group = index_blocks(staged, TODAY, ["S7"])
    assert time.perf_counter() - start < book
    assert {b.security_id for b in group} == {"S7"}
    assert len(group) >= len([b for b in whole if b.security_id == "S7"])


def test_accounts_that_swallow_losses_have_no_losses_of_their_own() -> None:
    mine = lot("ira", "IRA", date(2024, 1, 2), 10, 500)
    known = index(household((mine,)), WINDOW_DAYS)
    assert would_wash(known, mine, Decimal(10), Decimal(1), TODAY).loss_usd == 0
    assert not known.sold("ira", Decimal(10), Decimal(1), TODAY).group("X").sold
    assert AccountKind.IRA.swallows_losses


def test_shares_of_a_plan_that_have_served_replace_nothing_more() -> None:
    """
    2026-01-20 sell  T1  60 of 100 @ 40   a loss of 600, replaced by 60 of the IRA's 80
    2026-02-01 buy   IRA 80 @ 40          20 of them are still free on 3 February
    """
    trades = (
        Trade("old", "T1", "X", Side.BUY, Decimal(100), Decimal(50), date(2024, 1, 2)),
        Trade("s", "T1", "X", Side.SELL, Decimal(60), Decimal(40), date(2026, 1, 20),
              lots=(("old", Decimal(60)),)),
        Trade("new", "IRA", "X", Side.BUY, Decimal(80), Decimal(40), date(2026, 2, 1)),
    )  # fmt: skip
    known = as_of_now(trades)
    (rest,) = [x for x in known.group("X").lots if x.lot_id == "old"]
    outlook = would_wash(known, rest, Decimal(40), Decimal(40), date(2026, 2, 3))
    assert (outlook.disallowed_usd, outlook.lost_usd) == (200, 200)
