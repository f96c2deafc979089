"""A small day in the window: the desk on its thread, keys and intents, the book behind them."""

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.book import audit
from app.book.book import SELF, Book
from app.custodian.paper import Manner, Spread, paper_fills
from app.demo_book import users
from app.live import Worker, connect
from app.office import Setting, demo_setting
from app.steps import steps
from engine.records import Rule
from engine.results import ProposalState
from widgets.frame import Frame
from widgets.intents import Intents
from widgets.views import (
    AuditView,
    ConstraintsView,
    DeskView,
    Details,
    HouseholdView,
    PracticeView,
    Refused,
    Reply,
    SignedIn,
    Trial,
    View,
    WhatIfView,
)

WAIT_MS = 60_000
FIRST_MS = 240_000  # the first view waits for the kernels to be compiled where no cache is warm
DEMO_SETTING = demo_setting()
AT = datetime(2026, 10, 28, 13, 0, tzinfo=UTC)


class Office:
    """A window, its desk and the views that arrived."""

    def __init__(self, path: Path, qtbot: QtBot, setting: Setting | None = DEMO_SETTING) -> None:
        self.path, self.qtbot, self.frame = path, qtbot, Frame()
        self.worker = Worker(path, setting, 30.0, 7)
        self.taken: list[View] = []
        self.told: list[str] = []
        self.crashes: list[str] = []
        self.replies: list[Reply] = []
        self.worker.replied.connect(self.replies.append)
        self.worker.told.connect(lambda words, _: self.told.append(words))
        self.worker.crashed.connect(lambda trace, _: self.crashes.append(trace))
        connect(self.frame, self.worker)

    def take(self, view: View) -> None:
        self.taken.append(view)
        self.frame.take(view)

    def do(self) -> None:
        """Wait until the desk has taken everything asked so far."""
        shown = threading.Event()
        self.worker.ask(lambda d, p, now: None)
        self.worker.ask(lambda d, p, now: shown.set())
        self.qtbot.waitUntil(shown.is_set, timeout=WAIT_MS)
        self.frame.mailbox.drain()
        QApplication.processEvents()

    def solved(self) -> None:
        """Wait until nothing is being solved."""
        done = lambda: not self.worker.jobs.busy()  # noqa: E731
        self.qtbot.waitUntil(done, timeout=WAIT_MS)
        self.do()

    def compared(self, scenarios: int) -> WhatIfView:
        """Wait until F5 shows so many solved scenarios."""
        self.do()
        self.solved()
        self.qtbot.waitUntil(lambda: not self._whatif().solving, timeout=WAIT_MS)
        found = self._whatif()
        assert len(found.scenarios) == scenarios
        return found

    def _whatif(self) -> WhatIfView:
        found = self.newest(WhatIfView)
        assert isinstance(found, WhatIfView)
        return found

    def states(self) -> dict[str, ProposalState]:
        found: list[dict[str, ProposalState]] = []
        self.worker.ask(
            lambda d, p, now: found.append(
                {q.proposal_id: q.state for q in p.book.proposals(p.household_id)}
            )
        )
        self.qtbot.waitUntil(lambda: bool(found), timeout=WAIT_MS)
        return found[0]

    def newest(self, kind: type) -> View:
        return next(v for v in reversed(self.taken) if isinstance(v, kind))


@pytest.fixture
def office(tmp_path: Path, qtbot: QtBot) -> Iterator[Office]:
    made = Office(tmp_path / "day.lotlight", qtbot)
    qtbot.addWidget(made.frame)
    made.frame.resize(1280, 800)
    made.frame.show()
    made.worker.start(made.take)
    qtbot.waitUntil(
        lambda: any(isinstance(v, DeskView) for v in list(made.taken)), timeout=FIRST_MS
    )
    made.frame.intents.pause.emit(True)
    made.do()
    yield made
    made.worker.stop()
    assert not made.crashes, made.crashes[0]


def test_a_small_day_by_keyboard(office: Office, tmp_path: Path) -> None:
    frame, qtbot = office.frame, office.qtbot
    intents, table = frame.intents, frame.desk.queue.table
    assert isinstance(office.newest(PracticeView), PracticeView)

    # approve by key: the row in hand is signed in the book
    table.setFocus()
    table.selectRow(0)
    chosen = frame.desk.queue.current()
    assert chosen is not None
    qtbot.keyClick(table, Qt.Key.Key_A)
    office.do()
    assert office.states()[chosen.proposal_id] is ProposalState.APPROVED, office.told

    # explain the next row, then reject it with a reason: it is on record
    second = frame.desk.queue.current()
    assert second is not None
    assert second.proposal_id != chosen.proposal_id
    frame.actions_["explain"].trigger()
    QApplication.processEvents()
    assert frame.commands.sheet is not None
    frame.commands.sheet.close()
    intents.reject.emit(second.proposal_id, "client asked to keep it")
    office.do()
    assert office.states()[second.proposal_id] is ProposalState.REJECTED

    # edit: fewer shares at another limit, priced again
    desk = office.newest(DeskView)
    assert isinstance(desk, DeskView)
    third = next(
        p
        for p in desk.evaluation.proposals
        if p.proposal_id not in office.states()
        or office.states()[p.proposal_id] is ProposalState.PROPOSED
    )
    half = (sum(s.shares for s in third.sales) / 2).quantize(third.sales[0].shares)
    intents.edit.emit(third.proposal_id, half, third.limit_usd)
    office.do()
    edited: list[object] = []
    office.worker.ask(lambda d, p, now: edited.append(p.book.proposal(third.proposal_id)))
    qtbot.waitUntil(lambda: bool(edited), timeout=WAIT_MS)
    assert sum(s.shares for s in edited[0].sales) == half  # type: ignore[attr-defined]
    assert edited[0].alpha.net_usd < third.alpha.net_usd  # type: ignore[attr-defined]

    # export, the custodian's fills back, the report
    intents.export_orders.emit(str(tmp_path / "orders"))
    office.do()
    sent = next(p for p in (tmp_path / "orders").iterdir() if "generic" in p.name)
    spreads: list[dict[str, Spread]] = []
    office.worker.ask(
        lambda d, p, now: spreads.append(
            {
                p.book.securities()[k].symbol: Spread(q.bid_usd, q.ask_usd)
                for k, q in d.market.quotes.items()
            }
        )
    )
    qtbot.waitUntil(lambda: bool(spreads), timeout=WAIT_MS)
    at = desk.evaluation.as_of
    fills = tmp_path / "fills.csv"
    fills.write_text(paper_fills(sent.read_text(), spreads[0], at, 7, Manner(0.0, 0.0, 0.0)))
    intents.import_files.emit((str(fills),))
    office.do()
    trial = office.replies[-1]
    assert isinstance(trial, Trial)
    assert trial.rows[0].new > 0
    assert not trial.problems
    assert not any("Taken in" in words for words in office.told)
    intents.import_accepted.emit()
    office.do()
    assert any("Taken in" in words for words in office.told)
    intents.report.emit()
    intents.why.emit(1)
    qtbot.waitUntil(lambda: bool(office.newest(AuditView).pages), timeout=WAIT_MS)  # type: ignore[union-attr]
    office.do()
    log = office.newest(AuditView)
    assert isinstance(log, AuditView)
    assert log.pages[0].startswith(b"\x89PNG")
    assert log.chain_ok
    assert log.why is not None
    intents.save_report.emit(str(tmp_path / "report"))
    office.do()
    assert len(list((tmp_path / "report").iterdir())) == 3

    # clean end: the thread is gone, the book opens again with its chain whole
    frame.close()
    assert not any(t.name == "desk" for t in threading.enumerate())
    with Book.open(office.path) as book:
        assert not audit.walk(book.connection, book.chain_key, None).problems
        assert book.fills()


def test_limits_and_what_if_and_households(office: Office) -> None:
    intents = office.frame.intents
    practice = office.newest(PracticeView)
    assert isinstance(practice, PracticeView)
    other = next(h for h in practice.households if h.household_id != practice.current_id)
    intents.household_chosen.emit(other.household_id)
    office.do()
    desk = office.newest(DeskView)
    assert isinstance(desk, DeskView)
    assert desk.household.household_id == other.household_id
    assert desk.signals
    assert all("weight 0" in s.evidence for s in desk.signals)

    # a name never sold any more is no longer proposed; undo brings it back
    first = desk.evaluation.proposals[0].sales[0].security_id
    symbol = desk.securities[first].symbol
    intents.limit_added.emit(Rule.NEVER_SELL.value, symbol, Decimal(1))
    office.do()
    limits = office.newest(ConstraintsView)
    assert isinstance(limits, ConstraintsView)
    assert limits.can_undo
    assert limits.told.startswith("Stored")
    desk = office.newest(DeskView)
    assert isinstance(desk, DeskView)
    assert first not in {s.security_id for p in desk.evaluation.proposals for s in p.sales}
    intents.undo.emit("constraints")
    office.do()
    desk = office.newest(DeskView)
    assert isinstance(desk, DeskView)
    assert first in {s.security_id for p in desk.evaluation.proposals for s in p.sales}
    intents.limit_added.emit(Rule.NEVER_SELL.value, "no such name", Decimal(1))
    office.do()
    assert any("no such name" in words for words in office.told)

    # solved beside the desk: what binds and what it costs, with the time
    office.solved()
    limits = office.newest(ConstraintsView)
    assert isinstance(limits, ConstraintsView)
    assert "solved at" in limits.told
    assert not limits.solving

    # prices down: more to harvest, nothing stored
    intents.lever_moved.emit("price_move", -0.1)
    asked = office.compared(2)
    assert asked.can_undo
    assert asked.scenarios[1].harvested_usd > asked.scenarios[0].harvested_usd
    intents.undo.emit("whatif")
    asked = office.compared(1)
    assert not asked.can_undo
    assert asked.can_redo

    # a scenario that moves no limit cannot be applied; one that does becomes the household's
    intents.lever_moved.emit("volatility_x", 1.5)
    intents.scenario_applied.emit("sliders")
    office.do()
    assert any("moves no limit" in words for words in office.told)
    intents.lever_moved.emit("turnover_limit", 0.02)
    intents.scenario_saved.emit("tight")
    office.do()
    intents.scenario_applied.emit("tight")
    office.do()
    limits = office.newest(ConstraintsView)
    assert isinstance(limits, ConstraintsView)
    made = {r.constraint.rule: r.constraint.limit for r in limits.rows}
    assert made[Rule.TURNOVER_MAX] == Decimal("0.02")
    intents.undo.emit("constraints")
    office.do()
    limits = office.newest(ConstraintsView)
    assert isinstance(limits, ConstraintsView)
    assert Rule.TURNOVER_MAX not in {r.constraint.rule for r in limits.rows}


def test_settings_signatures_gate_and_details(office: Office) -> None:
    intents = office.frame.intents

    # a choice of the practice changes what the engine proposes, and is on record
    practice = office.newest(PracticeView)
    assert isinstance(practice, PracticeView)
    desk = office.newest(DeskView)
    assert isinstance(desk, DeskView)
    intents.settings_changed.emit({**practice.choices, "minimum_alpha_usd": 5000.0})
    office.do()
    after = office.newest(DeskView)
    assert isinstance(after, DeskView)
    assert all(p.alpha.net_usd >= 5000 for p in after.evaluation.proposals if p.kind == "harvest")
    assert len(after.evaluation.proposals) < len(desk.evaluation.proposals)
    log = office.newest(AuditView)
    assert isinstance(log, AuditView)
    assert any(row.event == "setting_saved" for row in log.rows)
    intents.settings_changed.emit({"flag_probability": 3.0})
    office.do()
    assert any("flag_probability" in words for words in office.told)
    intents.settings_changed.emit({**practice.choices, "approvals_required": 2.0})
    office.do()

    # one signature of two leaves the proposal staged
    chosen = office.newest(DeskView).evaluation.proposals[0]  # type: ignore[union-attr]
    intents.approve.emit(chosen.proposal_id)
    office.do()
    assert office.states()[chosen.proposal_id] is ProposalState.STAGED
    assert any("more signature" in words for words in office.told)

    # a passphrase, then the lock asks for it
    intents.passphrase_changed.emit("", "correct horse")
    office.do()
    intents.unlock.emit("wrong horse")
    office.do()
    assert isinstance(office.replies[-1], Refused)
    intents.unlock.emit("correct horse")
    office.do()
    assert isinstance(office.replies[-1], SignedIn)

    # the gate stays shut on a simulated market
    intents.set_active.emit(True)
    office.do()
    assert any("stays shut" in words and "simulated" in words for words in office.told)

    # a gap leads to the details; what is stored changes the bill, a misspelt field changes nothing
    intents.gap_chosen.emit("The tax profile")
    office.do()
    told = office.replies[-1]
    assert isinstance(told, Details)
    before = office.newest(HouseholdView)
    assert isinstance(before, HouseholdView)
    more = re.sub(r"wages_usd = \S+", "wages_usd = 900000", told.text)
    assert more != told.text
    intents.details_saved.emit(more)
    office.do()
    changed = office.newest(HouseholdView)
    assert isinstance(changed, HouseholdView)
    assert changed.bill_before.total_usd > before.bill_before.total_usd
    assert changed.household.lots == before.household.lots
    intents.details_saved.emit(more.replace("wages_usd", "wagez_usd"))
    office.do()
    told = office.replies[-1]
    assert isinstance(told, Details)
    assert "wagez_usd" in told.why
    assert "wagez_usd" in told.text


def test_every_intent_is_a_step_and_every_step_an_intent(office: Office) -> None:
    sent = {name for name, made in vars(Intents).items() if isinstance(made, Signal)}
    assert sent - {"closing"} == set(steps(office.worker))


def test_a_book_of_ones_own_opens_without_a_feed_and_takes_a_household(
    tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "own.lotlight"
    with Book.create(path, at=AT) as book:
        book.save_user(users()[0], SELF, AT)
    office = Office(path, qtbot, None)
    qtbot.addWidget(office.frame)
    office.worker.start(office.take)
    qtbot.waitUntil(lambda: bool(office.told), timeout=WAIT_MS)
    assert "No feed" in office.told[0]
    office.frame.intents.household_new.emit()
    office.do()
    told = office.replies[-1]
    assert isinstance(told, Details)
    office.frame.intents.details_saved.emit(told.text)
    office.do()
    practice = office.newest(PracticeView)
    assert isinstance(practice, PracticeView)
    assert [h.household_id for h in practice.households] == ["new-household"]

    # its lots come from a file with headings nobody knows, mapped by hand, looked at, taken in
    file = tmp_path / "mine.csv"
    file.write_text(
        "Depot,Paper,Units,Paid,Day\n0,ABC,10,1500.00,2025-03-03\n0,ABC,5,x,2025-04-03\n"
    )
    office.frame.intents.import_files.emit((str(file),))
    office.do()
    trial = office.replies[-1]
    assert isinstance(trial, Trial)
    assert trial.mapping is not None
    assert trial.rows[0].refused
    headings = {
        "account": "Depot",
        "symbol": "Paper",
        "shares": "Units",
        "basis_usd": "Paid",
        "acquired_on": "Day",
    }
    office.frame.intents.import_mapped.emit("mine.csv", "generic-lots", headings)
    office.frame.intents.import_account.emit("account-1")
    office.do()
    trial = office.replies[-1]
    assert isinstance(trial, Trial)
    assert (trial.rows[0].new, len(trial.problems)) == (1, 1), trial
    office.frame.intents.import_accepted.emit()
    office.do()
    assert any("1 new" in words for words in office.told), office.told
    office.worker.stop()
    assert not office.crashes
    with Book.open(path) as book:
        assert len(book.household("new-household").lots) == 1


def test_a_book_that_is_open_elsewhere_is_told_and_not_touched(
    tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "held.lotlight"
    setting = demo_setting()
    with Book.create(path, at=AT):
        worker = Worker(path, setting, 60.0, 7)
        told: list[str] = []
        worker.told.connect(lambda words, _: told.append(words))
        worker.start(lambda view: None)
        qtbot.waitUntil(lambda: bool(told), timeout=WAIT_MS)
        worker.stop()
    assert "open" in told[0]
