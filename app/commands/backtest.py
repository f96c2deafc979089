"""`lotlight backtest`: policies side by side on a price history."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.clock import seconds
from app.commands.output import emit

if TYPE_CHECKING:
    from engine.proof.backtest import Paired, PolicyResult

NAMES = ("hold", "drift", "monthly", "daily5", "predictive")
SEED = 1
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.option("--daily", type=FILE, multiple=True, required=True, help="Daily rows; repeatable.")
@click.option("--weights", default="equal", help="equal, cap, or a CSV of ticker and weight.")
@click.option("--from", "first", type=DAY, required=True, help="First day walked.")
@click.option("--to", "last", type=DAY, required=True, help="Last day walked.")
@click.option("--value", type=click.FloatRange(1000), default=1e6, help="Dollars at the start.")
@click.option("--policies", default=",".join(NAMES), help="Names with commas between.")
@click.option("--cash-flows", "flows", type=FILE, help="TOML of [[flow]] date, amount.")
@click.option("--profile", default="top-with-gains", help="A shipped profile or a TOML file.")
@click.option("--half-spread-bp", type=click.FloatRange(0, 100), default=2.0)
@click.option("--tracking-limit", type=click.FloatRange(0, 1, min_open=True), default=0.02)
@click.option(
    "--resume",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep finished policies in this folder and take them from it.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def backtest(
    daily: tuple[Path, ...],
    first: datetime,
    last: datetime,
    value: float,
    policies: str,
    flows: Path | None,
    profile: str,
    resume: Path | None,
    as_json: bool,
    **choices: Any,
) -> None:
    """Walk policies through years of daily prices and tax each year by the whole bill.

    Shipped profiles: top-with-gains, top-without-gains, middle-without-gains. A stopped run goes
    on where it was with --resume. Fields beyond the table are in --json.
    """
    from app import lawbook
    from app.backtest_inputs import read_client, read_flows
    from app.backtest_told import assumptions
    from app.backtests import Terms, prepare, run
    from engine.proof.backtest import paired, summarise

    begun = seconds()
    names = chosen(policies)
    client = read_client(profile, lawbook.load())
    dated = read_flows(flows) if flows else ()
    span: tuple[date, date] = (first.date(), last.date())
    stage = prepare(Terms(daily, choices.pop("weights"), *span, value, client, dated, **choices))
    with progress(len(names) * (len(stage.span.history.days) - stage.span.start)) as tick:
        outcomes = run(stage, names, tick, resume)
    table = summarise(outcomes)
    others = [name for name in names if name != "predictive"] if "predictive" in names else []
    pairs = paired(outcomes, [("predictive", name) for name in others], SEED)
    document = {
        "policies": {name: asdict(row) for name, row in table.items()},
        "paired": [asdict(pair) for pair in pairs],
        "assumptions": assumptions(stage, outcomes, pairs),
        "seconds": round(seconds() - begun, 2),
    }
    if as_json:
        emit(document)
    else:
        show(table, pairs, document["assumptions"])


def chosen(text: str) -> tuple[str, ...]:
    """The policies asked for; ``hold`` is always walked, since alpha is against it.

    Raises:
        click.BadParameter: For a name that is none.
    """
    asked = [word.strip() for word in text.split(",") if word.strip()]
    unknown = [word for word in asked if word not in NAMES]
    if unknown:
        raise click.BadParameter(f"{unknown[0]} is none of {', '.join(NAMES)}")
    return tuple(name for name in NAMES if name in asked or name == "hold")


@contextmanager
def progress(steps: int) -> Iterator[Callable[[], None]]:
    """A bar on a terminal's stderr; nothing where nobody looks."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    with click.progressbar(
        length=steps, label="walking", file=sys.stderr, update_min_steps=20
    ) as bar:
        yield lambda: bar.update(1)


def show(table: dict[str, "PolicyResult"], pairs: list["Paired"], told: Any) -> None:
    """The table for a person."""
    click.echo(
        f"{'policy':<11}{'wealth':>12}{'sold':>12}{'alpha':>8}{'sold':>8}{'short':>10}{'long':>9}"
        f"{'carried':>9}{'track':>7}{'turn':>6}{'cost':>7}{'wash':>5}{'limit':>6}"
    )
    for name, row in table.items():
        click.echo(
            f"{name:<11}{row.wealth_unliquidated:>12,.0f}{row.wealth_liquidated:>12,.0f}"
            f"{row.tax_alpha_bp:>8.1f}{row.tax_alpha_liquidated_bp:>8.1f}"
            f"{row.harvested_st:>10,.0f}{row.harvested_lt:>9,.0f}{row.carried:>9,.0f}"
            f"{row.tracking_error:>7.2%}{row.turnover:>6.0%}{row.cost:>7,.0f}"
            f"{row.wash_violations:>5}{row.limit_violations:>6}"
        )
    click.echo("alpha in bp a year against hold; 'sold' after a sale of everything at the end")
    for pair in pairs:
        click.echo(
            f"{pair.a} less {pair.b}: {pair.difference_bp:+.1f} bp a year "
            f"({pair.low:+.1f} to {pair.high:+.1f})"
        )
    for line in told:
        click.echo(f"- {line}")
