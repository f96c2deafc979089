"""The window on sample views: what a key or a click sends out."""

from decimal import Decimal

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.widgets import samples
from widgets import theme as themes
from widgets.decide import REASONS, ChoiceSheet, EditSheet, WorseSheet
from widgets.explain import ExplainSheet, sum_of
from widgets.frame import Frame
from widgets.lot import LotScreen
from widgets.palette import Palette
from widgets.rail import SCREENS
from widgets.views import (
    DeskView,
    GotWorse,
    JobView,
    LotView,
    Refused,
    SignedIn,
    Status,
)


def choose(frame: Frame, qtbot: QtBot, proposal: str = "P0") -> QWidget:
    table = frame.desk.queue.table
    table.setFocus()
    assert table.choose(proposal)
    return table


@pytest.mark.parametrize(
    ("key", "signal"),
    [(Qt.Key.Key_A, "approve"), (Qt.Key.Key_S, "stage"), (Qt.Key.Key_U, "withdraw")],
)
def test_a_letter_in_the_queue_decides_the_row_shown(
    frame: Frame, qtbot: QtBot, key: Qt.Key, signal: str
) -> None:
    table = choose(frame, qtbot)
    with qtbot.waitSignal(getattr(frame.intents, signal)) as told:
        qtbot.keyClick(table, key)
    assert told.args == ["P0"]


def test_after_a_decision_the_next_row_is_chosen_and_the_decided_one_may_leave(
    frame: Frame, qtbot: QtBot
) -> None:
    table = choose(frame, qtbot, "P1")
    qtbot.keyClick(table, Qt.Key.Key_A)
    assert frame.desk.queue.table.current_id() == "P2"
    rest = samples.desk(seq=1)
    kept = tuple(p for p in rest.evaluation.proposals if p.proposal_id != "P1")
    found = samples.desk(seq=1, evaluation=samples.replaced(rest.evaluation, proposals=kept))
    frame.show_view(found)
    assert frame.desk.queue.table.model_.place("P1") == -1
    assert frame.desk.queue.table.current_id() == "P2"


def test_a_letter_elsewhere_decides_nothing(frame: Frame, qtbot: QtBot) -> None:
    choose(frame, qtbot)
    frame.desk.positions.table.setFocus()
    with qtbot.assertNotEmitted(frame.intents.approve):
        qtbot.keyClick(frame.desk.positions.table, Qt.Key.Key_A)


def test_rows_stand_still_under_the_hand_and_n_lets_the_new_ones_in(
    frame: Frame, qtbot: QtBot
) -> None:
    table = choose(frame, qtbot, "P3")
    frame.show_view(samples.desk(seq=1, queue=12))
    model = frame.desk.queue.table.model_
    assert [model.identity(i) for i in range(model.rowCount())] == [f"P{i}" for i in range(9)]
    assert frame.desk.queue.accept.isVisible()
    assert frame.desk.queue.accept.text().startswith("3 new")
    qtbot.keyClick(table, Qt.Key.Key_N)
    assert model.rowCount() == 12
    assert frame.desk.queue.table.current_id() == "P3"


def test_a_proposal_that_is_no_longer_offered_stays_in_its_place_and_says_so(
    frame: Frame, qtbot: QtBot
) -> None:
    choose(frame, qtbot, "P8")
    frame.show_view(samples.desk(seq=1, queue=5))
    model = frame.desk.queue.table.model_
    assert model.identity(8) == "P8"
    assert model.text(8, 8) == "No longer offered"


def test_reject_asks_for_a_reason_and_a_number_answers(frame: Frame, qtbot: QtBot) -> None:
    table = choose(frame, qtbot)
    qtbot.keyClick(table, Qt.Key.Key_R)
    sheet = frame.commands.sheet
    assert isinstance(sheet, ChoiceSheet)
    with qtbot.waitSignal(frame.intents.reject) as told:
        sheet.answer(2)
    assert told.args == ["P0", REASONS[2]]


def test_the_parts_of_the_explanation_add_up_to_the_net_alpha(frame: Frame, qtbot: QtBot) -> None:
    view: DeskView = frame.latest[DeskView]
    rows = sum_of(view.evaluation.proposals[0].alpha)
    values = [Decimal(v.replace("−", "-").replace("$", "").replace(",", "")) for _, v, _ in rows]
    assert sum(values[:-2]) == values[-2]
    choose(frame, qtbot)
    qtbot.keyClick(frame.desk.queue.table, Qt.Key.Key_E)
    assert isinstance(frame.commands.sheet, ExplainSheet)


def test_marked_proposals_are_signed_together_from_one_sheet(frame: Frame, qtbot: QtBot) -> None:
    for name in ("P0", "P2"):
        qtbot.keyClick(choose(frame, qtbot, name), Qt.Key.Key_Space)
    frame.actions_["approve_marked"].trigger()
    sheet = frame.commands.sheet
    assert sheet is not None
    with qtbot.waitSignal(frame.intents.approve_many) as told:
        next(b for b in sheet.findChildren(QPushButton) if b.text() == "Approve 2").click()
    assert told.args == [("P0", "P2")]


def test_an_edit_beyond_what_the_lots_hold_is_refused_and_says_why(
    frame: Frame, qtbot: QtBot
) -> None:
    choose(frame, qtbot)
    frame.actions_["edit"].trigger()
    sheet = frame.commands.sheet
    assert isinstance(sheet, EditSheet)
    with qtbot.assertNotEmitted(frame.intents.price):
        sheet.shares.setText(str(sheet.most + 1))
    assert "at most" in sheet.told.text()
    with qtbot.waitSignal(frame.intents.price) as told:
        sheet.shares.setText("10")
    assert told.args[:2] == ["P0", Decimal(10)]


def test_an_approval_that_got_worse_is_asked_again(frame: Frame, qtbot: QtBot) -> None:
    view: DeskView = frame.latest[DeskView]
    shown = view.evaluation.proposals[0]
    frame.commands.replied(GotWorse(shown, shown.alpha.net_usd - 100))
    sheet = frame.commands.sheet
    assert isinstance(sheet, WorseSheet)
    button = next(b for b in sheet.findChildren(QPushButton) if b.text().startswith("Approve"))
    with qtbot.waitSignal(frame.intents.approve_anyway) as told:
        button.click()
    assert told.args == [shown.proposal_id]


def test_f_keys_and_the_rail_show_every_screen(frame: Frame, qtbot: QtBot) -> None:
    for at, (name, *_) in enumerate(SCREENS):
        qtbot.keyClick(frame, getattr(Qt.Key, f"Key_F{at + 1}"))
        assert frame.stack.currentIndex() == at
        assert frame.screen_name() == name
        assert frame.rail.buttons[at].isChecked()


def test_the_palette_finds_a_household_and_enter_switches(frame: Frame, qtbot: QtBot) -> None:
    frame.actions_["palette"].trigger()
    palette = frame.commands.sheet
    assert isinstance(palette, Palette)
    qtbot.keyClicks(palette.line, "lindq")
    with qtbot.waitSignal(frame.intents.household_chosen) as told:
        qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert told.args == ["h2"]


def test_a_thousand_households_are_searched_as_one_types(frame: Frame, qtbot: QtBot) -> None:
    frame.show_view(samples.practice(1000))
    frame.actions_["households"].trigger()
    palette = frame.commands.sheet
    assert isinstance(palette, Palette)
    palette.line.setText("0777")
    assert palette.list.count() == 1


def test_old_prices_turn_amber_then_red_and_say_why_flags_stand_still(
    frame: Frame, qtbot: QtBot
) -> None:
    def shown(**changes: object) -> tuple[str, str]:
        status: Status = samples.status(**changes)
        frame.top.show_status(status)
        return frame.top.prices.text(), frame.top.prices.property("tone")

    assert shown(price_age_s=3.0)[1] == "muted"
    assert shown(price_age_s=9.0)[1] == "warn"
    words, tone = shown(price_age_s=16.0, frozen="no quote for three intervals")
    assert tone == "loss"
    assert "flags frozen" in words
    assert frame.top.prices.toolTip() == "no quote for three intervals"


def test_an_older_view_never_replaces_a_newer_one(frame: Frame) -> None:
    frame.show_view(samples.desk(seq=5))
    frame.show_view(samples.desk(seq=4))
    assert frame.latest[DeskView].seq == 5


def test_a_screen_out_of_sight_is_not_drawn_until_it_is_shown(frame: Frame) -> None:
    screen: LotScreen = frame.screens[LotView]
    assert screen.ladder.model_.rowCount() == 0
    frame.go(1)
    assert screen.ladder.model_.rowCount() == 600


def test_a_short_job_shows_nothing_and_a_long_one_can_be_cancelled(
    frame: Frame, qtbot: QtBot
) -> None:
    frame.show_view(JobView("j1", "Back-test", 0.1))
    frame.show_view(JobView("j1", "Back-test", 1.0, done=True))
    frame.show_view(JobView("j2", "Import", -1))
    qtbot.waitUntil(lambda: bool(frame.jobs._rows), timeout=2000)
    assert list(frame.jobs._rows) == ["j2"]
    button = frame.jobs._rows["j2"].findChild(QPushButton)
    assert isinstance(button, QPushButton)
    with qtbot.waitSignal(frame.intents.cancel_job) as told:
        button.click()
    assert told.args == ["j2"]
    frame.show_view(JobView("j2", "Import", 1.0, done=True))


def test_a_limit_typed_as_percent_goes_out_as_a_fraction(frame: Frame, qtbot: QtBot) -> None:
    frame.go(3)
    screen = frame.stack.currentWidget()
    screen.table.choose("c3")
    assert screen.limit.text() == "1.2"
    screen.limit.setText("1.5")
    with qtbot.waitSignal(frame.intents.limit_edited) as told:
        qtbot.keyClick(screen.limit, Qt.Key.Key_Return)
    assert told.args == ["c3", Decimal("0.015"), True]
    screen.limit.setText("much")
    with qtbot.assertNotEmitted(frame.intents.limit_edited):
        screen.set_button.click()
    assert "much" in screen.told.text()


def test_a_slider_in_motion_sends_one_value_when_it_rests(frame: Frame, qtbot: QtBot) -> None:
    frame.go(4)
    lever = frame.stack.currentWidget().levers["cash"]
    sent: list[tuple[str, float]] = []
    frame.intents.lever_moved.connect(lambda k, v: sent.append((k, v)))
    for at in (10, 60, 100):
        lever.slider.setValue(at)
    qtbot.waitUntil(lambda: bool(sent), timeout=2000)
    assert sent == [("cash", 100_000.0)]


def test_theme_and_text_size_and_layout_are_kept_for_the_next_run(
    frame: Frame, qtbot: QtBot, tmp_path: object
) -> None:
    store = QSettings(f"{tmp_path}/window.ini", QSettings.Format.IniFormat)
    first = Frame("dark", store)
    qtbot.addWidget(first)
    first.dress(themes.load("light"), 11.0)
    first.close()
    second = Frame("dark", store)
    qtbot.addWidget(second)
    assert second.theme.name == "light"
    assert second.points == 11.0
    assert QApplication.font().pointSizeF() == 11.0


def test_the_lock_screen_hides_the_figures_and_takes_every_key(frame: Frame, qtbot: QtBot) -> None:
    frame.actions_["lock"].trigger()
    lock = frame.commands.lock_screen
    assert lock.isVisible()
    assert lock.geometry() == frame.rect()
    with qtbot.assertNotEmitted(frame.intents.report):
        frame.actions_["report"].trigger()
    lock.password.setText("secret")
    with qtbot.waitSignal(frame.intents.unlock) as told:
        qtbot.keyClick(lock.password, Qt.Key.Key_Return)
    assert told.args == ["secret"]
    frame.commands.replied(Refused("not that one"))
    assert lock.isVisible()
    frame.commands.replied(SignedIn("Advisor"))
    assert not lock.isVisible()
    with qtbot.waitSignal(frame.intents.report):
        frame.actions_["report"].trigger()


@pytest.mark.parametrize("name", ["shortcuts", "help", "about", "welcome", "settings", "import"])
def test_every_sheet_opens_and_closes(frame: Frame, qtbot: QtBot, name: str) -> None:
    frame.actions_[name].trigger()
    assert frame.commands.sheet is not None
    frame.commands.sheet.close()
