"""Writes resources/calendar/nyse.csv: New York Stock Exchange sessions, 1993 to 2035.

Run it again for a new release of exchange_calendars: ``python packaging/make_calendar.py``.
The program reads the table and never needs the library; a closure nobody foresaw goes into the
advisor's own closures file (see ``app/calendars.py``).
"""

from pathlib import Path

import exchange_calendars

FIRST, LAST = "1993-01-01", "2035-12-31"
TARGET = Path(__file__).resolve().parents[1] / "resources" / "calendar" / "nyse.csv"


def main() -> None:
    """Expand the calendar once and write one line a session, minutes of the New York day."""
    sessions = exchange_calendars.get_calendar("XNYS", start=FIRST, end=LAST).schedule
    lines = [
        f"# XNYS sessions {FIRST} to {LAST}, exchange_calendars {exchange_calendars.__version__}",
        "date,open_minute,close_minute",
    ]
    for day, row in sessions.iterrows():
        opens, closes = (row[key].tz_convert("America/New_York") for key in ("open", "close"))
        lines.append(f"{day:%Y-%m-%d},{_minute(opens)},{_minute(closes)}")
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines) - 2} sessions written to {TARGET.name}")


def _minute(instant: object) -> int:
    """Minute of the day of a timestamp."""
    return int(instant.hour) * 60 + int(instant.minute)  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
