"""Books to decide on: the shared workload as a Problem, and small random ones with any limits."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from engine.decision.problem import Problem


def workload(shared: Path) -> ModuleType:
    """reference/workloads/opt_n.py: gen(n, lots, seed) and its referee, evaluate."""
    file = shared / "reference" / "workloads" / "opt_n.py"
    spec = importlib.util.spec_from_file_location("opt_n", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def from_workload(w: dict[str, Any], **limits: Any) -> Problem:
    """A problem of reference/workloads/opt_n.py."""
    n, lots = w["n"], w["lot_i"].size
    loss = w["gain"] < 0
    counted = np.where(loss & w["washed"], 0.0, w["gain"])
    rate = np.where(w["days"] > 365, w["lt"], w["st"])
    blocked = np.zeros(n, bool)
    blocked[w["blocked"]] = True
    fields: dict[str, Any] = dict(  # noqa: C408 - the names are those of the record
        value_usd=w["V"],
        cash_usd=w["cash"],
        price_usd=w["price"],
        benchmark=w["b"],
        loadings=w["B"],
        factor_variances=w["fv"],
        specific_vol=w["idio"],
        lot_name=w["lot_i"].astype(np.int64),
        lot_shares=w["sh"],
        lot_tax_usd=rate * counted,
        lot_gain_usd=counted,
        lot_harvest=loss & ~w["washed"],
        lot_most_shares=w["sh"].copy(),
        blocked=blocked,
        group=np.arange(n),
        cost_rate=np.full(n, w["bps"] / 1e4),
        weight_min=np.full(n, -np.inf),
        weight_max=np.full(n, np.inf),
        te_penalty=w["lam"],
        exposure=np.zeros(w["fv"].size),
        band=np.zeros((0, n)),
    )
    assert lots == fields["lot_shares"].size
    return Problem(**(fields | limits))


def random_book(seed: int) -> Problem:
    """A small book of random sizes, rates, washes and limits; some empty, broke or blocked."""
    r = np.random.default_rng(seed)
    n, k = int(r.integers(1, 25)), int(r.integers(0, 5))
    lots = 0 if r.random() < 0.05 else int(r.integers(0, 6 * n))
    value = float(10 ** r.uniform(4.3, 7))
    price = np.round(np.exp(r.normal(4.0, 1.0, n)), 2) + 0.01
    name = r.integers(0, n, lots)
    weight = r.dirichlet(np.ones(lots)) if lots else np.zeros(0)
    cash = value * float(r.choice([0.0, 0.01, 0.1, 1.0 if not lots else 0.02]))
    shares = weight * (value - cash) / price[name]
    gain = price[name] * r.normal(0, 0.3, lots).clip(-3, 0.9)
    days = r.integers(1, 1200, lots)
    washed = (gain < 0) & (r.random(lots) < 0.15)
    rate = np.where(days > 365, r.uniform(0, 0.3), r.uniform(0, 0.5))
    counted = np.where(washed, 0.0, gain)
    benchmark = r.dirichlet(np.ones(n)) if r.random() < 0.95 else np.zeros(n)
    group = np.arange(n)
    if n > 3 and r.random() < 0.3:
        group[1] = group[0]
    inf = np.inf
    return Problem(
        value_usd=value,
        cash_usd=cash,
        price_usd=price,
        benchmark=benchmark,
        loadings=r.normal(0.3, 0.7, (n, k)),
        factor_variances=r.uniform(0.02, 0.2, k) ** 2,
        specific_vol=r.uniform(0.0 if r.random() < 0.1 else 0.1, 0.5, n),
        lot_name=name,
        lot_shares=shares,
        lot_tax_usd=rate * counted,
        lot_gain_usd=counted,
        lot_harvest=(gain < 0) & ~washed,
        lot_most_shares=shares * (r.random(lots) > 0.1),
        blocked=r.random(n) < r.choice([0.0, 0.2, 1.0], p=[0.4, 0.55, 0.05]),
        group=group,
        cost_rate=np.full(n, r.choice([0.0, 0.0005, 0.003])),
        weight_min=np.full(n, -inf),
        weight_max=np.full(n, 0.6) if r.random() < 0.15 else np.full(n, inf),
        te_penalty=float(r.choice([0.0, 1.0, 10.0, 200.0], p=[0.05, 0.25, 0.5, 0.2])),
        te_cap=float(r.uniform(0.005, 0.15)) if r.random() < 0.3 else inf,
        gain_cap_usd=float(value * r.normal(0, 0.05)) if r.random() < 0.4 else inf,
        cash_need_usd=float(value * r.uniform(0, 0.6)) if r.random() < 0.4 else 0.0,
        turnover_cap_usd=float(value * r.uniform(0.05, 1)) if r.random() < 0.2 else inf,
        exposure=r.normal(0, 0.1, k) * (r.random() < 0.3),
        exposure_variance=float(r.random() < 0.3) * 1e-4,
        band=np.zeros((0, n)),
        min_trade_usd=float(value * 10 ** r.uniform(-4, -2)) if r.random() < 0.3 else 0.0,
        whole_shares=bool(r.random() < 0.4),
    )
