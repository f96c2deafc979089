"""A rule signed on the command line fires at the desk, once, with itself as the authority."""

import json
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from app.book import preapprovals
from app.book.book import Book
from app.book.verify import verify
from app.cli import run
from app.office import demo_setting, open_desk, open_feed
from engine.decision.settings import DecisionSettings
from engine.results import Proposal, ProposalState


def best(book: Book) -> Proposal:
    """The best harvest that is on the table."""
    found = book.proposals("okafor", [ProposalState.PROPOSED])
    return next(p for p in found if p.kind == "harvest")


def signed(book_path: Path, harvest: Proposal, **terms: str) -> list[str]:
    """The words that sign for this harvest."""
    sale = harvest.sales[0]
    at = harvest.proposed_at
    told = {
        "household": harvest.household_id,
        "account": sale.account_id,
        "security": sale.security_id,
        "most-shares": "100000",
        "min-alpha": "5",
        "loss-at-least": "0.01",
        "expires": (at + timedelta(hours=6)).isoformat(),
        "signed-at": at.isoformat(),
        "as": "avery",
    } | terms
    options = [word for name, value in told.items() for word in (f"--{name}", value)]
    return ["orders", "preapprove", "--book", str(book_path), *options, "--json"]


@pytest.fixture
def on_the_table(demo_book: Path) -> Iterator[tuple[Path, Proposal, str]]:
    with Book.open(demo_book, readonly=True) as book:
        approver = next(u.user_id for u in book.users() if "approve" in u.roles)
        yield demo_book, best(book), approver


def tick(path: Path, ticks: int = 2) -> None:
    """Run the desk on the demo tape for some ticks."""
    setting = demo_setting()
    with Book.open(path) as book:
        desk = open_desk(book, setting, 7, DecisionSettings())
        feed = open_feed(setting, tuple(book.securities().values()))
        for _, batch in zip(range(ticks), feed.batches(), strict=False):
            desk.on_quotes(batch.quotes, batch.at)


def test_it_fires_once_and_the_order_names_the_rule(
    on_the_table: tuple[Path, Proposal, str], capsys: pytest.CaptureFixture[str]
) -> None:
    path, harvest, approver = on_the_table
    assert run(signed(path, harvest, **{"as": approver})) == 0
    rule_id = json.loads(capsys.readouterr().out)["rule_id"]
    tick(path)
    with Book.open(path, readonly=True) as book:
        (entry,) = preapprovals.signed(book)
        assert entry.state == "fired"
        found = book.proposal(entry.proposal_id)
        assert found.state is ProposalState.APPROVED
        assert rule_id in found.reasons[0]
        assert {s.security_id for s in found.sales} == {harvest.sales[0].security_id}
        assert found.alpha.net_usd >= 5
        (step,) = book.decisions(entry.proposal_id)
        assert (step.what, step.user_id) == ("approve", approver)
        assert rule_id in step.reason
        told = [line for line in book.audit(400) if rule_id in line.body]
        assert [line.kind for line in told[-2:]] in (
            ["preapproval signed", "approve"],
            ["approve", "preapproval signed"],
        )
        approved = book.proposals("okafor", [ProposalState.APPROVED])
        assert [p.proposal_id for p in approved] == [entry.proposal_id]
    assert verify(path).ok


def test_a_rule_that_is_not_met_stays_open_and_one_that_ran_out_is_void(
    on_the_table: tuple[Path, Proposal, str], capsys: pytest.CaptureFixture[str]
) -> None:
    path, harvest, approver = on_the_table
    never = {"as": approver, "min-alpha": "9000000"}
    assert run(signed(path, harvest, **never)) == 0
    short = (harvest.proposed_at - timedelta(minutes=30)).isoformat()
    ended = (harvest.proposed_at - timedelta(minutes=20)).isoformat()
    late = {"as": approver, "signed-at": short, "expires": ended, "price-at-most": "0.01"}
    assert run(signed(path, harvest, **late)) == 0
    capsys.readouterr()
    tick(path)
    with Book.open(path, readonly=True) as book:
        states = {e.rule.minimum_alpha_usd: e.state for e in preapprovals.signed(book)}
        assert states[Decimal(9000000)] == "open"
        assert states[Decimal(5)] == "void"
    rule_id = next(
        e.rule.rule_id
        for e in preapprovals.signed(Book.open(path, readonly=True))
        if e.state == "open"
    )
    words = ["orders", "revoke", rule_id, "--reason", "changed my mind", "--book", str(path)]
    assert run([*words, "--as", approver]) == 0
    assert run([*words, "--as", approver]) == 1


@pytest.mark.parametrize(
    ("terms", "named"),
    [
        ({"security": "NOPE"}, "security"),
        ({"most-shares": "0"}, "most-shares"),
        ({"min-alpha": "0"}, "min-alpha"),
        ({"loss-at-least": "0"}, "price-at-most"),
        ({"expires": "2020-01-01T00:00:00Z"}, "expires"),
    ],
)
def test_what_could_not_mean_anything_is_not_signed(
    on_the_table: tuple[Path, Proposal, str],
    terms: dict[str, str],
    named: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path, harvest, approver = on_the_table
    assert run(signed(path, harvest, **{"as": approver, **terms})) in (1, 3)
    assert named in capsys.readouterr().out
    with Book.open(path, readonly=True) as book:
        assert preapprovals.signed(book) == []
