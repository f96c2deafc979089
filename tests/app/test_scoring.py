"""A forecast is scored by the lows of its whole window, and by nothing less."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from app.book.findings import StampedForecast
from app.scoring import Lows, outcomes
from engine.records import Quote, QuoteState
from engine.results import Forecast

AT = datetime(2026, 10, 28, 14, 0, tzinfo=UTC)
FIVE = timedelta(minutes=5)


def said(threshold: float, *, ready: bool = False) -> StampedForecast:
    forecast = Forecast(
        "lot", "sec", AT + timedelta(minutes=30), 0.5, threshold, ready, 0.4, 0.0, 0.5, 0.2, False
    )
    return StampedForecast("evaluation", "home", AT, forecast, None)


def quote(after: timedelta, low: str, state: QuoteState = QuoteState.REPLAY) -> Quote:
    at, usd = AT + after, Decimal(low)
    return Quote("sec", usd, usd, usd + 1, at, at, "test", 1, state, usd)


def watched(*lows: str) -> Lows:
    found = Lows()
    found.take(quote(FIVE * i, low) for i, low in enumerate(lows))
    return found


def test_a_low_at_the_threshold_is_a_touch_although_the_close_is_above() -> None:
    lows = watched("100", "99", "95", "99", "99", "99", "99")
    assert outcomes([said(95.0)], lows) == {("evaluation", "lot"): True}
    assert outcomes([said(94.99)], lows) == {("evaluation", "lot"): False}


def test_the_price_it_was_made_on_does_not_count() -> None:
    lows = watched("90", "99", "99", "99", "99", "99", "99")
    assert outcomes([said(95.0)], lows) == {("evaluation", "lot"): False}


def test_a_low_after_the_window_does_not_count() -> None:
    lows = watched("99", "99", "99", "99", "99", "99", "99", "90")
    assert outcomes([said(95.0)], lows) == {("evaluation", "lot"): False}


def test_a_window_that_was_slept_through_stays_unscored() -> None:
    whole = [quote(FIVE * i, "99") for i in range(7)]
    asleep = Lows()
    asleep.take(q for q in whole if q.event_at <= AT + FIVE)
    assert outcomes([said(95.0)], asleep) == {}
    assert outcomes([said(95.0)], Lows()) == {}


def test_quotes_that_may_not_be_acted_on_score_nothing() -> None:
    lows = watched("99", "99", "99", "99", "99", "99", "99")
    lows.take([replace(quote(FIVE, "50"), state=QuoteState.QUARANTINED)])
    assert outcomes([said(95.0)], lows) == {("evaluation", "lot"): False}


def test_a_ready_lot_was_no_forecast() -> None:
    assert outcomes([said(95.0, ready=True)], watched(*["90"] * 7)) == {}
