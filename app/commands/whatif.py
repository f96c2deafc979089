"""`lotlight whatif`: before and after of a change on a frozen household; nothing is stored."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.commands.opened import book_option, json_option, opened
from app.commands.output import emit
from app.commands.priced_options import FILE, asked_of, price_options

if TYPE_CHECKING:
    from engine.results import Evaluation


@click.command()
@click.argument("file", type=FILE)
@book_option
@click.option("--household", "household_id", required=True, help="Household id.")
@price_options
@json_option
def whatif(
    file: Path,
    book_path: Path,
    passphrase_file: Path | None,
    household_id: str,
    as_json: bool,
    **priced: Any,
) -> None:
    """Value a household as it is and with the change that FILE asks for, side by side.

    FILE is TOML: price_factor, volatility_factor, [law] scenario, [profile] fields of the return,
    [outside_gain] term and amount_usd, [limits] rule = limit. Nothing is stored.
    """
    from app.office import rules
    from app.priced import AS_IT_IS, price
    from app.whatif import read_change, value
    from engine.decision.settings import DecisionSettings

    change, asked, settings = read_change(file), asked_of(priced), DecisionSettings()
    with opened(book_path, passphrase_file, readonly=True) as book:
        home = book.household(household_id)
        now, then = (price(book, asked, settings, shock) for shock in (AS_IT_IS, change.shock))
    rested = rules(settings)
    before = value(home, now.outlook, rested, rested.law)
    after = value(change.household(home), then.outlook, rested, change.law(rested.law))
    found = {"before": _side(before), "after": _side(after)}
    if as_json:
        emit({"household_id": household_id, "simulated": now.simulated, **found})
        return
    for name in ("bill_usd", "best_alpha_usd", "ready", "flags", "proposals"):
        left, right = (
            len(side[name]) if isinstance(side[name], list) else side[name]
            for side in found.values()
        )
        click.echo(f"{name:15} {left:>16} -> {right:>16}")


def _side(found: "Evaluation") -> dict[str, Any]:
    """What one side comes to."""
    harvests = [p for p in found.proposals if p.kind == "harvest"]
    return {
        "bill_usd": str(found.bill_before.total_usd),
        "law_version": found.law_version,
        "best_alpha_usd": str(max((p.alpha.net_usd for p in harvests), default=0)),
        "ready": sum(f.ready for f in found.forecasts),
        "flags": sum(f.flag for f in found.forecasts),
        "proposals": [
            {
                "kind": p.kind,
                "lots": [sale.lot_id for sale in p.sales],
                "net_usd": str(p.alpha.net_usd),
                "reason": p.reasons[0],
            }
            for p in found.proposals
        ],
    }
