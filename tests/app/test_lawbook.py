"""The law as data: every value is cited, overrides are checked, numbers are exact."""

from decimal import Decimal
from pathlib import Path

import pytest

from app import lawbook
from app.commands.output import ProblemsError
from engine.law.liability import bill
from engine.law.rules import Status
from engine.law.state_tables import jurisdictions
from tests.tax_profiles import household

LAW = lawbook.load()
GOOD = """
[[federal.niit_rate]]
value = 0.05
unit = "rate"
from = 2026
status = "proposed"
source = "a budget proposal, page 3"
"""


def test_every_value_carries_unit_year_status_and_source_with_a_section() -> None:
    entries = [entry for found in LAW.values.values() for entry in found]
    assert len(entries) > 250
    for entry in entries:
        assert entry.unit
        assert entry.first_year
        assert entry.status in set(Status)
        assert any(letter.isdigit() for letter in entry.source), entry


def test_all_states_and_the_district_have_tables_for_2025_and_2026() -> None:
    assert len(jurisdictions(LAW, 2025)) == 51
    assert jurisdictions(LAW, 2026) == jurisdictions(LAW, 2025)


def test_rates_are_the_statutes_and_not_their_nearest_float() -> None:
    assert LAW.number("federal.niit_rate", 2026) == Decimal("0.038")


def test_the_wash_and_holding_periods_are_there_for_the_lots() -> None:
    assert (LAW.wash_window_days, LAW.wash_safe_days, LAW.long_term_years) == (30, 31, 1)


def test_an_override_lies_over_the_law(tmp_path: Path) -> None:
    file = tmp_path / "law.toml"
    file.write_text(GOOD)
    changed = lawbook.load(file)
    profile = household(2026, wages=300_000, lt_gain=100_000)
    assert bill(profile, changed).line("niit") == Decimal(5_000)
    assert bill(profile, LAW).line("niit") == Decimal(3_800)
    assert changed.version != LAW.version


@pytest.mark.parametrize(
    ("old", "new", "field", "rule"),
    [
        ('source = "a budget proposal, page 3"', "", "federal.niit_rate.source", "missing"),
        (", page 3", "", "federal.niit_rate.source", "names no section or page"),
        ("value = 0.05", "", "federal.niit_rate.value", "not a value of law"),
        ("value = 0.05", "value = nan", "federal.niit_rate.value", "not a value of law"),
        ("from = 2026", 'from = "soon"', "federal.niit_rate.from", "not a year"),
        ('status = "proposed"', 'status = "likely"', "federal.niit_rate.status", "unknown"),
        ('unit = "rate"', 'unit = "rate"\nnote = "x"', "federal.niit_rate.note", "no such field"),
        ("niit_rate", "niit_rat", "federal.niit_rat", "no such value"),
        ("[[federal", "[federal", "file", "not TOML"),
    ],
)
def test_a_value_that_cannot_be_relied_on_is_refused(
    old: str, new: str, field: str, rule: str, tmp_path: Path
) -> None:
    file = tmp_path / "law.toml"
    file.write_text(GOOD.replace(old, new))
    with pytest.raises(ProblemsError) as caught:
        lawbook.load(file)
    problem = caught.value.problems[0]
    assert (problem.field, problem.rule) == (field, rule)
    assert problem.remedy
