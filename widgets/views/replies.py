"""Answers of the desk to the sheet that asked."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from engine.results import Problem, Proposal
from widgets.views.desk import Impact


@dataclass(frozen=True, slots=True)
class Priced:
    """An edit was priced."""

    proposal_id: str
    impact: Impact


@dataclass(frozen=True, slots=True)
class GotWorse:
    """An approval was not signed: the value fell out of the band that was shown."""

    shown: Proposal
    now_usd: Decimal


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The passphrase fits; ``hint`` is "" where there is nothing to add."""

    name: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The passphrase does not fit, in words."""

    why: str


@dataclass(frozen=True, slots=True)
class Details:
    """What a household says of itself, to be edited; ``why`` is the gap that led here."""

    name: str
    why: str
    text: str


@dataclass(frozen=True, slots=True)
class TrialRow:
    """What taking in one file would do; ``profile`` is "" where nobody recognised it."""

    file: str
    profile: str
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    closed: int = 0
    other: str = ""
    refused: str = ""


@dataclass(frozen=True, slots=True)
class HeadingMap:
    """A file that no profile fits, to be mapped: its headings and the fields a format wants.

    ``fields`` pairs a field with the heading that was found for it, "" for none.
    """

    file: str
    profiles: tuple[tuple[str, str], ...]
    profile: str
    headings: tuple[str, ...]
    fields: tuple[tuple[str, str], ...]
    required: frozenset[str]


@dataclass(frozen=True, slots=True)
class Trial:
    """Files read on trial; nothing is written yet."""

    rows: tuple[TrialRow, ...]
    problems: tuple[Problem, ...] = ()
    gaps: tuple[str, ...] = ()
    accounts: tuple[tuple[str, str], ...] = ()
    mapping: HeadingMap | None = None


@dataclass(frozen=True, slots=True)
class FileWanted:
    """A gap that a custodian's file mends."""

    why: str


Reply = Priced | GotWorse | FileWanted | SignedIn | Refused | Details | Trial
