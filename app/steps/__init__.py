"""Every intent of the window, as a step that the desk's thread takes.

A step gets the desk, the presenter, the feed's clock and the signal's arguments; a ``UserError``
that it raises is said in the window's banner, and the newest views show what the step came to.
Work that takes longer than a tick goes to ``Caller.work`` and comes back to the desk's thread.
"""

from app.steps import decisions, files, household, limits, practice, what_if
from app.steps.caller import Caller, Step

__all__ = ["Caller", "Step", "steps"]

PARTS = (decisions, household, limits, what_if, files, practice)


def steps(caller: Caller) -> dict[str, Step]:
    """What to do for each intent, by the name of its signal; a step gets the signal's arguments."""
    return {name: step for part in PARTS for name, step in part.steps(caller).items()}
