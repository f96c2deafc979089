"""Colours, fonts and the style sheet, all from one table of tokens.

Fusion, a palette and a short sheet: offscreen and bare X11 know no colour scheme, so the window
brings its own. Charts and delegates are fed the same ``Theme``.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files

from PySide6.QtCore import QByteArray
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

FAMILY = "Inter"
WEIGHTS = ("Inter-Regular", "Inter-Medium", "Inter-SemiBold")
INKS = ("text", "muted", "accent", "gain", "loss", "warn")
SURFACES = ("bg", "panel", "raised", "selected")
ZOOM_PT = (9.0, 14.0)


@dataclass(frozen=True, slots=True)
class Theme:
    """The tokens of one theme, as ``#rrggbb``."""

    name: str
    bg: str
    panel: str
    raised: str
    selected: str
    line: str
    text: str
    muted: str
    accent: str
    on_accent: str
    gain: str
    loss: str
    warn: str
    track: str

    def color(self, token: str) -> QColor:
        """The colour of a token."""
        return QColor(getattr(self, token))

    def tokens(self) -> dict[str, str]:
        """All tokens by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@cache
def load(name: str) -> Theme:
    """The theme called ``dark`` or ``light``."""
    table = tomllib.loads((files("resources") / "theme.toml").read_text("utf-8"))
    return Theme(name=name, **table[name])


def contrast(ink: str, surface: str) -> float:
    """Contrast ratio of two colours (WCAG 2.2, relative luminance)."""
    high, low = sorted((_luminance(ink), _luminance(surface)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(color: str) -> float:
    """Relative luminance of ``#rrggbb``."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@cache
def load_fonts() -> None:
    """Make the bundled font known to Qt; text is drawn right with no system font at all."""
    for weight in WEIGHTS:
        data = (files("resources") / "fonts" / f"{weight}.otf").read_bytes()
        QFontDatabase.addApplicationFontFromData(QByteArray(data))


def font(points: float = 0, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The window's font with tabular figures; 0 points = the application's size."""
    made = QFont(FAMILY)
    made.setPointSizeF(points or QApplication.font().pointSizeF())
    made.setWeight(weight)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


def apply(app: QApplication, theme: Theme, points: float = 9.5) -> None:
    """Dress the application: style, palette and font (9 to 14 points).

    The sheet is the window's own (``sheet``): set once, after all its parts are in place, it costs
    a tenth of a sheet that every part is polished with as it is put in.
    """
    load_fonts()
    if app.style().objectName() != "fusion":
        app.setStyle("Fusion")
    app.setPalette(palette(theme))
    app.setFont(font(fitting(points)))


def fitting(points: float) -> float:
    """A text size within the zoom."""
    return min(max(points, ZOOM_PT[0]), ZOOM_PT[1])


def palette(theme: Theme) -> QPalette:
    """The tokens in the roles that Fusion paints with."""
    role = QPalette.ColorRole
    roles = {
        "bg": (role.Window,),
        "panel": (role.Base,),
        "raised": (role.AlternateBase, role.Button, role.ToolTipBase, role.Light, role.Midlight),
        "text": (
            role.Text,
            role.WindowText,
            role.ButtonText,
            role.ToolTipText,
            role.HighlightedText,
        ),
        "selected": (role.Highlight,),
        "muted": (role.PlaceholderText,),
        "line": (role.Mid, role.Dark),
        "accent": (role.Link, role.Accent),
    }
    made = QPalette()
    for token, targets in roles.items():
        for target in targets:
            made.setColor(target, theme.color(token))
    for target in (role.Text, role.WindowText, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, target, theme.color("muted"))
    return made


def sheet(theme: Theme, points: float) -> str:
    """The style sheet; sizes follow the zoom."""
    sizes = {"small": f"{points * 0.95:.1f}", "big": f"{points * 1.65:.1f}", "mid": f"{points:.1f}"}
    marks = {name: str(files("resources") / "icons" / f"{name}.svg") for name in ("down", "tick")}
    paths = {name: path.replace("\\", "/") for name, path in marks.items()}
    return SHEET.format(**theme.tokens(), **sizes, **paths)


SHEET = """
* {{ outline: 0; }}
QFrame#card, QWidget#bar, QWidget#rail {{ background: {panel}; }}
QFrame#card {{ border: 1px solid {line}; border-radius: 6px; }}
QFrame#card[raised="true"] {{ background: {raised}; }}
QWidget#bar {{ border-bottom: 1px solid {line}; }}
QWidget#rail {{ border-right: 1px solid {line}; }}
QLabel {{ background: transparent; }}
QLabel[tone="muted"], QLabel#note {{ color: {muted}; }}
QLabel[tone="gain"] {{ color: {gain}; }}
QLabel[tone="loss"] {{ color: {loss}; }}
QLabel[tone="warn"] {{ color: {warn}; }}
QLabel[tone="accent"] {{ color: {accent}; }}
QLabel#title {{ color: {text}; font-weight: 600; }}
QLabel#note {{ font-size: {small}pt; }}
QLabel#big {{ font-size: {big}pt; font-weight: 600; }}
QLabel#badge {{ border: 1px solid {line}; border-radius: 4px; padding: 2px 8px; font-weight: 600; }}
QLabel#banner {{ background: {raised}; border-left: 3px solid {warn}; padding: 7px 12px; }}
QTableView, QListView, QTreeView, QPlainTextEdit, QTextBrowser {{
  background: {panel}; border: none; selection-background-color: {selected};
  selection-color: {text}; }}
QHeaderView {{ background: {panel}; }}
QHeaderView::section {{ background: {panel}; color: {muted}; border: none;
  border-bottom: 1px solid {line}; padding: 3px 6px; font-weight: 500; }}
QPushButton {{ background: {raised}; border: 1px solid {line}; border-radius: 4px;
  padding: 4px 11px; }}
QPushButton:hover {{ border-color: {muted}; }}
QPushButton:focus, QLineEdit:focus, QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus {{
  border: 1px solid {accent}; }}
QPushButton:disabled {{ color: {muted}; background: {panel}; }}
QPushButton#primary {{ background: {accent}; color: {on_accent}; border: 1px solid {accent};
  font-weight: 600; }}
QPushButton#primary:focus {{ border: 1px solid {text}; }}
QPushButton#primary:disabled {{ background: {raised}; color: {muted}; border-color: {line}; }}
QPushButton#figure {{ background: {panel}; border-radius: 6px; padding: 0; text-align: left; }}
QToolButton {{ background: transparent; border: 1px solid transparent; border-radius: 4px;
  padding: 3px; }}
QToolButton:hover, QToolButton:focus {{ border-color: {muted}; }}
QToolButton#screen {{ border: none; border-left: 3px solid transparent; border-radius: 0;
  padding: 7px 2px; color: {muted}; }}
QToolButton#screen:hover {{ color: {text}; }}
QToolButton#screen:focus {{ background: {raised}; }}
QToolButton#screen:checked {{ color: {text}; background: {raised}; border-left-color: {accent}; }}
QLineEdit, QComboBox, QSpinBox, QDoubleSpinBox, QDateEdit {{ background: {raised};
  border: 1px solid {line}; border-radius: 4px; padding: 3px 7px; min-height: 18px; }}
QComboBox::drop-down {{ border: none; width: 20px; }}
QComboBox::down-arrow {{ image: url({down}); width: 10px; height: 10px; }}
QCheckBox::indicator {{ border: 1px solid {muted}; border-radius: 3px; width: 13px; height: 13px;
  background: {raised}; }}
QCheckBox::indicator:checked {{ background: {accent}; image: url({tick}); }}
QCheckBox::indicator:focus {{ border-color: {text}; }}
QComboBox QAbstractItemView {{ background: {raised}; border: 1px solid {line}; }}
QSplitter::handle {{ background: {bg}; }}
QScrollBar:vertical {{ background: transparent; width: 10px; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; }}
QScrollBar::handle {{ background: {line}; border-radius: 3px; margin: 2px; min-height: 24px;
  min-width: 24px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; border: none; }}
QStatusBar {{ background: {panel}; color: {muted}; border-top: 1px solid {line}; }}
QStatusBar::item {{ border: none; }}
QPushButton::menu-indicator {{ image: url({down}); width: 10px; height: 10px;
  subcontrol-position: right center; subcontrol-origin: padding; right: 4px; }}
QPushButton[hasMenu="true"] {{ padding-right: 20px; }}
QMenu {{ background: {raised}; border: 1px solid {line}; padding: 4px; }}
QMenu::item {{ padding: 5px 24px 5px 12px; }}
QMenu::item:selected {{ background: {selected}; }}
QMenu::separator {{ height: 1px; background: {line}; margin: 4px 8px; }}
QMenuBar {{ background: {panel}; }}
QMenuBar::item:selected {{ background: {selected}; }}
QToolTip {{ background: {raised}; color: {text}; border: 1px solid {line}; padding: 4px; }}
QProgressBar {{ background: {track}; border: none; border-radius: 3px; max-height: 6px; }}
QProgressBar::chunk {{ background: {accent}; border-radius: 3px; }}
QDialog {{ background: {bg}; }}
QTabBar::tab {{ background: transparent; color: {muted}; padding: 5px 12px; border: none;
  border-bottom: 2px solid transparent; }}
QTabBar::tab:selected {{ color: {text}; border-bottom-color: {accent}; }}
QTabWidget::pane {{ border: none; }}
QSlider::groove:horizontal {{ height: 4px; background: {track}; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: {accent}; border-radius: 2px; }}
QSlider::handle:horizontal {{ background: {text}; width: 12px; margin: -5px 0;
  border-radius: 6px; }}
"""
