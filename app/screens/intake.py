"""Files of a custodian on their way into the book: read on trial, looked at, then taken in.

A file is recognised by its headings; one that nobody recognises can be mapped by hand. The trial
writes nothing; ``take_in`` plans again on the book of that moment and writes each file whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from app.book.book import Book
from app.custodian.mapping import map_headings
from app.custodian.order_values import Fill
from app.custodian.plan import plan
from app.custodian.profile import Profile, load, names
from app.custodian.read import parse, recognise
from app.custodian.reconcile import Reconciled, reconcile
from app.custodian.sniff import FileRefusedError, Source, grid, open_source
from app.custodian.values import ImportPlan, Parsed
from engine.errors import UserError
from engine.records import User
from engine.results import Problem
from widgets.views import HeadingMap, Trial, TrialRow

GENERIC = "generic-lots"
HEAD_ROWS = 12
MAPPED = ("generic-lots", "generic-positions", "fills")


@dataclass(slots=True)
class Intake:
    """Files that the advisor chose.

    Attributes:
        paths: The files.
        account: Account their rows belong to, "" as the files say.
        mapped: Format and headings (field to heading) by file name, where a person mapped one.
    """

    paths: Sequence[Path]
    account: str = ""
    mapped: dict[str, tuple[str, Mapping[str, str]]] = field(default_factory=dict)

    def trial(self, book: Book) -> Trial:
        """What taking the files in would do."""
        rows: list[TrialRow] = []
        problems: list[Problem] = []
        gaps: list[str] = []
        unread: Source | None = None
        for path in self.paths:
            try:
                source = open_source(path)
                found = self._planned(book, source)
            except UserError as error:
                rows.append(TrialRow(path.name, "", refused=str(error)))
                unread = unread or _table(path)
                continue
            rows.append(_row(found))
            if path.name in self.mapped:
                unread = unread or source
            problems += found.problems
            gaps += found.gaps
        return Trial(
            tuple(rows),
            tuple(problems),
            tuple(gaps),
            tuple((a.account_id, a.name) for a in book.known().accounts),
            None if unread is None else self._mapping(unread),
        )

    def take_in(self, book: Book, user: User, now: datetime) -> tuple[TrialRow, ...]:
        """Write every file that can be read, its good rows; what each did.

        Raises:
            UserError: If nothing can be taken in, or an account is not known; then the files
                before it are in the book and it is not.
        """
        done = []
        for path in self.paths:
            found = self._planned(book, open_source(path))
            if found.unknown:
                raise UserError(f"{path.name}: {found.unknown} Choose the account and try again.")
            if found.fills is not None:
                book.record_fills(found.fills, user.user_id, now)
            elif found.plan is not None:
                book.apply_import(found.plan, now, user.user_id)
            done.append(_row(found))
        return tuple(done)

    def _planned(self, book: Book, source: Source) -> "_Planned":
        """A file held against the book."""
        if source.name in self.mapped:
            profile, _ = map_headings(*self.mapped[source.name])
            parsed = parse(source, profile)
        else:
            parsed, profile = _recognised(source)
        if any(table.kind == "fill" for table in profile.tables):
            return _Planned(source, profile, parsed, fills=_against_orders(book, parsed))
        return _Planned(source, profile, parsed, plan(parsed, profile, book.known(), self.account))

    def _mapping(self, source: Source) -> HeadingMap:
        """The headings of a file beside the fields of the format it is to be read as."""
        name, chosen = self.mapped.get(source.name, (GENERIC, {}))
        headings = _headings(source)
        table = load(name).tables[0]
        fields = []
        for wanted, known in table.columns.items():
            fits = [h for h in headings if h.casefold() in {k.casefold() for k in known}]
            fields.append((wanted, chosen.get(wanted) or next(iter(fits), "")))
        return HeadingMap(
            source.name,
            tuple((key, load(key).title) for key in MAPPED),
            name,
            headings,
            tuple(fields),
            frozenset(table.required),
        )


@dataclass(frozen=True, slots=True)
class _Planned:
    """One file and what it would do: a plan, or fills."""

    source: Source
    profile: Profile
    parsed: Parsed
    plan: ImportPlan | None = None
    fills: Reconciled | None = None

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Rows that cannot be read."""
        return self.parsed.problems if self.plan is None else self.plan.problems

    @property
    def gaps(self) -> tuple[str, ...]:
        """What stays unknown, in words."""
        if self.plan is not None:
            return tuple(f"{g.account} {g.security}: {g.what}".strip() for g in self.plan.gaps)
        found = self.fills.exceptions if self.fills else ()
        return tuple(f"{e.fill.symbol}: {e.what} {e.remedy}" for e in found)

    @property
    def unknown(self) -> str:
        """Why an account is not known, "" when all are."""
        gaps = self.plan.gaps if self.plan is not None else ()
        return next((gap.what for gap in gaps if gap.kind == "account_unknown"), "")


def _recognised(source: Source) -> tuple[Parsed, Profile]:
    """The file by the format that fits; with bad rows, by the one that reads most of it.

    Raises:
        FileRefusedError: If no format reads a single row.
    """
    try:
        profile = recognise(source)
    except FileRefusedError:
        best: tuple[int, Parsed, Profile] | None = None
        for name in names():
            try:
                parsed = parse(source, load(name))
            except FileRefusedError:
                continue
            if parsed.lines and (best is None or len(parsed.lines) > best[0]):
                best = len(parsed.lines), parsed, load(name)
        if best is None:
            raise
        return best[1], best[2]
    return parse(source, profile), profile


def _against_orders(book: Book, parsed: Parsed) -> Reconciled:
    """Fills held against the open orders."""
    fills = [line for line in parsed.lines if isinstance(line, Fill)]
    orders = [row.order for row in book.orders()]
    return reconcile(orders, fills, book.executions(), book.closes(), book.bought())


def _row(found: _Planned) -> TrialRow:
    """What a file does, as counts."""
    name, title = found.source.name, found.profile.title
    if found.fills is not None:
        told = f"{len(found.fills.exceptions)} for a person to look at"
        return TrialRow(
            name, title, len(found.fills.fills), unchanged=len(found.fills.duplicates), other=told
        )
    made = found.plan
    assert made is not None
    counts = (
        (len(made.positions), "positions"),
        (len(made.transactions), "transactions"),
        (len(made.realized), "closed lots"),
        (len(made.rejected), "rows set aside"),
    )
    other = ", ".join(f"{n} {what}" for n, what in counts if n)
    new, changed, same, closed = map(len, (made.new, made.changed, made.unchanged, made.closed))
    return TrialRow(name, title, new, changed, same, closed, other)


def _table(path: Path) -> Source | None:
    """The file as a table that could be mapped; None where it is none."""
    try:
        source = open_source(path)
        return source if len(_headings(source)) > 1 else None
    except UserError:
        return None


def _headings(source: Source) -> tuple[str, ...]:
    """The fullest of the first rows without a figure in it: a file's headings."""
    best: tuple[str, ...] = ()
    for line in grid(source).rows[:HEAD_ROWS]:
        cells = tuple(cell.strip() for cell in line.cells if cell.strip())
        worded = not any(cell.lstrip("-$(").replace(",", "")[:1].isdigit() for cell in cells)
        if worded and len(cells) > len(best):
            best = cells
    return best
