"""Rubbish never comes out actionable, and the same file always gives the same batches."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.commands.output import ProblemsError
from app.feeds.contract import STALE_AFTER_INTERVALS, Batch, Reason
from app.feeds.quarantine import JUMP
from app.feeds.replay import ReplayFeed
from app.feeds.rows import BAR, QUOTE, TRADE, Rows
from app.feeds.tape import is_tape, read_tape
from engine.records import Quote, QuoteState, Security

OPEN = datetime(2026, 10, 29, 13, 30, tzinfo=UTC)
MINUTE = 60_000_000_000
T0 = int(OPEN.timestamp()) * 1_000_000_000


def rows(
    lines: Sequence[tuple[float, str, int, float, float, float]],
    names: Sequence[str] = ("XA", "XB"),
) -> Rows:
    """Rows of (minute, name, kind, bid, ask, last); a bar is flat."""
    minute, name, kind, bid, ask, last = map(list, zip(*lines, strict=True))
    price = np.array(last, dtype=float)
    return Rows(
        tuple(names),
        np.array([list(names).index(n) for n in name]),
        T0 + (np.array(minute) * MINUTE).astype(np.int64),
        np.array(kind),
        np.array(bid, dtype=float),
        np.array(ask, dtype=float),
        price,
        price,
        price,
        price,
        np.zeros(len(price), dtype=bool),
    )


def bars(prices: Sequence[float], name: str = "XA") -> Rows:
    nan = float("nan")
    return rows([(5 * (i + 1), name, BAR, nan, nan, p) for i, p in enumerate(prices)])


def play(data: Rows, **options: object) -> tuple[ReplayFeed, list[Batch]]:
    feed = ReplayFeed(data, interval=timedelta(minutes=5), **options)  # type: ignore[arg-type]
    return feed, list(feed.batches())


def last_seen(batches: list[Batch], name: str = "XA") -> Quote:
    return [q for b in batches for q in b.quotes if q.security_id == name][-1]


odd = st.sampled_from([float("nan"), float("inf"), -float("inf"), 0.0, -1.0, 50.0, 149.0, 100.0])
figure = st.one_of(odd, st.floats(90, 110))
line = st.tuples(
    st.floats(0, 300), st.sampled_from(["XA", "XB"]), st.sampled_from([QUOTE, TRADE, BAR]),
    figure, figure, figure,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(line, min_size=1, max_size=40))
def test_no_rubbish_is_ever_actionable(
    lines: list[tuple[float, str, int, float, float, float]],
) -> None:
    feed, batches = play(rows(lines))
    believed: dict[str, Quote] = {}
    for batch in batches:
        assert len({q.security_id for q in batch.quotes}) == len(batch.quotes)
        for quote in batch.quotes:
            if not quote.state.actionable:
                continue
            prices = (quote.bid_usd, quote.ask_usd, quote.last_usd, quote.low_usd)
            assert all(p.is_finite() and p > 0 for p in prices)
            assert quote.bid_usd <= quote.ask_usd
            assert quote.event_at <= quote.known_at <= batch.at
            assert batch.at - quote.event_at <= STALE_AFTER_INTERVALS * feed.interval
            before = believed.get(quote.security_id)
            assert before is None or before.event_at <= quote.event_at
            believed[quote.security_id] = quote
    told = sum(len(batch.held_back) for batch in batches)
    assert told == sum(feed.counts.values())


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.floats(95, 105), min_size=3, max_size=12),
    st.integers(1, 10),
    st.sampled_from([0.5, 1.5, 0.7, 0.1, 10.0]),
)
def test_one_print_half_off_is_never_actionable(prices: list[float], at: int, times: float) -> None:
    at = min(at, len(prices) - 1)
    bad = [p * times if i == at else p for i, p in enumerate(prices)]
    feed, batches = play(bars(bad))
    seen = [q.last_usd for b in batches for q in b.quotes if q.state.actionable]
    assert all(90 < p < 110 for p in seen)
    assert feed.counts[Reason.JUMP] == 1


def test_a_collapse_is_believed_after_three_more_trades_agree() -> None:
    _, batches = play(bars([100, 60, 60.5, 60.2, 60.4, 60.3]))
    states = [q.state for b in batches for q in b.quotes]
    assert states == [QuoteState.REPLAY, *[QuoteState.QUARANTINED] * 3, *[QuoteState.REPLAY] * 2]


def test_quotes_without_a_trade_never_confirm_a_jump() -> None:
    lines = [(5.0, "XA", TRADE, 99.9, 100.1, 100.0)]
    lines += [(5.0 * i, "XA", QUOTE, 59.9, 60.1, 60.0) for i in range(2, 12)]
    feed, batches = play(rows(lines))
    assert not last_seen(batches).state.actionable
    assert feed.counts[Reason.JUMP] == 10


def test_trades_of_one_instant_count_once() -> None:
    lines = [(5.0, "XA", TRADE, 99.9, 100.1, 100.0)]
    lines += [(6.0, "XA", TRADE, 59.9, 60.1, 60.0)] * 8
    _, batches = play(rows(lines))
    assert not last_seen(batches).state.actionable


@pytest.mark.parametrize("raw", [True, False])
def test_an_overnight_split_is_not_a_jump(raw: bool) -> None:
    """4 for 1 at the open: raw prices fall to a quarter, adjusted prices do not move."""
    next_day = 24 * 60
    after = 25.1 if raw else 100.4
    nan = float("nan")
    data = rows(
        [(385, "XA", BAR, nan, nan, 100.0)]
        + [(next_day + 5 * i, "XA", BAR, nan, nan, after) for i in (1, 2, 3)]
    )
    day = (OPEN + timedelta(days=1)).date()
    feed = ReplayFeed(data, interval=timedelta(minutes=5), splits={("XA", day): Fraction(4)})
    states, splits = [], []
    for batch in feed.batches():
        states += [q.state for q in batch.quotes]
        splits += batch.splits
        if len(states) == 3:
            feed.book_split("XA")
    assert feed.counts.total() == 0  # type: ignore[attr-defined]
    if raw:
        frozen = QuoteState.FROZEN
        assert [s.ratio for s in splits] == [4]
        assert states == [QuoteState.REPLAY, frozen, frozen, QuoteState.REPLAY]
    else:
        assert splits == []
        assert states == [QuoteState.REPLAY] * 4


def test_a_silent_name_goes_stale_while_another_still_trades() -> None:
    nan = float("nan")
    lines = [(5.0 * i, "XA", BAR, nan, nan, 100.0) for i in range(1, 9)]
    data = rows([(5.0, "XB", BAR, nan, nan, 50.0), *lines])
    _, batches = play(data)
    told = [(b.at, q.state) for b in batches for q in b.quotes if q.security_id == "XB"]
    first = OPEN + timedelta(minutes=5)
    assert told == [
        (first, QuoteState.REPLAY),
        (first + timedelta(minutes=20), QuoteState.STALE),
    ]


def test_a_silent_feed_says_so_in_the_middle_of_the_silence() -> None:
    data = bars([100.0] * 30)
    keep = np.array([i < 5 or i > 20 for i in range(30)])
    _, batches = play(data.keep(keep))
    quiet = [b for b in batches if b.quotes and b.quotes[0].state is QuoteState.STALE]
    assert [b.at for b in quiet] == [OPEN + timedelta(minutes=45)]
    assert last_seen(batches).state.actionable


def test_yesterdays_close_is_stale_at_todays_open() -> None:
    nan = float("nan")
    data = rows([(385, "XA", BAR, nan, nan, 100.0), (1445, "XB", BAR, nan, nan, 50.0)])
    _, batches = play(data)
    assert {q.security_id: q.state for q in batches[-1].quotes} == {
        "XA": QuoteState.STALE,
        "XB": QuoteState.REPLAY,
    }


def test_a_bar_has_bid_and_ask_of_the_names_half_spread_and_the_rest_is_counted() -> None:
    wanted = [Security("S1", "XA", "Alder", half_spread_bps=10.0)]
    nan = float("nan")
    data = rows([(5, "XA", BAR, nan, nan, 100.0), (5, "XB", BAR, nan, nan, 50.0)])
    feed, batches = play(data, securities=wanted)
    quote = batches[0].quotes[0]
    assert (quote.security_id, quote.bid_usd, quote.ask_usd) == (
        "S1",
        Decimal("99.9"),
        Decimal("100.1"),
    )
    assert feed.unknown == {"XB": 1}
    assert feed.counts[Reason.UNKNOWN_NAME] == 1


def test_the_first_print_is_judged_against_the_last_close() -> None:
    nan = float("nan")
    tomorrow = 24 * 60 + 5
    data = rows([(5, "XA", BAR, nan, nan, 100.0), (tomorrow, "XA", BAR, nan, nan, 45.0)])
    feed, batches = play(data, begin=OPEN + timedelta(hours=20))
    assert [b.at for b in batches] == [OPEN + timedelta(minutes=tomorrow)]
    assert feed.counts[Reason.JUMP] == 1
    assert not last_seen(batches).state.actionable


def test_a_late_row_is_held_back_and_leaves_the_newer_price_alone() -> None:
    data = rows([(10, "XA", TRADE, 99, 101, 100), (9, "XA", TRADE, 99, 101, 99.5)])
    feed, batches = play(data)
    assert feed.counts[Reason.OUT_OF_ORDER] == 1
    assert last_seen(batches).last_usd == 100
    assert last_seen(batches).state.actionable


def test_a_bar_whose_low_is_above_its_close_is_inconsistent() -> None:
    data = replace(bars([100.0]), low_usd=np.array([101.0]))
    assert play(data)[0].counts[Reason.INCONSISTENT_BAR] == 1


def test_two_plays_give_the_same_batches() -> None:
    rng = np.random.default_rng(5)
    data = bars(list(100 * np.exp(np.cumsum(rng.normal(0, 0.05, 60)))))
    assert play(data)[1] == play(data)[1]


def test_a_stopped_feed_ends_even_while_it_waits() -> None:
    feed = ReplayFeed(bars([100.0, 100.0]), interval=timedelta(minutes=5), speed=1e-3)
    stream = feed.batches()
    assert next(stream).at == OPEN + timedelta(minutes=5)
    feed.stop()
    assert list(stream) == []


def test_speed_divides_the_pauses_of_a_session() -> None:
    feed = ReplayFeed(bars([100.0] * 4), interval=timedelta(minutes=5), speed=300 / 0.02)
    from app.clock import seconds

    begun = seconds()
    assert len(list(feed.batches())) == 4
    assert seconds() - begun >= 0.055


TAPE = """ts,symbol,type,bid,ask,last,cond
2026-10-30T13:30:00Z,XA,0,99.9,100.1,,
2026-10-30T09:30:01-04:00,XA,1,,,100.05,
2026-10-30T13:30:02.250Z,XA,0,100,100.2,,halted
"""


def test_a_csv_tape_and_its_parquet_twin_play_alike(tmp_path: Path) -> None:
    text = tmp_path / "tape.csv"
    text.write_text(TAPE)
    read = read_tape(text)
    twin = tmp_path / "tape.parquet"
    pq.write_table(
        pa.table(
            {
                "ts_ns": read.event_ns,
                "symbol": ["XA"] * 3,
                "type": pa.array([0, 1, 0], pa.uint8()),
                "bid": [99.9, None, 100.0],
                "ask": [100.1, None, 100.2],
                "last": [None, 100.05, None],
                "cond": ["", "", "halted"],
            }
        ),
        twin,
    )
    assert is_tape(text)
    assert is_tape(twin)
    played = [list(ReplayFeed(read_tape(p)).batches()) for p in (text, twin)]
    assert played[0] == played[1]
    states = [q.state for b in played[0] for q in b.quotes]
    assert states == [QuoteState.REPLAY, QuoteState.REPLAY, QuoteState.HALTED]


@pytest.mark.parametrize(
    ("find", "put", "row", "field"),
    [
        ("2026-10-30T13:30:02.250Z", "2026-10-30T13:30:02", 3, "ts"),
        (",1,,,100.05", ",9,,,100.05", 2, "type"),
        (",1,,,100.05", ",1,,,abc", 2, "last"),
        ("XA,0,99.9", ",0,99.9", 1, "symbol"),
        ("symbol", "sym", 0, "symbol"),
    ],
)
def test_a_broken_tape_names_file_row_column_and_remedy(
    tmp_path: Path, find: str, put: str, row: int, field: str
) -> None:
    path = tmp_path / "tape.csv"
    path.write_text(TAPE.replace(find, put, 1))
    with pytest.raises(ProblemsError) as caught:
        read_tape(path)
    problem = caught.value.problems[0]
    assert (problem.source, problem.line, problem.field) == ("tape.csv", row, field)
    assert problem.remedy


def test_a_parquet_file_cut_short_is_refused_with_a_remedy(tmp_path: Path) -> None:
    path = tmp_path / "cut.parquet"
    path.write_bytes(b"PAR1 and nothing more")
    with pytest.raises(ProblemsError, match="problem") as caught:
        is_tape(path)
    assert "fetch the file again" in caught.value.problems[0].remedy


def test_the_jump_that_is_allowed_is_a_fifth() -> None:
    assert Decimal("0.20") == JUMP
    assert play(bars([100.0, 119.0]))[0].counts.total() == 0  # type: ignore[attr-defined]
