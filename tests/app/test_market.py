from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np

from app import calendars
from app.market import Market
from app.past import Past
from app.profiles import shipped_profile
from engine.records import Quote, QuoteState, Security

NAMES = ("A", "B", "C")
OPEN = datetime(2026, 10, 28, 13, 30, tzinfo=UTC)


def market(days: int = 60, **changes: int) -> Market:
    rng = np.random.default_rng(2)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.02, (days, 3)), axis=0))
    past = Past(
        tuple(date(2026, 10, 27) - timedelta(days=days - i) for i in range(days)), NAMES, close
    )
    securities = {name: Security(name, name, name, sector="X") for name in NAMES}
    return Market(
        past, securities, calendars.load(), shipped_profile(), seed=3, **({"paths": 512} | changes)
    )


def quote(name: str, price: float, at: datetime, state: QuoteState = QuoteState.REPLAY) -> Quote:
    usd = Decimal(str(round(price, 4)))
    return Quote(name, usd, usd, usd, at, at, "test", 1, state, usd)


def at(minutes: int) -> datetime:
    return OPEN + timedelta(minutes=minutes)


def test_there_is_no_outlook_before_a_price_outside_sessions_or_at_the_close() -> None:
    found = market()
    assert found.outlook() is None
    found.take([quote("A", 100, at(-60))], at(-60))
    assert found.outlook() is None
    found.take([quote("A", 100, at(390))], at(390))
    assert found.outlook() is None


def test_the_window_ends_three_hours_on_or_at_the_close() -> None:
    found = market()
    found.take([quote("A", 100, at(30))], at(30))
    outlook = found.outlook()
    assert outlook is not None
    assert outlook.window_hours == 3.0
    assert not outlook.to_close
    found.take([quote("A", 100, at(300))], at(300))
    outlook = found.outlook()
    assert outlook is not None
    assert outlook.window_hours == 1.5
    assert outlook.to_close


def test_a_wild_morning_raises_the_rest_of_the_day() -> None:
    calm, wild = market(), market()
    for minute in range(5, 65, 5):
        calm.take([quote("A", 100.0, at(minute))], at(minute))
        wild.take([quote("A", 100.0 + (minute % 10) * 0.5, at(minute))], at(minute))
    one, other = calm.outlook(), wild.outlook()
    assert one is not None
    assert other is not None
    assert other.vol_annual[0] > 1.2 * one.vol_annual[0]
    rise = other.vol_annual / one.vol_annual
    assert 1.0 <= rise[1] < 0.5 * (1.0 + rise[0])  # the market's unrest reaches it too, less


def test_a_price_that_may_not_be_acted_on_is_no_price() -> None:
    found = market()
    found.take([quote("A", 100, at(30)), quote("B", 50, at(30), QuoteState.STALE)], at(30))
    outlook = found.outlook()
    assert outlook is not None
    assert np.isfinite(outlook.price[0])
    assert np.isnan(outlook.price[1:]).all()


def test_yesterday_joins_the_past_only_when_it_is_over() -> None:
    found = market()
    for name, price in zip(NAMES, (100.0, 100.0, 100.0), strict=True):
        found.take([quote(name, price, at(385))], at(385))
    assert found.outlook() is not None
    before = found.usual_vol()[0]
    found.take([quote("A", 200.0, at(385))], at(386))
    assert found.outlook() is not None
    assert found.usual_vol()[0] == before
    tomorrow = OPEN + timedelta(days=1, minutes=10)
    found.take([quote("A", 200.0, tomorrow)], tomorrow)
    assert found.outlook() is not None
    assert found.usual_vol()[0] > 1.2 * before


def test_the_same_quotes_and_seed_give_the_same_outlook() -> None:
    one, other = market(), market()
    for found in (one, other):
        found.take([quote(name, 100, at(30)) for name in NAMES], at(30))
    a, b = one.outlook(), other.outlook()
    assert a is not None
    assert b is not None
    assert a.snapshot_id == b.snapshot_id
    assert np.array_equal(a.relatives, b.relatives)
