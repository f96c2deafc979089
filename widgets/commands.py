"""What each action does: it opens a sheet, moves in the window, or sends an intent."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog, QInputDialog, QLineEdit

from widgets import text
from widgets import theme as themes
from widgets.actions import ACTIONS, key_text
from widgets.decide import EditSheet
from widgets.decisions import Decisions
from widgets.details import DetailsSheet
from widgets.explain import FigureSheet
from widgets.importer import ImportSheet
from widgets.info import AboutSheet, CrashSheet, HelpSheet, ShortcutSheet, WelcomeSheet
from widgets.lock import LockScreen
from widgets.notices import Notices
from widgets.own import IdleLock
from widgets.palette import Entry, Palette
from widgets.parts import set_text
from widgets.rail import SCREENS
from widgets.settings_sheet import SettingsSheet
from widgets.sheet import Sheet
from widgets.sign_in import SignInSheet
from widgets.views import (
    DeskView,
    Details,
    FileWanted,
    GotWorse,
    Priced,
    Refused,
    Reply,
    SignedIn,
    Trial,
)

if TYPE_CHECKING:
    from widgets.frame import Frame

ZOOM_STEP = 0.5


class Commands:
    """The handlers of ``widgets.actions.ACTIONS``, by id.

    Attributes:
        handlers: Every action's handler; a test holds it against the table.
        sheet: The sheet opened last, or ``None``.
        decisions: What is done to proposals.
    """

    def __init__(self, frame: Frame) -> None:
        self.frame, self.intents = frame, frame.intents
        self.sheet: Sheet | None = None
        self.lock_screen = LockScreen(frame, frame.intents)
        self.decisions = Decisions(frame, self.open)
        self.handlers: dict[str, Callable[[], object]] = {
            **{f"go_{name}": partial(frame.go, at) for at, (name, *_) in enumerate(SCREENS)},
            **self.decisions.handlers(),
            **self._table_handlers(),
            **self._book_handlers(),
            **self._view_handlers(),
        }
        for name, action in frame.actions_.items():
            action.triggered.connect(lambda _=False, n=name: self.handlers[n]())
        self.notices = Notices(frame.banner, frame.own)
        self.idle = IdleLock(frame.own, QApplication.instance() or frame, frame)
        self.idle.idle.connect(self._lock)
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._follow)
        frame.own.changed.connect(lambda: self._follow(hints.colorScheme()))
        frame.top.palette_asked.connect(self.palette)
        frame.top.households_asked.connect(self.households)
        frame.top.mode_asked.connect(lambda: frame.go(6))
        frame.figures.asked.connect(self.explain_figure)
        frame.banner.opened.connect(lambda key: self.handlers[key]())

    def open(self, sheet: Sheet) -> Sheet:
        """Show a sheet over the window."""
        self.sheet = sheet
        sheet.destroyed.connect(self._closed)
        sheet.open()
        return sheet

    def _closed(self) -> None:
        self.sheet = None

    def _view(self) -> DeskView | None:
        return self.frame.latest.get(DeskView)

    def replied(self, reply: Reply) -> None:
        """An answer of the desk, for the sheet that asked."""
        match reply:
            case Priced(proposal_id, impact):
                if isinstance(self.sheet, EditSheet) and self.sheet.proposal_id == proposal_id:
                    self.sheet.show_impact(impact)
            case GotWorse():
                self.decisions.got_worse(reply)
            case Trial():
                if isinstance(self.sheet, ImportSheet):
                    self.sheet.show_trial(reply)
            case FileWanted(why):
                sheet = ImportSheet(self.frame, self.frame.theme, self.intents)
                set_text(sheet.told, why)
                self.open(sheet)
            case Details():
                self.open(DetailsSheet(self.frame, reply, self.intents))
            case SignedIn():
                self.lock_screen.open()
                self.frame.banner.say(f"Signed in as {reply.name}. {reply.hint}".strip())
            case Refused(why):
                self.lock_screen.refuse(why)
                self.frame.banner.say(why)

    # -- tables -----------------------------------------------------------------------------------

    def _table_handlers(self) -> dict[str, Callable[[], object]]:
        return {
            "filter": self._filter,
            "copy": self._copy,
            "export_table": self._export_table,
            "columns": self._columns,
        }

    def _copy(self) -> None:
        grid = self.frame.grid()
        if grid is not None:
            grid.copy()

    def _filter(self) -> None:
        """Ask for words; none shows every row again."""
        grid = self.frame.grid()
        if grid is None:
            return
        words, accepted = QInputDialog.getText(
            self.frame, "Filter", "Show rows that hold", QLineEdit.EchoMode.Normal, grid.words
        )
        if accepted:
            grid.filter(words)

    def _export_table(self) -> None:
        grid = self.frame.grid()
        if grid is None:
            return
        path, _ = QFileDialog.getSaveFileName(
            self.frame, "Export table", f"{grid.objectName()}.csv", "CSV (*.csv)"
        )
        if path:
            grid.export_csv(Path(path))

    def _columns(self) -> None:
        grid = self.frame.grid()
        if grid is not None:
            menu = grid.column_menu()
            menu.popup(grid.mapToGlobal(grid.rect().topLeft()))

    # -- book -------------------------------------------------------------------------------------

    def _book_handlers(self) -> dict[str, Callable[[], object]]:
        frame, intents = self.frame, self.intents
        return {
            "palette": self.palette,
            "households": self.households,
            "back": self._back,
            "export_orders": self._export_orders,
            "import": lambda: self.open(ImportSheet(frame, frame.theme, intents)),
            "report": self._report,
            "verify": intents.verify.emit,
            "undo": lambda: intents.undo.emit(frame.screen_name()),
            "redo": lambda: intents.redo.emit(frame.screen_name()),
            "pause": self._pause,
            "settings": self._settings,
            "details": lambda: intents.gap_chosen.emit(""),
            "new_household": intents.household_new.emit,
            "new_book": self._new_book,
            "open_book": self._open_book,
            "sign_in": self._sign_in,
            "lock": self._lock,
            "quit": frame.close,
        }

    def _new_book(self) -> None:
        """An empty book of one's own, in a window of its own."""
        path, _ = QFileDialog.getSaveFileName(self.frame, "New book", "practice.lotlight")
        if path:
            self.intents.book_new.emit(path)

    def _open_book(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self.frame, "Open book", "", "Books (*.lotlight)")
        if path:
            self.intents.book_opened.emit(path)

    def _settings(self) -> None:
        practice = self.frame.practice
        choices = practice.choices if practice else {}
        self.open(SettingsSheet(self.frame, {**choices, **self.frame.own.values()}, self._keep))

    def _keep(self, values: dict[str, float]) -> None:
        """What belongs to this desk stays here, what belongs to the practice goes to its book."""
        own = set(self.frame.own.values())
        self.frame.own.keep({key: value for key, value in values.items() if key in own})
        self.intents.settings_changed.emit({k: v for k, v in values.items() if k not in own})

    def _lock(self) -> None:
        """Close what lies over the window, and cover it."""
        if self.sheet is not None:
            self.sheet.close()
        self.lock_screen.lock()

    def _follow(self, scheme: Qt.ColorScheme) -> None:
        """Take the system's theme, where that is wanted and the system says which."""
        known = {Qt.ColorScheme.Dark: "dark", Qt.ColorScheme.Light: "light"}
        name = known.get(scheme, "")
        if self.frame.own.values()["follow_system"] and name not in ("", self.frame.theme.name):
            self.frame.dress(themes.load(name))

    def _sign_in(self) -> None:
        if self.frame.practice is not None:
            self.open(SignInSheet(self.frame, self.frame.practice, self.intents))

    def palette(self) -> None:
        """Symbols, households and every command."""
        entries = [*self._command_entries(), *self._symbol_entries(), *self._household_entries()]
        hint = "A symbol, a household or a command"
        self.open(Palette(self.frame, "Find anything", hint, entries))

    def households(self) -> None:
        """The household switcher."""
        entries = self._household_entries()
        self.open(Palette(self.frame, "Switch household", "Part of a name", entries))

    def _command_entries(self) -> list[Entry]:
        return [
            Entry(
                e.title,
                f"{key_text(e.shortcut)}    {e.help}",
                self.frame.actions_[e.action_id].trigger,
            )
            for e in ACTIONS
        ]

    def _symbol_entries(self) -> list[Entry]:
        view = self._view()
        if view is None:
            return []
        held = {p.security_id for p in view.evaluation.positions}
        choose = self.frame.desk.choose_security
        return [
            Entry(s.symbol, s.name, partial(choose, s.security_id))
            for s in view.securities.values()
            if s.security_id in held
        ]

    def _household_entries(self) -> list[Entry]:
        practice = self.frame.practice
        send = self.intents.household_chosen.emit
        return [
            Entry(
                h.name,
                f"{text.plural(h.accounts, 'account')}, {h.waiting} waiting",
                partial(send, h.household_id),
            )
            for h in (practice.households if practice else ())
        ]

    def _back(self) -> None:
        """Leave a row first, then the screen."""
        queue = self.frame.desk.queue.table
        if self.frame.stack.currentIndex():
            self.frame.go(0)
        elif queue.currentIndex().isValid():
            queue.let_go()

    def _export_orders(self) -> None:
        if folder := QFileDialog.getExistingDirectory(self.frame, "Folder for the order file"):
            self.intents.export_orders.emit(folder)

    def _report(self) -> None:
        self.frame.go(7)
        self.intents.report.emit()

    def _pause(self) -> None:
        view = self._view()
        self.intents.pause.emit(not (view is not None and view.status.paused))

    # -- looks and help ---------------------------------------------------------------------------

    def _view_handlers(self) -> dict[str, Callable[[], object]]:
        frame = self.frame
        return {
            "layout_trade": lambda: frame.arrange("trade"),
            "layout_review": lambda: frame.arrange("review"),
            "layout_plan": lambda: frame.arrange("plan"),
            "layout_reset": lambda: frame.arrange("trade"),
            "theme": self._other_theme,
            "zoom_in": lambda: self._zoom(ZOOM_STEP),
            "zoom_out": lambda: self._zoom(-ZOOM_STEP),
            "shortcuts": lambda: self.open(ShortcutSheet(frame)),
            "help": lambda: self.open(HelpSheet(frame, frame.screen_name())),
            "welcome": lambda: self.open(WelcomeSheet(frame, self._new_book)),
            "about": lambda: self.open(AboutSheet(frame)),
        }

    def _other_theme(self) -> None:
        self.frame.dress(themes.load("light" if self.frame.theme.name == "dark" else "dark"))

    def _zoom(self, by: float) -> None:
        self.frame.dress(points=self.frame.points + by)

    def explain_figure(self, name: str) -> None:
        """Take one of the six figures apart."""
        view = self._view()
        if view is not None:
            self.open(FigureSheet(self.frame, name, view))

    def crashed(self, details: str, safe: str) -> None:
        """Show a fault of our own; ``safe`` says what state the book is in."""
        if QApplication.activeModalWidget() is None:
            self.open(CrashSheet(self.frame, details, safe))
