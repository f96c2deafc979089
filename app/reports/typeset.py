"""Reports set in type: a title, a footer and a list of sections become a tagged PDF/A.

The template is ``resources/reports/report.typ``; data reaches it as JSON alone, so that no text of
a client can become markup. With the document date given, the same data gives the same bytes.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.resources import as_file, files
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table section."""

    title: str
    right: bool = False
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """A figure with its name and what it rests on."""

    label: str
    value: str
    note: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A step of a waterfall: from and to in dollars, and the text beside it."""

    label: str
    start: float
    to: float
    value: str
    total: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    """A group of a reliability diagram; shares in [0, 1]."""

    forecast: float
    observed: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Lead:
    """The sentence that a client reads first."""

    kind: ClassVar[str] = "lead"
    text: str
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that must not be overlooked."""

    kind: ClassVar[str] = "notice"
    text: str
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """Plain paragraphs."""

    kind: ClassVar[str] = "text"
    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of short statements."""

    kind: ClassVar[str] = "list"
    heading: str
    entries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cards:
    """Figures side by side."""

    kind: ClassVar[str] = "cards"
    heading: str
    cards: tuple[Card, ...]
    columns: int = 3


@dataclass(frozen=True, slots=True)
class Waterfall:
    """A walk of dollars; ``alt`` tells it in words for those who cannot see it."""

    kind: ClassVar[str] = "waterfall"
    heading: str
    bars: tuple[Bar, ...]
    alt: str


@dataclass(frozen=True, slots=True)
class Reliability:
    """Forecasts against what happened; ``alt`` tells it in words."""

    kind: ClassVar[str] = "reliability"
    heading: str
    points: tuple[Point, ...]
    alt: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text; ``total`` is a last row, or empty."""

    kind: ClassVar[str] = "table"
    heading: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...] = ()
    size: float = 7.5


Section = Lead | Notice | Text | Bullets | Cards | Waterfall | Reliability | Table


@dataclass(frozen=True, slots=True)
class Document:
    """A report before it is set."""

    title: str
    subtitle: str
    footer: str
    sections: tuple[Section, ...]


def pdf(document: Document, at: datetime) -> bytes:
    """The document as a tagged PDF/A-2a; ``at`` is its date, so that reruns are byte-equal."""
    found = _compile(
        document, format="pdf", timestamp=at.replace(microsecond=0), pdf_standards=["a-2a"]
    )
    assert isinstance(found, bytes)
    return found


def pages(document: Document, at: datetime, ppi: float = 110.0) -> list[bytes]:
    """The pages as PNG pictures, for the preview on screen."""
    found = _compile(document, format="png", timestamp=at, ppi=ppi)
    return found if isinstance(found, list) else [found]


def _compile(document: Document, **options: Any) -> Any:
    """Run the typesetter over the bundled template and fonts alone."""
    import typst

    resources = files("resources")
    with (
        as_file(resources / "reports" / "report.typ") as template,
        as_file(resources / "fonts") as fonts,
    ):
        return typst.compile(
            str(template),
            font_paths=[str(fonts)],
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(_plain(document), ensure_ascii=False)},
            **options,
        )


def _plain(document: Document) -> dict[str, Any]:
    """The document as the template reads it."""
    plain = asdict(document)
    plain["sections"] = [_section(section, asdict(section)) for section in document.sections]
    return plain


def _section(section: Section, fields: dict[str, Any]) -> dict[str, Any]:
    """One section with its kind; a bar's start is ``from`` in the template."""
    if isinstance(section, Waterfall):
        fields["bars"] = [{**bar, "from": bar["start"]} for bar in fields["bars"]]
    return {"kind": section.kind, **fields}


def signed_usd(amount: Any) -> str:
    """Dollars and cents with a true minus sign, for a table."""
    text = f"{abs(amount):,.2f}"
    return f"\N{MINUS SIGN}{text}" if amount < 0 else text


def waterfall_bars(steps: Sequence[tuple[str, Any]], total: str) -> tuple[Bar, ...]:
    """Hang each step where the one before ended, and close with the total."""
    bars: list[Bar] = []
    level = 0.0
    for label, amount in steps:
        following = level + float(amount)
        bars.append(Bar(label, level, following, signed_usd(amount)))
        level = following
    exact = sum((amount for _, amount in steps), start=type(steps[0][1])(0)) if steps else 0
    return (*bars, Bar(total, 0.0, float(exact), signed_usd(exact), total=True))
