from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from engine.decision.prepare import prepare, under
from engine.law.corporate_actions import Split, unbooked
from engine.records import Lot, Origin
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
