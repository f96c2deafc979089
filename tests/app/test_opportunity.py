"""Lots, positions and households in the window ahead, on a market that has learned from bars."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from engine.decision.opportunity import opportunity
from engine.decision.outlook import Outlook
from engine.market.touch_table import TouchTable
from engine.records import Lot
from tests.app.test_market_forecaster import SESSIONS, desk, play, tape


@pytest.fixture(scope="module")
def outlook() -> Outlook:
    bars, day = tape(), int(SESSIONS[-1])
    market = desk(bars, day)
    play(market, bars, day, day, 660)
    found = market.outlook()
    assert found is not None
    return found


def lot(outlook: Outlook, name: str, basis: float) -> Lot:
    on = date(2026, 1, 5)
    usd = Decimal(str(round(basis * float(outlook.price[outlook.index[name]]) * 50, 2)))
    return Lot("l", "a", name, Decimal(50), usd, on, on)


def test_a_lot_is_told_when_where_and_how_surely(outlook: Outlook) -> None:
    price = float(outlook.price[0])
    found = opportunity(outlook, lot(outlook, "A", 1.04), price * 0.995)
    assert found is not None
    assert not found.ready
    assert found.low < found.probability < found.high
    assert found.polled < found.probability
    assert found.touch_by[-1] == pytest.approx(found.probability, abs=1e-3)
    assert list(found.touch_by) == sorted(found.touch_by)
    assert 0.0 < found.gone_by_end < found.probability
    assert found.loss_now_usd == pytest.approx(0.04 * price * 50, rel=1e-3)
    assert found.best_loss_usd > found.loss_now_usd
    prices = [fill.price_usd for fill in found.fills]
    assert prices == sorted(prices, reverse=True)
    assert price * 0.995 in prices
    chances = [fill.probability for fill in found.fills]
    assert chances == sorted(chances, reverse=True)
    likely = opportunity(outlook, lot(outlook, "A", 1.04), found.likely_price_usd)
    assert likely is not None
    assert likely.probability == pytest.approx(0.8, abs=0.01)


def test_a_name_without_a_price_has_no_forecast(outlook: Outlook) -> None:
    bare = replace(outlook, price=np.full(4, np.nan))
    assert opportunity(bare, lot(outlook, "A", 1.04), 90.0) is None
    assert opportunity(outlook, lot(outlook, "A", 1.04), 0.0) is None


def test_the_next_session_is_wider_than_the_window(outlook: Outlook) -> None:
    table = outlook.touches
    assert isinstance(table, TouchTable)
    assert (table.sd_next > table.sd).all()
    said = table(np.arange(4), np.full(4, -0.01))
    assert (said.next_session > said.probability).all()
    assert (said.stderr > 0.0).all()
