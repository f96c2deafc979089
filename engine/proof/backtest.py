"""Policies side by side on one price history: after-tax wealth, alpha and what it cost.

Alpha is measured on wealth after the taxes paid on the way, before and after a sale of everything
at the end, against ``hold`` on the same prices and cash flows. Paired differences carry 95 %
intervals from a bootstrap over blocks of sessions (Kuensch 1989), since days are not independent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.proof.history import History
from engine.proof.walk import Plan, TaxOffice, Walked

Floats = NDArray[np.float64]
BLOCK_SESSIONS = 21
DRAWS = 2000


@dataclass(frozen=True, slots=True)
class PolicyResult:
    """One row of the table; dollars unless the name says otherwise.

    ``usable`` is harvested loss that has offset gains or income by the end, ``carried`` what is
    still carried forward, ``deferred`` the embedded gain that ``hold`` does not have (tax given
    back at a sale), ``permanent`` the tax saved for good if everything is sold at the end.
    """

    wealth_unliquidated: float
    wealth_liquidated: float
    tax_alpha_bp: float
    tax_alpha_liquidated_bp: float
    harvested_st: float
    harvested_lt: float
    usable: float
    carried: float
    deferred: float
    permanent: float
    tracking_error: float
    turnover: float
    cost: float
    trades: int
    wash_violations: int
    limit_violations: int
    by_year: tuple[Mapping[str, float], ...]


@dataclass(frozen=True, slots=True)
class Paired:
    """Difference of two policies' yearly after-tax growth in basis points, with its interval."""

    a: str
    b: str
    difference_bp: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class _End:
    """Unrealized results at the last close and what a sale of everything leaves."""

    short_usd: float
    long_usd: float
    liquidated_usd: float


def summarise(
    history: History, plan: Plan, walked: Mapping[str, Walked], offices: Mapping[str, TaxOffice]
) -> dict[str, PolicyResult]:
    """One result for each walked policy; ``hold`` must be among them."""
    ends = {name: _end(history, walked[name], offices[name]) for name in walked}
    years = len(walked["hold"].wealth) / 252.0
    return {
        name: _result(walked[name], ends[name], walked["hold"], ends["hold"], plan, years)
        for name in walked
    }


def growth_bp(wealth: float, against: float, years: float) -> float:
    """((wealth / against)^(1 / years) - 1) in basis points a year."""
    return float(((wealth / against) ** (1.0 / years) - 1.0) * 1e4)


def paired(
    walked: Mapping[str, Walked], pairs: Sequence[tuple[str, str]], seed: int
) -> list[Paired]:
    """Differences of yearly log growth with day-block bootstrap intervals.

    The last session carries the tax of the open year, so that both sides have paid theirs.
    """
    return [_pair(a, b, walked[a].wealth, walked[b].wealth, seed) for a, b in pairs]


def _pair(a: str, b: str, one: Floats, other: Floats, seed: int) -> Paired:
    """One paired difference."""
    steps = np.diff(np.log(one)) - np.diff(np.log(other))
    blocks = -(-len(steps) // BLOCK_SESSIONS)
    rng = np.random.default_rng(seed)
    starts = rng.integers(0, max(1, len(steps) - BLOCK_SESSIONS + 1), (DRAWS, blocks))
    sums = np.concatenate([[0.0], np.cumsum(steps)])
    ends = np.minimum(starts + BLOCK_SESSIONS, len(steps))
    covered = (ends - starts).sum(axis=1)
    means = (sums[ends] - sums[starts]).sum(axis=1) / covered * 252.0 * 1e4
    low, high = np.quantile(means, [0.025, 0.975])
    return Paired(a, b, float(steps.mean() * 252.0 * 1e4), float(low), float(high))


def _end(history: History, walked: Walked, office: TaxOffice) -> _End:
    """What is left after a sale of everything at the last close."""
    ledger = walked.ledger
    lots = ledger.open_lots()
    name = ledger.name[lots]
    price = history.close[-1]
    bid = price[name] * (1.0 - ledger.half_spread[name])
    gain = (bid - ledger.basis_usd[lots]) * ledger.shares[lots]
    long = int(history.days[-1]) - ledger.acquired[lots] > 365
    short_usd, long_usd = float(gain[~long].sum()), float(gain[long].sum())
    proceeds = float((bid * ledger.shares[lots]).sum())
    tax = office.liquidate(walked.years[-1].year, short_usd, long_usd)
    return _End(short_usd, long_usd, ledger.cash_usd + proceeds - tax)


def _result(
    walked: Walked, end: _End, hold: Walked, hold_end: _End, plan: Plan, years: float
) -> PolicyResult:
    """The row of one policy."""
    ledger = walked.ledger
    wealth, base = walked.ledger_value, hold.ledger_value
    average = float(walked.wealth.mean())
    embedded = end.short_usd + end.long_usd - hold_end.short_usd - hold_end.long_usd
    return PolicyResult(
        wealth_unliquidated=wealth,
        wealth_liquidated=end.liquidated_usd,
        tax_alpha_bp=growth_bp(wealth, base, years),
        tax_alpha_liquidated_bp=growth_bp(end.liquidated_usd, hold_end.liquidated_usd, years),
        harvested_st=sum(y.harvested_st_usd for y in walked.years),
        harvested_lt=sum(y.harvested_lt_usd for y in walked.years),
        usable=sum(y.used_usd for y in walked.years),
        carried=walked.years[-1].carried_usd,
        deferred=embedded,
        permanent=end.liquidated_usd - hold_end.liquidated_usd,
        tracking_error=float(walked.active_return[1:].std(ddof=1) * np.sqrt(252.0)),
        turnover=ledger.traded_usd / average / years,
        cost=ledger.cost_usd,
        trades=len({line.seq for line in ledger.sold}) + len(ledger.bought),
        wash_violations=sum(y.violations for y in walked.years),
        limit_violations=walked.breaches,
        by_year=tuple(_year_row(walked, i) for i in range(len(walked.years))),
    )


def _year_row(walked: Walked, i: int) -> Mapping[str, float]:
    """One tax year of one policy."""
    year = walked.years[i]
    return {
        "year": year.year,
        "harvested_st": year.harvested_st_usd,
        "harvested_lt": year.harvested_lt_usd,
        "net_short": year.short_usd,
        "net_long": year.long_usd,
        "tax": year.tax_usd,
        "used": year.used_usd,
        "carried": year.carried_usd,
        "disallowed": year.disallowed_usd,
    }
