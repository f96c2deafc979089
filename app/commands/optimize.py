"""`lotlight optimize`: one optimisation problem from a JSON file."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.clock import seconds
from app.commands.output import emit

if TYPE_CHECKING:
    from engine.decision.optimize import Solution
    from engine.decision.problem import Problem

FINE_GAP = 1e-7  # share of the book; one problem alone may be searched longer


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def optimize(file: Path, as_json: bool) -> None:
    """Find the best trades of the problem in FILE, with bound, gap and the price of each limit."""
    from app.commands.optimize_file import read
    from engine.decision.optimize import Settings, solve

    problem = read(file)
    start = seconds()
    solution = solve(problem, Settings(gap=FINE_GAP))
    document = describe(problem, solution) | {"seconds": round(seconds() - start, 4)}
    if as_json:
        emit(document)
    else:
        click.echo(_summary(document))


def describe(problem: "Problem", solution: "Solution") -> dict[str, Any]:
    """The answer in the fields of the contract; dollars, shares, fractions a year."""
    found, prices = solution.found, solution.prices
    solved = solution.status == "solved"
    sells, buys = solution.trades.sells, solution.trades.buys
    return {
        "status": solution.status,
        "sells": [{"lot": int(i), "shares": float(sells[i])} for i in sells.nonzero()[0]],
        "buys": [{"name": int(i), "shares": float(buys[i])} for i in buys.nonzero()[0]],
        "objective": found.objective_usd if solved else None,
        "hold_objective": solution.hold.objective_usd,
        "bound": solution.bound_usd if solved else None,
        "gap": solution.gap_usd if solved else None,
        "tracking_error": found.tracking_error,
        "cash_after": found.cash_usd,
        "net_gain": found.net_gain_usd,
        "tax": found.tax_usd,
        "cost": found.cost_usd,
        "risk": found.risk_usd,
        "wash_violations": found.wash_violations,
        "duals": {
            "te_cap": prices.te_cap,
            "gain_cap": prices.gain_cap,
            "cash_need": prices.cash_need,
        },
        "conflict": list(solution.conflict),
        "ways_out": [
            {
                "limit": way.limit,
                "asked": way.asked,
                "reachable": way.reachable,
                "objective": way.objective_usd,
            }
            for way in solution.ways_out
        ],
        "nodes": solution.nodes,
    }


def _summary(document: dict[str, Any]) -> str:
    """The answer in a few lines for a person."""
    if document["status"] == "infeasible":
        lines = [f"infeasible: {' and '.join(document['conflict'])} cannot hold together"]
        for way in document["ways_out"]:
            lines.append(
                f"  {way['limit']}: asked {way['asked']:,.4f}, reachable {way['reachable']:,.4f}"
            )
        return "\n".join(lines)
    return "\n".join(
        [
            f"objective      {document['objective']:>16,.2f}  "
            f"(holding {document['hold_objective']:,.2f})",
            f"bound, gap     {document['bound']:>16,.2f}  {document['gap']:,.2f}",
            f"tax, cost      {document['tax']:>16,.2f}  {document['cost']:,.2f}",
            f"tracking error {document['tracking_error']:>16.4%}",
            f"cash after     {document['cash_after']:>16,.2f}",
            f"net gain       {document['net_gain']:>16,.2f}",
            f"sells, buys    {len(document['sells']):>16,d}  {len(document['buys']):,d}",
        ]
    )
