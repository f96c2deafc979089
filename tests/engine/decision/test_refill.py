import numpy as np
from scipy.optimize import minimize

from engine.decision.refill import project_simplex, refill


def test_the_projection_is_the_nearest_point_of_the_simplex() -> None:
    rng = np.random.default_rng(3)
    point = rng.normal(size=7)
    found = project_simplex(point, 0.8)
    assert np.isclose(found.sum(), 0.8)
    assert np.all(found >= 0)
    best = minimize(
        lambda x: ((x - point) ** 2).sum(),
        np.full(7, 0.8 / 7),
        bounds=[(0, None)] * 7,
        constraints={"type": "eq", "fun": lambda x: x.sum() - 0.8},
    )
    assert np.allclose(found, best.x, atol=1e-5)


def test_a_refill_is_the_least_tracking_error_that_the_allowed_names_give() -> None:
    rng = np.random.default_rng(5)
    names, factors, budget = 12, 3, 0.1
    active = rng.normal(0, 0.03, names)
    loadings = rng.normal(size=(names, factors))
    variances = np.array([0.03, 0.01, 0.004])
    specific = rng.uniform(0.15, 0.4, names)
    allowed = rng.random(names) > 0.3
    covariance = (loadings * variances) @ loadings.T + np.diag(specific**2)

    def variance(bought: np.ndarray) -> float:
        moved = active + bought
        return float(moved @ covariance @ moved)

    found = refill(active, loadings, variances, specific, allowed, budget, rounds=400)
    twin = minimize(
        variance,
        np.where(allowed, budget / allowed.sum(), 0),
        bounds=[(0, None) if free else (0, 0) for free in allowed],
        constraints={"type": "eq", "fun": lambda x: x.sum() - budget},
        options={"ftol": 1e-14, "maxiter": 1000},
    )
    assert np.isclose(found.sum(), budget)
    assert not found[~allowed].any()
    assert variance(found) <= twin.fun * (1 + 1e-4)
    assert (
        variance(refill(active, loadings, variances, specific, allowed, budget)) <= twin.fun * 1.01
    )


def test_nothing_is_bought_where_nothing_is_allowed() -> None:
    one = np.ones(3)
    assert not refill(one, np.ones((3, 1)), one[:1], one, np.zeros(3, bool), 0.1).any()
