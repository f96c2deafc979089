"""Purchases that nobody places: reinvestment of what was sold at a loss, contributions."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from app.book.book import Book
from app.desk import Desk
from app.office import demo_setting, open_desk, open_feed
from app.screens.moment import Moment
from app.screens.presenter import Presenter
from app.screens.spoilers import spoilers
from engine.decision.prepare import prepare
from engine.decision.settings import DecisionSettings
from engine.records import CashNeed


@pytest.fixture
def moment(demo_book: Path) -> Moment:
    """Hale after three ticks."""
    setting = demo_setting()
    with Book.open(demo_book) as book:
        desk: Desk = open_desk(book, setting, 7, DecisionSettings())
        feed = open_feed(setting, tuple(book.securities().values()))
        for _, batch in zip(range(3), feed.batches(), strict=False):
            desk.on_quotes(batch.quotes, batch.at)
        presenter = Presenter(book, desk, True, timedelta(minutes=5), household_id="hale")
        found = presenter.moment()
    assert found is not None
    return found


def with_home(moment: Moment, **changed: object) -> Moment:
    home = replace(moment.prepared.household, **changed)  # type: ignore[arg-type]
    prepared = prepare(home, moment.prepared.tax.law, moment.outlook, ())
    return replace(moment, prepared=prepared)


def test_a_reinvesting_account_spoils_a_loss_and_none_does_when_it_is_switched_off(
    moment: Moment,
) -> None:
    home = moment.prepared.household
    told = [e for e in spoilers(moment) if e.kind == "reinvest"]
    assert told
    assert all("Sam Hale IRA" in e.what and e.amount_usd < 0 for e in told)
    off = tuple(replace(account, reinvest=False) for account in home.accounts)
    assert not [e for e in spoilers(with_home(moment, accounts=off)) if e.kind == "reinvest"]


def test_a_contribution_spoils_what_was_sold_at_a_loss_within_the_window(moment: Moment) -> None:
    today = moment.outlook.today
    coming = CashNeed("salary", today + timedelta(days=3), Decimal(-100_000))
    near = [e for e in spoilers(with_home(moment, cash_needs=(coming,))) if e.kind == "plan"]
    assert near
    assert all(e.on == coming.due_on and e.amount_usd < 0 for e in near)
    late = replace(coming, due_on=today + timedelta(days=90))
    assert not [e for e in spoilers(with_home(moment, cash_needs=(late,))) if e.kind == "plan"]
