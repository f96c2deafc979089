"""Real names of a tape, bought on earlier dates, on the scale of the tape."""

from datetime import date, datetime, time, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from app.feeds.bars import read_bar_rows
from app.tape_book import tape_practice
from app.tape_closes import tape_closes
from engine.errors import InputError

DAYS = [date(2025, 1, 1) + timedelta(days=n) for n in range(900)]
SESSIONS = [day for day in DAYS if day.weekday() < 5][-260:]
TAPE_DAYS = SESSIONS[-30:]
FIRST = TAPE_DAYS[20]


def price(name: str, number: int) -> float:
    """A raw price that swings; NAMEX splits 10 for 1 after the tape, NAMEY halfway through it."""
    start = {"NAMEX": 900.0, "NAMEY": 80.0, "NAMEZ": 40.0}[name]
    swing = 1 + 0.15 * np.sin(number / 17.0 + len(name) + ord(name[-1]))
    halved = name == "NAMEY" and SESSIONS[number] >= TAPE_DAYS[10]
    return float(start * swing / (2 if halved else 1))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Bars adjusted to after both splits, and the raw panel that knows of NAMEY's alone."""
    folder = tmp_path_factory.mktemp("tape")
    daily = [(d, n, price(n, i)) for i, d in enumerate(SESSIONS) for n in ("NAMEX", "NAMEY")]
    split = [2.0 if n == "NAMEY" and d == TAPE_DAYS[10] else 1.0 for d, n, _ in daily]
    day, name, close = zip(*daily, strict=True)
    panel = {"date": list(day), "ticker": list(name), "close": pa.array(close, pa.float32())}
    panel |= {"split": pa.array(split, pa.float32()), "dividend": pa.array([0.0] * len(daily))}
    pq.write_table(pa.table(panel), folder / "daily.parquet")
    rows = []
    for ticker, scale in (("NAMEX", 10.0), ("NAMEY", 1.0), ("NAMEZ", 1.0)):
        for session in TAPE_DAYS:
            number = SESSIONS.index(session)
            raw = price(ticker, number)
            if ticker == "NAMEY" and session < TAPE_DAYS[10]:
                raw /= 2
            for minute in (45, 50, 55):
                at = datetime.combine(session, time(15, minute))
                rows.append((ticker, at, raw / scale))
    tickers, ts, last = zip(*rows, strict=True)
    prices = {c: pa.array(last, pa.float32()) for c in ("open", "high", "low", "close")}
    bars = pa.table({"ticker": list(tickers), "ts": list(ts), **prices})
    pq.write_table(bars, folder / "bars.parquet")
    return folder / "bars.parquet", folder / "daily.parquet"


def test_every_close_is_on_the_scale_of_the_bars(files: tuple[Path, Path]) -> None:
    known = tape_closes(read_bar_rows(files[0], label="start"), [files[1]], FIRST)
    assert known.daily_names == ("NAMEX", "NAMEY")
    assert known.bar_names == ("NAMEZ",)
    closes = known.closes
    assert closes.days[-1] < FIRST
    for name, factor in (("NAMEX", 10), ("NAMEY", 2)):
        first = closes.close_usd[0, closes.names.index(name)]
        assert first == pytest.approx(price(name, 0) / factor, rel=1e-5)
    steps = np.abs(np.diff(np.log(closes.close_usd[-29:]), axis=0))
    assert np.nanmax(steps) < 0.05


def test_the_practice_holds_every_name_from_real_earlier_days(files: tuple[Path, Path]) -> None:
    practice, known = tape_practice(files[0], [files[1]], label="start")
    first = known.first
    assert first == FIRST
    for household in practice.households:
        assert {lot.security_id for lot in household.lots} == {"NAMEX", "NAMEY", "NAMEZ"}
        assert all(lot.acquired_on < FIRST for lot in household.lots)
        bars_only = [lot for lot in household.lots if lot.security_id == "NAMEZ"]
        assert all(lot.acquired_on >= TAPE_DAYS[0] for lot in bars_only)
        assert len({lot.lot_id for lot in household.lots}) == len(household.lots)


def test_a_lot_cost_what_the_name_cost_that_day(files: tuple[Path, Path]) -> None:
    practice, _ = tape_practice(files[0], [files[1]], label="start")
    for lot in practice.households[0].lots:
        if lot.security_id == "NAMEX":
            paid = price("NAMEX", SESSIONS.index(lot.acquired_on)) / 10
            assert float(lot.basis_usd / lot.shares) == pytest.approx(paid, rel=1e-3)


def test_without_daily_files_names_live_on_their_own_bars(files: tuple[Path, Path]) -> None:
    practice, _ = tape_practice(files[0], [], label="start", first=FIRST)
    lots = practice.households[0].lots
    assert {lot.security_id for lot in lots} == {"NAMEX", "NAMEY", "NAMEZ"}
    assert min(lot.acquired_on for lot in lots) >= TAPE_DAYS[0]


def test_a_start_before_the_file_is_refused_with_its_first_session(
    files: tuple[Path, Path],
) -> None:
    with pytest.raises(InputError, match=f"after the first of the file, {TAPE_DAYS[0]}"):
        tape_practice(files[0], [files[1]], label="start", first=date(2020, 1, 2))


@pytest.mark.parametrize(
    ("name", "daily_names", "bar_names"), [("us2025_5min", 40, 57), ("us2018_1min", 146, 112)]
)
def test_real_bars_become_a_book_of_their_names(
    shared: Path, name: str, daily_names: int, bar_names: int
) -> None:
    """146 and not 147: the FOXA of 2018 is not the company that the panel calls FOXA (2019)."""
    path = shared / f"data/intraday/{name}.parquet"
    daily = [shared / "data/daily_panel.parquet"]
    known = tape_closes(read_bar_rows(path), daily, None)
    assert (len(known.daily_names), len(known.bar_names)) == (daily_names, bar_names)
    practice, known = tape_practice(path, daily)
    first = known.first
    assert first == known.first
    held = {lot.security_id for h in practice.households for lot in h.lots}
    assert len(held) > 0.95 * (daily_names + bar_names)
