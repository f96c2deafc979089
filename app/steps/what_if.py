"""The sliders of F5, and what is made of them."""

from collections.abc import Callable
from datetime import datetime

from app.desk import Desk
from app.screens.presenter import Presenter
from app.screens.whatif import WhatIf
from app.steps.caller import Caller, Step
from app.steps.limits import change, limits_now


def steps(caller: Caller) -> dict[str, Step]:
    """Steps of the sliders and the named scenarios."""

    def slide(move: Callable[..., object]) -> Step:
        return lambda d, p, now, *args: slid(caller, p, lambda w: move(w, *args))

    def applied(d: Desk, p: Presenter, now: datetime, scenario_id: str) -> None:
        if p.whatif is None:
            p.whatif_view()
        if p.whatif is not None:
            change(caller, d, p, now, p.whatif.as_limits(scenario_id, limits_now(p)))
            caller.show_whatif()

    return {
        "lever_moved": slide(lambda w, key, value: w.move(key, value)),
        "law_chosen": slide(lambda w, name: w.move("law", name)),
        "scenario_saved": slide(lambda w, name: w.keep(name)),
        "scenario_removed": slide(lambda w, key: w.remove(key)),
        "scenario_applied": applied,
        "whatif_asked": lambda d, p, now, key: afresh(caller, p),
    }


def afresh(caller: Caller, p: Presenter) -> None:
    """Freeze the household as it is now."""
    p.whatif = None
    p.whatif_view()
    caller.show_whatif()


def slid(caller: Caller, p: Presenter, move: Callable[[WhatIf], object]) -> None:
    """Change the sliders and hand the newly solved screen up."""
    if p.whatif is None:
        p.whatif_view()
    if p.whatif is not None:
        move(p.whatif)
        caller.show_whatif()
