import numpy as np

from engine.market.signals import LARGEST_IC, Evidence, drift_sd, measure

DAYS = np.repeat(np.arange(60), 40)


def test_a_signal_that_tells_nothing_is_no_evidence_19_times_of_20() -> None:
    counted = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        noise, returned = rng.normal(size=DAYS.size), rng.normal(size=DAYS.size)
        (found,) = measure({"gap": noise}, returned, DAYS, seed=1, draws=400)
        counted += found.counts
        assert found.counts or (found.weight == 0.0 and "no evidence" in found.verdict)
    assert counted <= 6


def test_a_signal_that_tells_is_counted_and_bounded() -> None:
    rng = np.random.default_rng(2)
    signal = rng.normal(size=DAYS.size)
    returned = 0.3 * signal + rng.normal(size=DAYS.size)
    (found,) = measure({"gap": signal}, returned, DAYS, seed=1)
    assert 0.2 < found.ic < 0.4
    assert found.weight == LARGEST_IC
    shift = drift_sd((found,), {"gap": np.array([50.0, -50.0, 0.0])})
    assert np.abs(shift).max() <= 2.0 * LARGEST_IC
    assert shift[2] == 0.0


def test_days_that_move_together_are_not_taken_for_many() -> None:
    rng = np.random.default_rng(3)
    by_day = rng.normal(size=60)
    market = by_day[DAYS] + 0.01 * rng.normal(size=DAYS.size)
    returned = rng.normal(size=60)[DAYS] + 0.01 * rng.normal(size=DAYS.size)
    (found,) = measure({"market_move": market}, returned, DAYS, seed=1)
    assert found.high - found.low > 0.3
    assert not found.counts


def test_few_days_prove_nothing() -> None:
    assert Evidence("gap", "the gap", 0.2, 0.1, 0.3, days=10).weight == 0.0
