"""Bar files of both labels, and the days around them, become the same kind of feed."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from app.commands.output import ProblemsError
from app.demo_market import demo_file
from app.feeds.contract import Reason
from app.feeds.files import open_replay, read_splits
from engine.records import QuoteState, Security


def write(path: Path, lines: list[tuple[str, str, float]]) -> Path:
    ticker, ts, close = zip(*lines, strict=True)
    table = {
        "ticker": list(ticker),
        "ts": [datetime.fromisoformat(text) for text in ts],
        **{name: pa.array(close, pa.float32()) for name in ("open", "high", "low", "close")},
    }
    pq.write_table(pa.table(table), path)
    return path


def times(path: Path, label: str = "") -> list[datetime]:
    return [batch.at for batch in open_replay(path, label=label).batches()]


def test_a_bar_is_known_at_its_end_whichever_end_is_its_label(tmp_path: Path) -> None:
    """09:30 is 13:30 UTC in summer and 14:30 UTC in winter."""
    starts = [("X", f"2026-10-30 09:{m}", 10.0) for m in (30, 35, 40)]
    path = write(tmp_path / "bars.parquet", [*starts, ("X", "2026-11-02 09:30", 10.0)])
    summer = datetime(2026, 10, 30, 13, 30, tzinfo=UTC)
    winter = datetime(2026, 11, 2, 14, 30, tzinfo=UTC)
    five = timedelta(minutes=5)
    ends = [summer + five, summer + 2 * five, summer + 3 * five, winter + five]
    assert times(path, "start") == ends
    assert times(path, "end") == [at - five for at in ends]
    assert times(path) == ends


def test_a_bar_labelled_with_the_close_is_taken_for_an_end(tmp_path: Path) -> None:
    lines = [("X", "2018-02-16 15:59", 10.0), ("X", "2018-02-16 16:00", 10.0)]
    path = write(tmp_path / "bars.parquet", lines)
    assert times(path)[-1] == datetime(2018, 2, 16, 21, 0, tzinfo=UTC)


def test_the_session_before_is_read_and_not_played(tmp_path: Path) -> None:
    lines = [("X", "2026-10-29 15:50", 100.0), ("X", "2026-10-29 15:55", 100.0)]
    lines += [("X", f"2026-10-30 09:{m}", 40.0) for m in (30, 35)]
    path = write(tmp_path / "bars.parquet", lines)
    feed = open_replay(path, label="start", first=date(2026, 10, 30))
    batches = list(feed.batches())
    assert {b.at.date() for b in batches} == {date(2026, 10, 30)}
    assert feed.counts == {Reason.JUMP: 2}
    assert not any(q.state.actionable for b in batches for q in b.quotes)


def test_a_split_of_the_daily_file_explains_the_jump(tmp_path: Path) -> None:
    lines = [("X", "2026-10-29 15:50", 100.0), ("X", "2026-10-29 15:55", 100.0)]
    lines += [("X", f"2026-10-30 09:{m}", 40.0) for m in (30, 35)]
    path = write(tmp_path / "bars.parquet", lines)
    daily = tmp_path / "daily.parquet"
    days = {"date": [date(2026, 10, 29), date(2026, 10, 30)], "ticker": ["X", "X"]}
    figures = {"close": [100.0, 40.0], "split": pa.array([1.0, 2.5], pa.float32())}
    pq.write_table(pa.table({**days, **figures}), daily)
    assert read_splits([daily], ["X"]) == {("X", date(2026, 10, 30)): Fraction(5, 2)}
    wanted = [Security("id-of-X", "X", "X")]
    feed = open_replay(
        path, label="start", first=date(2026, 10, 30), daily=[daily], securities=wanted
    )
    batches = list(feed.batches())
    assert [s.ratio for b in batches for s in b.splits] == [Fraction(5, 2)]
    assert feed.counts == {}


def test_dates_that_the_file_does_not_hold_are_a_problem(tmp_path: Path) -> None:
    path = write(tmp_path / "bars.parquet", [("X", "2026-10-29 15:50", 100.0)])
    with pytest.raises(ProblemsError) as caught:
        open_replay(path, first=date(2030, 1, 1))
    assert "sessions that the file holds" in caught.value.problems[0].remedy


def test_broken_bars_name_file_row_column_and_remedy(tmp_path: Path) -> None:
    path = tmp_path / "bars.parquet"
    good = {n: [1.0, 1.0] for n in ("open", "high", "low", "close")}
    at = datetime(2026, 10, 29, 9, 30)  # noqa: DTZ001 (exchange time has no zone in these files)
    pq.write_table(pa.table({"ticker": ["X", None], "ts": [at, at], **good}), path)
    with pytest.raises(ProblemsError) as caught:
        open_replay(path)
    (problem,) = caught.value.problems
    assert (problem.source, problem.line, problem.field) == ("bars.parquet", 2, "ticker")
    pq.write_table(pa.table({"ticker": ["X"], "ts": ["soon"], **{n: [1.0] for n in good}}), path)
    with pytest.raises(ProblemsError) as caught:
        open_replay(path)
    assert caught.value.problems[0].field == "ts"
    pq.write_table(pa.table({"ticker": ["X"], "ts": [at]}), path)
    with pytest.raises(ProblemsError) as caught:
        open_replay(path)
    assert [p.field for p in caught.value.problems] == ["open", "high", "low", "close"]


def test_the_demo_session_plays_every_bar_without_a_stain() -> None:
    day = date(2026, 10, 20)
    feed = open_replay(demo_file("demo_bars_5min.parquet"), first=day, last=day)
    batches = list(feed.batches())
    assert len(batches) == 78
    assert sum(len(b.quotes) for b in batches) == 78 * 160
    assert feed.counts == {}


@pytest.mark.parametrize(
    ("name", "day", "bars", "names"),
    [("us2018_1min", date(2018, 3, 15), 391, 250), ("us2025_5min", date(2025, 7, 3), 42, 90)],
)
def test_a_real_session_plays_from_its_open_to_its_close(
    shared: Path, name: str, day: date, bars: int, names: int
) -> None:
    """2025-07-03 was a half day."""
    path = shared / f"data/intraday/{name}.parquet"
    feed = open_replay(path, daily=[shared / "data/daily_panel.parquet"], first=day, last=day)
    batches = list(feed.batches())
    assert len(batches) == bars
    assert len(batches[-1].quotes) >= names
    states = [q.state for b in batches for q in b.quotes]
    assert states.count(QuoteState.REPLAY) > 0.99 * len(states)
