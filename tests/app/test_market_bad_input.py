"""Prices and histories that are not as they should be: a stated fallback, or no forecast."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from app import calendars
from app.market import Market
from app.past import Past
from app.profiles import shipped_profile
from engine.decision.outlook import Outlook
from engine.market.volatility import BASES, Basis
from engine.records import Quote, QuoteState, Security
from tests.app.test_market_forecaster import NAMES, SESSIONS, desk, play, some, tape

OPEN = datetime(2026, 10, 28, 13, 30, tzinfo=UTC)
BARRIER = np.full(4, -0.01)


def closes(rows: int, opened: datetime = OPEN) -> tuple[tuple[date, ...], np.ndarray]:
    rng = np.random.default_rng(2)
    days = tuple(opened.date() - timedelta(days=rows - i) for i in range(rows))
    return days, 100 * np.exp(np.cumsum(rng.normal(0, 0.02, (rows, 4)), axis=0))


def market(days: tuple[date, ...], close: np.ndarray) -> Market:
    securities = {name: Security(name, name, name, sector="X") for name in NAMES}
    past = Past(days, NAMES, close)
    return Market(past, securities, calendars.load(), shipped_profile(), 3, 512)


def at_price(name: str, price: float, at: datetime) -> Quote:
    usd = Decimal(str(round(price, 4)))
    return Quote(name, usd, usd, usd, at, at, "test", 1, QuoteState.REPLAY, usd)


def looked(found: Market, at: datetime) -> Outlook:
    found.take([at_price(name, 100.0, at) for name in NAMES], at)
    outlook = found.outlook()
    assert outlook is not None
    return outlook


def bases(found: Market) -> list[Basis]:
    return [BASES[i] for i in found.bases()]


def test_no_history_is_no_forecast_and_the_others_keep_theirs() -> None:
    days, close = closes(70)
    close[:, 1] = np.nan
    found = market(days, close)
    outlook = looked(found, OPEN + timedelta(minutes=60))
    assert np.isnan(outlook.price[1])
    assert bases(found)[1] is Basis.NONE
    said = outlook.touches(np.arange(4), BARRIER).probability
    assert said[1] == 0.0
    assert (np.delete(said, 1) > 0.05).all()


def test_one_day_of_history_is_drawn_to_the_other_names() -> None:
    days, close = closes(70)
    close[:-2, 1] = np.nan
    found = market(days, close)
    outlook = looked(found, OPEN + timedelta(minutes=60))
    assert bases(found)[1] is Basis.ONE_DAY
    assert 0.3 < outlook.vol_annual[1] / outlook.vol_annual[0] < 3.0


def test_few_days_fall_back_to_the_running_mean() -> None:
    days, close = closes(30)
    found = market(days, close)
    looked(found, OPEN + timedelta(minutes=60))
    assert set(bases(found)) == {Basis.EWMA}


def test_a_halted_name_has_no_price_to_act_on() -> None:
    found = market(*closes(70))
    at = OPEN + timedelta(minutes=60)
    halted = replace(at_price("A", 100.0, at), state=QuoteState.HALTED)
    found.take([halted, at_price("B", 100.0, at)], at)
    outlook = found.outlook()
    assert outlook is not None
    assert np.isnan(outlook.price[0])
    assert np.isfinite(outlook.price[1])


@pytest.mark.parametrize("price", [0.0, -5.0])
def test_a_price_that_is_none_is_never_taken(price: float) -> None:
    found = market(*closes(70))
    at = OPEN + timedelta(minutes=60)
    outlook = looked(found, at)
    found.take([at_price("A", price, at)], at)
    again = found.outlook()
    assert again is not None
    assert np.isnan(again.price[0])
    np.testing.assert_array_equal(outlook.vol_annual, again.vol_annual)


def test_a_split_over_night_is_no_gap() -> None:
    bars, day = tape(), int(SESSIONS[-1])
    today = bars.day == day
    halved = replace(
        bars, **{f: np.where(today, getattr(bars, f) / 2, getattr(bars, f))
                 for f in ("open", "low", "close")},
    )  # fmt: skip
    plain, split = desk(bars, day), desk(halved, day)
    play(plain, bars, day, day, 660)
    play(split, halved, day, day, 660)
    one, other = plain.outlook(), split.outlook()
    assert one is not None
    assert other is not None
    np.testing.assert_allclose(other.vol_annual, one.vol_annual, rtol=0.1)


def test_missing_bars_are_not_taken_for_a_calm_morning() -> None:
    bars, day = tape(), int(SESSIONS[-1])
    whole, late = desk(bars, day), desk(bars, day)
    play(whole, bars, day, day, 720)
    play(late, some(bars, (bars.day < day) | (bars.end_minute > 645)), day, day, 720)
    one, other = whole.outlook(), late.outlook()
    assert one is not None
    assert other is not None
    assert (np.abs(np.log(other.vol_annual / one.vol_annual)) < 0.35).all()


def test_a_half_day_ends_the_window_at_its_close() -> None:
    opened = datetime(2026, 11, 27, 14, 30, tzinfo=UTC)  # the day after Thanksgiving
    found = market(*closes(70, opened))
    outlook = looked(found, opened + timedelta(hours=2))
    assert outlook.to_close
    assert outlook.window_hours == 1.5
    assert np.isfinite(outlook.vol_annual).all()


@pytest.mark.parametrize(
    "opened",
    [datetime(2026, 10, 30, 13, 30, tzinfo=UTC), datetime(2026, 11, 2, 14, 30, tzinfo=UTC)],
    ids=["summer time", "winter time"],
)
def test_the_change_of_clocks_moves_the_open_and_not_the_forecast(opened: datetime) -> None:
    days, close = closes(70)
    found = market(days, close)
    outlook = looked(found, opened + timedelta(minutes=60))
    assert outlook.window_hours == 3.0
    reference = looked(market(days, close), OPEN + timedelta(minutes=60))
    np.testing.assert_allclose(outlook.vol_annual, reference.vol_annual, rtol=1e-9)
