"""`lotlight simulate harvest`: what a harvest policy earns on simulated paths."""

from typing import Any

import click

from app.clock import seconds
from app.commands.output import emit

MONITORING = ("30min", "daily", "weekly", "monthly", "continuous")
FRACTION = click.FloatRange(0, 1, max_open=True)
PREDICTIVE_RATES = (0.35, 0.20)  # benefit and exit rate of the engine's base case


@click.group()
def simulate() -> None:
    """Policies on simulated paths."""


@simulate.command()
@click.option("--vol", type=click.FloatRange(0, min_open=True), required=True, help="Per year.")
@click.option("--mu", type=float, required=True, help="Yearly drift, dividends included.")
@click.option("--years", type=click.FloatRange(0, 100, min_open=True), default=1.0)
@click.option("--monitoring", type=click.Choice(MONITORING), default="daily")
@click.option("--threshold", type=FRACTION, default=0.0, help="Loss as a fraction of basis.")
@click.option("--lockout-days", type=click.IntRange(0), default=0, help="Trading days.")
@click.option("--policy", type=click.Choice(["threshold", "predictive"]), default="threshold")
@click.option("--names", type=click.IntRange(1), default=1)
@click.option("--weights", type=click.Choice(["equal"]), default="equal")
@click.option("--yield", "dividend_yield", type=FRACTION, default=0.0, help="Dividends a year.")
@click.option("--fee", type=FRACTION, default=0.0, help="Yearly, of harvester and holder.")
@click.option("--benefit-rate", type=FRACTION, help="Tax saved per dollar of loss.")
@click.option("--dividend-tax", type=FRACTION, default=0.0)
@click.option("--exit-tax", type=FRACTION, help="Tax on the gain at the exit.")
@click.option("--reinvest", is_flag=True, help="The tax saved buys more shares.")
@click.option("--paths", type=click.IntRange(1), default=40_000)
@click.option("--seed", type=click.IntRange(0), default=1)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def harvest(
    policy: str,
    weights: str,
    benefit_rate: float | None,
    exit_tax: float | None,
    paths: int,
    seed: int,
    as_json: bool,
    **market: Any,
) -> None:
    """Harvest lots on simulated paths, beside a holder on the same paths.

    The predictive policy takes its threshold from the now-or-wait lattice; it weighs the tax saved
    against the tax at the exit, and takes 35 % and 20 % where those rates are not given.
    """
    from engine.decision.simulate import HarvestPlan
    from engine.decision.simulate import simulate as run

    default = PREDICTIVE_RATES if policy == "predictive" else (0.0, 0.0)
    rates: dict[str, Any] = {
        "benefit_rate": default[0] if benefit_rate is None else benefit_rate,
        "exit_tax": default[1] if exit_tax is None else exit_tax,
    }
    start = seconds()
    found = run(HarvestPlan(predictive=policy == "predictive", **rates, **market), paths, seed)
    document = {
        "harvested_fraction": found.harvested,
        "stderr": found.stderr,
        "by_year": list(found.by_year),
        "wealth": {
            "harvest": found.harvest,
            "hold": found.hold,
            "harvest_after_exit": found.harvest_after_exit,
            "hold_after_exit": found.hold_after_exit,
        },
        "alpha_bp": found.alpha_bp,
        "alpha_after_exit_bp": found.alpha_after_exit_bp,
        "policy": policy,
        "weights": weights,
        "paths": paths,
        **rates,
        "seconds": round(seconds() - start, 4),
    }
    if as_json:
        emit(document)
        return
    click.echo(f"harvested       {found.harvested:8.4f} of the first price ± {found.stderr:.4f}")
    click.echo(f"alpha           {found.alpha_bp:8.1f} bp a year, before the exit")
    click.echo(f"                {found.alpha_after_exit_bp:8.1f} bp a year, after it")
