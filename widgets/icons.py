"""Own line icons, 16 by 16, tinted from the tokens."""

from functools import cache
from importlib.resources import files

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from widgets.theme import Theme

SIZES = (16, 20, 32, 40)


@cache
def _source(name: str) -> str:
    """The SVG text of an icon."""
    return (files("resources") / "icons" / f"{name}.svg").read_text("utf-8")


@cache
def icon(name: str, theme: Theme, token: str = "text") -> QIcon:
    """The icon in the ink of a token, sharp at 1x and 2x; muted when disabled.

    Raises:
        FileNotFoundError: If there is no such icon.
    """
    made = QIcon()
    for mode, ink in ((QIcon.Mode.Normal, token), (QIcon.Mode.Disabled, "muted")):
        svg = _source(name).replace("currentColor", getattr(theme, ink))
        renderer = QSvgRenderer(QByteArray(svg.encode()))
        for size in SIZES:
            pixmap = QPixmap(size, size)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            renderer.render(painter)
            painter.end()
            made.addPixmap(pixmap, mode)
    return made
