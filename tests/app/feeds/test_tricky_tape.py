"""The shipped tape of troubles, played from end to end."""

import runpy
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path

import pytest

from app.demo_market import demo_file
from app.feeds.contract import Batch, Reason
from app.feeds.quarantine import NEW_YORK
from app.feeds.replay import ReplayFeed
from app.feeds.tape import read_tape
from engine.records import Quote, QuoteState

SECOND = date(2026, 11, 2)


@pytest.fixture(scope="module")
def played() -> tuple[ReplayFeed, list[Batch]]:
    feed = ReplayFeed(
        read_tape(demo_file("tricky_tape.csv")), splits={("XSPLT", SECOND): Fraction(4)}
    )
    batches = []
    for batch in feed.batches():
        batches.append(batch)
        for split in batch.splits:
            feed.book_split(split.security_id)
    return feed, batches


def told(batches: list[Batch], name: str) -> list[tuple[datetime, Quote]]:
    return [
        (b.at.astimezone(NEW_YORK), q) for b in batches for q in b.quotes if q.security_id == name
    ]


def clock(at: datetime) -> str:
    return f"{at:%m-%d %H:%M}"


def test_the_generator_writes_the_same_tape_again(tmp_path: Path) -> None:
    make = runpy.run_path(str(demo_file("make_tricky_tape.py")))
    make["main"](tmp_path)
    assert (tmp_path / "tricky_tape.csv").read_bytes() == demo_file("tricky_tape.csv").read_bytes()


def test_sessions_end_at_the_close_in_summer_in_winter_and_on_a_half_day(
    played: tuple[ReplayFeed, list[Batch]],
) -> None:
    last: dict[date, str] = {}
    for batch in played[1]:
        local = batch.at.astimezone(NEW_YORK)
        last[local.date()] = f"{local:%H:%M}"
    assert list(last.values()) == ["16:00", "16:00", "13:00"]


def test_a_halted_name_cannot_be_acted_on_until_it_trades_again(
    played: tuple[ReplayFeed, list[Batch]],
) -> None:
    states = {clock(at): q.state for at, q in told(played[1], "XHALT")}
    assert states["10-30 10:30"] is QuoteState.REPLAY
    assert states["10-30 10:35"] is QuoteState.HALTED
    assert states["10-30 11:15"] is QuoteState.HALTED
    assert states["10-30 11:20"] is QuoteState.REPLAY


def test_a_split_over_the_weekend_is_seen_and_is_no_jump(
    played: tuple[ReplayFeed, list[Batch]],
) -> None:
    splits = [split for batch in played[1] for split in batch.splits]
    assert [(s.security_id, s.on, s.ratio) for s in splits] == [("XSPLT", SECOND, 4)]
    first, second = [q.state for at, q in told(played[1], "XSPLT") if at.date() == SECOND][:2]
    assert (first, second) == (QuoteState.FROZEN, QuoteState.REPLAY)


def test_a_bad_print_is_held_back_and_a_true_dip_is_not(
    played: tuple[ReplayFeed, list[Batch]],
) -> None:
    quotes = {clock(at): q for at, q in told(played[1], "XDIPP")}
    assert quotes["10-30 14:05"].state is QuoteState.QUARANTINED
    assert quotes["10-30 14:10"].state is QuoteState.REPLAY
    before, dipped = quotes["11-02 10:55"], quotes["11-02 11:00"]
    assert dipped.state is QuoteState.REPLAY
    assert dipped.last_usd < before.last_usd * 93 / 100


def test_a_silence_turns_stale_after_three_intervals_and_ends_with_the_next_bar(
    played: tuple[ReplayFeed, list[Batch]],
) -> None:
    states = [(clock(at), q.state) for at, q in told(played[1], "XGAPS")]
    at = states.index(("10-30 11:00", QuoteState.REPLAY))
    assert states[at + 1 : at + 3] == [
        ("10-30 11:20", QuoteState.STALE),
        ("10-30 12:15", QuoteState.REPLAY),
    ]


def test_what_was_held_back_is_counted_by_reason(played: tuple[ReplayFeed, list[Batch]]) -> None:
    assert dict(played[0].counts) == {Reason.JUMP: 1, Reason.CROSSED: 1}
