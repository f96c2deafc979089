"""`lotlight whatif`: before and after of a change on a frozen household; nothing is stored."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.commands.opened import book_option, json_option, opened
from app.commands.output import emit
from app.commands.priced_options import FILE, asked_of, price_options

if TYPE_CHECKING:
    from app.whatif import Side

SHOWN = (
    "bill_usd", "best_alpha_usd", "ready", "flags", "proposals", "plan_status", "plan_alpha_usd",
    "plan_bill_usd", "plan_trades", "tracking_error", "plan_tracking_error",
)  # fmt: skip


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

    FILE is TOML: price_factor, volatility_factor, death, [law] scenario and year, [profile] fields
    of the return, [outside_gain] term and amount_usd, [limits] rule = limit, [cash_need]
    amount_usd and by, [gift] amount_usd, [horizon] years, discount_rate, step_up_probability.
    Nothing is stored.
    """
    from app.office import rules
    from app.priced import AS_IT_IS, price
    from app.wash_choice import chosen
    from app.whatif import read_change, side
    from engine.decision.settings import DecisionSettings

    change, asked, settings = read_change(file), asked_of(priced), DecisionSettings()
    with opened(book_path, passphrase_file, readonly=True) as book:
        home = book.household(household_id)
        rested = rules(settings, wash=chosen(book))
        now, then = (price(book, asked, settings, shock) for shock in (AS_IT_IS, change.shock))
    before = side(home, now.outlook, rested, rested.law)
    changed = change.household(home, then.outlook)
    after = side(changed, then.outlook, rested, change.law(rested.law, home.profile.year))
    found = {"before": _side(before), "after": _side(after)}
    if as_json:
        emit({"household_id": household_id, "simulated": now.simulated, **found})
        return
    for name in SHOWN:
        left, right = (
            len(side[name]) if isinstance(side[name], list) else side[name]
            for side in found.values()
        )
        click.echo(f"{name:22} {left:>16} -> {right:>16}")


def _side(side: "Side") -> dict[str, Any]:
    """What one side comes to."""
    from app.plan_told import plan_document

    found, plan = side.evaluation, plan_document(side.planned)
    harvests = [p for p in found.proposals if p.kind == "harvest"]
    return {
        "bill_usd": str(found.bill_before.total_usd),
        "law_version": found.law_version,
        "best_alpha_usd": str(max((p.alpha.net_usd for p in harvests), default=0)),
        "ready": sum(f.ready for f in found.forecasts),
        "flags": sum(f.flag for f in found.forecasts),
        "plan_status": plan["status"],
        "plan_alpha_usd": plan.get("net_alpha_usd", ""),
        "plan_bill_usd": plan.get("bill_after_usd", ""),
        "plan_trades": len(plan.get("sells", [])) + len(plan.get("buys", [])),
        "tracking_error": plan.get("tracking_error_before", 0.0),
        "plan_tracking_error": plan.get("tracking_error_after", 0.0),
        "plan": plan,
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
