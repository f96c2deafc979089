"""Every intent of the window, as a step that the desk's thread takes.

A step gets the desk, the presenter and the feed's clock; a ``UserError`` that it raises is said in
the window's banner, and the newest views show what the step came to.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from app.custodian.sniff import as_source
from app.desk import Desk
from app.office import report_of
from app.reports.efficiency import document, write
from app.reports.typeset import pages
from app.screens.audit import why_record
from app.screens.limits import added, edited
from app.screens.moment import Moment
from app.screens.presenter import Presenter
from app.screens.whatif import WhatIf
from engine.errors import UserError
from engine.records import ZERO, Constraint, Rule, User
from widgets.views import Impact

Step = Callable[..., Any]
Limits = tuple[Constraint, ...]


class Caller(Protocol):
    """What a step may ask of whoever runs the desk's thread.

    Attributes:
        user: Who signs.
    """

    user: User

    def tell(self, text: str, trouble: bool) -> None:
        """Say a sentence to the advisor."""

    def show_priced(self, proposal_id: str, impact: Impact) -> None:
        """Hand the price of an edit up."""

    def show_whatif(self) -> None:
        """Hand F5 up, solved."""


def steps(caller: Caller) -> dict[str, Step]:
    """What to do for each intent, by the name of its signal; a step gets the signal's arguments."""
    return {
        **_decisions(caller),
        **_choices(),
        **_limits(caller),
        **_what_if(caller),
        **_papers(caller),
    }


def _decisions(caller: Caller) -> dict[str, Step]:
    """What is decided on proposals."""
    user = caller.user

    def approve_many(d: Desk, p: Presenter, now: datetime, keys: Sequence[str]) -> None:
        left = []
        for key in keys:
            try:
                d.approve(key, user, now)
            except UserError as error:
                left.append(str(error))
        if left:
            raise UserError(f"{len(keys) - len(left)} signed, {len(left)} left: {left[0]}")

    return {
        "approve": lambda d, p, now, key: d.approve(key, user, now),
        "approve_many": approve_many,
        "approve_anyway": lambda d, p, now, key: d.approve(key, user, now, accept_worse=True),
        "stage": lambda d, p, now, key: d.stage(key, user, now),
        "reject": lambda d, p, now, key, why: d.reject(key, user, now, why),
        "defer": lambda d, p, now, key, minutes: d.defer(key, user, now, minutes),
        "withdraw": lambda d, p, now, key: d.withdraw(key, user, now, "withdrawn on the desk"),
        "edit": lambda d, p, now, key, n, limit: d.resize(key, n, limit, user, now),
        "price": lambda d, p, now, key, n, limit: _price(caller, d, key, n, limit),
    }


def _price(caller: Caller, desk: Desk, key: str, shares: Decimal, limit_usd: Decimal) -> None:
    """Price an edit for the sheet that asks."""
    changed = desk.resized(key, shares, limit_usd)
    sold = sum(s.shares * limit_usd for s in changed.sales)
    bought = sum(b.shares * b.est_price_usd for b in changed.purchases)
    cash = Decimal(sold - bought).quantize(Decimal("0.01"))
    caller.show_priced(key, Impact(-changed.alpha.tax_now_usd, cash, 0.0))


def _choices() -> dict[str, Step]:
    """What is on screen."""
    return {
        "household_chosen": lambda d, p, now, key: p.show(key),
        "lot_chosen": lambda d, p, now, key: setattr(p, "lot_id", key),
        "pause": lambda d, p, now, on: setattr(p, "paused", on),
    }


def _limits(caller: Caller) -> dict[str, Step]:
    """Edits of the constraint matrix, and undo for it and for What-if."""

    def back(d: Desk, p: Presenter, now: datetime, screen: str) -> None:
        if screen == "whatif":
            _sliders(caller, p, lambda w: w.undo())
        else:
            _store(caller, d, p, now, p.limits.undo(_now(p)))

    def forward(d: Desk, p: Presenter, now: datetime, screen: str) -> None:
        if screen == "whatif":
            _sliders(caller, p, lambda w: w.redo())
        else:
            _store(caller, d, p, now, p.limits.redo(_now(p)))

    def change(d: Desk, p: Presenter, now: datetime, after: Limits) -> None:
        before = _now(p)
        _store(caller, d, p, now, after)
        p.limits.change(before)

    return {
        "limit_edited": lambda d, p, now, key, limit, hard: change(
            d, p, now, edited(_now(p), key, limit, hard)
        ),
        "limit_added": lambda d, p, now, rule, scope, limit: change(
            d, p, now, added(_moment(p), _now(p), Rule(rule), scope, limit)
        ),
        "limit_removed": lambda d, p, now, key: change(
            d, p, now, tuple(row for row in _now(p) if row.constraint_id != key)
        ),
        "undo": back,
        "redo": forward,
    }


def _moment(p: Presenter) -> Moment:
    """What is on screen.

    Raises:
        UserError: Before the first price.
    """
    moment = p.moment()
    if moment is None:
        raise UserError("no price has arrived yet; wait for the feed")
    return moment


def _now(p: Presenter) -> Limits:
    """Limits of the household on screen, as the book has them."""
    return p.book.household(p.household_id).constraints


def _store(caller: Caller, d: Desk, p: Presenter, now: datetime, limits: Limits) -> None:
    """Write the limits down, value the household under them, and say what changed."""
    before = _alpha(d, p)
    d.save_limits(p.household_id, limits, caller.user, now)
    p.whatif = None
    p.told = f"Stored. Alpha of the proposals: ${before:,.0f} before, ${_alpha(d, p):,.0f} after."


def _alpha(d: Desk, p: Presenter) -> Decimal:
    """Alpha of the newest proposals, one by one."""
    found = d.evaluations.get(p.household_id)
    return sum((q.alpha.net_usd for q in found.proposals), ZERO) if found else ZERO


def _what_if(caller: Caller) -> dict[str, Step]:
    """The sliders of F5."""

    def slide(change: Callable[..., object]) -> Step:
        return lambda d, p, now, *args: _sliders(caller, p, lambda w: change(w, *args))

    return {
        "lever_moved": slide(lambda w, key, value: w.move(key, value)),
        "law_chosen": slide(lambda w, name: w.move("law", name)),
        "scenario_saved": slide(lambda w, name: w.keep(name)),
        "scenario_removed": slide(lambda w, key: w.remove(key)),
        "whatif_asked": lambda d, p, now, key: setattr(p, "whatif", None),
    }


def _sliders(caller: Caller, p: Presenter, change: Callable[[WhatIf], object]) -> None:
    """Change the sliders and hand the newly solved screen up."""
    if p.whatif is None:
        p.whatif_view()
    if p.whatif is not None:
        change(p.whatif)
        caller.show_whatif()


def _papers(caller: Caller) -> dict[str, Step]:
    """Log, report and files."""

    def report(d: Desk, p: Presenter, now: datetime) -> None:
        found, evidence = report_of(p.book, d, p.household_id, p.simulated, now)
        p.pages = tuple(pages(document(found, evidence), evidence.made_at))
        p.report_name = f"{p.book.household(p.household_id).name}, {found.first} to {found.last}"

    def save(d: Desk, p: Presenter, now: datetime, folder: str) -> None:
        made = write(Path(folder), *report_of(p.book, d, p.household_id, p.simulated, now))
        caller.tell(f"Written: {', '.join(path.name for path in made)} in {folder}.", False)

    def verify(d: Desk, p: Presenter, now: datetime) -> None:
        checked = p.verify()
        holds = "holds" if checked.chain_ok else "is broken: restore a backup and compare"
        caller.tell(f"The chain of {p.book.audit_head().seq} lines {holds}.", False)

    def why(d: Desk, p: Presenter, now: datetime, seq: int) -> None:
        p.why = why_record(p.book, seq)

    def export(d: Desk, p: Presenter, now: datetime, folder: str) -> None:
        files = d.export_orders(caller.user, now)
        if not files:
            raise UserError("Nothing is approved that has not been exported.")
        Path(folder).mkdir(parents=True, exist_ok=True)
        for file in files:
            (Path(folder) / file.name).write_bytes(file.content)
        caller.tell(f"{len(files[0].order_keys)} orders written to {folder}.", False)

    def fills(d: Desk, p: Presenter, now: datetime, paths: Sequence[str]) -> None:
        for path in map(Path, paths):
            found = d.reconcile(as_source(path.name, path.read_bytes()), caller.user, now)
            caller.tell(
                f"{path.name}: {len(found.fills)} fills reconciled, "
                f"{len(found.exceptions)} for a person to look at.",
                bool(found.exceptions),
            )

    return {
        "report": report,
        "save_report": save,
        "verify": verify,
        "why": why,
        "export_orders": export,
        "import_files": fills,
    }
