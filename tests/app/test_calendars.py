from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from app.calendars import load
from app.commands.output import ProblemsError
from engine.market.calendar import Calendar, OutsideCalendarError

NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture(scope="module")
def nyse() -> Calendar:
    return load()


def ns(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).timestamp()) * 10**9


def test_the_table_spans_1993_to_2035_with_its_half_days(nyse: Calendar) -> None:
    assert (nyse.first_on, nyse.last_on) == (date(1993, 1, 4), date(2035, 12, 31))
    half = nyse.session_on(date(2025, 7, 3))
    assert nyse.close_minute[half] == 780
    assert nyse.is_half_day([half, half + 1]).tolist() == [True, False]
    assert nyse.session_on(date(2025, 7, 4)) == -1


@pytest.mark.parametrize(("day", "utc_hour"), [("2025-03-07", 14), ("2025-03-10", 13)])
def test_the_open_moves_in_utc_when_the_clocks_change(
    nyse: Calendar, day: str, utc_hour: int
) -> None:
    session = nyse.session_on(date.fromisoformat(day))
    opens = np.datetime64(int(nyse.open_ns[session]), "ns")
    assert str(opens)[11:16] == f"{utc_hour}:30"


def test_an_instant_belongs_to_its_session_from_open_to_close(nyse: Calendar) -> None:
    day = nyse.session_on(date(2025, 6, 2))
    at = [ns("2025-06-02T09:29:59"), ns("2025-06-02T09:30"), ns("2025-06-02T16:00")]
    assert nyse.session_of([*at, ns("2025-06-02T16:00:01")]).tolist() == [-1, day, day, -1]
    assert nyse.minutes_left([at[1], at[2], at[0]]).tolist() == [390.0, 0.0, 0.0]


def test_a_window_ends_at_the_close_and_says_so(nyse: Calendar) -> None:
    window = nyse.window([ns("2025-06-02T10:00"), ns("2025-06-02T14:30")], hours=3.0)
    assert window.end_ns.tolist() == [ns("2025-06-02T13:00"), ns("2025-06-02T16:00")]
    assert window.hours.tolist() == [3.0, 1.5]
    assert window.at_close.tolist() == [False, True]


def test_after_the_close_the_window_lies_in_the_next_session(nyse: Calendar) -> None:
    friday_night = ns("2025-07-03T13:00")
    window = nyse.window([friday_night], hours=3.0)
    assert window.start_ns[0] == ns("2025-07-07T09:30")
    assert nyse.day[nyse.next_session([friday_night])[0]] == date(2025, 7, 7).toordinal()


def test_session_hours_skip_nights_holidays_and_the_half_day(nyse: Calendar) -> None:
    assert nyse.session_hours(ns("2025-07-03T12:00"), ns("2025-07-07T10:30")) == 2.0
    assert nyse.sessions_left_in_year(date(2025, 12, 29)) == 2


def test_an_instant_outside_the_table_is_refused_by_name(nyse: Calendar) -> None:
    with pytest.raises(OutsideCalendarError, match="2040-01-03"):
        nyse.session_of([ns("2040-01-03T10:00")])


def test_the_users_closures_shut_a_day_or_shorten_it(tmp_path: Path) -> None:
    file = tmp_path / "closures.toml"
    file.write_text(
        '[[closure]]\ndate = 2025-01-10\nreason = "storm"\n'
        '[[closure]]\ndate = 2025-01-13\nclose = "12:00"\n'
    )
    calendar = load(file)
    assert calendar.session_on(date(2025, 1, 10)) == -1
    assert calendar.close_minute[calendar.session_on(date(2025, 1, 13))] == 720


def test_a_closure_on_a_holiday_is_a_problem_with_its_remedy(tmp_path: Path) -> None:
    file = tmp_path / "closures.toml"
    file.write_text("[[closure]]\ndate = 2025-07-04\n")
    with pytest.raises(ProblemsError) as caught:
        load(file)
    assert caught.value.problems[0].field == "date"
    assert "is no session" in caught.value.problems[0].rule


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:Series.values")
def test_the_table_agrees_with_the_library_it_came_from(nyse: Calendar) -> None:
    import exchange_calendars

    schedule = exchange_calendars.get_calendar(
        "XNYS", start="2024-01-01", end="2027-12-31"
    ).schedule
    for day, row in schedule.iterrows():
        session = nyse.session_on(day.date())
        assert (nyse.open_ns[session], nyse.close_ns[session]) == (
            row["open"].value,
            row["close"].value,
        )
