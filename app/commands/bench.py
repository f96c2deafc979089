"""`lotlight bench`: measured speed beside peers, in one process run."""

import importlib
from dataclasses import asdict

import click

from app.commands.output import emit

GROUPS = ("market", "tax", "wash", "optimizer", "book", "ui", "practice")


@click.command()
@click.option("--only", type=click.Choice(GROUPS), multiple=True, help="One group, or several.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def bench(only: tuple[str, ...], as_json: bool) -> None:
    """Measure Lotlight's own work beside its peers and print the ratios."""
    rows = [
        asdict(row)
        for group in only or GROUPS
        for row in importlib.import_module(f"app.bench.{group}").rows()
    ]
    if as_json:
        emit(rows)
        return
    for row in rows:
        ratio = "" if row["ratio"] is None else f"{row['ratio']:.1f}x {row['peer']}"
        click.echo(f"{row['name']:40} {row['seconds']:10.4f} s  {ratio}  {row['work']}")
