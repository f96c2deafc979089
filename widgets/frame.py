"""The window: top bar, six figures, rail, eight screens, status bar, banner.

It takes views from any thread (``take``), draws what is in sight, and sends out ``intents``.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QByteArray, QSettings, Qt
from PySide6.QtGui import QAction, QCloseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from widgets import actions, tables_kept
from widgets import theme as themes
from widgets.audit import AuditScreen
from widgets.banner import Banner
from widgets.commands import Commands
from widgets.constraints import ConstraintsScreen
from widgets.desk import DeskScreen
from widgets.figures import FigureStrip
from widgets.grid import GridView
from widgets.household import HouseholdScreen
from widgets.icons import icon
from widgets.intents import Intents
from widgets.lot import LotScreen
from widgets.mailbox import Mailbox
from widgets.own import OwnSettings
from widgets.parts import GAP
from widgets.rail import SCREENS, Rail
from widgets.score import ScoreScreen
from widgets.statusbar import JobsBar
from widgets.theme import Theme
from widgets.topbar import TopBar
from widgets.views import (
    AuditView,
    ConstraintsView,
    DeskView,
    HouseholdView,
    JobView,
    LotView,
    PracticeView,
    ScoreView,
    View,
    WashView,
    WhatIfView,
)
from widgets.wash import WashScreen
from widgets.whatif import WhatIfScreen

NARROW = 1500
"""Below this width the top bar leaves things out."""
LAYOUT_VERSION = 1


class Frame(QMainWindow):
    """The whole window.

    Attributes:
        intents: Everything the advisor wants, as signals.
        mailbox: Where views arrive; counts what was overtaken.
        desk: Screen F1; the others are in ``screens`` by the view they take.
        practice: All households, for the switcher.
    """

    def __init__(self, theme: str = "dark", settings: QSettings | None = None) -> None:
        """A window without a household; ``settings`` keeps theme, zoom and layout."""
        super().__init__()
        self.settings = settings
        self.own = OwnSettings(settings, self)
        self.points = themes.fitting(float(str(self._kept("points", 9.5))))
        self.theme = themes.load(str(self._kept("theme", theme)))
        themes.apply(_application(), self.theme, self.points)
        self.intents = Intents(self)
        self.actions_: dict[str, QAction] = actions.build(self, self.theme)
        self.practice: PracticeView | None = None
        self.latest: dict[type, Any] = {}
        self.mailbox = Mailbox(self._deliver, self)
        self._build()
        self._connect()
        self.commands = Commands(self)
        self.setWindowTitle("Lotlight")
        self.setWindowIcon(icon("app", self.theme, "accent"))
        self.setMinimumSize(1024, 640)
        self.setStyleSheet(themes.sheet(self.theme, self.points))
        self._restore()
        self.desk.queue.table.setFocus()

    def _build(self) -> None:
        """Make every part and put it in its place."""
        self.top, self.figures = TopBar(self.theme), FigureStrip()
        self.rail, self.banner, self.jobs = Rail(self.theme), Banner(), JobsBar()
        self.desk = DeskScreen(self.theme, self.actions_)
        self.screens: dict[type, Any] = {
            DeskView: self.desk,
            LotView: LotScreen(self.theme, self.intents),
            HouseholdView: HouseholdScreen(self.theme, self.intents),
            ConstraintsView: ConstraintsScreen(self.theme, self.intents),
            WhatIfView: WhatIfScreen(self.theme, self.intents),
            WashView: WashScreen(self.theme, self.intents),
            ScoreView: ScoreScreen(self.theme, self.intents),
            AuditView: AuditScreen(self.theme, self.intents),
        }
        self.stack = QStackedWidget()
        for screen in self.screens.values():
            self.stack.addWidget(screen)
        inner = QVBoxLayout()
        inner.setContentsMargins(GAP, GAP, GAP, GAP)
        inner.setSpacing(GAP)
        inner.addWidget(self.banner)
        inner.addWidget(self.figures)
        inner.addWidget(self.stack, 1)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.rail)
        middle.addLayout(inner, 1)
        whole = QWidget()
        outer = QVBoxLayout(whole)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.top)
        outer.addLayout(middle, 1)
        self.setCentralWidget(whole)
        self.setStatusBar(self.jobs)

    def _connect(self) -> None:
        self.menus = actions.menus(self, self.actions_)
        self.top.hang(self.menus.values())
        self.rail.chosen.connect(self.go)
        self.jobs.cancelled.connect(self.intents.cancel_job)
        self.desk.lot_chosen.connect(self.intents.lot_chosen)
        self.desk.drilled.connect(self._drill)
        self.desk.limit_chosen.connect(lambda _: self.go(3))
        for entry in actions.ACTIONS:
            action = self.actions_[entry.action_id]
            if entry.scope is actions.Scope.QUEUE:
                self.desk.queue.table.addAction(action)
        self.desk.queue.table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    # -- what it is handed ------------------------------------------------------------------------

    def take(self, view: View) -> None:
        """Take a view; any thread, never waits, the newest of a kind wins."""
        self.mailbox.put(view)

    def _deliver(self, view: View) -> None:
        """Draw a view on the GUI thread; a screen out of sight keeps it for when it is shown."""
        if isinstance(view, JobView):
            self.jobs.show_job(view)
        elif isinstance(view, PracticeView):
            self.practice = view
            self.top.show_practice(view)
        else:
            held = self.latest.get(type(view))
            if held is not None and held.seq > view.seq:
                return
            self.latest[type(view)] = view
            if isinstance(view, DeskView):
                self._show_status(view)
            if self.screens[type(view)] is self.stack.currentWidget():
                self.screens[type(view)].take(view)

    def show_desk(self, view: DeskView) -> None:
        """Show F1 at once; GUI thread."""
        self._deliver(view)

    def show_view(self, view: View) -> None:
        """Show any view at once; GUI thread."""
        self._deliver(view)

    def _show_status(self, view: DeskView) -> None:
        self.top.show_status(view.status)
        self.figures.show_figures(view.figures)
        self.jobs.say(view.status.notes)
        self.commands.notices.take(view)
        waiting = f"({view.figures.waiting}) " if view.figures.waiting else ""
        title = f"{waiting}{view.household.name} – Lotlight"
        if self.windowTitle() != title:
            self.setWindowTitle(title)

    # -- screens ----------------------------------------------------------------------------------

    def go(self, at: int) -> None:
        """Show a screen, with the newest view it was handed."""
        self.stack.setCurrentIndex(at)
        self.rail.select(at)
        kind = tuple(self.screens)[at]
        if kind in self.latest:
            self.screens[kind].take(self.latest[kind])

    def screen_name(self) -> str:
        """Id of the screen in sight."""
        return SCREENS[self.stack.currentIndex()][0]

    def _drill(self, lot_id: str) -> None:
        """Open a lot on F2."""
        if lot_id:
            self.intents.lot_chosen.emit(lot_id)
        self.go(1)

    def grid(self) -> GridView[Any] | None:
        """The table that has the focus, else the first one in sight."""
        at = QApplication.focusWidget()
        while at is not None and not isinstance(at, GridView):
            at = at.parentWidget()
        if isinstance(at, GridView):
            return at
        tables = self.stack.findChildren(GridView)
        return next((t for t in tables if t.isVisible()), None)

    # -- looks ------------------------------------------------------------------------------------

    def dress(self, theme: Theme | None = None, points: float = 0) -> None:
        """Change theme or text size everywhere."""
        self.theme = theme or self.theme
        self.points = themes.fitting(points or self.points)
        themes.apply(_application(), self.theme, self.points)
        self.setStyleSheet(themes.sheet(self.theme, self.points))
        actions.dress(self.actions_, self.theme)
        for part in (self.top, self.rail, *self.screens.values()):
            part.dress(self.theme)
        self._keep("theme", self.theme.name)
        self._keep("points", self.points)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave things out of the top bar where there is no room."""
        super().resizeEvent(event)
        self.top.compact(self.width() < NARROW)

    def arrange(self, layout: str) -> None:
        """One of the three layouts of the desk."""
        self.go(0)
        self.desk.arrange(layout)

    # -- kept between runs ------------------------------------------------------------------------

    def _kept(self, key: str, default: object) -> object:
        return self.settings.value(key, default) if self.settings is not None else default

    def _keep(self, key: str, value: object) -> None:
        if self.settings is not None:
            self.settings.setValue(key, value)

    def _restore(self) -> None:
        """Put size and splitters where they were; another version's layout is forgotten."""
        if self.settings is not None:
            tables_kept.restore(self.settings, self.findChildren(GridView))
        if int(str(self._kept("layout", 0))) != LAYOUT_VERSION:
            return
        geometry = self._kept("geometry", None)
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
        for name, splitter in self.desk.splitters.items():
            state = self._kept(f"split/{name}", None)
            if isinstance(state, QByteArray):
                splitter.restoreState(state)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep the layout and tell the desk."""
        self._keep("layout", LAYOUT_VERSION)
        self._keep("geometry", self.saveGeometry())
        if self.settings is not None:
            tables_kept.keep(self.settings, self.findChildren(GridView))
        for name, splitter in self.desk.splitters.items():
            self._keep(f"split/{name}", splitter.saveState())
        self.intents.closing.emit()
        super().closeEvent(event)


def _application() -> QApplication:
    """The running application.

    Raises:
        RuntimeError: If there is none yet.
    """
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        raise RuntimeError("a QApplication must exist before the window")
    return app
