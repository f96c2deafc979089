"""F1, the desk: what needs a decision, what could be worth one, and what it does to the bill."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from widgets import text
from widgets.alpha_bars import AlphaBars
from widgets.dial import Dial
from widgets.heat import HeatMap
from widgets.parts import Card, split
from widgets.positions import PositionsPanel
from widgets.proposals import ProposalsPanel
from widgets.theme import Theme
from widgets.vectors import VectorsPanel
from widgets.views import DeskView
from widgets.wait_chart import WaitPanel

UP, ACROSS = Qt.Orientation.Vertical, Qt.Orientation.Horizontal
LAYOUTS = {
    "trade": {"columns": (46, 28, 26), "left": (45, 55), "middle": (50, 50), "right": (42, 30, 28)},
    "review": {
        "columns": (36, 38, 26),
        "left": (45, 55),
        "middle": (50, 50),
        "right": (50, 26, 24),
    },
    "plan": {"columns": (40, 25, 35), "left": (50, 50), "middle": (45, 55), "right": (32, 38, 30)},
}
"""Shares of the splitters in the three layouts."""


class DeskScreen(QWidget):
    """The queue, the positions, the charts and the household's bill, linked by one selection.

    Signals:
        lot_chosen: The selection moved. arg: lot id.
        drilled: Open the lot on F2. arg: lot id.
        limit_chosen: Open the limit on F4. arg: constraint id.
    """

    lot_chosen = Signal(str)
    drilled = Signal(str)
    limit_chosen = Signal(str)

    def __init__(self, theme: Theme, actions: dict[str, QAction]) -> None:
        super().__init__()
        self.queue, self.positions = ProposalsPanel(theme, actions), PositionsPanel(theme)
        self.bars, self.heat = AlphaBars(theme), HeatMap(theme)
        self.wait, self.dial, self.vectors = WaitPanel(theme), Dial(theme), VectorsPanel(theme)
        self._view: DeskView | None = None
        self._lot_id = ""
        self.cards = {
            "queue": Card("Approval queue", self.queue),
            "positions": Card("Positions", self.positions),
            "bars": Card("Live alpha by position", self.bars),
            "heat": Card("Sector forecast", self.heat, "framed from the flag chance on"),
            "wait": Card("Harvest now or wait", self.wait),
            "dial": Card("Household tax", self.dial),
            "vectors": Card("The three vectors", self.vectors),
        }
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        """Three columns; every share can be moved and is saved."""
        shares, cards = LAYOUTS["trade"], self.cards
        left = split("left", UP, (cards["queue"], cards["positions"]), shares["left"])
        middle = split("middle", UP, (cards["bars"], cards["heat"]), shares["middle"])
        right = (cards["wait"], cards["dial"], cards["vectors"])
        column = split("right", UP, right, shares["right"])
        whole = split("columns", ACROSS, (left, middle, column), shares["columns"])
        self.splitters: dict[str, QSplitter] = {
            s.objectName(): s for s in (whole, left, middle, column)
        }
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(whole)

    def _connect(self) -> None:
        self.queue.noted.connect(self.cards["queue"].say)
        self.positions.noted.connect(self.cards["positions"].say)
        self.bars.pointed.connect(self.cards["bars"].point)
        self.heat.pointed.connect(self.cards["heat"].point)
        self.wait.chart.pointed.connect(self.cards["wait"].point)
        self.queue.chosen.connect(self._proposal_chosen)
        self.queue.drilled.connect(lambda _: self.drilled.emit(self._lot_id))
        self.positions.chosen.connect(self._position_chosen)
        self.positions.drilled.connect(lambda _: self.drilled.emit(self._lot_id))
        self.vectors.limit_chosen.connect(self.limit_chosen)

    def dress(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        for part in (self.bars, self.heat, self.wait, self.dial):
            part.dress(theme)
        for grid in (self.queue.table, self.positions.table, *self.vectors.grids()):
            grid.dress(theme)

    def arrange(self, layout: str) -> None:
        """Take one of the ``LAYOUTS``."""
        for name, shares in LAYOUTS[layout].items():
            self.splitters[name].setSizes([share * 20 for share in shares])

    # -- what it is handed ------------------------------------------------------------------------

    def take(self, view: DeskView) -> None:
        """Show a snapshot; only panels in sight are drawn."""
        self._view = view
        self.queue.take(view)
        for part in (self.positions, self.bars, self.heat, self.vectors):
            if part.isVisibleTo(self):
                part.take(view)
        self.cards["vectors"].say(self.vectors.note(view))
        self.cards["bars"].say(self.bars.note())
        self.dial.take(view.dial)
        self.cards["dial"].say(view.dial.title)
        self._show_lot()

    def _show_lot(self) -> None:
        """The now-or-wait panel for the chosen lot, else for the first proposal."""
        view = self._view
        if view is None:
            return
        lot_id = self._lot_id or self._first_lot(view)
        self.wait.take(lot_id, view.waits.get(lot_id))
        lot = next((x for x in view.household.lots if x.lot_id == lot_id), None)
        if lot is None:
            self.cards["wait"].say("")
            return
        security = view.securities.get(lot.security_id)
        symbol = security.symbol if security else lot.security_id
        self.cards["wait"].say(f"{symbol}, {text.day(lot.acquired_on)}")

    def _first_lot(self, view: DeskView) -> str:
        """First lot of the first proposal that sells one."""
        for proposal in view.evaluation.proposals:
            if proposal.sales:
                return proposal.sales[0].lot_id
        return ""

    # -- the one selection ------------------------------------------------------------------------

    def choose_lot(self, lot_id: str) -> None:
        """The selection moved elsewhere: follow it."""
        self._lot_id = lot_id
        self._show_lot()

    def _proposal_chosen(self, proposal_id: str) -> None:
        proposal = self.queue.current()
        if proposal is not None and proposal.sales:
            self.choose_lot(proposal.sales[0].lot_id)
            self.lot_chosen.emit(self._lot_id)

    def choose_security(self, security_id: str) -> None:
        """A symbol was looked for: its position becomes current."""
        if self._view is None:
            return
        for position in self._view.evaluation.positions:
            if position.security_id == security_id:
                self.positions.table.choose(f"{position.account_id}/{security_id}")
                return

    def _position_chosen(self, security_id: str) -> None:
        """The position's lot with the highest chance stands for it."""
        if self._view is None:
            return
        found = [f for f in self._view.evaluation.forecasts if f.security_id == security_id]
        lots = [x for x in self._view.household.lots if x.security_id == security_id]
        if found:
            self.choose_lot(max(found, key=lambda f: f.probability).lot_id)
        elif lots:
            self.choose_lot(lots[0].lot_id)
        self.lot_chosen.emit(self._lot_id)
