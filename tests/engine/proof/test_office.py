from datetime import date

import numpy as np
import pytest

from app import lawbook
from engine.proof.ledger import Bought, Sold
from engine.proof.office import HouseholdOffice
from engine.records import Horizon
from tests.tax_profiles import household

DAY = date(2024, 3, 1).toordinal()


def office(**usd: int) -> HouseholdOffice:
    profile = household(2025, wages=200_000, **usd)
    return HouseholdOffice(profile, lawbook.load(), Horizon(), lambda _name, _day: 1.0)


def loss(lot: int = 0, usd: float = 10_000.0, day: int = DAY + 40) -> Sold:
    shares = np.float64(100.0)
    return Sold(day, 5, 0, lot, shares, np.float64(50_000.0 - usd), np.float64(50_000.0), DAY)


def bought(lot: int, day: int) -> Bought:
    return Bought(day, lot, 0, lot, np.float64(100.0), np.float64(50_000.0))


def test_a_loss_bought_back_within_the_window_is_disallowed() -> None:
    trades = [bought(0, DAY), bought(1, DAY + 50)]
    found = office(lt_gain=20_000).settle(2024, [loss()], trades, 0.0, 0.0)
    assert found.violations == 1
    assert found.disallowed_usd == pytest.approx(10_000)
    assert found.tax_usd == pytest.approx(0.0)


def test_a_loss_left_alone_saves_the_rate_of_the_gain_it_meets() -> None:
    found = office(lt_gain=20_000).settle(2024, [loss()], [bought(0, DAY)], 0.0, 0.0)
    assert found.violations == 0
    assert found.tax_usd == pytest.approx(-10_000 * (0.15 + 0.038))
    assert found.used_usd == pytest.approx(10_000)


def test_a_loss_beyond_the_limit_is_carried_and_used_later() -> None:
    desk = office()
    first = desk.settle(2024, [loss()], [bought(0, DAY)], 0.0, 0.0)
    assert first.carried_usd == pytest.approx(7_000)
    second = desk.settle(2025, [loss()], [bought(0, DAY)], 0.0, 0.0)
    assert second.carried_usd == pytest.approx(4_000)
    assert second.used_usd == pytest.approx(3_000)


def test_without_gains_more_loss_is_worth_less_than_with_them() -> None:
    poor, rich = office().rates(2024, -20_000.0, 0.0), office(st_gain=90_000).rates(2024, 0.0, 0.0)
    assert poor[0] < 0.6 * rich[0]
    assert rich[0] == pytest.approx(0.35 + 0.038, abs=1e-3)


def test_the_exit_rate_is_a_present_rate() -> None:
    rate = office(lt_gain=20_000).rates(2024, 0.0, 0.0)[2]
    assert rate == pytest.approx(0.188 * 1.04**-10, rel=1e-3)
