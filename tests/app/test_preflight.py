"""A person is told what is missing before Qt gets a chance to abort."""

import sys
from importlib.metadata import version

import pytest

from app import preflight
from engine.errors import UserError


def test_qt_that_aborts_is_refused_with_its_reason() -> None:
    said = preflight.qt_fault("6.12.0", (3, 11))
    assert said is not None
    assert "PYSIDE-3474" in said
    assert "bootstrap.py setup" in said


@pytest.mark.parametrize(("found", "python"), [("6.12.0", (3, 12)), ("6.11.3", (3, 11))])
def test_a_sound_qt_is_let_through(found: str, python: tuple[int, int]) -> None:
    assert preflight.qt_fault(found, python) is None


def test_the_qt_of_this_environment_is_sound() -> None:
    assert version("pyside6-essentials")
    assert preflight.qt_fault() is None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="sonames are a matter of Linux")
def test_a_missing_library_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(preflight.DRAWING, "libnothing-of-the-sort.so.9", "libnothing9")
    missing = preflight.missing_libraries(window=False)
    assert missing["libnothing-of-the-sort.so.9"] == "libnothing9"
    line = preflight.apt_line(missing)
    assert line.startswith("apt-get install -y --no-install-recommends ")
    assert "libnothing9" in line


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="displays of X11 and Wayland")
@pytest.mark.parametrize(
    ("environment", "shown"),
    [
        ({}, False),
        ({"DISPLAY": ":9137"}, False),
        ({"DISPLAY": "desk.example:0"}, True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, True),
        ({"WAYLAND_DISPLAY": "wayland-0", "QT_QPA_PLATFORM": "offscreen"}, False),
    ],
)
def test_a_display_is_believed_only_where_one_can_be(
    environment: dict[str, str], shown: bool
) -> None:
    assert preflight.has_display(environment) is shown


def test_qt_is_not_imported_before_the_machine_is_fit_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(preflight, "missing_libraries", lambda window: {})
    preflight.check_before_qt(window=False)
    monkeypatch.setattr(preflight, "has_display", lambda: False)
    with pytest.raises(UserError, match="demo --headless"):
        preflight.check_before_qt(window=True)
    monkeypatch.setattr(preflight, "missing_libraries", lambda window: {"libGL.so.1": "libgl1"})
    with pytest.raises(UserError, match=r"apt-get install .*libgl1"):
        preflight.check_before_qt(window=False)
    monkeypatch.setattr(preflight, "qt_fault", lambda: "PYSIDE-3474")
    with pytest.raises(UserError, match="PYSIDE-3474"):
        preflight.check_before_qt(window=False)
