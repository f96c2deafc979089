"""Changes of the law: the ten that ship, and what each does to a bill or a rule."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from app.lawbook import load
from engine.errors import InputError
from engine.law.liability import bill
from engine.law.rules import Law, Status
from engine.law.scenarios import apply_scenario
from engine.law.wash_sales import scan
from engine.law.wash_settings import statute
from engine.records import (
    Account,
    AccountKind,
    Person,
    PersonRole,
    Security,
    SecurityKind,
    Side,
    Trade,
)
from engine.results import WashConfidence
from engine.wash_results import WashFinding, WashStatus
from tests.tax_profiles import household

LAW = load()
TEN = {
    "gains-as-ordinary", "indexed-basis", "loss-limit-13000", "mandatory-fifo", "no-step-up",
    "related-parties", "state-rate-cuts", "sunsets", "wash-digital-assets",
    "washington-income-tax",
}  # fmt: skip


def test_the_ten_of_the_rules_page_ship_with_year_and_probability() -> None:
    assert set(LAW.scenarios) == TEN
    for scenario in LAW.scenarios.values():
        assert scenario.start_year >= 2027
        assert 0 < scenario.probability <= 1
        assert scenario.changes
        assert scenario.source


@pytest.mark.parametrize("name", sorted(TEN))
def test_a_scenario_changes_nothing_before_its_year(name: str) -> None:
    before = household(2026, "mfj", "WA", wages=1_500_000, lt_gain=900_000, salt_paid=50_000)
    assert bill(before, apply_scenario(LAW, name)).total_usd == bill(before, LAW).total_usd


def federal(law: Law, year: int, **usd: int) -> Decimal:
    return bill(household(year, "mfj", **usd), law).federal_usd


def test_a_higher_loss_limit_uses_more_loss() -> None:
    law = apply_scenario(LAW, "loss-limit-13000")
    saved = federal(LAW, 2027, wages=300_000, st_gain=-20_000) - federal(
        law, 2027, wages=300_000, st_gain=-20_000
    )
    assert saved == 10_000 * Decimal("0.24")


def test_gains_over_a_million_become_ordinary() -> None:
    law = apply_scenario(LAW, "gains-as-ordinary")
    gain = {"wages": 300_000, "lt_gain": 3_000_000}
    assert federal(law, 2028, **gain) > federal(LAW, 2028, **gain) + 300_000
    small = {"wages": 100_000, "lt_gain": 20_000}
    assert federal(law, 2028, **small) == federal(LAW, 2028, **small)


def test_washingtons_income_tax_credits_the_excise() -> None:
    law = apply_scenario(LAW, "washington-income-tax")
    earner = household(2028, "mfj", "WA", wages=1_500_000)
    assert bill(earner, LAW).state_usd == 0
    assert bill(earner, law).state_usd == Decimal("49500.00")
    seller = household(2028, "mfj", "WA", lt_gain=1_200_000)
    assert bill(seller, law).state_usd == max(
        bill(seller, LAW).state_usd, Decimal(200_000) * Decimal("0.099")
    )


def test_the_sunsets_are_in_the_law_and_can_be_moved() -> None:
    old = {"wages": 80_000, "salt_paid": 30_000, "mortgage_interest": 20_000}
    assert federal(LAW, 2030, **old) > federal(LAW, 2029, **old)
    assert federal(apply_scenario(LAW, "sunsets"), 2030, **old) == federal(LAW, 2030, **old)
    moved = apply_scenario(LAW, "sunsets", 2027)
    assert federal(moved, 2028, **old) == federal(LAW, 2030, **old)
    assert moved.applied == ("sunsets@2027",)
    assert moved.version != LAW.version


def test_scheduled_state_cuts_are_in_the_law() -> None:
    profile = household(2026, "single", "MS", wages=200_000)
    rates = []
    for year in (2026, 2027, 2028, 2030):
        found = bill(household(year, "single", "MS", wages=200_000), LAW)
        rates.append(found.state_usd)
    assert rates == sorted(rates, reverse=True)
    assert bill(profile, LAW).state_usd == rates[0]


def test_rules_on_lots_and_death_change_with_their_scenarios() -> None:
    assert apply_scenario(LAW, "mandatory-fifo").value("lots.required_method", 2027) == "fifo"
    assert apply_scenario(LAW, "no-step-up").number("death.step_up_share", 2028) == 0
    assert LAW.number("death.step_up_share", 2028) == 1
    assert apply_scenario(LAW, "wash-digital-assets").value("wash.digital_assets", 2027) is True
    assert apply_scenario(LAW, "indexed-basis").number("basis.indexed_after_years", 2027) == 3


def test_a_proposed_value_is_told_on_the_bill() -> None:
    law = apply_scenario(LAW, "loss-limit-13000")
    notes = bill(household(2027, wages=1), law).provisional
    assert any(Status.PROPOSED in note and "loss limit" in note for note in notes)


def test_an_unknown_scenario_names_those_that_exist() -> None:
    with pytest.raises(InputError, match="use one of gains-as-ordinary"):
        apply_scenario(LAW, "flat-tax")


def buy_and_lose(account: str) -> tuple[Trade, ...]:
    """A loss in the client's account, bought back on the next day in another."""
    ten, hundred = Decimal(10), Decimal(100)
    return (
        Trade("b1", "A", "X", Side.BUY, ten, hundred, date(2027, 1, 4)),
        Trade("s1", "A", "X", Side.SELL, ten, hundred / 2, date(2027, 5, 4)),
        Trade("b2", account, "X", Side.BUY, ten, hundred / 2, date(2027, 5, 5)),
    )


ACCOUNTS = (
    Account("A", "P1", "Joint", AccountKind.TAXABLE),
    Account("S", "P2", "Spouse", AccountKind.TAXABLE),
)
PEOPLE = (Person("P1", "Ann", PersonRole.CLIENT), Person("P2", "Bob", PersonRole.SPOUSE))


def finding(law: Law, account: str, kind: SecurityKind = SecurityKind.STOCK) -> WashFinding:
    rule = statute(law, 2027, [Security("X", "X", "X", kind)])
    (found,) = scan(
        buy_and_lose(account), ACCOUNTS, window_days=30, people=PEOPLE, statute=rule
    ).findings
    return found


def test_digital_assets_are_outside_the_rule_until_the_scenario_puts_them_in() -> None:
    law = apply_scenario(LAW, "wash-digital-assets")
    now, then = (finding(one, "A", SecurityKind.DIGITAL_ASSET) for one in (LAW, law))
    assert (now.status, now.deferred_usd, now.at_risk) == (WashStatus.CLEAR, 0, False)
    assert "digital assets are outside" in now.rule
    assert "Notice 2014-21" in now.citation
    assert (then.status, then.deferred_usd) == (WashStatus.DEFERRED, 500)
    assert finding(LAW, "A").deferred_usd == 500


def test_related_parties_in_the_statute_make_a_spouses_match_firm() -> None:
    law = apply_scenario(LAW, "related-parties")
    now, then = finding(LAW, "S"), finding(law, "S")
    assert (now.confidence, then.confidence) == (WashConfidence.CONVENTION, WashConfidence.FIRM)
    assert now.deferred_usd == then.deferred_usd == 500
    assert any("belongs to the spouse" in said for said in now.reviews)
    assert then.reviews == ()


def test_every_value_of_the_law_is_read_by_code() -> None:
    folder = Path(__file__).resolve().parents[3] / "engine"
    source = "\n".join(path.read_text() for path in sorted(folder.rglob("*.py")))
    changed = {change.key for scenario in LAW.scenarios.values() for change in scenario.changes}
    for key in {*LAW.values, *changed}:
        group, name = key.split(".")
        word = key if group in ("wash", "holding", "lots", "basis", "death") else name
        assert f'"{word}"' in source or f'.{word}"' in source, f"nothing reads {key}"
