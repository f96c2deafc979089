"""The law as dated, cited values, and the rule records that the bill is computed from.

A value of law has a key (``federal.standard_deduction``, ``NY.brackets``), a first year, perhaps
a last year, a status and a source. The value of a year is the newest entry begun by then. Where
the newest entry has ended, because an indexed amount of the year is not published, it is held
and called *projected*; nothing is ever extended backwards.

A change of the law is a set of such entries laid over the others (``Law.amended``): an override
file and the named scenarios are written in the same form as the law itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from engine.errors import InputError
from engine.law.amt import AmtRules
from engine.law.deductions import DeductionRules
from engine.law.federal import FederalRules, PayrollRules
from engine.law.niit import NiitRules
from engine.law.schedule import Schedule
from engine.records import ZERO, FilingStatus

Brackets = tuple[tuple[Decimal, Decimal], ...]
Plain = Decimal | str | bool | Brackets
Value = Plain | Mapping[str, Plain]


class Status(StrEnum):
    """How sure a value of the law is."""

    ENACTED = "enacted"
    PROJECTED = "projected"
    PROPOSED = "proposed"


@dataclass(frozen=True, slots=True)
class Cited:
    """One value of the law with where it stands.

    Attributes:
        key: Dotted name.
        value: A number, a word, brackets, or one of these for each filing status.
        unit: What a number counts.
        first_year: First tax year of the value.
        last_year: Last tax year, or ``None`` while it stays in force.
        status: Enacted, projected or proposed.
        source: Statute, form or procedure with its section.
    """

    key: str
    value: Value
    unit: str
    first_year: int
    last_year: int | None
    status: Status
    source: str

    def held_in(self, year: int) -> bool:
        """Whether the value is only held over into the year."""
        return self.last_year is not None and year > self.last_year


@dataclass(frozen=True, slots=True)
class Scenario:
    """A change of the law that an advisor can ask about.

    Attributes:
        name: Name to select it by.
        title: One line to show.
        status: Enacted, projected or proposed.
        probability: Judged chance that it becomes law, in [0, 1].
        start_year: First year of the change.
        source: Bill, statute or proposal.
        changes: Entries laid over the law.
        note: What the change means for a household, and what it leaves out.
    """

    name: str
    title: str
    status: Status
    probability: float
    start_year: int
    source: str
    changes: tuple[Cited, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Law:
    """All values of the law.

    Attributes:
        version: Digest of the files (and changes) it was read from.
        values: Entries by key, oldest first.
        scenarios: Named changes by name.
        applied: Names of the changes laid over it.
    """

    version: str
    values: Mapping[str, tuple[Cited, ...]]
    scenarios: Mapping[str, Scenario] = field(default_factory=dict)
    applied: tuple[str, ...] = ()

    def entry(self, key: str, year: int) -> Cited | None:
        """The newest entry of the key begun by the year, or ``None``."""
        begun = [e for e in self.values.get(key, ()) if e.first_year <= year]
        return begun[-1] if begun else None

    def value(self, key: str, year: int, status: str = "") -> Plain:
        """The value of a key in a year, for a filing status where it depends on one.

        Raises:
            InputError: If the law holds no such value for the year or the status.
        """
        entry = self.entry(key, year)
        if entry is None:
            raise InputError("year", year, f"the law holds no {key} for {year}; {self._years(key)}")
        found = entry.value
        if not isinstance(found, Mapping):
            return found
        if status not in found:
            raise InputError(
                "filing_status", status, f"{key} is given for {', '.join(sorted(found))}"
            )
        return found[status]

    def number(self, key: str, year: int, status: str = "") -> Decimal:
        """A number of the law; see ``value``."""
        found = self.value(key, year, status)
        if not isinstance(found, Decimal):
            raise InputError(key, found, "write a number for this value of the law")
        return found

    def flag(self, key: str, year: int) -> bool:
        """A yes or no of the law; see ``value``."""
        found = self.value(key, year)
        if not isinstance(found, bool):
            raise InputError(key, found, "write true or false for this value of the law")
        return found

    def word(self, key: str, year: int) -> str:
        """A word of the law, "" for none; see ``value``."""
        found = self.value(key, year)
        if not isinstance(found, str):
            raise InputError(key, found, "write a word for this value of the law")
        return found

    def schedule(self, key: str, year: int, status: str = "") -> Schedule[Decimal]:
        """Brackets of the law; see ``value``."""
        found = self.value(key, year, status)
        if not isinstance(found, tuple):
            raise InputError(key, found, "write brackets as pairs of start and rate")
        return Schedule(tuple(s for s, _ in found), tuple(r for _, r in found))

    def amended(self, name: str, changes: Iterable[Cited]) -> "Law":
        """The law with the changes laid over it: each replaces its key from its first year on."""
        values = dict(self.values)
        touched: set[str] = set()
        for change in sorted(changes, key=lambda c: c.first_year):
            kept = values.get(change.key, ())
            if change.key not in touched:
                kept = tuple(e for e in kept if e.first_year < change.first_year)
            values[change.key] = (*kept, change)
            touched.add(change.key)
        return replace(
            self,
            version=f"{self.version}+{name}",
            values=values,
            applied=(*self.applied, name),
        )

    def backdated(self, year: int) -> "Law":
        """The law with its first entries begun by a year before any of them, for old tapes alone.

        Nothing is extended backwards by itself; a replay of real prices from before the first
        tables asks for this, and every value so used is called projected.
        """
        values = {
            key: (_begun_by(year, found[0]), *found[1:]) for key, found in self.values.items()
        }
        name = f"first tables used for {year}"
        return replace(
            self, version=f"{self.version}+{year}", values=values, applied=(*self.applied, name)
        )

    @property
    def wash_window_days(self) -> int:
        """Days on either side of a loss sale (26 U.S.C. 1091(a))."""
        return int(self._latest("wash.window_days"))

    @property
    def wash_safe_days(self) -> int:
        """Days after which a purchase or sale is clear of the window."""
        return int(self._latest("wash.safe_days"))

    @property
    def long_term_years(self) -> int:
        """A lot is long-term when held more than this many years (26 U.S.C. 1222(3))."""
        return int(self._latest("holding.long_term_years"))

    def _latest(self, key: str) -> Decimal:
        return self.number(key, max(e.first_year for e in self.values[key]))

    def _years(self, key: str) -> str:
        entries = self.values.get(key, ())
        return f"it begins in {entries[0].first_year}" if entries else "no year has it"


def _begun_by(year: int, entry: Cited) -> Cited:
    """An entry that has begun by the year, called projected where it had not."""
    if entry.first_year <= year:
        return entry
    return replace(entry, first_year=year, status=Status.PROJECTED)


@lru_cache(maxsize=256)
def federal_rules(law: Law, year: int, status: FilingStatus) -> FederalRules[Decimal]:
    """Every federal number for a year and filing status.

    Raises:
        InputError: If the law has no tables for the year.
    """

    def number(name: str) -> Decimal:
        return law.number(f"federal.{name}", year, status)

    ordinary = law.schedule("federal.brackets", year, status)
    return FederalRules(
        ordinary=ordinary,
        gains=law.schedule("federal.gains_brackets", year, status),
        loss_limit=number("loss_limit"),
        deduction=DeductionRules(
            standard=number("standard_deduction"),
            aged_addition=number("aged_addition"),
            senior_amount=number("senior_deduction"),
            senior_start=number("senior_start"),
            senior_rate=number("senior_rate"),
            salt_cap=number("salt_cap"),
            salt_start=number("salt_start"),
            salt_rate=number("salt_rate"),
            salt_floor=number("salt_floor"),
            charity_floor_share=number("charity_floor_share"),
            charity_limit_share=number("charity_limit_share"),
            charity_nonitemizer=number("charity_nonitemizer"),
            top_limit_rate=number("itemized_top_limit_rate"),
            top_limit_start=ordinary.starts[-1],
        ),
        amt=AmtRules(
            rates=law.schedule("federal.amt_brackets", year, status),
            exemption=number("amt_exemption"),
            phaseout_start=number("amt_phaseout_start"),
            phaseout_rate=number("amt_phaseout_rate"),
            addback=number("amt_separate_addback"),
        ),
        niit=NiitRules(rate=number("niit_rate"), start=number("niit_start")),
        payroll=PayrollRules(
            social_security_rate=number("social_security_rate"),
            social_security_top=number("social_security_top"),
            medicare_rate=number("medicare_rate"),
            additional_rate=number("additional_medicare_rate"),
            additional_start=number("additional_medicare_start"),
        ),
    )


@lru_cache(maxsize=1024)
def provisional_notes(law: Law, year: int, prefix: str) -> tuple[str, ...]:
    """One sentence for each value of a prefix that is not enacted for the year."""
    notes: dict[str, list[str]] = {}
    for key in law.values:
        entry = law.entry(key, year) if key.startswith(f"{prefix}.") else None
        if entry is None or entry.value == ZERO:
            continue
        name = key.removeprefix(f"{prefix}.").replace("_", " ")
        if entry.held_in(year):
            notes.setdefault(f"held at the {entry.last_year} amount", []).append(name)
        elif entry.status is not Status.ENACTED:
            notes.setdefault(f"{entry.status} ({entry.source})", []).append(name)
    return tuple(f"{prefix} {year}: {', '.join(names)} {how}" for how, names in notes.items())
