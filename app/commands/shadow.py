"""`lotlight shadow`: policies side by side on one tape, their scores, and the gate to ACTIVE."""

import sys
import tempfile
from dataclasses import asdict
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.commands.opened import book_option, json_option, opened
from app.commands.output import emit
from engine.errors import UserError

if TYPE_CHECKING:
    from app.book.book import Book
    from app.office import Setting
    from app.shadow_board import Scoreboard

SEED = 20251031
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def shadow() -> None:
    """What the engine and the baselines would have done, each in its own ledger."""


@shadow.command("run")
@click.option(
    "--book", "book_path", type=click.Path(path_type=Path), help="Made if absent; keeps the result."
)
@click.option("--tape", type=FILE, help="Bars or a tape (default: the simulated demo market).")
@click.option("--daily", type=FILE, multiple=True, help="Daily history behind --tape.")
@click.option("--bar-label", type=click.Choice(["start", "end"]), help="Label of the bars.")
@click.option("--from", "first", type=DAY, help="First session.")
@click.option("--to", "last", type=DAY, help="Last session.")
@click.option("--days", type=click.IntRange(0), default=0, help="Sessions at most; 0 = all.")
@click.option("--exclude", default="", help="Names of the tape that nobody holds, commas between.")
@click.option("--incumbent", type=FILE, help="Trade file of a rebalancer, as one more baseline.")
@click.option("--delay", type=click.IntRange(1), default=1, help="Ticks from decision to fill.")
@click.option("--seed", type=int, default=SEED, show_default=True)
@json_option
def run(**asked: Any) -> None:
    """Play a tape; every policy decides on the same snapshots and is filled at honest prices."""
    from app.book.book import SELF, Book
    from app.office import seed_book
    from app.shadow_store import keep, plain

    setting = _setting(asked)
    at = datetime.combine(setting.first, time(9, 0)).astimezone()
    with tempfile.TemporaryDirectory() as folder:
        path = asked["book_path"] or Path(folder) / "shadow.lotlight"
        fresh = not path.exists()
        with Book.create(path, at=at) if fresh else Book.open(path) as book:
            if fresh:
                seed_book(book, setting.practice, at)
            board = _played(book, setting, asked)
            keep(book, board, SELF, at)
    if asked["as_json"]:
        emit(plain(board))
    else:
        show(plain(board))


def _setting(asked: dict[str, Any]) -> "Setting":
    """The demo market, or the tape that was named."""
    from app.office import Tape, demo_setting, tape_setting

    first, last = (asked[key].date() if asked[key] else None for key in ("first", "last"))
    if asked["tape"] is None:
        return demo_setting(first, last)
    names = tuple(word.strip() for word in asked["exclude"].split(",") if word.strip())
    label = asked["bar_label"] or ""
    return tape_setting(Tape(asked["tape"], tuple(asked["daily"]), label, first, last, names))


def _played(book: "Book", setting: "Setting", asked: dict[str, Any]) -> "Scoreboard":
    """Play the tape to its end."""
    from app.incumbent import read_incumbent
    from app.office import open_feed, open_market, rules
    from app.shadow import open_period, play, told
    from engine.decision.settings import DecisionSettings
    from engine.proof.shadow_policies import BASELINES

    settings, securities = DecisionSettings(), book.securities()
    baselines = BASELINES
    if asked["incumbent"]:
        baselines = (*BASELINES, read_incumbent(asked["incumbent"], securities))
    period = open_period(
        open_market(setting, securities, asked["seed"], settings),
        [book.household(key) for key, _ in book.households()],
        securities,
        rules(settings, setting.first.year),
        baselines,
        asked["delay"],
    )
    play(period, open_feed(setting, tuple(securities.values())), asked["days"], _progress)
    if not period.ticks:
        raise UserError("the tape holds nothing of these dates; see --from and --to")
    bars = setting.bars
    if bars is None:
        raise UserError("there is no tape; name one with --tape")
    source = "the simulated demo market" if setting.simulated else f"bars of {bars.name}"
    return told(period, source, setting.simulated, bars, asked["seed"])


def _progress(day: str) -> None:
    """A line of progress where somebody looks."""
    if sys.stderr.isatty():
        click.echo(f"\r{day}", nl=False, err=True)


@shadow.command("score")
@book_option
@json_option
def score(book_path: Path, passphrase_file: Path | None, as_json: bool) -> None:
    """The newest scoreboard of a book."""
    from app.shadow_store import newest

    with opened(book_path, passphrase_file, readonly=True) as book:
        found = newest(book)
    if found is None:
        raise UserError("the book holds no shadow period; `lotlight shadow run --book` makes one")
    if as_json:
        emit(found)
    else:
        show(found)


@shadow.command("gate")
@book_option
@json_option
def gate_(book_path: Path, passphrase_file: Path | None, as_json: bool) -> int:
    """Each criterion of the gate to ACTIVE with its value; exit code 1 while it is shut."""
    from app.activation import criteria, mode
    from engine.proof.gate import passed

    with opened(book_path, passphrase_file, readonly=True) as book:
        found, now = criteria(book), mode(book)
    if as_json:
        emit({"mode": now, "passed": passed(found), "criteria": [asdict(c) for c in found]})
    else:
        click.echo(f"mode: {now}; the gate is {'open' if passed(found) else 'shut'}")
        for item in found:
            mark = "passed" if item.passed else "MISSING"
            click.echo(f"{mark:8} {item.name:26} wanted {item.wanted:18} found {item.found}")
    return 0 if passed(found) else 1


@shadow.command("activate")
@book_option
@click.option("--as", "user_id", envvar="LOTLIGHT_USER", required=True, help="Who asks.")
@click.option("--off", is_flag=True, help="Back to shadow.")
def activate_(book_path: Path, passphrase_file: Path | None, user_id: str, off: bool) -> None:
    """Turn ACTIVE on, where the gate is open, or off."""
    from app import clock
    from app.activation import activate, back_to_shadow

    with opened(book_path, passphrase_file) as book:
        if off:
            back_to_shadow(book, user_id, clock.now(), "asked for")
        else:
            activate(book, user_id, clock.now())
    click.echo("shadow" if off else "active: every order still needs a signature")


def show(board: dict[str, Any]) -> None:
    """The scoreboard for a person."""
    click.echo(f"{board['source']}, {len(board['days'])} days, {board['ticks']} ticks")
    click.echo(
        f"{'policy':<12}{'wealth':>14}{'sold out':>14}{'saved':>10}{'tax+cost':>10}{'short':>10}"
        f"{'long':>10}{'cost':>8}{'sales':>7}{'wash':>6}{'limit':>6}"
    )
    for row in board["policies"]:
        click.echo(
            f"{row['policy']:<12}{row['wealth_usd']:>14,.0f}{row['liquidated_usd']:>14,.0f}"
            f"{row['saved_usd']:>10,.0f}{row['tax_and_cost_usd']:>10,.0f}"
            f"{float(row['harvested_st_usd']):>10,.0f}{float(row['harvested_lt_usd']):>10,.0f}"
            f"{float(row['cost_usd']):>8,.0f}{row['sales']:>7}{row['wash_violations']:>6}"
            f"{len(row['limit_violations']):>6}"
        )
    for pair in board["paired"]:
        low, high = pair["low_usd"], pair["high_usd"]
        band = "too few days for an interval" if low is None else f"{low:+,.0f} to {high:+,.0f}"
        click.echo(
            f"{pair['a']} less {pair['b']}, {pair['measure']}: {pair['difference_usd']:+,.0f} "
            f"({band})"
        )
    counts = board["flag_counts"]
    click.echo(f"flags: {counts['flagged']} raised, {counts['false']} false, {counts['missed']} "
               "touches without one")  # fmt: skip
    click.echo(
        f"touched within a day and gone by the close: {len(board['gone'])}, of which taken "
        f"{board['gone_taken']}; losses a baseline took and the engine left: "
        f"{len(board['missed'])}"
    )
    for item in board["gate"]:
        mark = "passed" if item["passed"] else "MISSING"
        click.echo(f"gate: {mark:8} {item['name']}: {item['found']} (wanted {item['wanted']})")
    for line in board["assumptions"]:
        click.echo(f"- {line}")
