"""A window on sample views, one for each test that asks for it."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from tests.widgets import samples
from widgets.frame import Frame


@pytest.fixture
def frame(qtbot: QtBot) -> Iterator[Frame]:
    made = Frame("dark")
    qtbot.addWidget(made)
    made.resize(1920, 1080)
    for view in samples.everything():
        made.show_view(view)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    if made.commands.sheet is not None:
        made.commands.sheet.close()
