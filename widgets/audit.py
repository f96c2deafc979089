"""F8, audit and report: the append-only log, the record behind a line, the report's pages."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from widgets import text
from widgets.grid import GridView
from widgets.intents import Intents
from widgets.parts import Card, button, column, label, row, set_text, set_tone, split
from widgets.table import Column, Kind
from widgets.theme import Theme
from widgets.views import AuditRow, AuditView

LOG: tuple[Column[AuditRow], ...] = (
    Column("No.", lambda r: f"{r.seq:,}", Kind.NUMBER, lambda r: r.seq),
    Column("When, New York", lambda r: text.stamp(r.at), Kind.NUMBER, lambda r: r.at.timestamp()),
    Column("Who", lambda r: r.who),
    Column("What", lambda r: r.event),
    Column("Of", lambda r: r.subject, spare=1),
    Column("Detail", lambda r: r.detail, spare=2),
    Column("Digest", lambda r: r.digest[:12], spare=3, tone=lambda r: "muted"),
)
FACTS: tuple[Column[tuple[str, str]], ...] = (
    Column("Input", lambda r: r[0], tone=lambda r: "muted"),
    Column("Value", lambda r: r[1]),
)


class Pages(QScrollArea):
    """The report's pages as pictures, below each other."""

    def __init__(self) -> None:
        super().__init__()
        self._pages: tuple[bytes, ...] = ()
        self._labels: list[QLabel] = []
        self._inner = column()
        self.setWidget(self._inner)
        self.setWidgetResizable(True)
        self.setAccessibleName("Report preview")
        self.hint = label(
            "The preview appears here: Ctrl+P makes the Efficiency Report of this household.",
            "muted",
            wrap=True,
        )
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._box().addWidget(self.hint)

    def _box(self) -> QVBoxLayout:
        box = self._inner.layout()
        assert isinstance(box, QVBoxLayout)
        return box

    def take(self, pages: tuple[bytes, ...]) -> None:
        """Show other pages."""
        if pages == self._pages:
            return
        self._pages = pages
        for made in self._labels:
            self._box().removeWidget(made)
            made.deleteLater()
        self._labels = [QLabel() for _ in pages]
        for made in self._labels:
            self._box().addWidget(made)
        self.hint.setVisible(not pages)
        self._scale()

    def _scale(self) -> None:
        """Fit the pages to the width."""
        width = max(self.viewport().width() - 12, 50)
        for at, (made, data) in enumerate(zip(self._labels, self._pages, strict=True)):
            picture = QPixmap()
            picture.loadFromData(data)
            smooth = Qt.TransformationMode.SmoothTransformation
            made.setPixmap(picture.scaledToWidth(width, smooth))
            made.setAccessibleName(f"Page {at + 1}")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the pages again."""
        super().resizeEvent(event)
        self._scale()


class AuditScreen(QWidget):
    """Log, why-record, report."""

    def __init__(self, theme: Theme, intents: Intents) -> None:
        super().__init__()
        self._intents = intents
        self.log: GridView[AuditRow] = GridView(
            theme, LOG, lambda r: str(r.seq), "Audit log", "The log begins with the first decision."
        )
        self.facts: GridView[tuple[str, str]] = GridView(
            theme,
            FACTS,
            lambda r: r[0],
            "Why record",
            "Enter on a line shows its inputs: prices,"
            " seed, law and program version, the sum behind the alpha.",
        )
        self.needle = QLineEdit()
        self.needle.setPlaceholderText("Filter the log: who, what, symbol")
        self.needle.setAccessibleName("Filter the log")
        self.needle.textChanged.connect(self.log.filter)
        self.chain = label("Chain not verified yet", "muted")
        self.pages = Pages()
        self._lay_out()
        self.log.drilled.connect(lambda seq: intents.why.emit(int(seq)))

    def _lay_out(self) -> None:
        head = row(self.needle, self.chain, button("Verify", self._intents.verify.emit))
        self._why_card = Card("Why", self.facts)
        up = Qt.Orientation.Vertical
        logs = Card("Append-only log", column(head, self.log))
        left = split("audit_left", up, (logs, self._why_card), (64, 36))
        foot = row(
            button("Make the report", self._intents.report.emit, primary=True),
            self._save_button(),
            None,
        )
        self._report_card = Card("Efficiency Report", column(self.pages, foot))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        across = Qt.Orientation.Horizontal
        outer.addWidget(split("audit", across, (left, self._report_card), (60, 40)))

    def _save_button(self) -> QWidget:
        self.save = button("Save PDF, CSV, JSON…", self._choose_folder)
        self.save.setEnabled(False)
        return self.save

    def _choose_folder(self) -> None:
        if folder := QFileDialog.getExistingDirectory(self, "Folder for the report"):
            self._intents.save_report.emit(folder)

    def dress(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.log.dress(theme)
        self.facts.dress(theme)

    def take(self, view: AuditView) -> None:
        """Show a snapshot."""
        self.log.show_rows(view.rows)
        self.facts.show_rows(view.why.facts if view.why else ())
        self._why_card.say(view.why.title if view.why else "")
        self.pages.take(view.pages)
        self.save.setEnabled(bool(view.pages))
        self._report_card.say(view.report_name)
        if view.chain_checked_at is None:
            told, tone = "Chain not verified yet", "muted"
        elif view.chain_ok:
            told, tone = f"Chain verified {text.clock(view.chain_checked_at)}", "gain"
        else:
            told, tone = "CHAIN BROKEN: the log was changed outside Lotlight", "loss"
        set_text(self.chain, told)
        set_tone(self.chain, tone)
