import json
from pathlib import Path

import numpy as np
import pytest

from engine.market import range_variance as rv
from engine.market.costs import CostModel, half_spread_rate


def test_range_variances_agree_with_the_reference(shared: Path) -> None:
    block = json.loads((shared / "reference/quant_reference.json").read_text())["ohlc_estimators"]
    o, h, low, c = (np.array(block[field]) for field in ("open", "high", "low", "close"))
    assert rv.parkinson(h, low).mean() == pytest.approx(block["parkinson"], rel=1e-9)
    assert rv.garman_klass(o, h, low, c).mean() == pytest.approx(block["garman_klass"], rel=1e-9)
    found = rv.rogers_satchell(o, h, low, c).mean()
    assert found == pytest.approx(block["rogers_satchell"], rel=1e-9)
    assert rv.yang_zhang(o, h, low, c) == pytest.approx(block["yang_zhang"], rel=1e-9)
    squared = np.diff(np.log(c)) ** 2
    assert rv.ewma(squared)[-1] == pytest.approx(block["ewma94_last"], rel=1e-9)


def test_spreads_are_wide_at_the_open_and_narrow_at_the_close() -> None:
    rates = [float(half_spread_rate(np.array(2.0), m)) for m in (0.0, 30.0, 180.0, 389.0)]
    assert rates == sorted(rates, reverse=True)
    assert rates[2] == pytest.approx(2e-4, rel=0.01)


def test_impact_grows_with_the_root_of_the_order() -> None:
    model, one = CostModel(minimum_usd=1.0), np.ones(1)
    rate = model.impact_rate(np.array([1e4, 4e4]), np.full(2, 1e6), np.full(2, 0.02))
    assert rate[1] == pytest.approx(2.0 * rate[0])
    assert model.impact_rate(one, np.zeros(1), one)[0] == 0.0
    assert model.commission_usd(np.array([0.0, 5.0])).tolist() == [0.0, 1.0]
