from collections import Counter
from importlib.resources import files

from widgets.actions import ACTIONS, MENUS, Scope
from widgets.frame import Frame
from widgets.info import help_text
from widgets.palette import ranked
from widgets.rail import SCREENS


def test_every_action_has_help_a_menu_and_an_icon_that_exists() -> None:
    for entry in ACTIONS:
        assert len(entry.help) > 15, entry.action_id
        assert entry.menu in MENUS, entry.action_id
        if entry.icon:
            assert (files("resources") / "icons" / f"{entry.icon}.svg").is_file(), entry.icon


def test_no_shortcut_is_given_twice_where_both_would_act() -> None:
    for scope in (Scope.QUEUE, Scope.TABLE):
        keys = Counter(
            e.shortcut for e in ACTIONS if e.shortcut and e.scope in (scope, Scope.WINDOW)
        )
        assert [k for k, n in keys.items() if n > 1] == []
    assert len({e.action_id for e in ACTIONS}) == len(ACTIONS)


def test_every_action_has_a_handler_and_every_handler_an_action(frame: Frame) -> None:
    assert set(frame.commands.handlers) == {e.action_id for e in ACTIONS}


def test_every_action_is_found_by_its_title_in_the_palette(frame: Frame) -> None:
    entries = frame.commands._command_entries()
    for entry in ACTIONS:
        assert entry.title in [e.title for e in ranked(entries, entry.title)]


def test_every_menu_holds_its_actions(frame: Frame) -> None:
    shown = {a.objectName() for menu in frame.menus.values() for a in menu.actions()}
    assert shown == {e.action_id for e in ACTIONS}


def test_every_screen_has_a_help_page() -> None:
    for name, *_ in SCREENS:
        assert help_text(name).startswith("# ")
