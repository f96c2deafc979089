"""What is on screen, and what the household says of itself."""

from datetime import datetime

from app.commands.output import ProblemsError, describe
from app.desk import Desk
from app.details import blank, described, details, with_details
from app.screens.household import by_import
from app.screens.presenter import Presenter
from app.steps.caller import Caller, Step
from engine.errors import UserError
from engine.records import Household
from widgets.views import Details, FileWanted


def steps(caller: Caller) -> dict[str, Step]:
    """Steps of the switcher and of F3."""

    def choose(d: Desk, p: Presenter, now: datetime, key: str) -> None:
        whatif = p.whatif
        p.show(key)
        if whatif is not None and p.whatif is None:
            caller.show_whatif()

    def show(d: Desk, p: Presenter, now: datetime, why: str) -> None:
        gaps = p.audited(now).gaps
        if any(by_import(gap) for gap in gaps if why.startswith(f"{gap.where}: {gap.what}")):
            caller.reply(FileWanted(why))
            return
        home = p.book.household(p.household_id)
        caller.reply(Details(home.name, why, details(home)))

    def save(d: Desk, p: Presenter, now: datetime, text: str) -> None:
        try:
            home = _told(p, text)
        except UserError as error:
            problems = error.problems if isinstance(error, ProblemsError) else ()
            told = "; ".join(describe(problem) for problem in problems) or str(error)
            caller.reply(Details("The household", f"Nothing was kept. {told}", text))
            return
        d.save_household(home, caller.user, now)
        p.refresh_whatif(caller.show_whatif)
        caller.tell(f"{home.name}: stored, audited and valued again.", False)

    return {
        "household_chosen": choose,
        "lot_chosen": lambda d, p, now, key: setattr(p, "lot_id", key),
        "pause": lambda d, p, now, on: setattr(p, "paused", on),
        "gap_chosen": show,
        "details_saved": save,
        "household_new": lambda d, p, now: caller.reply(
            Details("New household", "", blank(now.year))
        ),
    }


def _told(p: Presenter, text: str) -> Household:
    """The household on screen as the text says, or a new one of another id.

    Raises:
        UserError: If the text will not do.
    """
    home = described(text)
    if home.household_id in dict(p.book.households()):
        return with_details(p.book.household(home.household_id), text)
    p.show(home.household_id)
    return home
