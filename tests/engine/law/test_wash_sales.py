"""Laws of the wash-sale rule that hold whatever the history (tax-rules section 8)."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.law.corporate_actions import Split
from engine.law.identical import groups
from engine.law.wash_sales import scan
from engine.law.wash_settings import Tacking, WashSettings
from engine.records import ZERO, Account, AccountKind, Lot, Origin, Side, Trade
from engine.results import WashConfidence
from engine.wash_results import WashScan, WashStatus
from tests.engine.law.wash_history import PEOPLE, START, histories, scan_arguments, twin

ARGUMENTS = scan_arguments()


def figures(found: WashScan) -> object:
    """Everything that a return is made of."""
    return (found.lines, found.open_lots)


@given(histories())
@settings(max_examples=300, deadline=None)
def test_the_ledger_equals_its_share_by_share_twin(trades: tuple[Trade, ...]) -> None:
    found, expected = scan(trades, **ARGUMENTS), twin(trades)
    lines: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO, ZERO])
    for line in found.lines:
        row = lines[line.realized.sale_id, line.realized.lot_id]
        row[0] += line.gain_usd
        row[1] += line.realized.disallowed_usd
        row[2] += line.lost_usd
    held: dict[str, list[tuple[Decimal, date]]] = defaultdict(list)
    for one in found.open_lots:
        each = one.lot.basis_usd / one.lot.shares
        held[one.purchase_id] += [(each, one.lot.held_since)] * int(one.lot.shares)
    assert dict(lines) == expected.lines
    assert {lot: sorted(shares) for lot, shares in held.items()} == expected.open


@given(histories(whole=False))
@settings(deadline=None)
def test_a_disallowed_loss_never_exceeds_the_loss(trades: tuple[Trade, ...]) -> None:
    for line in scan(trades, **ARGUMENTS).lines:
        assert 0 <= line.lost_usd <= line.realized.disallowed_usd <= max(ZERO, -line.gain_usd)
        assert sum(m.disallowed_usd for m in line.matches) == line.realized.disallowed_usd
        assert sum(m.shares for m in line.matches) <= line.realized.shares


@given(histories(whole=False))
@settings(deadline=None)
def test_recognized_and_deferred_and_lost_make_up_the_economic_result(
    trades: tuple[Trade, ...],
) -> None:
    """Taxed accounts: proceeds + basis still held - cost = recognized - losses gone for good."""
    found = scan(trades, **ARGUMENTS)
    cash = ZERO
    for trade in trades:
        if trade.account_id != "IRA":
            amount = (trade.shares * trade.price_usd).quantize(Decimal("0.01"))
            cash += amount if trade.side is Side.SELL else -amount
    held = sum((x.lot.basis_usd for x in found.open_lots if x.lot.account_id != "IRA"), ZERO)
    assert cash + held == found.reported_usd - found.lost_usd
    washed = sum((x.lot.wash_adjustment_usd for x in found.open_lots), ZERO)
    assert washed <= found.disallowed_usd - found.lost_usd


@given(histories())
@settings(deadline=None)
def test_each_share_replaces_once(trades: tuple[Trade, ...]) -> None:
    used: dict[str, Decimal] = defaultdict(Decimal)
    for line in scan(trades, **ARGUMENTS).lines:
        for match in line.matches:
            used[match.purchase_id] += match.shares
            assert match.purchase_id != line.realized.lot_id
    bought = {trade.trade_id: trade.shares for trade in trades}
    assert all(shares <= bought[purchase] for purchase, shares in used.items())


@given(histories(), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_rows_is_irrelevant(trades: tuple[Trade, ...], chance: object) -> None:
    shuffled = list(trades)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert figures(scan(shuffled, **ARGUMENTS)) == figures(scan(trades, **ARGUMENTS))


@given(histories(), st.integers(0, 200), st.sampled_from([(2, 1), (3, 2), (1, 7), (10, 1)]))
@settings(deadline=None)
def test_a_stock_split_changes_no_dollar(
    trades: tuple[Trade, ...], day: int, ratio: tuple[int, int]
) -> None:
    """The same trades, those after the split written in new shares at the new price."""
    split = Split("sp", "X", START + timedelta(days=day), *ratio)
    factor = Decimal(ratio[0]) / ratio[1]
    scaled = [
        trade
        if trade.traded_on < split.effective_on
        else replace(
            trade,
            shares=trade.shares * ratio[0],
            price_usd=trade.price_usd / ratio[0],
            lots=tuple((lot, shares * ratio[0]) for lot, shares in trade.lots),
        )
        for trade in trades
    ]
    whole = [
        replace(
            trade,
            shares=trade.shares * ratio[1],
            price_usd=trade.price_usd / ratio[1],
            lots=tuple((lot, shares * ratio[1]) for lot, shares in trade.lots),
        )
        if trade.traded_on < split.effective_on
        else trade
        for trade in scaled
    ]
    plain, after = scan(trades, **ARGUMENTS), scan(whole, **ARGUMENTS, splits=[split])
    assert factor
    for one, other in zip(plain.lines, after.lines, strict=True):
        assert one.gain_usd == other.gain_usd
        assert one.realized.disallowed_usd == other.realized.disallowed_usd
        assert one.lost_usd == other.lost_usd
        assert one.realized.term == other.realized.term
    assert [
        (x.purchase_id, x.lot.basis_usd, x.lot.held_since, x.lot.shares * ratio[0])
        for x in plain.open_lots
    ] == [(x.purchase_id, x.lot.basis_usd, x.lot.held_since, x.lot.shares) for x in after.open_lots]


@given(histories(), st.data())
@settings(deadline=None)
def test_fills_of_a_replacement_may_be_cut_or_merged(
    trades: tuple[Trade, ...], data: st.DataObject
) -> None:
    """A purchase that is never sold from, booked as two fills, replaces as one does."""
    named = {lot for trade in trades for lot, _ in trade.lots}
    whole = [t for t in trades if t.side is not Side.SELL and t.trade_id not in named]
    assume(any(t.shares > 1 for t in whole))
    bought = data.draw(st.sampled_from([t for t in whole if t.shares > 1]))
    first = Decimal(data.draw(st.integers(1, int(bought.shares) - 1)))
    cut = [t for t in trades if t is not bought]
    cut += [
        replace(bought, shares=first),
        replace(bought, trade_id=bought.trade_id + "x", shares=bought.shares - first),
    ]
    one, two = scan(trades, **ARGUMENTS), scan(cut, **ARGUMENTS)
    assert [line.realized for line in one.lines] == [line.realized for line in two.lines]
    assert [line.lost_usd for line in one.lines] == [line.lost_usd for line in two.lines]


@given(histories())
@settings(deadline=None)
def test_names_of_accounts_and_securities_are_irrelevant(trades: tuple[Trade, ...]) -> None:
    renamed = [replace(t, account_id="z" + t.account_id, security_id="Y") for t in trades]
    accounts = [replace(a, account_id="z" + a.account_id) for a in ARGUMENTS["accounts"]]
    other = scan(renamed, accounts, window_days=30, people=PEOPLE)
    plain = scan(trades, **ARGUMENTS)
    assert [(x.gain_usd, x.realized.disallowed_usd, x.lost_usd) for x in other.lines] == [
        (x.gain_usd, x.realized.disallowed_usd, x.lost_usd) for x in plain.lines
    ]


@given(histories(), st.integers(31, 500), st.booleans())
@settings(deadline=None)
def test_a_purchase_outside_every_window_never_matters(
    trades: tuple[Trade, ...], away: int, before: bool
) -> None:
    days = [trade.traded_on for trade in trades if trade.side is Side.SELL]
    assume(days)
    on = min(days) - timedelta(days=away) if before else max(days) + timedelta(days=away)
    extra = Trade("extra", "T1", "X", Side.BUY, Decimal(50), Decimal(5), on)
    assert scan([*trades, extra], **ARGUMENTS).lines == scan(trades, **ARGUMENTS).lines


@given(histories())
@settings(deadline=None)
def test_each_loss_has_a_finding_whose_parts_add_up(trades: tuple[Trade, ...]) -> None:
    found = scan(trades, **ARGUMENTS)
    assert [f.line for f in found.findings] == [x for x in found.lines if x.gain_usd < 0]
    for finding in found.findings:
        parts = finding.deferred_usd + finding.line.lost_usd + finding.allowed_usd
        assert parts == finding.loss_usd
        assert finding.citation
        assert (finding.status is WashStatus.CLEAR) == (not finding.line.matches)


def buy(name: str, on: date, shares: int, price: int, **other: object) -> Trade:
    fields = {"account_id": "T1", "security_id": "X", **other}
    side = Side.BUY
    return Trade(
        name, side=side, shares=Decimal(shares), price_usd=Decimal(price), traded_on=on, **fields
    )  # type: ignore[arg-type]


def sell(name: str, on: date, shares: int, price: int, *lots: str, **other: object) -> Trade:
    trade = buy(name, on, shares, price, **other)
    part = Decimal(shares) / max(1, len(lots))
    return replace(trade, side=Side.SELL, lots=tuple((lot, part) for lot in lots))


def test_a_share_class_bought_back_is_a_wash_by_judgement() -> None:
    """
    2025-01-02 buy   T1 10 A @ 9
    2025-03-03 sell  T1 10 A @ 7
    2025-03-10 buy   T1 10 B @ 7   the issuer's other class
    """
    trades = [
        buy("b1", date(2025, 1, 2), 10, 9, security_id="A"),
        sell("s1", date(2025, 3, 3), 10, 7, "b1", security_id="A"),
        buy("b2", date(2025, 3, 10), 10, 7, security_id="B"),
    ]
    pair = groups((), [frozenset({"A", "B"})])
    apart = scan(trades, **ARGUMENTS)
    together = scan(trades, **ARGUMENTS, identical=pair)
    assert (apart.disallowed_usd, together.disallowed_usd) == (0, 20)
    assert together.findings[0].confidence is WashConfidence.JUDGEMENT
    assert "B is treated as identical to A" in together.findings[0].reviews[0]


def test_open_points_of_the_law_are_settings() -> None:
    """
    2025-02-10 buy   T1 10 @ 8    before the lot sold, inside the window
    2025-02-20 buy   T1 10 @ 9
    2025-03-03 sell  T1 10 @ 7    the second lot
    """
    trades = [
        buy("b1", date(2025, 2, 10), 10, 8),
        buy("b2", date(2025, 2, 20), 10, 9),
        sell("s1", date(2025, 3, 3), 10, 7, "b2"),
    ]
    cautious = scan(trades, **ARGUMENTS)
    lenient = scan(trades, **ARGUMENTS, settings=WashSettings(earlier_purchases_count=False))
    copied = scan(trades, **ARGUMENTS, settings=WashSettings(tacking=Tacking.ORIGINAL_DATE))
    assert (cautious.disallowed_usd, lenient.disallowed_usd) == (20, 0)
    assert cautious.findings[0].confidence is WashConfidence.CONVENTION
    assert cautious.open_lots[0].lot.held_since == date(2025, 1, 30)
    assert copied.open_lots[0].lot.held_since == date(2025, 2, 20)


def test_a_spouse_may_be_set_to_lose_the_loss() -> None:
    trades = [
        buy("b1", date(2025, 6, 2), 10, 9),
        sell("s1", date(2025, 10, 1), 10, 7, "b1"),
        buy("b2", date(2025, 10, 10), 10, 7, account_id="SP"),
    ]
    carried = scan(trades, **ARGUMENTS)
    lost = scan(trades, **ARGUMENTS, settings=WashSettings(related_carries=False))
    assert (carried.lost_usd, lost.lost_usd) == (0, 20)
    assert "belongs to the spouse" in carried.findings[0].reviews[0]
    assert lost.findings[0].status is WashStatus.PERMANENT
    assert lost.findings[0].rule == "replacement bought by a related person"


def test_a_december_loss_is_at_risk_until_the_thirtieth_day() -> None:
    trades = [
        buy("b1", date(2025, 3, 3), 10, 9),
        sell("s1", date(2025, 12, 31), 10, 7, "b1"),
    ]
    for as_of, at_risk in ((date(2026, 1, 30), True), (date(2026, 1, 31), False)):
        finding = scan(trades, **ARGUMENTS, as_of=as_of).findings[0]
        assert finding.at_risk is at_risk
        assert finding.crosses_year_end
        assert finding.safe_from == date(2026, 1, 31)


def test_an_option_bought_in_the_window_is_flagged_and_not_computed() -> None:
    trades = [
        buy("b1", date(2025, 1, 2), 10, 9),
        sell("s1", date(2025, 3, 3), 10, 7, "b1"),
        buy("o1", date(2025, 3, 20), 1, 1, security_id="X 2025-06 C 10"),
    ]
    finding = scan(trades, **ARGUMENTS, options_on={"X 2025-06 C 10": "X"}).findings[0]
    assert finding.allowed_usd == 20
    assert "option trade o1" in finding.reviews[0]


def opening(name: str, on: date, basis: int, origin: Origin, **other: object) -> Lot:
    return replace(
        Lot(name, "T1", "X", Decimal(10), Decimal(basis), on, on, origin),
        **other,  # type: ignore[arg-type]
    )


def test_a_gift_inside_the_window_replaces_nothing() -> None:
    lots = [
        opening("l1", date(2024, 1, 2), 90, Origin.BOUGHT),
        opening("l2", date(2025, 3, 1), 90, Origin.GIFTED),
    ]
    sold = [sell("s1", date(2025, 3, 3), 10, 7, "l1")]
    assert scan(sold, **ARGUMENTS, opening=lots).disallowed_usd == 0
    bought = [lots[0], replace(lots[1], origin=Origin.BOUGHT)]
    assert scan(sold, **ARGUMENTS, opening=bought).disallowed_usd == 20


def test_a_gift_is_sold_against_the_basis_that_its_result_calls_for() -> None:
    """26 U.S.C. 1015(a): donor's basis 90 (held since 2020), market value at the gift 60."""
    gift = opening(
        "g",
        date(2025, 1, 2),
        90,
        Origin.GIFTED,
        loss_basis_usd=Decimal(60),
        held_since=date(2020, 1, 2),
    )
    for price, gain, term in ((10, 10, "long"), (7, 0, "long"), (5, -10, "short")):
        line = scan([sell("s", date(2025, 3, 3), 10, price, "g")], **ARGUMENTS, opening=[gift])
        assert line.lines[0].gain_usd == gain
        assert line.lines[0].realized.term == term


def test_inherited_shares_are_always_long() -> None:
    lot = opening("h", date(2025, 3, 1), 90, Origin.INHERITED)
    found = scan([sell("s", date(2025, 3, 3), 10, 9, "h")], **ARGUMENTS, opening=[lot])
    assert found.lines[0].realized.term == "long"


def test_a_sale_without_lots_follows_the_standing_order_of_its_account() -> None:
    trades = [
        buy("b1", date(2024, 1, 2), 10, 5),
        buy("b2", date(2024, 2, 2), 10, 9),
        buy("b3", date(2024, 3, 2), 10, 7),
        sell("s", date(2025, 3, 3), 15, 8),
    ]
    for method, order in (("fifo", "b1 b2"), ("lifo", "b3 b2"), ("hifo", "b2 b3")):
        account = Account("T1", "client", "T1", AccountKind.TAXABLE, lot_method=method)
        found = scan(trades, [account], window_days=30)
        assert {line.realized.lot_id for line in found.lines} == set(order.split())


@given(histories())
@settings(deadline=None)
def test_first_in_first_out_by_order_or_by_name_is_the_same(trades: tuple[Trade, ...]) -> None:
    """A sale without lots is a sale that names the oldest ones, adjusted parts and all."""
    held: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
    bare, named = [], []
    for trade in trades:
        position = held[trade.account_id]
        if trade.side is not Side.SELL:
            position.append((trade.trade_id, trade.shares))
            bare.append(trade)
            named.append(trade)
            continue
        left, lots = trade.shares, []
        while left:
            lot, shares = position.pop(0)
            lots.append((lot, min(left, shares)))
            left -= lots[-1][1]
            if lots[-1][1] < shares:
                position.insert(0, (lot, shares - lots[-1][1]))
        bare.append(replace(trade, lots=()))
        named.append(replace(trade, lots=tuple(lots)))
    assert figures(scan(bare, **ARGUMENTS)) == figures(scan(named, **ARGUMENTS))
