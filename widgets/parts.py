"""Small parts that every screen is put together from: cards, labels, buttons, splitters."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

GAP = 8


def label(text: str = "", tone: str = "", name: str = "", *, wrap: bool = False) -> QLabel:
    """A plain-text label in the ink of a token; ``name`` picks a rule of the sheet."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("tone", tone)
    made.setObjectName(name)
    made.setWordWrap(wrap)
    return made


def set_tone(widget: QWidget, tone: str) -> None:
    """Change the ink of a label; the sheet is asked again only when it did change."""
    if widget.property("tone") != tone:
        widget.setProperty("tone", tone)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def set_text(target: QLabel | QPushButton, text: str) -> None:
    """Set a text only when it differs, so that nothing is laid out again for nothing."""
    if target.text() != text:
        target.setText(text)


class FitLabel(QLabel):
    """A one-line label that gives way: it elides with an ellipsis and keeps the whole as a tip."""

    def __init__(self, text: str = "", tone: str = "", name: str = "") -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("tone", tone)
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        """Narrow enough for any layout."""
        return QSize(24, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what fits; the whole text becomes the tip when it does not."""
        room = self.contentsRect()
        fits = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        if (fits != self.text()) != bool(self.toolTip()):
            self.setToolTip(self.text() if fits != self.text() else "")
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(room, int(self.alignment()), fits)
        painter.end()


class Card(QFrame):
    """A titled panel.

    Attributes:
        title: What it shows.
        note: On the right of the title: counts, order, or the value under the cursor.
    """

    def __init__(self, title: str, body: QWidget, note: str = "") -> None:
        super().__init__()
        self.setObjectName("card")
        self.setAccessibleName(title)
        self.title, self.note = label(title, name="title"), FitLabel(note, name="note")
        self.note.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._note = note
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self.title)
        head.addWidget(self.note, 1)
        box = QVBoxLayout(self)
        box.setContentsMargins(10, 7, 10, 8)
        box.setSpacing(5)
        box.addLayout(head)
        box.addWidget(body, 1)

    def say(self, note: str) -> None:
        """The standing note."""
        self._note = note
        set_text(self.note, note)

    def point(self, value: str) -> None:
        """The value under the cursor in place of the note; "" brings the note back."""
        set_text(self.note, value or self._note)


def button(text: str, act: Callable[[], object], *, primary: bool = False) -> QPushButton:
    """A push button that does one thing."""
    made = QPushButton(text)
    made.setObjectName("primary" if primary else "")
    made.setAutoDefault(primary)
    made.clicked.connect(lambda: act())
    return made


def column(*parts: QWidget, spacing: int = GAP, margins: int = 0) -> QWidget:
    """Parts below each other."""
    made = QWidget()
    box = QVBoxLayout(made)
    box.setContentsMargins(margins, margins, margins, margins)
    box.setSpacing(spacing)
    for part in parts:
        box.addWidget(part)
    return made


def row(*parts: QWidget | None, spacing: int = GAP) -> QWidget:
    """Parts beside each other; ``None`` is a stretch."""
    made = QWidget()
    box = QHBoxLayout(made)
    box.setContentsMargins(0, 0, 0, 0)
    box.setSpacing(spacing)
    for part in parts:
        if part is None:
            box.addStretch(1)
        else:
            box.addWidget(part)
    return made


def split(
    name: str, orientation: Qt.Orientation, parts: Sequence[QWidget], shares: Sequence[int]
) -> QSplitter:
    """Parts with a handle between them; ``name`` is what its place is saved under."""
    made = QSplitter(orientation)
    made.setObjectName(name)
    made.setHandleWidth(GAP)
    made.setChildrenCollapsible(False)
    for part, share in zip(parts, shares, strict=True):
        made.addWidget(part)
        made.setStretchFactor(made.count() - 1, share)
    made.setSizes([share * 20 for share in shares])
    return made
