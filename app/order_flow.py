"""Approved trades out of the house and fills back in: what the desk and the commands share."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from app.activation import may_export, simulated
from app.book.book import Book
from app.commands.output import ProblemsError
from app.custodian.fills import read_fills
from app.custodian.order_files import OrderFile, load_layout, memoranda, write_orders
from app.custodian.order_values import ApprovedOrder
from app.custodian.orders import NEW_YORK, Signature, approved_orders
from app.custodian.reconcile import Reconciled, reconcile
from app.custodian.relief import ReliefBreak, check_relief
from app.custodian.sniff import Source
from engine.decision.household_tax import results_so_far
from engine.errors import UserError
from engine.law.liability import bill
from engine.law.rules import Law
from engine.records import ZERO, Household, RealizedLot, User
from engine.results import ProposalState

LAYOUTS = ("generic", "ibkr-basket")
PAPER = "PAPER-"


@dataclass(frozen=True, slots=True)
class TaxChange:
    """A year's whole tax under the lots instructed here, and under those the custodian closed."""

    ours_usd: Decimal
    theirs_usd: Decimal


def export_orders(
    book: Book,
    user: User,
    now: datetime,
    wash_window_days: int,
    layouts: Sequence[str] = LAYOUTS,
    *,
    paper: bool = False,
) -> tuple[OrderFile, ...]:
    """Everything approved and not yet exported, as order files with their memoranda.

    Files for the paper custodian say so in their names; a book of the simulated market makes no
    others.

    Raises:
        GateShutError: In SHADOW, unless the files are for the paper custodian.
    """
    paper = paper or simulated(book)
    may_export(book, paper=paper)
    orders = _approved(book, user, now, wash_window_days)
    if not orders:
        return ()
    files = [write_orders(orders, load_layout(name)) for name in layouts]
    if paper:
        files = [replace(file, name=f"{PAPER}{file.name}") for file in files]
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


def resolve(
    book: Book, exception_id: str, user: User, now: datetime, reason: str, order_key: str = ""
) -> Reconciled | None:
    """Close what waits in the queue; with an order's key its fill is applied to that order.

    Raises:
        UserError: No such exception is open, no reason is given, or the fill does not fit.
    """
    if not order_key:
        book.resolve(exception_id, user.user_id, now, reason)
        return None
    waiting = next((x for x in book.exceptions() if x.exception_id == exception_id), None)
    if waiting is None:
        raise UserError(f"there is no open exception {exception_id!r}; `lotlight orders list`")
    fill = replace(waiting.found.fill, order_key=order_key)
    found = reconcile(
        [row.order for row in book.orders()],
        [fill],
        book.executions() - {fill.exec_id},
        book.closes(),
        book.bought(),
    )
    if found.exceptions or not found.fills:
        what = found.exceptions[0].what if found.exceptions else "it was applied before."
        raise UserError(f"{exception_id}: {what} Nothing was changed.")
    book.resolve(exception_id, user.user_id, now, reason, found)
    return found


def relief(
    book: Book, law: Law, told: Sequence[RealizedLot]
) -> tuple[tuple[ReliefBreak, ...], dict[str, TaxChange]]:
    """What was closed here beside the custodian's realised lots, and each household's bills.

    Args:
        book: The book.
        law: Law of the bills.
        told: Sales as the custodian's realised-lots or 1099-B file tells them.

    Returns:
        The breaks, and by household id the year's bill under our lots and under theirs.
    """
    days = {(row.account_id, row.sold_on) for row in told}
    ours = [c for c in book.closes() if (c.account_id, _day(c.closed_at)) in days]
    found = check_relief(ours, told)
    bills: dict[str, TaxChange] = {}
    for household_id, _ in book.households():
        household = book.household(household_id)
        accounts = {account.account_id for account in household.accounts}
        mine = [b for b in found if b.account_id in accounts and b.theirs]
        if mine:
            bills[household_id] = _bills(household, law, mine)
    return found, bills


def _bills(household: Household, law: Law, breaks: Sequence[ReliefBreak]) -> TaxChange:
    """The year's bill as booked here, and with the custodian's lots in the place of ours."""
    year = household.profile.year
    base = results_so_far(household, year)
    short = sum((b.theirs_st_usd - b.ours_st_usd for b in breaks if b.sold_on.year == year), ZERO)
    long = sum((b.theirs_lt_usd - b.ours_lt_usd for b in breaks if b.sold_on.year == year), ZERO)
    ours, theirs = (
        bill(
            household.profile,
            law,
            st_gain_usd=base.short_usd + st,
            lt_gain_usd=base.long_usd + lt,
            explained=False,
        ).total_usd
        for st, lt in ((ZERO, ZERO), (short, long))
    )
    return TaxChange(ours, theirs)


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


def _day(at: datetime) -> date:
    """The date in New York."""
    return at.astimezone(NEW_YORK).date()
