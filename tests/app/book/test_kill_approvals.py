"""A process killed while it signs loses no signature that it has acknowledged."""

import random
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from app.book.book import Book
from app.book.verify import verify
from engine.results import ProposalState
from tests.app.book.sample import AT, evaluation, fill_book, proposal

ROOT = Path(__file__).resolve().parents[3]
PROPOSALS = 600
LONGEST_S = 0.15
SIGNING = """
import sys
from datetime import UTC, datetime
from app.book.book import Book
from engine.results import ProposalState
with Book.open(sys.argv[1]) as book:
    waiting = book.proposals(None, (ProposalState.PROPOSED,))
    print("ready", flush=True)
    for proposal in waiting:
        at = datetime(2026, 10, 19, 14, 5, tzinfo=UTC)
        book.decide(proposal.proposal_id, "approve", "ann", at)
        print(proposal.proposal_id, flush=True)
"""


def killed_while_signing(path: Path, draw: random.Random) -> set[str]:
    """What a process acknowledged that signs until it is killed at a moment that is drawn."""
    signing = subprocess.Popen(
        [sys.executable, "-c", SIGNING, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert signing.stdout is not None
    with signing.stdout as told:
        assert told.readline() == "ready\n"
        time.sleep(draw.uniform(0.0, LONGEST_S))
        signing.kill()
        lines = told.read().splitlines(keepends=True)
    signing.wait()
    return {line.strip() for line in lines if line.endswith("\n")}


@pytest.mark.parametrize("kills", [10, pytest.param(60, marks=pytest.mark.slow)])
def test_every_acknowledged_approval_is_in_the_book_after_kill_9(
    tmp_path: Path, kills: int
) -> None:
    path, draw = tmp_path / "killed.lotlight", random.Random(kills)
    many = tuple(proposal(number) for number in range(PROPOSALS))
    with Book.create(path, at=AT) as book:
        fill_book(book).record_evaluation(replace(evaluation(), proposals=many), stamp=True)
    acknowledged: set[str] = set()
    for _ in range(kills):
        acknowledged |= killed_while_signing(path, draw)
        with Book.open(path) as book:
            signed = {p.proposal_id for p in book.proposals(None, (ProposalState.APPROVED,))}
            assert acknowledged <= signed
            assert len(signed - acknowledged) <= kills  # at most the one under way at each kill
            for key in signed - acknowledged:
                assert book.signatures(key) == ("ann",)
        found = verify(path)
        assert found.ok, found
    assert len(acknowledged) >= kills
