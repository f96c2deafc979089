"""A small simulated market, a flat-rate tax office and a diagonal risk model for walk tests."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from engine.proof.history import Floats, History
from engine.proof.ledger import Bought, Sold
from engine.proof.walk import Plan, YearTax


def sessions(count: int, first: date = date(2020, 1, 2)) -> np.ndarray:
    days = (first + timedelta(days=i) for i in range(3 * count))
    return np.array([d.toordinal() for d in days if d.weekday() < 5][:count])


def market(names: int = 24, count: int = 300, seed: int = 11, dividends: bool = True) -> History:
    rng = np.random.default_rng(seed)
    common = rng.normal(0.0003, 0.010, count)[:, None]
    steps = common + rng.normal(0, 0.018, (count, names))
    close = 50.0 * np.exp(np.cumsum(steps, axis=0))
    ones = np.ones_like(close)
    paid = np.zeros_like(close)
    if dividends:
        paid[40::63, ::2] = 0.004 * close[40::63, ::2]
    return History(
        sessions(count),
        tuple(f"N{i:02d}" for i in range(names)),
        np.arange(names) % 4,
        close,
        paid,
        ones.copy(),
        ones.copy(),
    )


def plan(history: History, start: int = 30, **changes: object) -> Plan:
    names = len(history.names)
    values: dict[str, object] = {
        "start": start,
        "value_usd": 1_000_000.0,
        "target": lambda _session: np.full(names, 1.0 / names),
        "half_spread": np.full(names, 2e-4),
        "window_days": 30,
        "tracking_limit": 0.05,
    }
    return Plan(**(values | changes))  # type: ignore[arg-type]


def diagonal_risk(history: History):
    names = len(history.names)

    def risk(_session: int) -> tuple[Floats, Floats, Floats]:
        return np.ones((names, 1)), np.array([0.0256]), np.full(names, 0.28)

    return risk


@dataclass
class FlatOffice:
    """Taxes every year at flat rates, losses included, and carries nothing."""

    short_rate: float = 0.4
    long_rate: float = 0.2
    settled: list[int] = field(default_factory=list)

    def rates(self, year: int, short_usd: float, long_usd: float) -> tuple[float, float, float]:
        return self.short_rate, self.long_rate, 0.15

    def settle(
        self,
        year: int,
        sold: Sequence[Sold],
        bought: Sequence[Bought],
        dividends_usd: float,
        spun_gain_usd: float,
    ) -> YearTax:
        self.settled.append(year)
        lines = [line for line in sold if date.fromordinal(line.day).year == year]
        short = sum(x.gain_usd for x in lines if x.day - x.acquired <= 365)
        long = sum(x.gain_usd for x in lines if x.day - x.acquired > 365) + spun_gain_usd
        tax = short * self.short_rate + long * self.long_rate
        losses = -sum(min(0.0, x.gain_usd) for x in lines)
        return YearTax(year, tax, short, long, losses, 0.0, losses, 0.0, 0.0, 0)

    def liquidate(self, year: int, short_usd: float, long_usd: float) -> float:
        return short_usd * self.short_rate + long_usd * self.long_rate
