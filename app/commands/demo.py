"""`lotlight demo`: the demo book on a replayed tape, with or without a window."""

import math
import tempfile
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.commands.output import emit
from engine.errors import UserError

if TYPE_CHECKING:
    from app.demo_run import Run
    from app.office import Setting

SEED = 20261030


@click.command()
@click.option("--headless", is_flag=True, help="Without a window; approvals by a stated rule.")
@click.option(
    "--book", "book_path", type=click.Path(path_type=Path), help="Made if absent, else continued."
)
@click.option(
    "--tape", type=click.Path(exists=True, path_type=Path), help="Bars, or a tape, to replay."
)
@click.option(
    "--daily",
    type=click.Path(exists=True, path_type=Path),
    multiple=True,
    help="Daily history behind --tape.",
)
@click.option(
    "--bar-label", type=click.Choice(["start", "end"]), help="How the bars of --tape are labelled."
)
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="First session.")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), help="Last session.")
@click.option("--seconds", type=float, default=0.0, help="Wall time at most; 0 = the whole tape.")
@click.option("--speed", type=float, default=0.0, help="File seconds a second; 0 = full speed.")
@click.option("--seed", type=int, default=SEED, show_default=True, help="Seed of all chance.")
@click.option(
    "--shots", type=click.Path(path_type=Path), help="Folder for screenshots and the report."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def demo(**asked: Any) -> None:
    """Walk the demo (or a tape of real bars) through the whole way, from quote to report.

    The demo market is simulated and its clients are made up. Headless, approvals follow a stated
    rule and a paper custodian fills the orders.
    """
    if not asked["headless"]:
        from app.preflight import check_before_qt

        check_before_qt(window=True)
        from app.live import open_demo

        open_demo(asked["book_path"], asked["speed"] or 60.0, asked["seed"])
        return
    summary = _headless(**asked)
    if asked["as_json"]:
        emit(summary)
        return
    for key, value in summary.items():
        click.echo(f"{key:18} {value}")


def _headless(**asked: Any) -> dict[str, Any]:
    """Run without a window and say what came of it."""
    from app.book.book import Book
    from app.demo_run import Run
    from app.office import open_desk, open_feed, seed_book
    from engine.decision.settings import DecisionSettings

    setting = _setting(asked)
    with tempfile.TemporaryDirectory() as folder:
        path = asked["book_path"] or Path(folder) / "demo.lotlight"
        at = datetime.combine(setting.first, time(9, 0)).astimezone()
        fresh = not path.exists()
        with Book.create(path, at=at) if fresh else Book.open(path) as book:
            if fresh:
                seed_book(book, setting.practice, at)
            desk = open_desk(book, setting, asked["seed"], DecisionSettings())
            user = setting.practice.users[0]
            run = Run(book, desk, user, asked["seed"])
            feed = open_feed(setting, tuple(book.securities().values()), asked["speed"] or math.inf)
            for _ in run.walk(feed, asked["seconds"]):
                pass
            return _summary(run, setting, path, asked)


def _setting(asked: dict[str, Any]) -> "Setting":
    """The demo market, or the tape that was named."""
    from app.office import Tape, demo_setting, tape_setting

    first, last = (_day(asked[key]) for key in ("first", "last"))
    if asked["tape"] is None:
        return demo_setting(first, last)
    label = asked["bar_label"] or ""
    return tape_setting(Tape(asked["tape"], tuple(asked["daily"]), label, first, last))


def _day(value: datetime | None) -> date | None:
    """A date option."""
    return None if value is None else value.date()


def _summary(run: "Run", setting: "Setting", path: Path, asked: dict[str, Any]) -> dict[str, Any]:
    """The contract's fields."""
    from app.book import audit
    from app.demo_run import RULE

    book, tally = run.book, run.tally
    homes = [book.household(key) for key, _ in book.households()]
    shots, report = _outputs(run, setting, asked)
    checked = audit.walk(book.connection, book.chain_key, None)
    return {
        "book": str(path) if asked["book_path"] else "a temporary copy, removed",
        "simulated": setting.simulated,
        "ticks": tally.ticks,
        "evaluations": tally.evaluations,
        "positions": sum(len({(x.account_id, x.security_id) for x in h.lots}) for h in homes),
        "lots": sum(len(h.lots) for h in homes),
        "flags": len(tally.flags),
        "proposals": len(tally.proposals),
        "approved": tally.approved,
        "rejected": tally.rejected,
        "refused_at_approval": len(tally.refused),
        "orders_exported": tally.orders_exported,
        "fills_reconciled": tally.fills_reconciled,
        "exceptions": tally.exceptions,
        "audit_ok": not checked.problems,
        "evaluation_ms": tally.evaluation_ms(),
        "approval_rule": RULE,
        "shots": shots,
        "report": report,
    }


def _outputs(run: "Run", setting: "Setting", asked: dict[str, Any]) -> tuple[list[str], str]:
    """Screenshots and the reports, where a folder was named."""
    if asked["shots"] is None:
        return [], ""
    from app.preflight import check_before_qt

    check_before_qt(window=False)
    from app.live import shoot
    from app.office import write_reports

    folder: Path = asked["shots"]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"{folder}: cannot be made ({error.strerror}); name another folder"
        ) from error
    reports = write_reports(run.book, run.desk, folder, setting.simulated)
    pictures = shoot(run.desk, run.book, setting.simulated, folder)
    return [str(p) for p in pictures], str(reports[0]) if reports else ""
