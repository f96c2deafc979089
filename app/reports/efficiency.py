"""The Tax-Harvesting Efficiency Report: figures set in type, and beside it every figure as data.

Three files of one name: PDF for people, CSV of the trades, JSON of all figures with the audit head
they rest on (``lotlight report verify`` computes each of them again from the book).
"""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from app.book.audit import Head
from app.custodian.csv_out import neutral
from app.reports.figures import Figures, TradeFigure
from app.reports.typeset import (
    Bullets,
    Card,
    Cards,
    Column,
    Document,
    Lead,
    Notice,
    Section,
    Table,
    Waterfall,
    pdf,
    signed_usd,
    waterfall_bars,
)
from engine.results import Alpha

TITLE = "Tax-Harvesting Efficiency Report"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a report rests on besides its figures.

    Attributes:
        head: Audit head of the book when the report was made.
        engine_version: Version of the program.
        simulated: Whether the prices were made up.
        made_at: When, UTC.
        wash_settings: Choices of the practice where the law of wash sales is open, in words.
    """

    head: Head
    engine_version: str
    simulated: bool
    made_at: datetime
    wash_settings: tuple[str, ...] = ()


def write(folder: Path, figures: Figures, evidence: Evidence) -> tuple[Path, ...]:
    """Write PDF, CSV and JSON into a folder; the paths, the PDF first."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"efficiency-{figures.household_id}-{figures.first}-{figures.last}"
    made = {
        ".pdf": pdf(document(figures, evidence), evidence.made_at),
        ".csv": trades_csv(figures).encode("utf-8"),
        ".json": (json.dumps(as_data(figures, evidence), indent=1) + "\n").encode("utf-8"),
    }
    paths = []
    for ending, content in made.items():
        path = folder / f"{stem}{ending}"
        path.write_bytes(content)
        paths.append(path)
    return tuple(paths)


def as_data(figures: Figures, evidence: Evidence) -> dict[str, Any]:
    """All figures and what they rest on, as JSON values; money as text, exact."""
    plain = json.loads(json.dumps(asdict(figures), default=str))
    plain["net_usd"] = str(figures.alpha.net_usd)
    return {
        "report": TITLE,
        "figures": plain,
        "audit_seq": evidence.head.seq,
        "audit_head": evidence.head.hash,
        "engine_version": evidence.engine_version,
        "simulated": evidence.simulated,
        "made_at": evidence.made_at.isoformat(),
        "wash_settings": list(evidence.wash_settings),
    }


def trades_csv(figures: Figures) -> str:
    """The trades as CSV; the last column adds up to the net of the report."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    names = [field.name for field in fields(TradeFigure)]
    writer.writerow(names)
    for trade in figures.trades:
        cells = (getattr(trade, name) for name in names)
        writer.writerow([str(c) if isinstance(c, Decimal) else neutral(str(c)) for c in cells])
    return out.getvalue()


def document(figures: Figures, evidence: Evidence) -> Document:
    """The report before it is set."""
    head = evidence.head
    return Document(
        TITLE,
        f"{figures.household} \N{MIDDLE DOT} {figures.first} to {figures.last}",
        f"Audit line {head.seq}, head {head.hash[:16]}\N{HORIZONTAL ELLIPSIS} \N{MIDDLE DOT} "
        f"law {figures.law_version} \N{MIDDLE DOT} Lotlight {evidence.engine_version}",
        tuple(_sections(figures, evidence)),
    )


def _sections(figures: Figures, evidence: Evidence) -> Iterator[Section]:
    """The report from top to bottom."""
    yield Lead(_summary(figures))
    if evidence.simulated:
        yield Notice(
            "Simulated market: this report shows how the figures are made. "
            "It is no evidence of what harvesting achieves."
        )
    yield _cards(figures)
    yield _walk("What the harvests are worth", figures)
    yield _steps(figures)
    yield _claims(figures)
    if figures.trades:
        yield _trades(figures)
    if evidence.wash_settings:
        yield Bullets("Where the law of wash sales is open, as chosen", evidence.wash_settings)
    yield Bullets("What is assumed, and what is left out", tuple(_assumptions(figures)))


def _summary(figures: Figures) -> str:
    """Two sentences that a client understands."""
    if not figures.trades:
        return "No harvest was filled in this period, so nothing was saved and nothing was paid."
    alpha, net = figures.alpha, figures.alpha.net_usd
    verb = "has kept" if net >= 0 else "has cost"
    return (
        f"Selling {len(figures.trades)} lots at a loss of ${figures.harvested_usd:,.2f} {verb} "
        f"${abs(net):,.2f} for this household. ${alpha.tax_now_usd:,.2f} comes off the "
        f"{figures.year} bill and ${alpha.carryforward_usd:,.2f} is carried to later years, less "
        f"${alpha.deferred_usd:,.2f} that the lower basis gives back and ${alpha.cost_usd:,.2f} "
        "of costs."
    )


def _cards(figures: Figures) -> Cards:
    """The six figures."""
    alpha = figures.alpha
    return Cards(
        "",
        (
            Card("Losses sold", _usd(figures.harvested_usd), f"{len(figures.trades)} lots"),
            Card("Saved this year", _usd(alpha.tax_now_usd), "bill without less bill with", "gain"),
            Card("Carried on", _usd(alpha.carryforward_usd), "present value", "gain"),
            Card("Given back later", _usd(-alpha.deferred_usd), "present value", "loss"),
            Card("Costs", _usd(-alpha.cost_usd), f"fees {_usd(figures.fees_usd)}", "loss"),
            Card(
                "Kept",
                _usd(alpha.net_usd),
                f"sold out today: {_usd(figures.liquidated_usd)}",
                "gain" if alpha.net_usd >= 0 else "loss",
            ),
        ),
    )


def _walk(heading: str, figures: Figures) -> Waterfall:
    """From what was saved to what is kept."""
    steps = [(label, amount) for label, amount in alpha_steps(figures.alpha) if amount]
    words = ", ".join(f"{label} {signed_usd(amount)}" for label, amount in steps)
    return Waterfall(
        heading,
        waterfall_bars(steps or [("Nothing", Decimal(0))], "Kept"),
        f"{words}; kept {signed_usd(figures.alpha.net_usd)} dollars",
    )


def alpha_steps(alpha: Alpha) -> list[tuple[str, Decimal]]:
    """The parts of an alpha in the order of a walk, signed; they add up to its net."""
    return [
        ("Saved this year", alpha.tax_now_usd),
        ("Carried, present value", alpha.carryforward_usd),
        ("Given back at the exit", -alpha.deferred_usd),
        ("Spread", -alpha.spread_usd),
        ("Commission and fees", -alpha.commission_usd),
        ("Impact", -alpha.impact_usd),
        ("Tracking while locked out", -alpha.tracking_usd),
        ("Later choice given up", -alpha.option_usd),
        ("Expected wash sales", -alpha.wash_drag_usd),
    ]


def _steps(figures: Figures) -> Table:
    """What the losses offset."""
    steps = [step for step in figures.walk if step.amount_usd]
    return Table(
        f"What the losses offset in {figures.year}",
        (Column("Step", wide=True), Column("Dollars", right=True)),
        (
            ("Bill without the harvests", signed_usd(figures.bill_without_usd)),
            *((step.label, signed_usd(-step.amount_usd)) for step in steps),
        ),
        ("Bill with them", signed_usd(figures.bill_with_usd)),
        8.5,
    )


def _claims(figures: Figures) -> Table:
    """Ours beside what others would print, and beside what was shown at approval."""
    alpha = figures.alpha
    return Table(
        "Beside other ways to count",
        (Column("Way", wide=True), Column("Dollars", right=True)),
        (
            ("Kept, as this report counts", signed_usd(alpha.net_usd)),
            (
                "Shown when the trades were approved, for what was filled",
                signed_usd(figures.expected_usd),
            ),
            ("Kept if everything were sold today", signed_usd(figures.liquidated_usd)),
            ("Loss x top rate, as others would claim", signed_usd(alpha.others_claim_usd)),
        ),
        size=8.5,
    )


def _trades(figures: Figures) -> Table:
    """Every sold lot."""
    columns = (
        "Sold",
        "Security",
        "Lot",
        "Acquired",
        "Term",
        "Shares",
        "Proceeds",
        "Basis",
        "Result",
        "Kept",
        "Signed by",
    )
    money = {"Shares", "Proceeds", "Basis", "Result", "Kept"}
    rows = tuple(
        (
            str(t.sold_on),
            t.symbol,
            t.lot_id,
            str(t.acquired_on),
            t.term,
            f"{t.shares.normalize():f}",
            signed_usd(t.proceeds_usd),
            signed_usd(t.basis_usd),
            signed_usd(t.gain_usd),
            signed_usd(t.kept_usd),
            t.approver,
        )
        for t in figures.trades
    )
    total = (
        "Total", "", "", "", "", "",
        signed_usd(sum((t.proceeds_usd for t in figures.trades), Decimal(0))),
        signed_usd(sum((t.basis_usd for t in figures.trades), Decimal(0))),
        signed_usd(sum((t.gain_usd for t in figures.trades), Decimal(0))),
        signed_usd(sum((t.kept_usd for t in figures.trades), Decimal(0))),
        "",
    )  # fmt: skip
    return Table(
        "Every lot sold, and what is kept of it",
        tuple(Column(name, right=name in money, wide=name == "Lot") for name in columns),
        rows,
        total,
        6.5,
    )


def _assumptions(figures: Figures) -> Iterator[str]:
    """What a sceptical reader should know."""
    yield "What is saved is the difference of two whole projected bills, not loss x rate."
    yield "It is attributed to the lots in the order of execution; another order shares otherwise."
    yield "Fees are those of the fills. Spread, impact and tracking are estimates at approval."
    yield "The exit rate, the discount and the horizon are those of the household's plan."
    yield from figures.notes
    yield "Left out: alternative investments' own schedules, credits, and self-employment tax."
    yield "Nothing here is advice; the advisor decides, and a tax professional signs the return."


def _usd(amount: Decimal) -> str:
    """Dollars with the sign in front of the dollar sign."""
    text = f"${abs(amount):,.2f}"
    return f"\N{MINUS SIGN}{text}" if amount < 0 else text
