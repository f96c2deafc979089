import threading

from pytestqt.qtbot import QtBot

from tests.widgets import samples
from widgets.mailbox import Mailbox
from widgets.views import JobView, PracticeView, View


def test_the_newest_of_a_kind_wins_and_nothing_queues_up(qtbot: QtBot) -> None:
    drawn: list[View] = []
    box = Mailbox(drawn.append)
    last = samples.practice(3)

    def work() -> None:
        for count in range(200):
            box.put(samples.practice(1))
            box.put(JobView(f"j{count % 2}", "Job", count / 200))
        box.put(last)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: last in drawn, timeout=2000)
    assert len(drawn) < 60
    assert box.replaced > 300
    assert {v.job_id for v in drawn if isinstance(v, JobView)} == {"j0", "j1"}


def test_every_view_left_singly_is_drawn(qtbot: QtBot) -> None:
    drawn: list[View] = []
    box = Mailbox(drawn.append)
    for count in range(3):
        box.put(samples.practice(count + 1))
        qtbot.waitUntil(lambda n=count: len(drawn) == n + 1, timeout=2000)
    assert all(isinstance(view, PracticeView) for view in drawn)
