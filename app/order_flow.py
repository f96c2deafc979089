"""Approved trades out of the house and fills back in: what the desk and the commands share."""

from collections.abc import Sequence
from datetime import datetime

from app.book.book import Book
from app.commands.output import ProblemsError
from app.custodian.fills import read_fills
from app.custodian.order_files import OrderFile, load_layout, memoranda, write_orders
from app.custodian.orders import Signature, approved_orders
from app.custodian.reconcile import Reconciled, reconcile
from app.custodian.sniff import Source
from app.custodian.values import ApprovedOrder
from engine.records import User
from engine.results import ProposalState

LAYOUTS = ("generic", "ibkr-basket")


def export_orders(
    book: Book, user: User, now: datetime, wash_window_days: int, layouts: Sequence[str] = LAYOUTS
) -> tuple[OrderFile, ...]:
    """Everything approved and not yet exported, as order files with their memoranda."""
    orders = _approved(book, user, now, wash_window_days)
    if not orders:
        return ()
    files = [write_orders(orders, load_layout(name)) for name in layouts]
    book.export(orders, files[0].name, files[0].sha256, user.user_id, now)
    return (*files, memoranda(orders, {}))


def take_fills(book: Book, fills: Source, user: User, now: datetime) -> Reconciled:
    """Hold a fills file against the open orders; lots close and open in one transaction.

    Raises:
        ProblemsError: If a row of the file cannot be read; then nothing is written.
    """
    read, problems, _ = read_fills(fills)
    if problems:
        raise ProblemsError(problems)
    found = reconcile(
        [row.order for row in book.orders()],
        read,
        book.executions(),
        book.closes(),
        book.bought(),
    )
    book.record_fills(found, user.user_id, now)
    return found


def _approved(
    book: Book, user: User, now: datetime, wash_window_days: int
) -> tuple[ApprovedOrder, ...]:
    """Orders of every approved proposal."""
    securities = book.securities()
    found: list[ApprovedOrder] = []
    for proposal in book.proposals(None, (ProposalState.APPROVED,)):
        household = book.household(proposal.household_id)
        signed = [d for d in book.decisions(proposal.proposal_id) if d.what == "approve"]
        signature = Signature("engine", signed[-1].user_id, user.user_id, now, signed[-1].at)
        found += approved_orders(proposal, household, securities, signature, wash_window_days)
    return tuple(found)
