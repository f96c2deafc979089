"""What belongs to this desk: quiet hours, the idle lock, columns and filters kept, consent."""

from dataclasses import replace
from datetime import time

from PySide6.QtCore import QEvent, QObject, QSettings
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from widgets.decide import ConsentSheet
from widgets.frame import Frame
from widgets.own import IdleLock, OwnSettings
from widgets.views import DeskView


def test_quiet_hours_reach_over_midnight() -> None:
    own = OwnSettings(None)
    assert not own.is_quiet(time(18, 0))
    own.keep({"quiet": 1.0, "quiet_from": 17.0, "quiet_to": 8.5})
    assert own.is_quiet(time(18, 0))
    assert own.is_quiet(time(8, 29))
    assert not own.is_quiet(time(8, 30))
    assert not own.is_quiet(time(12, 0))


def test_the_screen_locks_when_nobody_is_there(frame: Frame, qtbot: QtBot) -> None:
    frame.own.keep({"lock_minutes": 0.001})
    qtbot.waitUntil(frame.commands.lock_screen.isVisible, timeout=3000)
    frame.own.keep({"lock_minutes": 15.0})


def test_a_hand_on_the_keys_puts_the_lock_off(qtbot: QtBot) -> None:
    watched = QObject()
    lock = IdleLock(OwnSettings(None), watched, watched)
    lock._timer.stop()
    QApplication.sendEvent(watched, QEvent(QEvent.Type.MouseMove))
    assert not lock._timer.isActive()
    QApplication.sendEvent(watched, QEvent(QEvent.Type.KeyPress))
    assert lock._timer.isActive()
    assert lock._timer.interval() == 15 * 60_000


def test_columns_and_filters_are_there_again_in_the_next_run(
    frame: Frame, qtbot: QtBot, tmp_path: object
) -> None:
    store = QSettings(f"{tmp_path}/window.ini", QSettings.Format.IniFormat)
    first = Frame("dark", store)
    qtbot.addWidget(first)
    first.desk.queue.table.set_column(1, False)
    first.desk.queue.table.filter("xx")
    first.close()
    second = Frame("dark", store)
    qtbot.addWidget(second)
    assert second.desk.queue.table.hidden_headings() == ["Trade"]
    assert second.desk.queue.table.words == "xx"


def test_a_new_flag_is_told_once_and_not_in_quiet_hours(frame: Frame) -> None:
    view: DeskView = frame.latest[DeskView]
    notices = frame.commands.notices
    proposals = view.evaluation.proposals
    flagged = replace(
        view, evaluation=replace(view.evaluation, proposals=(*proposals[1:], as_flag(view)))
    )
    frame.banner.hide()
    notices.take(replace(view, evaluation=replace(view.evaluation, proposals=())))
    frame.own.keep({"quiet": 1.0, "quiet_from": 0.0, "quiet_to": 23.99})
    notices._known[view.household.household_id] = set()
    notices.take(flagged)
    assert not frame.banner.isVisible()
    frame.own.keep({"quiet": 0.0})
    notices._known[view.household.household_id] = set()
    notices.take(flagged)
    assert "likely" in frame.banner.words.text()
    frame.banner.hide()
    notices.take(flagged)
    assert not frame.banner.isVisible()


def as_flag(view: DeskView) -> object:
    """The first proposal as a flag."""
    return replace(view.evaluation.proposals[0], kind="flag")


def test_a_client_who_must_agree_is_asked_before_the_signature(frame: Frame, qtbot: QtBot) -> None:
    view: DeskView = frame.latest[DeskView]
    accounts = tuple(replace(a, discretionary=False) for a in view.household.accounts)
    frame.show_view(
        replace(view, seq=view.seq + 1, household=replace(view.household, accounts=accounts))
    )
    frame.desk.queue.table.selectRow(0)
    with qtbot.assertNotEmitted(frame.intents.approve):
        frame.actions_["approve"].trigger()
    sheet = frame.commands.sheet
    assert isinstance(sheet, ConsentSheet)
    sheet.note.setText("by telephone")
    button = next(b for b in sheet.findChildren(QPushButton) if b.text().startswith("Approve"))
    with qtbot.waitSignal(frame.intents.approve_noted) as told:
        button.click()
    assert told.args[1] == "client agreed: by telephone"
