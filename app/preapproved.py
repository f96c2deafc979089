"""Rules signed ahead of time, asked at each tick: what fires is approved in the signer's name."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from app.book import preapprovals
from app.book.book import SELF, Book
from engine.decision.outlook import Outlook
from engine.decision.preapproval import Fired, fires
from engine.decision.preapproval_terms import PreApproval
from engine.decision.prepare import Prepared, set_aside
from engine.decision.proposals import preapproved
from engine.decision.settings import DecisionSettings
from engine.results import Evaluation, LotSale, Proposal


def fire_due(
    book: Book,
    found: Sequence[Evaluation],
    laid_out: Callable[[str], tuple[Prepared, Sequence[LotSale]]],
    outlook: Outlook,
    settings: DecisionSettings,
    now: datetime,
) -> tuple[Proposal, ...]:
    """Approve what open rules of the valued households fire now; put away what never can.

    Each rule is asked with what is decided set aside, what earlier rules of the tick fired too.

    Args:
        book: The book, open for writing.
        found: Evaluations of the tick.
        laid_out: A household for the day and the sales decided in it, by id.
        outlook: The newest quotes.
        settings: Choices of the practice.
        now: The desk's clock, UTC.
    """
    made: list[Proposal] = []
    rules = preapprovals.signed(book, state=preapprovals.OPEN)
    for evaluation in found if rules else ():
        for entry in rules:
            if entry.rule.household_id == evaluation.household_id:
                made += _one(book, entry.rule, evaluation, laid_out, outlook, settings, now)
    return tuple(made)


def _one(
    book: Book,
    rule: PreApproval,
    evaluation: Evaluation,
    laid_out: Callable[[str], tuple[Prepared, Sequence[LotSale]]],
    outlook: Outlook,
    settings: DecisionSettings,
    now: datetime,
) -> list[Proposal]:
    """Ask one rule."""
    prepared, decided = laid_out(rule.household_id)
    counted = set_aside(prepared, decided)
    answer = fires(rule, counted, outlook, settings, now)
    if isinstance(answer, Fired):
        proposal = preapproved(counted, outlook, settings, answer.harvest, rule)
        kept = replace(evaluation, proposals=())
        return [preapprovals.fire(book, rule, kept, proposal, now)]
    if answer.void:
        preapprovals.close(book, rule.rule_id, preapprovals.VOID, SELF, now, answer.reason)
    return []
