from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine.decision.harvest import harvest
from engine.decision.prepare import prepare, under
from engine.decision.settings import DecisionSettings
from engine.law.corporate_actions import Split, unbooked
from engine.records import CashNeed, Lot, Origin, Side, Trade
from tests.engine.decision.plan_books import LAW, NAMES, TODAY, home, lots_of, market

NAME = NAMES[3]


def test_a_security_is_not_sold_nor_bought_until_its_action_is_booked() -> None:
    seen = market()
    waiting = unbooked([Split("s", NAME, TODAY, 2, 1)])
    held = lots_of(seen)
    free = prepare(home(seen, lots=held), LAW, seen)
    frozen = prepare(home(seen, lots=held, unbooked=waiting), LAW, seen)
    mine = [i for i, lot in enumerate(frozen.lots) if lot.security_id == NAME]
    others = [i for i in range(len(frozen.lots)) if i not in mine]
    assert mine
    assert frozen.kept[mine].all()
    assert not free.kept[mine].any()
    assert (frozen.kept[others] == free.kept[others]).all()
    assert free.buyable[3]
    assert not frozen.buyable[3]
    assert under(frozen, seen, ()).kept[mine].all()
    assert frozen.frozen == {NAME: f"Split of {TODAY} is not booked yet"}


def test_an_action_of_tomorrow_freezes_nothing_today() -> None:
    seen = market()
    waiting = unbooked([Split("s", NAME, TODAY + timedelta(days=1), 2, 1)])
    assert prepare(home(seen, unbooked=waiting), LAW, seen).frozen == {}


def test_an_inherited_lot_is_long_and_a_law_may_ask_for_more_years() -> None:
    seen = market()
    young, old = TODAY - timedelta(days=40), TODAY - timedelta(days=500)
    ten, hundred = Decimal(10), Decimal(100)
    lots = (
        Lot("bought", "A1", NAME, ten, hundred, young, young),
        Lot("inherited", "A1", NAME, ten, hundred, young, young, Origin.INHERITED),
        Lot("old", "A1", NAME, ten, hundred, old, old),
    )
    assert prepare(home(seen, lots=lots), LAW, seen).long.tolist() == [False, True, True]
    (told,) = LAW.values["holding.long_term_years"]
    law = LAW.amended("two-years", [replace(told, value=Decimal(2), first_year=2026)])
    assert prepare(home(seen, lots=lots), law, seen).long.tolist() == [False, True, False]


def test_a_contribution_that_will_buy_the_name_back_costs_the_harvest() -> None:
    seen = market()
    bought = TODAY - timedelta(days=100)
    basis = Decimal(140) * seen.quotes[NAME].last_usd
    lot = Lot("loss", "A1", NAME, Decimal(100), basis.quantize(Decimal("0.01")), bought, bought)
    coming = CashNeed("bonus", TODAY + timedelta(days=10), Decimal(-200_000))
    late = replace(coming, due_on=TODAY + timedelta(days=40))
    drags = []
    for needs in ((), (coming,), (replace(coming, hard=False),), (late,)):
        found = prepare(replace(home(seen, lots=(lot,)), cash_needs=needs), LAW, seen)
        valued = harvest(found, seen, [lot], DecisionSettings(), found.buyable)
        assert valued is not None
        drags.append(valued.alpha.wash_drag_usd)
    none, sure, unsure, after = drags
    assert none == after == 0
    assert sure > 0
    assert unsure == pytest.approx(sure / 2, abs=Decimal("0.02"))


def test_a_household_may_hold_two_share_classes_apart() -> None:
    seen = market()
    names = dict(seen.securities)
    other = NAMES[4]
    for name in (NAME, other):
        names[name] = replace(names[name], issuer_id="one issuer")
    seen = replace(seen, securities=names)
    old, recent = TODAY - timedelta(days=100), TODAY - timedelta(days=5)
    ten, hundred = Decimal(10), Decimal(100)
    lots = (
        Lot("old", "A1", NAME, ten, hundred, old, old),
        Lot("new", "A1", other, ten, hundred, recent, recent),
    )
    joined = prepare(home(seen, lots=lots), LAW, seen)
    apart = prepare(home(seen, lots=lots, different=(frozenset({NAME, other}),)), LAW, seen)
    assert [b.lot_id for b in joined.blocks] == ["old"]
    assert apart.blocks == ()
    assert joined.group[3] == joined.group[4]
    assert apart.group[3] != apart.group[4]


def test_a_dividend_that_will_be_reinvested_in_the_name_costs_the_harvest() -> None:
    seen = market()
    bought = TODAY - timedelta(days=200)
    basis = (Decimal(140) * seen.quotes[NAME].last_usd).quantize(Decimal("0.01"))
    lot = Lot("loss", "A1", NAME, Decimal(100), basis, bought, bought)
    paid = Trade(
        "d", "A1", NAME, Side.REINVEST, Decimal(40), Decimal(1), TODAY - timedelta(days=80)
    )
    before = home(seen, lots=(lot,))
    accounts = tuple(replace(account, reinvest=True) for account in before.accounts)
    drags = []
    for trades in ((), (paid,)):
        found = prepare(replace(before, accounts=accounts, trades=trades), LAW, seen)
        valued = harvest(found, seen, [lot], DecisionSettings(), found.buyable)
        assert valued is not None
        drags.append(valued.alpha.wash_drag_usd)
    assert drags[0] == 0
    assert drags[1] > 0
