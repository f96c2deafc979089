"""Write ``tricky_tape.csv``: three simulated sessions with everything that goes wrong on a desk.

Friday 2026-10-30 (summer time), Monday 2026-11-02 (winter time: the clock went back on Sunday) and
Friday 2026-11-27 (half day). Five fictional names, one for each trouble:

- XCALM  trades quietly; one crossed quote on the first day at 15:02.
- XHALT  is halted from 10:30 to 11:15 on the first day.
- XSPLT  splits 4 for 1 before the second day; prices are raw.
- XDIPP  prints 35 % lower for one bar (a bad print), later 8 % lower for two bars (a true dip).
- XGAPS  says nothing from 11:00 to 12:10 on the first day.

Run it again for the same file: ``python resources/demo/make_tricky_tape.py [FOLDER]``.
"""

import csv
import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

NEW_YORK = ZoneInfo("America/New_York")
SESSIONS = {date(2026, 10, 30): 78, date(2026, 11, 2): 78, date(2026, 11, 27): 42}
FIRST, SECOND, _ = SESSIONS
START_USD = {"XCALM": 50.0, "XDIPP": 80.0, "XGAPS": 35.0, "XHALT": 120.0, "XSPLT": 400.0}
HEADER = ("ts", "symbol", "type", "bid", "ask", "last", "o", "h", "l", "c", "v", "cond")
FIVE_MINUTES = timedelta(minutes=5)


def at(day: date, clock: str) -> datetime:
    """An instant of the New York day."""
    return datetime.combine(day, time.fromisoformat(clock), NEW_YORK)


def skipped(name: str, end: datetime) -> bool:
    """Whether the name has no bar that ends then."""
    if name == "XHALT":
        return at(FIRST, "10:30") < end <= at(FIRST, "11:15")
    return name == "XGAPS" and at(FIRST, "11:00") < end <= at(FIRST, "12:10")


def dip(name: str, end: datetime) -> float:
    """Factor on the close of a bar."""
    if name != "XDIPP":
        return 1.0
    if end == at(FIRST, "14:05"):
        return 0.65
    return 0.92 if end in (at(SECOND, "11:00"), at(SECOND, "11:05")) else 1.0


def bars() -> list[dict[str, object]]:
    """Bars of every name, known at their end."""
    rng = np.random.default_rng(20261030)
    rows: list[dict[str, object]] = []
    price = dict(START_USD)
    for day, count in SESSIONS.items():
        if day == SECOND:
            price["XSPLT"] /= 4
        for number in range(1, count + 1):
            end = at(day, "09:30") + number * FIVE_MINUTES
            for name in sorted(price):
                opened = price[name]
                price[name] *= float(np.exp(rng.normal(0, 0.0012)))
                if skipped(name, end):
                    continue
                close = price[name] * dip(name, end)
                high, low = max(opened, close) * 1.0004, min(opened, close) * 0.9996
                figures = {"o": opened, "h": high, "l": low, "c": close}
                rounded = {key: f"{value:.4f}" for key, value in figures.items()}
                rows.append({"ts": end, "symbol": name, "type": 2, "v": 1000, **rounded})
    return rows


def quotes() -> list[dict[str, object]]:
    """The halt, told every five minutes, and one crossed quote."""
    halted = [at(FIRST, "10:30") + n * FIVE_MINUTES for n in range(1, 10)]
    rows: list[dict[str, object]] = [
        {"ts": when, "symbol": "XHALT", "type": 0, "bid": "119.5", "ask": "120.5", "cond": "halted"}
        for when in halted
    ]
    crossed = {"bid": "50.40", "ask": "49.60", "symbol": "XCALM", "type": 0}
    return [*rows, {"ts": at(FIRST, "15:02"), **crossed}]


def main(folder: Path) -> None:
    """Write the tape."""
    rows = sorted([*bars(), *quotes()], key=lambda row: (row["ts"], row["symbol"]))
    with (folder / "tricky_tape.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEADER, lineterminator="\n")
        writer.writeheader()
        for row in rows:
            when = row["ts"]
            assert isinstance(when, datetime)
            writer.writerow({**row, "ts": f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"})


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent)
