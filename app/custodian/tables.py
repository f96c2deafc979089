"""Reads a grid by a profile: every row is a line, a known kind of other row, or a problem.

No row is passed over in silence: what is neither header, title, total, cash, known filler nor a
row of the table above is reported with its line, so a format that has changed is noticed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from app.custodian import rows
from app.custodian.cells import CellError, day
from app.custodian.profile import Profile, RowRule, Table, normal
from app.custodian.rows import Cells, Trouble
from app.custodian.sniff import Grid, Row, Source
from app.custodian.values import CashLine, ControlTotal, Line, Parsed, RejectedRow
from engine.records import ZERO
from engine.results import Problem


def read_table(source: Source, grid: Grid, profile: Profile) -> Parsed:
    """Read a grid; the lines that could be read and what was wrong with the others."""
    reader = _Reader(grid.name, profile)
    if profile.file_name is not None:
        found = profile.file_name.search(grid.name)
        reader.take_title(found.groupdict() if found else {})
    end = 0
    for row in grid.rows:
        if not row.blank and not reader.take(row):
            end = row.line
            break
    reader.finish()
    if not reader.seen_header:
        reader.problems.append(_no_table(grid, profile))
    unread = tuple(p for p in grid.problems if not end or p.line < end)
    cut = tuple(r for r in grid.rejected if not end or r.line < end)
    return Parsed(
        profile=profile.name,
        file_name=grid.name,
        file_sha256=source.sha256,
        as_of=reader.as_of,
        lines=tuple(reader.lines),
        rejected=cut + tuple(reader.rejected),
        problems=tuple(sorted((*unread, *reader.problems), key=lambda problem: problem.line)),
        totals=tuple(reader.totals),
        whole_accounts=profile.whole_accounts,
    )


class _Reader:
    """Walks down a grid and keeps where it is: table, account, date."""

    def __init__(self, name: str, profile: Profile) -> None:
        self.name, self.profile = name, profile
        self.lines: list[Line] = []
        self.rejected: list[RejectedRow] = []
        self.problems: list[Problem] = []
        self.totals: list[ControlTotal] = []
        self.as_of: date | None = None
        self.seen_header = False
        self._context: dict[str, str] = {}
        self._table: Table | None = None
        self._columns: dict[str, int] = {}
        self._header: tuple[str, ...] = ()
        self._titles: list[tuple[str, ...]] = []
        self._sums: dict[str, Decimal] = {}
        self._ahead: list[ControlTotal] = []
        self._vocabulary = {
            alias for table in profile.tables for words in table.columns.values() for alias in words
        }

    def take(self, row: Row) -> bool:
        """Take one row; False when nothing after it is to be read."""
        told = ",".join(cell.strip() for cell in row.cells if cell.strip())
        if any(pattern.search(told) for pattern in self.profile.stop):
            return False
        if self.profile.sectioned and len(row.cells) > 1:
            self._take_section(row, told)
        elif not self._take_header(row, row.cells, "") and not self._take_filler(told, row):
            self._take_data(row, row.cells)
        return True

    def take_title(self, found: dict[str, str]) -> None:
        """Keep what a title says; a title with an account or a form ends the table above."""
        told = {key: value.strip() for key, value in found.items() if value}
        as_of = told.pop("as_of", "")
        if as_of:
            try:
                self.as_of = day(as_of)
            except CellError as error:
                self._problem(0, "as of", as_of, error.rule, error.remedy)
        if told:
            self._context.update(told)
            self._table = None

    def _take_section(self, row: Row, told: str) -> None:
        """A row of ``Section,Header|Data,...``; sections of no table say nothing to us."""
        section, what, cells = row.cells[0], row.cells[1], row.cells[2:]
        if what == "Header":
            self._table = None
            self._take_header(row, cells, section)
        elif self._table is not None and section == self._table.section:
            self._take_data(row, cells)
        else:
            self._take_filler(told, row)

    def _take_header(self, row: Row, cells: tuple[str, ...], section: str) -> bool:
        told = [normal(cell) for cell in cells]
        if len(self._vocabulary.intersection(told)) < 2:
            return False
        headings: dict[str, int] = {}
        for place, heading in enumerate(told):
            headings.setdefault(heading, place)
        for table in self.profile.tables:
            columns = table.match(headings) if table.section == section else None
            if columns is not None:
                self._table, self._columns, self._header = table, columns, cells
                self._sums = {}
                self.seen_header = True
                self._refuse_twins(row.line, cells)
                return True
        return False

    def _refuse_twins(self, line: int, cells: tuple[str, ...]) -> None:
        """A heading that stands twice would make a column a guess."""
        used = [normal(cells[place]) for place in self._columns.values()]
        for place, cell in enumerate(cells):
            if normal(cell) in used and place not in self._columns.values():
                self._problem(
                    line, cell, cell, "two columns have this heading", "rename one of them"
                )

    def _take_filler(self, told: str, row: Row) -> bool:
        for pattern in self.profile.titles:
            found = pattern.search(told)
            if found is not None:
                self._titles.append(row.cells)
                self.take_title(found.groupdict())
                return True
        return any(pattern.search(told) for pattern in self.profile.ignore)

    def _take_data(self, row: Row, cells: tuple[str, ...]) -> None:
        if self._table is None:
            shown = ",".join(cells)[:80]
            remedy = "remove the row, or choose the profile that knows it"
            self._problem(row.line, "row", shown, "belongs to no table of this format", remedy)
            self.rejected.append(RejectedRow(row.line, (), row.cells))
            return
        texts = {
            name: cells[place] if place < len(cells) else ""
            for name, place in self._columns.items()
        }
        found = Cells(row.line, texts, self._context, self.profile)
        if any(cell.strip() for cell in cells[len(self._header) :]):
            found.refuse("row", "has more cells than headings", "check the quotes")
        if self.as_of is None and texts.get("as_of", "").strip():
            self.as_of = found.day("as_of")
        rule = self._rule(texts)
        if rule is not None and rule.what in ("skip", "total"):
            if rule.what == "total":
                self._take_total(row.line, found, rule)
        else:
            self._take_line(row, found, rule)
        self._report(row, found.troubles)

    def _rule(self, texts: dict[str, str]) -> RowRule | None:
        assert self._table is not None
        for rule in self._table.rules:
            if rule.pattern.search(texts.get(rule.field, "").strip()):
                return rule
        return None

    def _take_line(self, row: Row, found: Cells, rule: RowRule | None) -> None:
        assert self._table is not None
        line: Line
        if rule is not None:
            line = rows.cash(found, settled=rule.what == "cash")
        else:
            line = rows.BUILD[self._table.kind](found)
        if found.troubles:
            return
        self.lines.append(line)
        for name in self._checked():
            value = line.amount_usd if isinstance(line, CashLine) else getattr(line, name, None)
            if isinstance(line, CashLine) and name != "market_usd":
                continue
            self._sums[name] = self._sums.get(name, ZERO) + (value or ZERO)

    def _checked(self) -> set[str]:
        assert self._table is not None
        return {name for rule in self._table.rules for name in rule.check}

    def _take_total(self, line: int, found: Cells, rule: RowRule) -> None:
        account = found.identity("account")
        for name in rule.check:
            theirs = found.micro(name)
            if theirs is not None:
                ours = self._sums.get(name, ZERO)
                total = ControlTotal(line, account, name, ours, theirs, blocking=rule.blocking)
                (self._ahead if rule.ahead else self.totals).append(total)
        self._sums = {}

    def finish(self) -> None:
        """Hold totals that stand above their rows against what came after them."""
        for total in self._ahead:
            self.totals.append(replace(total, ours=self._sums.get(total.what, ZERO)))

    def _report(self, row: Row, troubles: list[Trouble]) -> None:
        for trouble in troubles:
            place = self._columns.get(trouble.field, len(self._header))
            heading = self._header[place].strip() if place < len(self._header) else trouble.field
            self._problem(row.line, heading, trouble.value, trouble.rule, trouble.remedy)
        if troubles:
            above = tuple(self._titles[-4:])
            self.rejected.append(RejectedRow(row.line, self._header, row.cells, above))

    def _problem(self, line: int, heading: str, value: str, rule: str, remedy: str) -> None:
        self.problems.append(Problem(self.name, line, heading, value[:200], rule, remedy))


def _no_table(grid: Grid, profile: Profile) -> Problem:
    needed = " | ".join(
        ", ".join(table.columns[name][0] for name in table.required) for table in profile.tables
    )
    first = next((",".join(row.cells)[:80] for row in grid.rows if not row.blank), "")
    remedy = "choose another profile (lotlight import --list) or save a mapping"
    rule = f"no row holds the headings this format needs ({needed})"
    return Problem(grid.name, 0, "header", first, rule, remedy)
