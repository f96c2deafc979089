"""What is on screen, and what the household says of itself."""

from datetime import datetime

from app.commands.output import ProblemsError, describe
from app.desk import Desk
from app.details import details, with_details
from app.screens.household import by_import
from app.screens.presenter import Presenter
from app.steps.caller import Caller, Step
from engine.errors import UserError
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
        if any(by_import(gap) for gap in gaps if why == f"{gap.where}: {gap.what}"):
            caller.reply(FileWanted(why))
            return
        home = p.book.household(p.household_id)
        caller.reply(Details(home.name, why, details(home)))

    def save(d: Desk, p: Presenter, now: datetime, text: str) -> None:
        before = p.book.household(p.household_id)
        try:
            home = with_details(before, text)
        except ProblemsError as error:
            told = "; ".join(describe(problem) for problem in error.problems)
            caller.reply(Details(before.name, f"Nothing was kept. {told}", text))
            return
        except UserError as error:
            caller.reply(Details(before.name, f"Nothing was kept. {error}", text))
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
    }
