"""Now or wait against the reference lattice and the laws it must obey."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.decision.harvest_policy import (
    HarvestTable,
    HarvestTerms,
    one_harvest_usd,
    perpetual_threshold,
    solve,
    table,
)
from engine.errors import InputError

BASE = HarvestTerms(vol=0.30, years=5.0, tax_now=0.35, tax_later=0.20, cost=0.001, rate=0.04)


@pytest.fixture(scope="module")
def reference(shared: Path) -> dict[str, Any]:
    blocks: dict[str, Any] = json.loads((shared / "reference" / "quant_reference.json").read_text())
    return blocks


@pytest.fixture(scope="module")
def thresholds() -> HarvestTable:
    return table()


def yearly_bp(terms: HarvestTerms) -> float:
    return solve(terms).benefit / terms.years * 1e4


def test_the_reference_lattice_is_met(reference: dict[str, Any]) -> None:
    """quant_reference.json, harvest_or_wait_dp: 1 % on the benefit, one step on the threshold."""
    for case in reference["harvest_or_wait_dp"]["cases"]:
        p = case["params"]
        for per_day, value in case["by_steps_per_day"].items():
            found = solve(
                HarvestTerms(
                    p["sigma"], p["T"], p["tau_short"], p["tau_terminal"] * (1 - p["pi"]),
                    p["kappa"] + p["te_cost"], p["r"], p["lock_days"], int(per_day),
                )
            )  # fmt: skip
            assert found.value == pytest.approx(value["value"], abs=1e-9)
            assert found.never == pytest.approx(value["value_never"], abs=1e-9)
            step = p["sigma"] / math.sqrt(252 * int(per_day))
            assert found.loss_fraction == pytest.approx(value["threshold_loss_t0"], abs=step)


def test_looking_less_often_is_worth_less_as_the_reference_says(reference: dict[str, Any]) -> None:
    """quant_reference.json, decision_interval."""
    block = reference["decision_interval"]
    for every, value in block["benefit_bp_per_year"].items():
        terms = replace(BASE, years=1.0, look_every=int(every))
        assert yearly_bp(terms) == pytest.approx(value, rel=1e-6)


def test_the_base_case_is_worth_108_bp_and_harvests_at_seven_to_nine_percent() -> None:
    found = solve(BASE)
    assert yearly_bp(BASE) == pytest.approx(108, abs=1)
    assert 0.065 <= found.loss_fraction <= 0.095
    assert 0.065 <= 1 - math.exp(-found.threshold[630]) <= 0.095


def test_the_variants_of_the_base_case() -> None:
    assert yearly_bp(replace(BASE, vol=0.2)) == pytest.approx(67, abs=1)
    assert yearly_bp(replace(BASE, vol=0.4)) == pytest.approx(146, abs=1)
    assert solve(replace(BASE, cost=0.003)).loss_fraction == pytest.approx(0.14, abs=0.01)


def test_without_cost_and_lock_out_any_loss_is_taken_at_once() -> None:
    """Constantinides (1983)."""
    free = solve(replace(BASE, cost=0.0, lock_days=0))
    one_step = BASE.vol / math.sqrt(252)
    assert free.threshold[:-1] == pytest.approx(one_step)


def test_there_is_no_free_lunch_between_equal_rates() -> None:
    flat = replace(BASE, tax_now=0.2, tax_later=0.2, rate=0.0)
    assert abs(solve(flat).benefit) < 1e-9
    assert solve(flat).loss_fraction > 0.9


def test_a_step_up_cost_and_time_move_the_value_the_right_way() -> None:
    assert yearly_bp(replace(BASE, tax_later=0.0)) > yearly_bp(BASE)
    assert yearly_bp(replace(BASE, cost=0.005)) < yearly_bp(BASE)
    assert yearly_bp(replace(BASE, lock_days=0)) > yearly_bp(BASE)
    assert solve(replace(BASE, years=6.0)).benefit > solve(BASE).benefit


def test_waiting_beats_harvesting_up_to_the_threshold_and_not_beyond() -> None:
    found = solve(BASE)
    at = found.loss_fraction
    assert found.value_of_waiting(at * 0.5) > 0
    assert found.value_of_waiting(at * 1.2) < 0


def test_one_harvest_ever_has_a_closed_form(reference: dict[str, Any]) -> None:
    """quant_reference.json, perpetual_single_harvest."""
    for case in reference["perpetual_single_harvest"]["cases"]:
        found = perpetual_threshold(
            case["sigma"], case["drift"], case["discount"], case["tau"], case["kappa"]
        )
        assert found == pytest.approx(case["threshold_price_over_basis"], rel=1e-9)


def test_one_harvest_held_to_its_exit(reference: dict[str, Any]) -> None:
    """quant_reference.json, single_harvest_npv."""
    for case in reference["single_harvest_npv"]["cases"]:
        later = (1 - case["pi"]) * case["tauh"]
        found = one_harvest_usd(case["L"], case["tau0"], later, case["r"], case["h"], case["cost"])
        assert found == pytest.approx(case["npv"], rel=1e-9)


def test_the_table_agrees_with_the_lattice_between_its_points(thresholds: HarvestTable) -> None:
    for vol, years, later, cost in ((0.3, 5.0, 0.2, 0.001), (0.26, 3.4, 0.15, 0.002)):
        terms = HarvestTerms(vol, years, 0.35, later, cost)
        exact = solve(terms)
        read = thresholds.loss_fraction(*(np.array(x) for x in (vol, years, 0.35, later, cost)))
        assert float(read) == pytest.approx(exact.loss_fraction, abs=0.025)
        near = replace(terms, years=years)
        assert exact.value_of_waiting(float(read)) == pytest.approx(0, abs=2e-3)
        assert near.years == years


def test_the_table_answers_for_a_whole_book_and_knows_a_worthless_loss(
    thresholds: HarvestTable,
) -> None:
    vol = np.array([0.2, 0.3, 0.5])
    read = thresholds.loss_fraction(
        vol, np.array(5.0), np.array([0.35, 0.0, 0.35]), np.array(0.2), np.array(0.001)
    )
    assert read.shape == (3,)
    assert read[1] == 1.0
    assert read[0] < read[2]


def test_a_volatility_of_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="vol"):
        solve(replace(BASE, vol=0.0))
