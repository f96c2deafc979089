"""What a step may ask of whoever runs the desk's thread."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

from app.desk import Desk
from app.jobs import Job
from app.screens.moment import Moment
from app.screens.presenter import Presenter
from engine.errors import UserError
from engine.records import User
from widgets.views import Reply

Step = Callable[..., Any]
T = TypeVar("T")


class Caller(Protocol):
    """The desk's thread as a step sees it.

    Attributes:
        user: Who signs.
    """

    user: User

    def tell(self, text: str, trouble: bool) -> None:
        """Say a sentence to the advisor."""

    def reply(self, reply: Reply) -> None:
        """Answer the sheet that asked."""

    def show_whatif(self) -> None:
        """Hand F5 up, solved."""

    def work(
        self,
        title: str,
        work: Callable[[Job[Any]], T],
        then: Callable[[Desk, Presenter, datetime, T], object],
    ) -> None:
        """Do ``work`` beside the desk; ``then`` gets what it found, on the desk's thread.

        A job of the same title that is still under way is cancelled first.
        """

    def open_window(self, path: Path) -> None:
        """Open another book in a window of its own."""

    def cancel(self, job_id: str) -> None:
        """Stop a job."""


def moment_of(p: Presenter) -> Moment:
    """What is on screen.

    Raises:
        UserError: Before the first price.
    """
    moment = p.moment()
    if moment is None:
        raise UserError("no price has arrived yet; wait for the feed")
    return moment
