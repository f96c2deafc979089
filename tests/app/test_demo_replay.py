"""The same tape and the same seed: the same bytes, from evaluation to order file."""

from dataclasses import asdict
from pathlib import Path

from app.book.book import Book
from app.book.codec import dumps
from app.demo_run import Run
from app.office import demo_setting, open_desk, open_feed, seed_book
from engine.decision.settings import DecisionSettings
from tests.app.test_demo_run import AT

TICKS = 2


def walked(path: Path, seed: int) -> tuple[list[str], bytes, str]:
    """Evaluations of each tick, the order file, and the tally without its times."""
    setting = demo_setting()
    with Book.create(path, at=AT) as book:
        seed_book(book, setting.practice, AT)
        desk = open_desk(book, setting, seed, DecisionSettings())
        run = Run(book, desk, setting.practice.users[0], seed)
        feed = open_feed(setting, tuple(book.securities().values()))
        said, sent = [], b""
        for _, _ in zip(range(TICKS), run.walk(feed), strict=False):
            said += [dumps(found) for found in desk.evaluations.values()]
            sent = sent or run._sent
    tally = {k: sorted(v) if isinstance(v, set) else v for k, v in asdict(run.tally).items()}
    tally.pop("evaluation_s")
    return said, sent, dumps(tally)


def test_two_runs_with_one_seed_are_equal_byte_for_byte(tmp_path: Path) -> None:
    first, second = walked(tmp_path / "a.lotlight", 7), walked(tmp_path / "b.lotlight", 7)
    assert first == second
    assert first[1].count(b"\n") > 3
    assert '"fills_reconciled":0' not in first[2]
