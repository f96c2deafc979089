import json
from pathlib import Path

import numpy as np
import pytest

from engine.market.risk import RiskModel, ledoit_wolf, risk_model


def simulated(names: int = 60, days: int = 500, seed: int = 4) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    sector = np.arange(names) % 5
    market, group = rng.normal(0, 0.01, days), rng.normal(0, 0.006, (days, 5))
    beta = rng.uniform(0.6, 1.4, names)
    own = rng.normal(0, 0.012, (days, names))
    return market[:, None] * beta + group[:, sector] + own, sector


def test_the_shrinkage_is_that_of_the_reference(shared: Path) -> None:
    block = json.loads((shared / "reference/quant_reference.json").read_text())["ledoit_wolf"]
    covariance, weight = ledoit_wolf(np.array(block["X"]))
    assert weight == pytest.approx(block["shrinkage"], abs=1e-9)
    assert covariance == pytest.approx(np.array(block["cov"]), abs=1e-9)


def test_the_model_is_positive_definite_with_the_volatility_asked_for() -> None:
    returns, sector = simulated()
    vol = np.linspace(0.1, 0.6, 60)
    model = risk_model(returns, sector, vol)
    assert np.linalg.eigvalsh(model.covariance()).min() > 0
    assert model.volatility() == pytest.approx(vol, rel=1e-9)


def test_names_of_one_sector_are_closer_than_others() -> None:
    returns, sector = simulated()
    model = risk_model(returns, sector)
    spread = np.diag(model.volatility() ** -1)
    correlation = spread @ model.covariance() @ spread
    sample = np.corrcoef(returns.T)
    same = (sector[:, None] == sector) & ~np.eye(60, dtype=bool)
    other = sector[:, None] != sector
    assert correlation[same].mean() == pytest.approx(sample[same].mean(), abs=0.05)
    assert correlation[other].mean() == pytest.approx(sample[other].mean(), abs=0.05)


def test_a_name_without_history_takes_the_median_volatility() -> None:
    returns, sector = simulated()
    returns[:, 7] = np.nan
    returns[:495, 8] = np.nan
    model = risk_model(returns, sector)
    usual = np.median(np.delete(model.volatility(), [7, 8]))
    assert model.volatility()[7] == pytest.approx(usual, rel=0.02)
    assert np.isfinite(model.loadings).all()


def test_the_variance_of_weights_is_that_of_the_whole_matrix() -> None:
    returns, sector = simulated(names=12)
    model = risk_model(returns, sector)
    active = np.linspace(-0.2, 0.2, 12)
    assert model.variance(active) == pytest.approx(float(active @ model.covariance() @ active))
    assert isinstance(model, RiskModel)
