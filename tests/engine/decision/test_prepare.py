from datetime import timedelta

from engine.decision.prepare import prepare, under
from engine.law.corporate_actions import Split, unbooked
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
