"""Pictures of every screen, for eyes: sizes, themes, 1x and 2x. Works without a display."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication

from widgets import theme as themes
from widgets.frame import Frame
from widgets.rail import SCREENS

SIZES = ((1920, 1080, 1.0), (1280, 800, 1.0), (1920, 1080, 2.0))
"""Width and height in pixels at 1x, and the scale."""
THEMES = ("dark", "light")


def settle(frame: Frame) -> None:
    """Let layouts and repaints happen."""
    for _ in range(4):
        frame.mailbox.drain()
        QApplication.processEvents()


def grab(frame: Frame, scale: float = 1.0) -> QPixmap:
    """The window as a picture, drawn at a scale."""
    picture = QPixmap(frame.size() * scale)
    picture.setDevicePixelRatio(scale)
    picture.fill(Qt.GlobalColor.black)
    frame.render(picture, QPoint(0, 0))
    return picture


def shoot(
    frame: Frame,
    folder: Path,
    sizes: Sequence[tuple[int, int, float]] = SIZES,
    shown: Sequence[str] = THEMES,
) -> list[Path]:
    """Write a PNG of every screen that has something to show, in every size and theme.

    Returns:
        The files, named ``desk-dark-1920x1080.png`` (``@2x`` at twice the scale).
    """
    folder.mkdir(parents=True, exist_ok=True)
    screen, theme = frame.stack.currentIndex(), frame.theme
    made: list[Path] = []
    for name in shown:
        frame.dress(themes.load(name))
        for width, height, scale in sizes:
            frame.resize(width, height)
            for at, (title, *_) in enumerate(SCREENS):
                frame.go(at)
                settle(frame)
                mark = f"@{scale:g}x" if scale != 1 else ""
                path = folder / f"{title}-{name}-{width}x{height}{mark}.png"
                grab(frame, scale).save(str(path))
                made.append(path)
    frame.dress(theme)
    frame.go(screen)
    return made
