"""The desk on a thread of its own, and the window that shows it.

The book, the market and the engine live on one worker thread; the window lives on the GUI thread.
Views go up through the frame's mailbox (the newest wins), intents come down as calls in a queue
that the worker takes between two ticks. The window never waits for the engine.
"""

import logging
import os
import queue
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QProcess, QSettings, Qt, Signal
from PySide6.QtWidgets import QApplication

from app import clock
from app.book.book import Book
from app.book.connect import Key
from app.book.keeper import Keeper
from app.choices import decision_settings
from app.desk import Desk
from app.feeds.contract import QuoteFeed
from app.jobs import Job
from app.office import (
    Setting,
    Tape,
    demo_setting,
    open_desk,
    open_feed,
    seed_book,
    setting_of,
    tape_setting,
)
from app.planning import Planner
from app.screens.jobs import WindowJobs
from app.screens.presenter import Presenter
from app.screens.whatif import solve
from app.settings import config_file
from app.steps import Step, steps
from engine.errors import UserError
from engine.records import User, UserRole
from widgets.frame import Frame
from widgets.shots import shoot as shoot_frame
from widgets.views import Reply, Scenario, View

T = TypeVar("T")
LOG = logging.getLogger("lotlight")
NOBODY = User("", "nobody", frozenset())
INTERVAL = timedelta(minutes=5)
ENGINE_NICE = 10
SAFE = "The book is whole: each change is written in full or not at all. Nothing signed is lost."


class Worker(QObject):
    """The desk's thread.

    Signals:
        told: A sentence for the advisor. args: text, whether it is trouble.
        crashed: A fault of our own. args: its trace, what state the book is in.
        replied: The answer to a sheet that asked. arg: a ``widgets.views.Reply``.
    """

    told = Signal(str, bool)
    crashed = Signal(str, str)
    replied = Signal(object)

    def __init__(
        self, path: Path, setting: Setting | None, speed: float, seed: int, key: Key = None
    ) -> None:
        """Nothing is opened before ``start``; without a setting the book's own is used."""
        super().__init__()
        self._key = key
        self._path, self._setting, self._speed, self._seed = path, setting, speed, seed
        self._calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="desk", daemon=False)
        self._take: Callable[[View], None] = lambda view: None
        self.presenter: Presenter | None = None
        self.user: User = NOBODY
        self.jobs = WindowJobs(
            lambda view: self._take(view), lambda _, trace: self.crashed.emit(trace, SAFE)
        )

    def start(self, take: Callable[[View], None]) -> None:
        """Begin the day; views go to ``take``."""
        self._take = take
        self._thread.start()

    def stop(self) -> None:
        """End the day and wait for the thread."""
        self._stop.set()
        self.jobs.close()
        if self._thread.is_alive():
            self._thread.join(timeout=20)

    def ask(self, call: Callable[[Desk, Presenter, datetime], None]) -> None:
        """Have something done on the desk's thread, between two ticks."""
        self._calls.put(lambda: self._answer(call))

    def _answer(self, call: Callable[[Desk, Presenter, datetime], None]) -> None:
        """Do it, tell trouble, and show what it came to."""
        presenter = self.presenter
        if presenter is None:
            return
        now = presenter.desk.market.now or clock.now()
        try:
            call(presenter.desk, presenter, now)
        except (UserError, OSError) as error:
            self.told.emit(str(error), True)
        except Exception:
            self.crashed.emit(traceback.format_exc(), SAFE)
        presenter.desk.revalue(presenter.household_id)
        self._show()

    def tell(self, text: str, trouble: bool) -> None:
        """Say a sentence to the advisor."""
        self.told.emit(text, trouble)

    def reply(self, reply: Reply) -> None:
        """Answer the sheet that asked."""
        self.replied.emit(reply)

    def work(
        self,
        title: str,
        work: Callable[[Job[Any]], T],
        then: Callable[[Desk, Presenter, datetime, T], object],
    ) -> None:
        """Do it beside the desk; what it finds comes back to the desk's thread."""
        self.jobs.start(
            title, work, lambda found: self.ask(lambda d, p, now: _do(then(d, p, now, found)))
        )

    def _plan(self, solve: Callable[[], None]) -> None:
        """Solve a plan beside the desk."""
        self.jobs.start("Solving the constraint matrix", lambda job: solve(), lambda _: None)

    def open_window(self, path: Path) -> None:
        """Open another book in a window, and so a process, of its own."""
        program = [sys.executable] + ([] if getattr(sys, "frozen", False) else ["-m", "app.main"])
        QProcess.startDetached(program[0], [*program[1:], "gui", "--book", str(path)])

    def cancel(self, job_id: str) -> None:
        """Stop a job."""
        self.jobs.cancel(job_id)

    def show_whatif(self) -> None:
        """Hand F5 up, and have what is missing solved beside the desk; the desk's thread."""
        presenter = self.presenter
        view = presenter.whatif_view() if presenter else None
        if presenter is None or view is None or presenter.whatif is None:
            return
        self._take(view)
        asked, missing = presenter.whatif, presenter.whatif.unsolved()
        if not missing:
            return
        base, rules, levers = asked.base, asked.rules, missing[0]

        def done(_d: Desk, p: Presenter, _now: datetime, found: Scenario) -> None:
            asked.solved(levers, found)
            if p.whatif is asked:
                self.show_whatif()

        self.work("Solving the scenario", lambda job: solve(base, rules, levers), done)

    def _run(self) -> None:
        """The thread: open the book, play the feed, answer between ticks."""
        _lower_priority()
        try:
            with self._open() as book:
                self.user = next((u for u in book.users() if UserRole.APPROVE in u.roles), NOBODY)
                keeper = Keeper(book, lambda text: self.told.emit(text, True))
                try:
                    self._day(book, self._setting or setting_of(book), keeper)
                finally:
                    keeper.close(book.audit_head().seq, clock.now())
        except UserError as error:
            self.told.emit(str(error), True)
        except Exception:
            self.crashed.emit(traceback.format_exc(), SAFE)

    def _open(self) -> Book:
        """The book; one that is not there yet is made and filled by the setting."""
        if self._path.exists() or self._setting is None:
            return Book.open(self._path, key=self._key)
        at = datetime.combine(self._setting.first, time(9, 0)).astimezone()
        book = Book.create(self._path, at=at)
        seed_book(book, self._setting.practice, at)
        return book

    def _day(self, book: Book, setting: Setting, keeper: Keeper) -> None:
        """Play the feed to its end, then keep answering until the window closes."""
        desk = open_desk(book, setting, self._seed, decision_settings(book))
        self.presenter = Presenter(book, desk, setting.simulated, INTERVAL, user=self.user)
        self.presenter.planner = Planner(
            desk.rules.settings, self._plan, on_done=lambda: self._calls.put(self._show)
        )
        self._show()
        if setting.bars is None:
            self.told.emit(_without_feed(book), False)
        else:
            feed = open_feed(setting, tuple(book.securities().values()), self._speed)
            self._play(desk, feed, keeper)
        while not self._stop.is_set():
            self._drain(0.1)

    def _play(self, desk: Desk, feed: QuoteFeed, keeper: Keeper) -> None:
        """Take the feed batch by batch, and what is asked in between."""
        presenter = self.presenter
        assert presenter is not None
        for batch in feed.batches():
            found = desk.on_quotes(batch.quotes, batch.at)
            presenter.remember(found, clock.now())
            self._show()
            keeper.look(presenter.book.audit_head().seq, clock.now())
            self._drain(0.0)
            while presenter.paused and not self._stop.is_set():
                self._drain(0.1)
            if self._stop.is_set():
                feed.stop()
                return
        self.told.emit("The tape has ended; prices stand still.", False)

    def _drain(self, wait_s: float) -> None:
        """Take every call that waits."""
        while True:
            try:
                call = self._calls.get(timeout=wait_s) if wait_s else self._calls.get_nowait()
            except queue.Empty:
                return
            call()

    def _show(self) -> None:
        """Hand the newest views up."""
        if self.presenter is not None:
            for view in self.presenter.views():
                self._take(view)


def _lower_priority() -> None:
    """Let the window go first; on Linux a thread can be lowered by its own id."""
    if hasattr(os, "setpriority"):
        try:
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), ENGINE_NICE)
        except OSError:
            return


def connect(frame: Frame, worker: Worker) -> None:
    """Let every intent of the window reach the desk, and its answers the window."""
    for name, step in steps(worker).items():
        getattr(frame.intents, name).connect(_asking(worker, step))
    frame.intents.closing.connect(worker.stop)
    queued = Qt.ConnectionType.QueuedConnection
    worker.told.connect(lambda text, _trouble: frame.banner.say(text), queued)
    worker.crashed.connect(frame.commands.crashed, queued)
    worker.replied.connect(frame.commands.replied, queued)


def _asking(worker: Worker, step: Step) -> Callable[..., None]:
    """A slot that has the step done on the desk's thread with the signal's arguments."""
    return lambda *args: worker.ask(lambda d, p, now: step(d, p, now, *args))


def _without_feed(book: Book) -> str:
    """What a window without a feed says."""
    newest = book.newest_snapshot()
    since = f"prices as of {newest[1]:%Y-%m-%d %H:%M} UTC" if newest else "no price yet"
    return f"No feed, {since}: files, limits, log and details work. Open with --tape for prices."


def open_own(path: Path, tape: Tape | None, speed: float, seed: int, key: Key = None) -> None:
    """The workstation on a book of one's own, on its own feed or on a tape."""
    run_window(path, tape_setting(tape) if tape else None, speed, seed, key)


def open_demo(path: Path | None, speed: float, seed: int) -> None:
    """The workstation on the demo book; returns when the window is closed."""
    with tempfile.TemporaryDirectory() as folder:
        run_window(path or Path(folder) / "demo.lotlight", demo_setting(), speed, seed)


def run_window(
    path: Path, setting: Setting | None, speed: float, seed: int, key: Key = None
) -> None:
    """Window first, then the desk; the window's looks are kept in the configuration folder."""
    application = _application()
    kept = QSettings(str(config_file().with_name("window.ini")), QSettings.Format.IniFormat)
    frame = Frame(settings=kept)
    frame.show()
    if setting is not None and not kept.value("welcomed"):
        kept.setValue("welcomed", 1)
        frame.actions_["welcome"].trigger()
    worker = Worker(path, setting, speed, seed, key)
    connect(frame, worker)
    _catch_faults(worker)
    worker.start(frame.take)
    try:
        application.exec()
    finally:
        worker.stop()


def _catch_faults(worker: Worker) -> None:
    """A fault anywhere becomes one sheet and a line in the log; the window stays up."""

    def told(kind: type[BaseException], fault: BaseException, trace: Any) -> None:
        lines = "".join(traceback.format_exception(kind, fault, trace))
        LOG.error("unexpected fault\n%s", lines)
        worker.crashed.emit(lines, SAFE)

    sys.excepthook = told
    threading.excepthook = lambda args: told(
        args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback
    )


def _application() -> QApplication:
    """The application, made once."""
    found = QApplication.instance()
    return found if isinstance(found, QApplication) else QApplication(["lotlight"])


def first_paint() -> float:
    """Seconds from nothing to a window that has been painted once."""
    begun = clock.seconds()
    application = _application()
    frame = Frame()
    frame.show()
    application.processEvents()
    took = clock.seconds() - begun
    frame.close()
    return took


def shoot(
    desk: Desk, book: Book, simulated: bool, folder: Path, households: Sequence[str] = ()
) -> list[Path]:
    """Pictures of every screen of a headless run, from the desk as it stands."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    _application()
    frame = Frame()
    presenter = Presenter(book, desk, simulated, INTERVAL)
    presenter.planner = Planner(desk.rules.settings)
    presenter.remember(tuple(desk.evaluations.values()), clock.now())
    _settle(presenter)
    for view in (*presenter.views(), presenter.whatif_view()):
        if view is not None:
            frame.take(view)
    made = shoot_frame(frame, folder)
    frame.close()
    return made


def _settle(presenter: Presenter) -> None:
    """Solve here and now what the window has solved beside the desk."""
    presenter.practice()
    presenter.whatif_view()
    moment = presenter.moment()
    if moment is None or presenter.whatif is None:
        return
    for levers in presenter.whatif.unsolved():
        presenter.whatif.solved(levers, solve(moment, presenter.desk.rules, levers))


def _do(_: object) -> None:
    """A step's value is nobody's business."""
