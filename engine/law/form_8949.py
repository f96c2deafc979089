"""Form 8949: one row a lot sold, columns (a) to (h), by box.

Part I is short-term, Part II long-term; the box says whether the broker reported the basis (A, D),
did not (B, E), or sent no Form 1099-B (C, F). Where the basis was reported and is wrong, column
(e) repeats the reported one and column (g) mends it with code B; where it was not reported, column
(e) is simply right. A disallowed loss is code W and a positive amount in (g); a term that the
broker has wrong is code T. Codes stand in alphabetical order and their amounts are added up
(Instructions for Form 8949, columns (e) to (h)).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from engine.law.holding import term
from engine.law.lots import apportion_usd
from engine.records import ZERO, RealizedLot, Term

BOXES = {
    Term.SHORT: {"reported": "A", "not_reported": "B", "no_form": "C"},
    Term.LONG: {"reported": "D", "not_reported": "E", "no_form": "F"},
}


# Line of Schedule D that takes the totals of each box (Schedule D, Parts I and II).
LINES = {"A": "1b", "B": "2", "C": "3", "D": "8b", "E": "9", "F": "10"}


@dataclass(frozen=True, slots=True)
class Reported:
    """What Form 1099-B shows of a sale of a lot: basis (box 1e), and term where it shows one."""

    basis_usd: Decimal
    term: Term | None = None


@dataclass(frozen=True, slots=True)
class Row8949:
    """A row of the form.

    Attributes:
        box: A to F.
        description: (a)
        acquired_on: (b)
        sold_on: (c)
        proceeds_usd: (d)
        basis_usd: (e)
        code: (f)
        adjustment_usd: (g)
        gain_usd: (h) = (d) - (e) + (g)
        note: Why term and dates may seem not to agree, or "".
    """

    box: str
    description: str
    acquired_on: date
    sold_on: date
    proceeds_usd: Decimal
    basis_usd: Decimal
    code: str
    adjustment_usd: Decimal
    gain_usd: Decimal
    note: str = ""


@dataclass(frozen=True, slots=True)
class BoxTotal:
    """Totals of one box, as they go to Schedule D."""

    box: str
    proceeds_usd: Decimal
    basis_usd: Decimal
    adjustment_usd: Decimal
    gain_usd: Decimal

    @property
    def line(self) -> str:
        """Line of Schedule D that the totals go to."""
        return LINES[self.box]


@dataclass(frozen=True, slots=True)
class ScheduleD:
    """The sales of a year on Schedule D.

    Attributes:
        lines: Totals by line, 1b, 2, 3 and 8b, 9, 10.
        short_usd: Net short-term result of the sales, before carryovers (towards line 7).
        long_usd: Net long-term result of the sales (towards line 15).
    """

    lines: tuple[BoxTotal, ...]
    short_usd: Decimal
    long_usd: Decimal

    def as_data(self) -> dict[str, object]:
        """Lines by number with columns (d), (e), (g) and (h), and both results, as exact text."""
        columns = {"d": "proceeds_usd", "e": "basis_usd", "g": "adjustment_usd", "h": "gain_usd"}
        return {
            "lines": {
                total.line: {letter: str(getattr(total, name)) for letter, name in columns.items()}
                for total in self.lines
            },
            "short_usd": str(self.short_usd),
            "long_usd": str(self.long_usd),
        }


def rows(
    sold: Iterable[RealizedLot],
    symbols: Mapping[str, str],
    *,
    uncovered: Set[str] = frozenset(),
    no_form: Set[str] = frozenset(),
    reported: Mapping[tuple[str, str], Reported] | None = None,
) -> tuple[Row8949, ...]:
    """Rows of the form, by box and then by date of sale.

    Args:
        sold: Sales of taxed accounts.
        symbols: Ticker of each security, for the description.
        uncovered: Lots whose basis the broker does not report.
        no_form: Accounts that send no Form 1099-B.
        reported: What the broker shows, by sale and lot; by default the same as ours.
    """
    lines = tuple(sold)
    shown = _shown(lines, reported or {})
    found = []
    for line, seen in zip(lines, shown, strict=True):
        kind = "not_reported" if line.lot_id in uncovered else "reported"
        kind = "no_form" if line.account_id in no_form else kind
        symbol = symbols.get(line.security_id, line.security_id)
        found.append(_row(line, kind, symbol, seen))
    return tuple(sorted(found, key=lambda row: (row.box, row.sold_on, row.acquired_on)))


def totals(found: Iterable[Row8949]) -> tuple[BoxTotal, ...]:
    """Totals by box."""
    by_box: dict[str, list[Row8949]] = {}
    for row in found:
        by_box.setdefault(row.box, []).append(row)
    return tuple(
        BoxTotal(
            box,
            sum((row.proceeds_usd for row in members), ZERO),
            sum((row.basis_usd for row in members), ZERO),
            sum((row.adjustment_usd for row in members), ZERO),
            sum((row.gain_usd for row in members), ZERO),
        )
        for box, members in sorted(by_box.items())
    )


def schedule_d(found: Iterable[Row8949]) -> ScheduleD:
    """The rows of the form as Schedule D takes them."""
    lines = totals(found)
    boxes = set(BOXES[Term.SHORT].values())
    return ScheduleD(
        lines,
        sum((line.gain_usd for line in lines if line.box in boxes), ZERO),
        sum((line.gain_usd for line in lines if line.box not in boxes), ZERO),
    )


def _shown(
    lines: tuple[RealizedLot, ...], reported: Mapping[tuple[str, str], Reported]
) -> list[Reported]:
    """The broker's figures for each line; a lot sold in several parts shares them by shares."""
    parts: dict[tuple[str, str], list[int]] = {}
    for number, line in enumerate(lines):
        parts.setdefault((line.sale_id, line.lot_id), []).append(number)
    found = [Reported(line.basis_usd, line.term) for line in lines]
    for key, numbers in parts.items():
        if key in reported:
            whole = reported[key]
            basis = apportion_usd(whole.basis_usd, [lines[n].shares for n in numbers])
            for number, amount in zip(numbers, basis, strict=True):
                found[number] = Reported(amount, whole.term)
    return found


def _row(line: RealizedLot, kind: str, symbol: str, seen: Reported) -> Row8949:
    """One row; column (e) repeats a reported basis and column (g) mends it."""
    basis = seen.basis_usd if kind == "reported" else line.basis_usd
    correction = basis - line.basis_usd
    wrong_term = kind == "reported" and seen.term not in (None, line.term)
    flags = (("B", bool(correction)), ("T", wrong_term), ("W", bool(line.disallowed_usd)))
    adjustment = correction + line.disallowed_usd
    return Row8949(
        BOXES[line.term][kind],
        f"{line.shares.normalize():f} sh {symbol}",
        line.acquired_on,
        line.sold_on,
        line.proceeds_usd,
        basis,
        "".join(code for code, applies in flags if applies),
        adjustment,
        line.proceeds_usd - basis + adjustment,
        _note(line),
    )


def _note(line: RealizedLot) -> str:
    """Said where the dates alone would give another term."""
    if term(line.acquired_on, line.sold_on) is line.term:
        return ""
    return f"holding period starts on {line.held_since} (26 U.S.C. 1223)"
