"""Damaged files: never a crash, never a hang, never a line that no one accounts for."""

import io
import random
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from app.custodian.csv_out import rejected_csv
from app.custodian.plan import plan
from app.custodian.profile import load
from app.custodian.read import parse
from app.custodian.sniff import as_source
from app.custodian.values import Known, LotLine
from engine.errors import UserError
from tests.app.custodian.conftest import FORMATS, SAMPLES
from tests.app.custodian.mutate import mutate
from tests.app.custodian.orders_fixture import HOUSEHOLD, LOTS

PER_FORMAT = 1_000
NIGHTLY = 1_000_000
BY_PROFILE: dict[str, list[str]] = {}
for sample, profile_name in FORMATS.items():
    BY_PROFILE.setdefault(profile_name, []).append(sample)


def take(name: str, data: bytes, profile_name: str) -> str:
    """Read and plan; what came of it in one word. Anything but a UserError is let through."""
    profile = load(profile_name)
    try:
        parsed = parse(as_source(name, data), profile)
        found = plan(parsed, profile, Known(HOUSEHOLD.accounts, (), LOTS))
    except UserError:
        return "refused"
    for problem in parsed.problems:
        assert problem.rule
        assert problem.remedy
        assert len(problem.value) <= 200
    rejected_csv(parsed)
    for lot in parsed.lots():
        check_lot(lot)
    kept = {lot.lot_id for lot in LOTS}
    assert {lot.lot_id for lot in found.closed} <= kept
    assert len({lot.lot_id for lot in found.new}) == len(found.new)
    return "problems" if parsed.problems else "read"


def check_lot(lot: LotLine) -> None:
    """What the book's columns can hold: shares above zero, finite money, true dates."""
    assert 0 < lot.shares < 10**12
    assert lot.basis_usd is None or 0 <= lot.basis_usd < 10**12
    if lot.acquired_on is not None and lot.held_since is not None:
        assert lot.held_since <= lot.acquired_on


def fuzz(profile_name: str, cases: int, seed: int) -> dict[str, int]:
    samples = [(Path(n).name, (SAMPLES / n).read_bytes()) for n in BY_PROFILE[profile_name]]
    seen = {"read": 0, "problems": 0, "refused": 0}
    for case in range(cases):
        chance = random.Random(f"{profile_name}:{seed}:{case}")
        name, data = samples[case % len(samples)]
        damaged = mutate(data, chance)
        try:
            seen[take(name, damaged, profile_name)] += 1
        except Exception as error:
            error.add_note(f"case {case} of seed {seed}: {damaged[:2000]!r}")
            raise
    return seen


@pytest.mark.parametrize("profile_name", BY_PROFILE)
def test_a_thousand_damaged_files_of_each_format_are_read_or_refused(profile_name: str) -> None:
    seen = fuzz(profile_name, PER_FORMAT, seed=1)
    assert sum(seen.values()) == PER_FORMAT
    assert min(seen.values()) > 0  # the damage reaches all three ends


@pytest.mark.slow
@pytest.mark.timeout(0)
@pytest.mark.parametrize("profile_name", BY_PROFILE)
def test_a_million_damaged_files_of_each_format_are_read_or_refused(profile_name: str) -> None:
    assert sum(fuzz(profile_name, NIGHTLY, seed=2).values()) == NIGHTLY


def workbook_bytes() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for place, heading in enumerate(
            ("account", "symbol", "open_date", "quantity", "cost_basis")
        ):
            sheet.write(0, place, heading)
        for place, value in enumerate(("0123", "NKE", "2025-09-19", 60, 5116.8)):
            sheet.write(1, place, value)
    return out.getvalue()


def test_damaged_workbooks_are_read_or_refused() -> None:
    data = workbook_bytes()
    assert take("lots.xlsx", data, "generic-lots") == "read"
    seen = {"read": 0, "problems": 0, "refused": 0}
    for case in range(60):
        seen[take("lots.xlsx", mutate(data, random.Random(f"zip:{case}")), "generic-lots")] += 1
    assert seen["refused"] > 0
    for case in range(100):
        seen[take("lots.xlsx", inside(data, random.Random(f"part:{case}")), "generic-lots")] += 1
    assert min(seen.values()) > 0


def inside(data: bytes, chance: random.Random) -> bytes:
    """The workbook with its sheet damaged and packed again."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.namelist():
            part = old.read(member)
            hit = member in ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml")
            new.writestr(member, mutate(part, chance) if hit else part)
    return out.getvalue()
