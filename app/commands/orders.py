"""`lotlight orders`: the blotter, from proposal to fill."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from app import clock
from app.commands.opened import book_option, json_option, opened, user_of, user_option
from app.commands.orders_back import reconcile, relief, waiting
from app.commands.output import emit
from app.commands.preapprovals import preapprovals, preapprove, revoke
from app.commands.priced_options import asked_of, price_options

if TYPE_CHECKING:
    from app.desk import Desk
    from engine.records import User
    from engine.results import Proposal

F = TypeVar("F", bound=Callable[..., Any])


@click.group()
def orders() -> None:
    """Decide on proposals, send what is approved, read back what was filled.

    Who decides is named with --as or LOTLIGHT_USER and needs the role for it.
    """


orders.add_command(preapprove)
orders.add_command(preapprovals)
orders.add_command(revoke)


def decision(command: F) -> F:
    """PROPOSAL..., the book, the user and ``--json``."""
    for option in (json_option, user_option, book_option):
        command = option(command)
    return click.argument("proposals", nargs=-1, required=True)(command)


@orders.command("list")
@book_option
@click.option("--household", "household_id", help="One household (default: every one).")
@click.option("--state", "states", multiple=True, help="Only proposals in this state.")
@json_option
def list_(
    book_path: Path,
    passphrase_file: Path | None,
    household_id: str | None,
    states: tuple[str, ...],
    as_json: bool,
) -> None:
    """Show proposals, orders, and what waits for a person."""
    from app.book.codec import plain
    from engine.results import ProposalState

    known = [state.value for state in ProposalState]
    if unknown := set(states) - set(known):
        raise click.UsageError(f"no state {min(unknown)!r}; use one of {', '.join(known)}")
    with opened(book_path, passphrase_file, readonly=True) as book:
        proposals = book.proposals(household_id, [ProposalState(s) for s in states] or None)
        out = book.orders(household_id)
        waiting_fills = book.exceptions()
    if as_json:
        rows = {"proposals": proposals, "orders": out, "exceptions": waiting_fills}
        emit({name: [plain(item) for item in found] for name, found in rows.items()})
        return
    for proposal in proposals:
        click.echo(_line(proposal))
    for row in out:
        order, state = row.order, row.state
        click.echo(
            f"{order.order_key}  {state.status.value:16} {order.side.value:4} "
            f"{order.shares.normalize():f} {order.security_id}  filled "
            f"{state.filled_shares.normalize():f}"
        )
    for item in waiting_fills:
        click.echo(f"{item.exception_id}  {item.found.kind}: {item.found.what}")
    if waiting_fills:
        click.echo("close one with `lotlight orders reconcile --resolve ID --reason WORDS`")


def _line(proposal: "Proposal") -> str:
    """One proposal for a person."""
    lots = ", ".join(sale.lot_id for sale in proposal.sales[:3])
    more = f" and {len(proposal.sales) - 3} more lots" if len(proposal.sales) > 3 else ""
    return (
        f"{proposal.proposal_id}  {proposal.state.value:10} {proposal.kind:8} "
        f"{proposal.household_id:12} net ${proposal.alpha.net_usd:>10,.2f}  {lots}{more}"
    )


@orders.command()
@decision
def stage(**asked: Any) -> None:
    """Park proposals unsigned: they count in the bill before and after."""
    _decide("stage", "", **asked)


@orders.command()
@click.option("--reason", required=True, help="Why; the scoreboard keeps it.")
@decision
def reject(reason: str, **asked: Any) -> None:
    """Say no to proposals."""
    _decide("reject", reason, **asked)


@orders.command()
@click.option("--minutes", type=click.IntRange(1), default=30, show_default=True)
@decision
def defer(minutes: int, **asked: Any) -> None:
    """Ask again about proposals later."""
    _decide("defer", f"{minutes} minutes", **asked)


@orders.command()
@click.option("--reason", required=True, help="Why.")
@decision
def withdraw(reason: str, **asked: Any) -> None:
    """Take back approvals that have not left the house."""
    _decide("withdraw", reason, **asked)


def _decide(
    what: str,
    reason: str,
    proposals: Sequence[str],
    book_path: Path,
    passphrase_file: Path | None,
    user_id: str,
    as_json: bool,
) -> None:
    """Take one step on each proposal that needs no price; stops at the first that may not."""
    with opened(book_path, passphrase_file) as book:
        for key in proposals:
            after = book.decide(key, what, user_id, clock.now(), reason)
            _told(after, {}, as_json)


@orders.command()
@click.option("--accept-worse", is_flag=True, help="Sign even if it is now worth less than shown.")
@price_options
@decision
def approve(accept_worse: bool, **asked: Any) -> None:
    """Sign proposals, each priced again first.

    Refused: what has expired, rests on a stale price, or would now be a wash sale. The clock is
    the wall clock; for simulated prices it is the instant of the prices.
    """

    def step(desk: "Desk", key: str, user: "User", now: datetime) -> dict[str, str]:
        checked = desk.approve(key, user, now, accept_worse=accept_worse)
        return {"shown_usd": str(checked.shown_usd), "now_usd": str(checked.now_usd)}

    _at_the_desk(step, **asked)


@orders.command()
@click.option("--keep-lot", "lot_ids", multiple=True, required=True, help="Lot that stays in.")
@price_options
@decision
def edit(lot_ids: tuple[str, ...], **asked: Any) -> None:
    """Keep only some lots of a proposal; it is valued anew, and signatures on it are void."""

    def step(desk: "Desk", key: str, user: "User", now: datetime) -> dict[str, str]:
        return {"net_usd": str(desk.edit(key, lot_ids, user, now).alpha.net_usd)}

    _at_the_desk(step, **asked)


def _at_the_desk(
    step: Callable[["Desk", str, "User", datetime], dict[str, str]],
    proposals: Sequence[str],
    book_path: Path,
    passphrase_file: Path | None,
    user_id: str,
    as_json: bool,
    **priced: Any,
) -> None:
    """Take one step on each proposal at the newest prices."""
    from app.desk import Desk
    from app.office import rules
    from app.priced import price
    from app.wash_choice import chosen
    from engine.decision.settings import DecisionSettings

    asked, settings = asked_of(priced), DecisionSettings()
    with opened(book_path, passphrase_file) as book:
        user = user_of(book, user_id)
        found = price(book, asked, settings)
        desk = Desk(book, found.market, rules(settings, wash=chosen(book)))
        for key in proposals:
            facts = step(desk, key, user, found.now)
            _told(book.proposal(key), facts, as_json)


def _told(after: "Proposal", facts: dict[str, str], as_json: bool) -> None:
    """Acknowledge one step, after it lies in the book."""
    if as_json:
        emit({"proposal_id": after.proposal_id, "state": after.state.value, **facts}, indent=None)
        return
    more = "".join(f"  {name} {value}" for name, value in facts.items())
    click.echo(f"{after.proposal_id}: {after.state.value}{more}")


@orders.command()
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder."
)
@click.option("--layout", "layouts", multiple=True, help="Order file layouts (default: all).")
@click.option("--paper", is_flag=True, help="For the paper custodian; the one way in SHADOW.")
@book_option
@user_option
@json_option
def export(
    out: Path,
    layouts: tuple[str, ...],
    paper: bool,
    book_path: Path,
    passphrase_file: Path | None,
    user_id: str,
    as_json: bool,
) -> None:
    """Write order files of everything approved, with a memorandum of each order."""
    from app import lawbook
    from app.order_flow import LAYOUTS, export_orders

    days = lawbook.load().wash_window_days
    with opened(book_path, passphrase_file) as book:
        user = user_of(book, user_id)
        out.mkdir(parents=True, exist_ok=True)
        files = export_orders(book, user, clock.now(), days, layouts or LAYOUTS, paper=paper)
        for file in files:
            (out / file.name).write_bytes(file.content)
    keys = files[0].order_keys if files else ()
    if as_json:
        rows = [{"file": str(out / f.name), "sha256": f.sha256} for f in files]
        emit({"orders": list(keys), "files": rows})
        return
    click.echo(f"{len(keys)} orders in {len(files)} files in {out}" if files else "nothing to send")


for command in (reconcile, relief, waiting):
    orders.add_command(command)
