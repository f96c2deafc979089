"""The one table of actions: menus, palette, context menus, shortcut sheet and help are made of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from widgets.icons import icon
from widgets.theme import Theme


class Scope(StrEnum):
    """Where a shortcut acts; single letters act in the approval queue alone."""

    WINDOW = "Everywhere"
    QUEUE = "Approval queue"
    TABLE = "Any table"


@dataclass(frozen=True, slots=True)
class Action:
    """Something the advisor can do.

    Attributes:
        action_id: Name in code.
        menu: Menu it stands in.
        title: What it does, as a command.
        shortcut: Keys, "" for none.
        scope: Where the keys act.
        icon: Name of its icon, "" for none.
        help: One or two sentences for the palette, the tool tip and the help page.
    """

    action_id: str
    menu: str
    title: str
    shortcut: str
    scope: Scope
    icon: str
    help: str


W, Q, T = Scope.WINDOW, Scope.QUEUE, Scope.TABLE
MENUS = ("Go", "Proposal", "Table", "Book", "View", "Help")

# fmt: off
ACTIONS: tuple[Action, ...] = (
    Action("go_desk", "Go", "Desk", "F1", W, "desk", "Approval queue, live alpha, positions and forecast of the household on screen."),
    Action("go_lot", "Go", "Lot", "F2", W, "lot", "Harvest now or wait, the lots ladder, wash neighbours and substitutes."),
    Action("go_household", "Go", "Household", "F3", W, "household", "Tax bands, the year-end bill before and after, planned events, outside assets, context audit."),
    Action("go_constraints", "Go", "Constraints", "F4", W, "constraints", "The constraint matrix: limits, what is used, what binds and what it costs."),
    Action("go_whatif", "Go", "What-if", "F5", W, "whatif", "Move sliders on a copy of the household; the book is not touched."),
    Action("go_wash", "Go", "Wash sales", "F6", W, "wash", "61 days of every account, what is blocked and from when it is safe."),
    Action("go_score", "Go", "Scoreboard", "F7", W, "score", "Forecasts against what happened, and the gate to ACTIVE."),
    Action("go_audit", "Go", "Audit & report", "F8", W, "audit", "The append-only log, why a decision was made, and the Efficiency Report."),
    Action("palette", "Go", "Find anything", "Ctrl+K", W, "search", "Type a symbol, a household or a command, then Enter."),
    Action("households", "Go", "Switch household", "Ctrl+H", W, "household", "Type part of a name, then Enter."),
    Action("back", "Go", "Back to the desk", "Esc", W, "undo", "Close what was opened last, or return to the desk."),
    Action("approve", "Proposal", "Approve", "A", Q, "approve", "Sign the current proposal. It is priced again first; if it got worse by more than its band you are asked."),
    Action("stage", "Proposal", "Stage", "S", Q, "stage", "Park the proposal, unsigned; it counts in before and after."),
    Action("reject", "Proposal", "Reject", "R", Q, "reject", "Say no with a reason, 1 to 6; reasons feed the scoreboard."),
    Action("defer", "Proposal", "Defer", "D", Q, "defer", "Ask again in 15, 30 or 60 minutes."),
    Action("explain", "Proposal", "Explain", "E", Q, "explain", "The sum behind the alpha, the paths behind the chance, the limit that binds."),
    Action("edit", "Proposal", "Edit quantity and limit", "Q", Q, "whatif", "Change shares or limit price; the proposal is priced again at once."),
    Action("try_whatif", "Proposal", "What if", "W", Q, "whatif", "Open What-if from this proposal."),
    Action("withdraw", "Proposal", "Withdraw", "U", Q, "undo", "Take back an approval that was not exported yet. The log keeps both."),
    Action("mark", "Proposal", "Mark", "Space", Q, "approve", "Mark or unmark for Approve marked."),
    Action("approve_marked", "Proposal", "Approve marked…", "Shift+A", Q, "approve", "Review all marked proposals on one sheet: tax, cost, tracking error, wash checks."),
    Action("accept_order", "Proposal", "Take in new order", "N", Q, "stage", "Rows never move under the hand; this lets new and moved ones in."),
    Action("filter", "Table", "Filter", "Ctrl+F", W, "search", "Show only rows that hold your words."),
    Action("copy", "Table", "Copy rows", "Ctrl+C", T, "copy", "Copy the marked rows, or all, for a spreadsheet."),
    Action("export_table", "Table", "Export table…", "Ctrl+E", W, "export", "Write the table that has the focus to a CSV file."),
    Action("columns", "Table", "Choose columns…", "Ctrl+Shift+C", W, "columns", "Show or hide columns of the table that has the focus."),
    Action("export_orders", "Book", "Export orders…", "Ctrl+Shift+E", W, "export", "Write the approved trades as the custodian's order file with its lot instructions."),
    Action("import", "Book", "Import files…", "Ctrl+I", W, "import", "Read a custodian's lots, positions or transactions, look at them, then take them in."),
    Action("report", "Book", "Efficiency Report", "Ctrl+P", W, "audit", "Make the report of this household: PDF, CSV and JSON of every figure."),
    Action("verify", "Book", "Verify the audit chain", "Ctrl+Shift+V", W, "audit", "Compute the chain of the log again from its first line."),
    Action("undo", "Book", "Undo", "Ctrl+Z", W, "undo", "Undo the last change in What-if or Constraints. Approvals are withdrawn, not undone."),
    Action("redo", "Book", "Redo", "Ctrl+Y", W, "undo", "Make an undone change again."),
    Action("pause", "Book", "Pause or resume the engine", "F9", W, "pause", "While paused, prices and flags stand still and nothing can be approved."),
    Action("new_book", "Book", "New book…", "", W, "audit", "An empty book of your own, in a window of its own."),
    Action("open_book", "Book", "Open book…", "Ctrl+O", W, "audit", "Another book, in a window of its own."),
    Action("new_household", "Book", "New household…", "Ctrl+N", W, "household", "Describe people, accounts and tax profile of a new household; then import its files."),
    Action("details", "Book", "Household details…", "Ctrl+D", W, "household", "People, accounts, tax profile and plans of the household, as a text that you edit."),
    Action("sign_in", "Book", "Sign in as…", "Ctrl+Shift+L", W, "lock", "Another user of the practice signs from now on; a second signature may be asked for."),
    Action("settings", "Book", "Settings…", "Ctrl+,", W, "settings", "Thresholds, signatures, lock, quiet hours and theme; each with its meaning."),
    Action("lock", "Book", "Lock the screen", "Ctrl+L", W, "lock", "Hide all figures until you sign in again; the engine goes on."),
    Action("quit", "Book", "Quit", "Ctrl+Q", W, "", "Close the window. Every step is already saved."),
    Action("layout_trade", "View", "Layout: trade", "Ctrl+1", W, "desk", "Queue, positions and drill-down."),
    Action("layout_review", "View", "Layout: review", "Ctrl+2", W, "desk", "More room for charts and the forecast."),
    Action("layout_plan", "View", "Layout: plan", "Ctrl+3", W, "desk", "More room for the tax dial and the three vectors."),
    Action("layout_reset", "View", "Reset the layout", "", W, "undo", "Put every panel back where it was at first."),
    Action("theme", "View", "Dark or light", "Ctrl+Shift+D", W, "theme", "Switch between the dark and the light theme."),
    Action("zoom_in", "View", "Larger text", "Ctrl++", W, "", "Up to 14 points."),
    Action("zoom_out", "View", "Smaller text", "Ctrl+-", W, "", "Down to 9 points."),
    Action("shortcuts", "Help", "Shortcuts", "?", W, "help", "Every key on one sheet."),
    Action("help", "Help", "Help for this screen", "Shift+F1", W, "help", "What the screen shows and what its words mean."),
    Action("welcome", "Help", "First steps", "", W, "help", "Five steps with the demonstration book."),
    Action("about", "Help", "About and licences", "", W, "app", "Version, law year, licences of what Lotlight is made of."),
)
# fmt: on
"""Every action. The order is that of menus and sheets."""


def build(parent: QWidget, theme: Theme) -> dict[str, QAction]:
    """A ``QAction`` for each entry; those of a narrower scope wait to be added to their widget."""
    made: dict[str, QAction] = {}
    for entry in ACTIONS:
        action = QAction(entry.title, parent)
        action.setObjectName(entry.action_id)
        if entry.shortcut:
            action.setShortcut(QKeySequence(entry.shortcut))
        if entry.icon:
            action.setIcon(icon(entry.icon, theme))
        keys = f"  ({entry.shortcut})" if entry.shortcut else ""
        action.setToolTip(f"{entry.title}{keys}\n{entry.help}")
        action.setStatusTip(entry.help)
        narrow = entry.scope is not Scope.WINDOW
        context = Qt.ShortcutContext.WidgetWithChildrenShortcut
        action.setShortcutContext(context if narrow else Qt.ShortcutContext.WindowShortcut)
        if not narrow:
            parent.addAction(action)
        made[entry.action_id] = action
    return made


def dress(actions: dict[str, QAction], theme: Theme) -> None:
    """Tint the icons for a theme."""
    for entry in ACTIONS:
        if entry.icon:
            actions[entry.action_id].setIcon(icon(entry.icon, theme))


def menus(parent: QWidget, actions: dict[str, QAction]) -> dict[str, QMenu]:
    """A menu for each heading, with the actions in the order of the table."""
    made = {name: QMenu(name, parent) for name in MENUS}
    for entry in ACTIONS:
        made[entry.menu].addAction(actions[entry.action_id])
    for menu in made.values():
        menu.setToolTipsVisible(True)
    return made


def key_text(shortcut: str) -> str:
    """A shortcut as this platform writes it."""
    return QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)
