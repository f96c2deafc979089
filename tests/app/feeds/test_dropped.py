"""A price file dropped by another program."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from app.feeds.contract import Batch, Reason
from app.feeds.dropped import DroppedFileFeed
from engine.records import QuoteState, Security

NOON = datetime(2026, 10, 30, 16, 0, tzinfo=UTC)
SECURITIES = (Security("S1", "XA", "Alder", half_spread_bps=10.0), Security("S2", "XB", "Basalt"))


class Clock:
    """A clock that moves on by a step each time it is read."""

    def __init__(self, step: timedelta) -> None:
        self.at, self.step = NOON, step

    def __call__(self) -> datetime:
        self.at += self.step
        return self.at


def watch(path: Path, step: timedelta = timedelta(seconds=1)) -> DroppedFileFeed:
    return DroppedFileFeed(
        path,
        SECURITIES,
        interval=timedelta(minutes=15),
        look_every=timedelta(0),
        clock=Clock(step),
    )


def drop(path: Path, text: str, at: datetime = NOON) -> None:
    path.write_text(text)
    os.utime(path, (at.timestamp(), at.timestamp()))


def first(feed: DroppedFileFeed) -> tuple[Batch, Iterator[Batch]]:
    stream = feed.batches()
    return next(stream), stream


def test_a_delivery_is_a_batch_of_delayed_quotes(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    drop(path, "symbol,last,bid,ask,at\nXA,100,,,\nXB,50,49.9,50.2,2026-10-30T15:59:00Z\n")
    batch, _ = first(watch(path))
    alder, basalt = batch.quotes
    assert (alder.bid_usd, alder.ask_usd) == (Decimal("99.9"), Decimal("100.1"))
    assert alder.event_at == NOON
    assert (basalt.bid_usd, basalt.ask_usd) == (Decimal("49.9"), Decimal("50.2"))
    assert {q.state for q in batch.quotes} == {QuoteState.DELAYED}


def test_the_next_delivery_is_read_and_a_bad_one_cannot_be_acted_on(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    drop(path, "symbol,price\nXA,100\nXB,50\n")
    feed = watch(path)
    _, stream = first(feed)
    later = NOON + timedelta(seconds=2)
    drop(path, "symbol,price\nXA,NaN\nXB,20\nXC,1\n", later)
    batch = next(stream)
    assert {q.state for q in batch.quotes} == {QuoteState.QUARANTINED}
    assert [q.last_usd for q in batch.quotes] == [100, 50]
    assert dict(feed.counts) == {
        Reason.NOT_A_NUMBER: 1,
        Reason.JUMP: 1,
        Reason.UNKNOWN_NAME: 1,
    }


def test_a_delivery_that_does_not_come_leaves_stale_prices(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    drop(path, "symbol,last\nXA,100\n")
    _, stream = first(watch(path, timedelta(minutes=5)))
    batch = next(stream)
    assert [q.state for q in batch.quotes] == [QuoteState.STALE]
    assert batch.at > NOON + timedelta(minutes=45)


def test_yesterdays_file_is_stale_from_the_first_look(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    drop(path, "symbol,last\nXA,100\n", NOON - timedelta(days=1))
    batch, _ = first(watch(path))
    assert [q.state for q in batch.quotes] == [QuoteState.STALE]


@pytest.mark.parametrize(
    ("row", "field"),
    [("XA,abc,", "last"), ("XA,,", "last"), ("XA,100,2026-10-30", "at"), ("XA,100,noon", "at")],
)
def test_a_bad_row_is_a_problem_and_the_others_count(tmp_path: Path, row: str, field: str) -> None:
    path = tmp_path / "prices.csv"
    drop(path, f"symbol,last,at\n{row}\nXB,50,\n")
    feed = watch(path)
    batch, _ = first(feed)
    assert [q.security_id for q in batch.quotes] == ["S2"]
    (problem,) = feed.problems
    assert (problem.source, problem.line, problem.field) == ("prices.csv", 2, field)
    assert problem.remedy


def test_a_file_without_the_columns_is_one_problem(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    drop(path, "ticker;close\nXA;100\n")
    feed = watch(path)
    batch, _ = first(feed)
    assert batch.quotes == ()
    assert feed.problems[0].field == "header"


def test_a_file_that_still_grows_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    looks = iter(range(100))

    class Writer(Clock):
        def __call__(self) -> datetime:
            if (look := next(looks)) <= 5:
                drop(path, "symbol,last\nXA,100\n" + "XB,50\n" * look, NOON)
            return super().__call__()

    feed = DroppedFileFeed(
        path, SECURITIES, look_every=timedelta(0), clock=Writer(timedelta(seconds=1))
    )
    batch, _ = first(feed)
    assert len(batch.quotes) == 2
    assert next(looks) > 6
