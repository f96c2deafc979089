import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.decision.sectors import losses

amounts = st.lists(st.tuples(st.floats(0.1, 500), st.floats(1, 400)), min_size=1, max_size=12)


@given(amounts, st.lists(st.floats(0.5, 500), min_size=1, max_size=8))
def test_the_losses_of_lots_are_those_of_the_plain_sum(
    lots: list[tuple[float, float]], prices: list[float]
) -> None:
    shares = np.array([q for q, _ in lots])
    basis = np.array([q * b for q, b in lots])
    twin = [np.maximum(basis - shares * p, 0.0).sum() for p in prices]
    assert np.allclose(losses(shares, basis, np.array(prices)), twin, atol=1e-6 * basis.sum())


def test_a_higher_price_never_makes_a_bigger_loss() -> None:
    rng = np.random.default_rng(1)
    shares, basis = rng.uniform(1, 9, 30), rng.uniform(50, 900, 30)
    found = losses(shares, basis, np.linspace(1, 200, 400))
    assert np.all(np.diff(found) <= 1e-9)
