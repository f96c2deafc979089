"""The desk on a thread of its own, and the window that shows it.

The book, the market and the engine live on one worker thread; the window lives on the GUI thread.
Views go up through the frame's mailbox (the newest wins), intents come down as calls in a queue
that the worker takes between two ticks. The window never waits for the engine.
"""

import os
import queue
import tempfile
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication

from app import clock
from app.book.book import Book
from app.desk import Desk, NotNowError
from app.office import Setting, demo_setting, open_desk, open_feed, seed_book
from app.screens.presenter import Presenter
from engine.decision.settings import DecisionSettings
from engine.errors import UserError
from engine.records import User
from widgets.frame import Frame
from widgets.shots import shoot as shoot_frame
from widgets.views import View

INTERVAL = timedelta(minutes=5)
ENGINE_NICE = 10


class Worker(QObject):
    """The desk's thread.

    Signals:
        told: A sentence for the advisor. args: text, whether it is trouble.
    """

    told = Signal(str, bool)

    def __init__(self, path: Path, setting: Setting, speed: float, seed: int) -> None:
        """Nothing is opened before ``start``."""
        super().__init__()
        self._path, self._setting, self._speed, self._seed = path, setting, speed, seed
        self._calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="desk", daemon=False)
        self._take: Callable[[View], None] = lambda view: None
        self.presenter: Presenter | None = None
        self.user: User = setting.practice.users[0]

    def start(self, take: Callable[[View], None]) -> None:
        """Begin the day; views go to ``take``."""
        self._take = take
        self._thread.start()

    def stop(self) -> None:
        """End the day and wait for the thread."""
        self._stop.set()
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
        except UserError as error:
            self.told.emit(str(error), True)
        self._show()

    def _run(self) -> None:
        """The thread: open the book, play the feed, answer between ticks."""
        _lower_priority()
        at = datetime.combine(self._setting.first, time(9, 0)).astimezone()
        fresh = not self._path.exists()
        try:
            with Book.create(self._path, at=at) if fresh else Book.open(self._path) as book:
                if fresh:
                    seed_book(book, self._setting.practice, at)
                self._day(book)
        except UserError as error:
            self.told.emit(str(error), True)

    def _day(self, book: Book) -> None:
        """Play the feed to its end, then keep answering until the window closes."""
        desk = open_desk(book, self._setting, self._seed, DecisionSettings())
        self.presenter = Presenter(book, desk, self._setting.simulated, INTERVAL)
        self._take(self.presenter.practice())
        feed = open_feed(self._setting, tuple(book.securities().values()), self._speed)
        for batch in feed.batches():
            found = desk.on_quotes(batch.quotes, batch.at)
            self.presenter.remember(found, clock.now())
            self._show()
            self._drain(0.0)
            while self.presenter.paused and not self._stop.is_set():
                self._drain(0.1)
            if self._stop.is_set():
                feed.stop()
                return
        self.told.emit("The tape has ended; prices stand still.", False)
        while not self._stop.is_set():
            self._drain(0.1)

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
    """Let every intent of the window reach the desk."""
    intents, user = frame.intents, worker.user
    intents.approve.connect(lambda key: worker.ask(lambda d, p, now: _approve(worker, d, key, now)))
    intents.approve_many.connect(
        lambda keys: worker.ask(lambda d, p, now: _approve_many(worker, d, keys, now))
    )
    intents.approve_anyway.connect(
        lambda key: worker.ask(
            lambda d, p, now: _noted(d.approve(key, user, now, accept_worse=True))
        )
    )
    intents.stage.connect(lambda key: worker.ask(lambda d, p, now: d.stage(key, user, now)))
    intents.reject.connect(
        lambda key, why: worker.ask(lambda d, p, now: d.reject(key, user, now, why))
    )
    intents.defer.connect(
        lambda key, minutes: worker.ask(lambda d, p, now: d.defer(key, user, now, minutes))
    )
    intents.withdraw.connect(
        lambda key: worker.ask(
            lambda d, p, now: d.withdraw(key, user, now, "withdrawn on the desk")
        )
    )
    intents.household_chosen.connect(
        lambda key: worker.ask(lambda d, p, now: setattr(p, "household_id", key))
    )
    intents.lot_chosen.connect(lambda key: worker.ask(lambda d, p, now: setattr(p, "lot_id", key)))
    intents.pause.connect(lambda on: worker.ask(lambda d, p, now: setattr(p, "paused", on)))
    intents.export_orders.connect(
        lambda folder: worker.ask(lambda d, p, now: _export(worker, d, Path(folder), now))
    )
    intents.closing.connect(worker.stop)
    worker.told.connect(
        lambda text, _trouble: frame.banner.say(text), Qt.ConnectionType.QueuedConnection
    )


def _noted(_: Any) -> None:
    """A result that the newest view shows anyway."""


def _approve(worker: Worker, desk: Desk, key: str, now: datetime) -> None:
    """Sign; say why where it may not be signed as it stands."""
    try:
        desk.approve(key, worker.user, now)
    except NotNowError as error:
        worker.told.emit(str(error), True)


def _approve_many(worker: Worker, desk: Desk, keys: Sequence[str], now: datetime) -> None:
    """Sign several, one by one; each is priced again after the one before."""
    for key in keys:
        _approve(worker, desk, key, now)


def _export(worker: Worker, desk: Desk, folder: Path, now: datetime) -> None:
    """Write the order files where the advisor said."""
    files = desk.export_orders(worker.user, now)
    if not files:
        worker.told.emit("Nothing is approved that has not been exported.", False)
        return
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        (folder / file.name).write_bytes(file.content)
    worker.told.emit(f"{len(files[0].order_keys)} orders written to {folder}.", False)


def open_demo(path: Path | None, speed: float, seed: int) -> None:
    """The workstation on the demo book; returns when the window is closed."""
    with tempfile.TemporaryDirectory() as folder:
        run_window(path or Path(folder) / "demo.lotlight", demo_setting(), speed, seed)


def run_window(path: Path, setting: Setting, speed: float, seed: int) -> None:
    """Window first, then the desk."""
    application = _application()
    frame = Frame()
    frame.show()
    worker = Worker(path, setting, speed, seed)
    connect(frame, worker)
    worker.start(frame.take)
    try:
        application.exec()
    finally:
        worker.stop()


def _application() -> QApplication:
    """The application, made once."""
    found = QApplication.instance()
    return found if isinstance(found, QApplication) else QApplication(["lotlight"])


def shoot(
    desk: Desk, book: Book, simulated: bool, folder: Path, households: Sequence[str] = ()
) -> list[Path]:
    """Pictures of every screen of a headless run, from the desk as it stands."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    _application()
    frame = Frame()
    presenter = Presenter(book, desk, simulated, INTERVAL)
    presenter.remember(tuple(desk.evaluations.values()), clock.now())
    for view in presenter.views():
        frame.take(view)
    made = shoot_frame(frame, folder)
    frame.close()
    return made
