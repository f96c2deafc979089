"""`lotlight constraints`: the matrix of limits of a household."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click

from app import clock
from app.commands.opened import book_option, json_option, opened, user_option
from app.commands.output import emit
from app.commands.priced_options import asked_of, price_options
from engine.errors import InputError, UserError
from engine.records import Constraint, Rule, Scope

household_option = click.option("--household", "household_id", required=True, help="Household id.")


@click.group()
def constraints() -> None:
    """What a household's trades must keep to: dollars, fractions or days, as the rule says."""


@constraints.command("list")
@book_option
@household_option
@json_option
def list_(book_path: Path, passphrase_file: Path | None, household_id: str, as_json: bool) -> None:
    """Show the limits of a household."""
    with opened(book_path, passphrase_file, readonly=True) as book:
        rows = [_row(item) for item in book.household(household_id).constraints]
    if as_json:
        emit(rows)
        return
    for row in rows:
        where = f"{row['scope']} {row['scope_id']}".strip()
        kind = "hard" if row["hard"] else f"soft, {row['price']} a unit"
        click.echo(
            f"{row['constraint_id']:32} {row['rule']:20} {row['limit']:>12}  {where} ({kind})"
        )


def _row(item: Constraint) -> dict[str, Any]:
    return asdict(item) | {
        "limit": f"{item.limit.normalize():f}",
        "price": f"{item.price.normalize():f}",
    }


@constraints.command()
@book_option
@household_option
@price_options
@json_option
def solve(
    book_path: Path, passphrase_file: Path | None, household_id: str, as_json: bool, **priced: Any
) -> None:
    """Find the best trades under all limits: what is used of each, and what it costs.

    A limit that binds has a price: what one more dollar, basis point or point of it would save;
    a rule of yes or no shows what the whole rule costs. Nothing is stored.
    """
    from app.office import rules
    from app.plan_told import need_document, plan_document, plan_lines
    from app.planning import planned
    from app.priced import price
    from app.wash_choice import chosen
    from engine.decision.need_schedule import provisions
    from engine.decision.prepare import prepare
    from engine.decision.settings import DecisionSettings

    settings, asked = DecisionSettings(), asked_of(priced)
    with opened(book_path, passphrase_file, readonly=True) as book:
        home = book.household(household_id)
        found = price(book, asked, settings)
        rested = rules(settings, wash=chosen(book))
    prepared = prepare(home, rested.law, found.outlook, rested.funds, rested.wash)
    made = planned(prepared, found.outlook, settings)
    later = () if made.plan is None else provisions(prepared, found.outlook, settings)
    if as_json:
        head = {"household_id": household_id, "simulated": found.simulated}
        emit({**head, **plan_document(made), "later_needs": [need_document(x) for x in later]})
        return
    for line in [made.told] if made.plan is None else plan_lines(made.plan):
        click.echo(line)
    for provision in later:
        click.echo(f"  {provision.says}")


@constraints.command("set")
@book_option
@household_option
@click.argument("rule", type=click.Choice([rule.value for rule in Rule]))
@click.argument("limit")
@click.option("--scope", type=click.Choice([s.value for s in Scope]), default="household")
@click.option("--on", "scope_id", default="", help="Account, security or sector it speaks of.")
@click.option("--by", "by_on", type=click.DateTime(["%Y-%m-%d"]), help="Date it must hold by.")
@click.option("--soft", "price", help="Soft limit: dollars a unit beyond it costs.")
@user_option
@json_option
def set_(
    book_path: Path,
    passphrase_file: Path | None,
    household_id: str,
    rule: str,
    limit: str,
    scope: str,
    scope_id: str,
    by_on: datetime | None,
    price: str | None,
    user_id: str,
    as_json: bool,
) -> None:
    """Set RULE to LIMIT; the same rule on the same thing is replaced."""
    item = Constraint(
        constraint_id=":".join(filter(None, (rule, scope_id))),
        rule=Rule(rule),
        limit=_number("limit", limit),
        scope=Scope(scope),
        scope_id=scope_id,
        by_on=None if by_on is None else by_on.date(),
        hard=price is None,
        price=_number("soft", price or "0"),
    )
    if (item.scope is Scope.HOUSEHOLD) != (not scope_id):
        raise InputError("on", scope_id, f"a limit of scope {scope} names what it speaks of, alone")
    with opened(book_path, passphrase_file) as book:
        household = book.household(household_id)
        _must_exist(item, household.accounts, book.securities())
        same = [c for c in household.constraints if _about(c) == _about(item)]
        if same:
            item = replace(item, constraint_id=same[0].constraint_id)
        others = [c for c in household.constraints if c not in same]
        book.save_household(
            replace(household, constraints=(*others, item)), user_id or "lotlight", clock.now()
        )
    emit(_row(item)) if as_json else click.echo(f"{item.constraint_id}: {limit}")


def _about(item: Constraint) -> tuple[Rule, Scope, str]:
    """What a limit is about: two of the same would contradict each other."""
    return item.rule, item.scope, item.scope_id


def _must_exist(item: Constraint, accounts: tuple[Any, ...], securities: dict[str, Any]) -> None:
    known = {
        Scope.ACCOUNT: {account.account_id for account in accounts},
        Scope.SECURITY: set(securities),
    }.get(item.scope)
    if known is not None and item.scope_id not in known:
        raise InputError("on", item.scope_id, f"name a known {item.scope.value}")


def _number(name: str, text: str) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise InputError(name, text, "write a number, such as 10000 or 0.02") from None
    if not found.is_finite() or found < 0:
        raise InputError(name, text, "it is a finite number, 0 or more")
    return found


@constraints.command()
@book_option
@household_option
@click.argument("constraint_id")
@user_option
def remove(
    book_path: Path,
    passphrase_file: Path | None,
    household_id: str,
    constraint_id: str,
    user_id: str,
) -> None:
    """Take a limit out of the matrix."""
    with opened(book_path, passphrase_file) as book:
        household = book.household(household_id)
        left = tuple(c for c in household.constraints if c.constraint_id != constraint_id)
        if len(left) == len(household.constraints):
            raise UserError(
                f"{household_id} has no limit {constraint_id!r}; `lotlight constraints list`"
            )
        changed = replace(household, constraints=left)
        book.save_household(changed, user_id or "lotlight", clock.now())
    click.echo(f"{constraint_id}: removed")
