"""What must be true of the machine before Qt is imported, told in words a person can act on.

Qt says little when a system library is missing (an ImportError that names one file, or an abort),
so each library is tried first. Standard library alone: ``packaging/bootstrap.py`` uses this file
before anything is installed.
"""

import ctypes
import os
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from engine.errors import UserError

# soname: Debian package. The first group is needed without a screen too (pictures are drawn).
DRAWING = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
}
X11 = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
}
OFFSCREEN = ("offscreen", "minimal")


def has_display(environment: Mapping[str, str] | None = None) -> bool:
    """Whether a window can be shown: a Wayland or X display that is there, or not Linux."""
    env = os.environ if environment is None else environment
    if env.get("QT_QPA_PLATFORM", "").split(":")[0] in OFFSCREEN:
        return False
    if not sys.platform.startswith("linux"):
        return True
    if env.get("WAYLAND_DISPLAY"):
        return True
    display = env.get("DISPLAY", "")
    if display.startswith(":"):
        number = display[1:].split(".")[0]
        return Path(f"/tmp/.X11-unix/X{number}").exists()
    return bool(display)


def missing_libraries(*, window: bool) -> dict[str, str]:
    """System libraries that Qt will not find: soname and Debian package, Linux alone.

    Args:
        window: Whether a window is to open on X11; else what drawing pictures needs.
    """
    if not sys.platform.startswith("linux"):
        return {}
    x11 = window and not os.environ.get("WAYLAND_DISPLAY")
    wanted = {**DRAWING, **X11} if x11 else DRAWING
    return {soname: package for soname, package in wanted.items() if not _loads(soname)}


def apt_line(packages: Mapping[str, str]) -> str:
    """The command that installs the missing libraries on Debian and Ubuntu."""
    return "apt-get install -y --no-install-recommends " + " ".join(sorted(set(packages.values())))


def qt_fault(
    installed: str | None = None, python: tuple[int, int] = sys.version_info[:2]
) -> str | None:
    """Why the installed PySide6 must not be started, or ``None``.

    PySide6 6.12.0 drops references to None on Python before 3.12 and aborts the process within
    seconds (PYSIDE-3474).
    """
    try:
        found = installed or version("pyside6-essentials")
    except PackageNotFoundError:
        return "PySide6 is not installed; run: python3 packaging/bootstrap.py setup"
    if found == "6.12.0" and python < (3, 12):
        return (
            f"PySide6 {found} aborts on Python {python[0]}.{python[1]} (PYSIDE-3474); install"
            " pyside6-essentials 6.11, or run: python3 packaging/bootstrap.py setup"
        )
    return None


def check_before_qt(*, window: bool) -> None:
    """Call this before the first import of Qt.

    Args:
        window: Whether a window is to open, or pictures are to be drawn alone.

    Raises:
        UserError: Qt would abort or cannot be loaded; the message says what to install.
    """
    fault = qt_fault()
    if fault is not None:
        raise UserError(fault)
    missing = missing_libraries(window=window)
    if missing:
        raise UserError(f"system libraries are missing; as root: {apt_line(missing)}")
    if window and not has_display():
        raise UserError("there is no display; run: lotlight demo --headless --shots DIR")


def _loads(soname: str) -> bool:
    """Whether the dynamic linker finds the library."""
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True
