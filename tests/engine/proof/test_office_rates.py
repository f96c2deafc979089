"""What a back-test believes one more dollar of loss to save, against what it gives back."""

import numpy as np
import pytest

from app import lawbook
from app.backtest_inputs import read_client
from engine.proof.office import HouseholdOffice

LAW = lawbook.load()


def office(profile: str, carried_usd: float) -> HouseholdOffice:
    client = read_client(profile, LAW)
    return HouseholdOffice(
        client.profile, LAW, client.horizon, lambda name, day: 1.0, st_carry_usd=carried_usd
    )


def test_a_carryforward_does_not_wipe_out_the_tax_that_a_lower_basis_gives_back() -> None:
    fresh = office("top-without-gains", 0.0).rates(2025, -3000.0, 0.0)
    burdened = office("top-without-gains", 160_000.0).rates(2025, -3000.0, 0.0)
    assert fresh[2] > 0.2
    assert burdened[2] == pytest.approx(fresh[2], abs=0.01)


def test_a_dollar_that_waits_until_the_exit_saves_no_more_than_its_lower_basis_costs_there() -> (
    None
):
    short, long, given_back = office("top-without-gains", 160_000.0).rates(2025, -3000.0, 0.0)
    assert short <= given_back
    assert long <= given_back


def test_the_value_of_a_loss_falls_as_the_carryforward_grows_and_never_below_the_exit() -> None:
    found = [
        office("top-without-gains", carried).rates(2025, -3000.0, 0.0)[0]
        for carried in (0.0, 9_000.0, 20_000.0, 40_000.0, 400_000.0)
    ]
    assert np.all(np.diff(found) <= 1e-9)
    assert found[0] > 0.45


def test_with_gains_every_year_a_loss_is_used_at_once() -> None:
    short, _, given_back = office("top-with-gains", 0.0).rates(2025, 0.0, 0.0)
    assert short > given_back > 0.0
