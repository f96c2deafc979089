"""The approval queue: proposals waiting for the advisor, most money per minute left first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from PySide6.QtCore import QElapsedTimer, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from engine.results import Proposal
from widgets import text
from widgets.cells import state_text
from widgets.grid import GridView
from widgets.hold import HeldOrder
from widgets.parts import FitLabel, set_text
from widgets.table import Column, Kind
from widgets.theme import Theme
from widgets.views import DeskView, Impact

HOLD_MS = 2000
"""A key pressed this recently holds the order."""
BUTTONS = (("approve", "Approve"), ("stage", "Stage"), ("reject", "Reject"))
MORE_BUTTONS = (("defer", "Defer"), ("explain", "Explain"))


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A proposal with the words its line needs."""

    proposal: Proposal
    symbol: str
    shares: Decimal
    gain_usd: Decimal
    replacement: str
    expires_at: datetime
    as_of: datetime
    state: str
    marked: bool

    @property
    def hours_left(self) -> float:
        """Hours until it expires."""
        return (self.expires_at - self.as_of).total_seconds() / 3600


def trade_text(proposal: Proposal) -> str:
    """What is to be done, in two words."""
    if not proposal.sales:
        return "Buy"
    lots = len(proposal.sales)
    return "Sell lot" if lots == 1 else f"Sell {lots} lots"


COLUMNS: tuple[Column[QueueRow], ...] = (
    Column("Symbol", lambda r: ("● " if r.marked else "") + r.symbol),
    Column("Trade", lambda r: trade_text(r.proposal), spare=3),
    Column(
        "Shares", lambda r: text.shares(r.shares), Kind.NUMBER, lambda r: float(r.shares), spare=2
    ),
    Column(
        "Unrealized $",
        lambda r: text.signed(r.gain_usd),
        Kind.SIGNED,
        lambda r: float(r.gain_usd),
        live=True,
    ),
    Column(
        "P(hit)",
        lambda r: text.probability(r.proposal.probability),
        Kind.CHANCE,
        lambda r: r.proposal.probability,
        live=True,
        width=70,
        help="Chance that the lot touches its harvest price within the window; the mark is 80 %",
    ),
    Column(
        "Net alpha $",
        lambda r: text.signed(r.proposal.alpha.net_usd),
        Kind.SIGNED,
        lambda r: float(r.proposal.alpha.net_usd),
        live=True,
        help="Tax saved or deferred in present dollars, after every cost",
    ),
    Column("Replace with", lambda r: r.replacement, spare=1),
    Column(
        "Expires in",
        lambda r: text.hours(r.hours_left),
        Kind.NUMBER,
        lambda r: r.hours_left,
        live=True,
    ),
    Column("State", lambda r: state_text(r.state), Kind.STATE, lambda r: r.state, live=True),
)


def queue_row(view: DeskView, proposal: Proposal, *, gone: bool, marked: bool) -> QueueRow:
    """The line of a proposal."""
    names = view.securities
    sold = {s.security_id for s in proposal.sales}
    bought = {p.security_id for p in proposal.purchases}

    def symbols(ids: set[str]) -> str:
        return ", ".join(sorted(names[i].symbol if i in names else i for i in ids))

    return QueueRow(
        proposal,
        symbols(sold or bought),
        sum((s.shares for s in proposal.sales), Decimal(0)),
        sum((s.est_gain_usd for s in proposal.sales), Decimal(0)),
        symbols(bought) if sold else text.NONE,
        proposal.expires_at,
        view.evaluation.as_of,
        "gone" if gone else proposal.state.value,
        marked,
    )


def impact_text(impact: Impact | None) -> str:
    """What the proposal would change, in one line."""
    if impact is None:
        return ""
    drift = text.signed(impact.tracking_error * 100, 2)
    return (
        f"Projected tax {text.signed_money(impact.tax_usd)}  ·  cash "
        f"{text.signed_money(impact.cash_usd)}  ·  tracking error {drift or '0.00'}%"
    )


class ProposalsPanel(QWidget):
    """Proposals waiting for the advisor.

    Attributes:
        table: The queue; A, S, R, D, E and the other keys of its scope act while it has the focus.
        marked: Proposals marked for Approve marked.

    Signals:
        chosen: Another proposal became current. arg: proposal id.
        drilled: Enter. arg: proposal id.
        noted: Text for the card's note.
    """

    chosen = Signal(str)
    drilled = Signal(str)
    noted = Signal(str)

    def __init__(self, theme: Theme, actions: dict[str, QAction]) -> None:
        super().__init__()
        self.marked: set[str] = set()
        self._view: DeskView | None = None
        self._known: dict[str, Proposal] = {}
        self._order = HeldOrder()
        self._acted: set[str] = set()
        self._key = QElapsedTimer()
        self.table: GridView[QueueRow] = GridView(
            theme,
            COLUMNS,
            lambda r: r.proposal.proposal_id,
            "Approval queue",
            "Nothing needs a decision.\nProposals appear here when a harvest is worth more than it"
            " costs, or when a lot is 80 % likely to get there within three hours.",
        )
        self.impact = FitLabel("", "muted", "note")
        self.accept = QPushButton()
        self.accept.hide()
        self.buttons = [self._button(actions, *pair) for pair in (*BUTTONS, *MORE_BUTTONS)]
        self._lay_out()
        self.table.chosen.connect(self._choose)
        self.table.drilled.connect(self.drilled)
        self.accept.clicked.connect(self.take_in)

    def _button(self, actions: dict[str, QAction], name: str, title: str) -> QPushButton:
        """A button that triggers an action and names its key."""
        action = actions[name]
        made = QPushButton(f"{title}  {action.shortcut().toString()}")
        made.setObjectName("primary" if name == "approve" else "")
        made.setToolTip(action.toolTip())
        made.setEnabled(False)
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.clicked.connect(action.trigger)
        return made

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(6)
        for made in self.buttons:
            line.addWidget(made)
        line.addStretch(1)
        line.addWidget(self.accept)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        box.addWidget(self.table, 1)
        box.addWidget(self.impact)
        box.addLayout(line)

    # -- what it is handed ------------------------------------------------------------------------

    def take(self, view: DeskView) -> None:
        """Show a snapshot; rows stay where they are while the hand is on them."""
        if self._view and self._view.household.household_id != view.household.household_id:
            self.marked.clear()
            self._known.clear()
            self._order = HeldOrder()
            self.table.clearSelection()
        self._view = view
        newest = {p.proposal_id: p for p in view.evaluation.proposals}
        self._known = {**self._known, **newest}
        self._order.take(list(newest), held=self.held(), dropped=frozenset(self._acted))
        self._acted &= set(newest)
        self._draw()

    def held(self) -> bool:
        """Whether the order must stand still: a row is current, or a key was just pressed."""
        fresh = self._key.isValid() and self._key.elapsed() < HOLD_MS
        return bool(self.table.current_id()) or fresh

    def take_in(self) -> None:
        """Let new and moved rows in."""
        self._order.accept()
        self._draw()

    def _draw(self) -> None:
        """Hand the rows to the table."""
        if self._view is None:
            return
        newest = {p.proposal_id for p in self._view.evaluation.proposals}
        self._known = {
            i: p for i, p in self._known.items() if i in newest or i in self._order.shown
        }
        self.marked &= set(self._known)
        rows = [
            queue_row(self._view, self._known[i], gone=i not in newest, marked=i in self.marked)
            for i in self._order.shown
        ]
        self.table.show_rows(rows)
        pending = str(self._order.pending)
        self.accept.setVisible(bool(pending))
        set_text(self.accept, f"{pending}: let in  N" if pending else "")
        marked = f"{len(self.marked)} marked  ·  " if self.marked else ""
        self.noted.emit(f"{marked}{len(rows)} by money per minute left")
        self._show_current()

    def _show_current(self) -> None:
        """Impact and buttons of the current row."""
        current = self.table.current_id()
        impact = self._view.impacts.get(current) if self._view and current else None
        told = impact_text(impact) or "Choose a row to see what it changes for the household"
        set_text(self.impact, told)
        for made in self.buttons:
            made.setEnabled(bool(current))

    # -- the hand ---------------------------------------------------------------------------------

    def current(self) -> Proposal | None:
        """The proposal as it is shown, which is what an approval speaks of."""
        return self._known.get(self.table.current_id())

    def acted(self, proposal_id: str) -> None:
        """A decision was made: go on to the next row and let this one leave."""
        self._acted.add(proposal_id)
        self.marked.discard(proposal_id)
        shown = [i for i in self._order.shown if i not in self._acted]
        later = self._order.shown[self._order.shown.index(proposal_id) + 1 :]
        following = next((i for i in later if i in shown), shown[-1] if shown else "")
        if following:
            self.table.choose(following)

    def toggle_mark(self) -> None:
        """Mark or unmark the current row."""
        if current := self.table.current_id():
            self.marked ^= {current}
            self._draw()

    def _choose(self, proposal_id: str) -> None:
        self._show_current()
        self.chosen.emit(proposal_id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Remember that the hand is on the keys."""
        self._key.restart()
        super().keyPressEvent(event)
