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
from engine.proof.walk import TaxOffice, Walked, YearTax

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


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What is kept of one walk: enough for the table, small enough to store.

    Attributes:
        wealth: Value at each close after taxes paid so far, shape (sessions,).
        active_return: Portfolio less target return of each session, shape (sessions,).
        years: Tax years.
        short_usd: Unrealized short-term result at the last bid.
        long_usd: Unrealized long-term result at the last bid.
        liquidated_usd: Left after a sale of everything and its tax.
        traded_usd: Gross value traded.
        cost_usd: Spread paid.
        trades: Orders filled.
        breaches: Sessions on which the tracking limit was passed by the policy's own act.
    """

    wealth: Floats
    active_return: Floats
    years: tuple[YearTax, ...]
    short_usd: float
    long_usd: float
    liquidated_usd: float
    traded_usd: float
    cost_usd: float
    trades: int
    breaches: int


def outcome(history: History, walked: Walked, office: TaxOffice) -> Outcome:
    """Sell everything at the last bid, have it taxed, and keep what the table needs."""
    ledger = walked.ledger
    lots = ledger.open_lots()
    name = ledger.name[lots]
    bid = history.close[-1][name] * (1.0 - ledger.half_spread[name])
    gain = (bid - ledger.basis_usd[lots]) * ledger.shares[lots]
    long = int(history.days[-1]) - ledger.acquired[lots] > 365
    short_usd, long_usd = float(gain[~long].sum()), float(gain[long].sum())
    tax = office.liquidate(walked.years[-1].year, short_usd, long_usd)
    return Outcome(
        walked.wealth,
        walked.active_return,
        tuple(walked.years),
        short_usd,
        long_usd,
        ledger.cash_usd + float((bid * ledger.shares[lots]).sum()) - tax,
        ledger.traded_usd,
        ledger.cost_usd,
        len({line.seq for line in ledger.sold}) + len(ledger.bought),
        walked.breaches,
    )


def summarise(outcomes: Mapping[str, Outcome]) -> dict[str, PolicyResult]:
    """One row for each policy; ``hold`` must be among them."""
    return {name: _result(found, outcomes["hold"]) for name, found in outcomes.items()}


def growth_bp(wealth: float, against: float, years: float) -> float:
    """((wealth / against)^(1 / years) - 1) in basis points a year."""
    return float(((wealth / against) ** (1.0 / years) - 1.0) * 1e4)


def paired(
    outcomes: Mapping[str, Outcome], pairs: Sequence[tuple[str, str]], seed: int
) -> list[Paired]:
    """Differences of yearly log growth with day-block bootstrap intervals.

    The last session carries the tax of the open year, so that both sides have paid theirs.
    """
    return [_pair(a, b, outcomes[a].wealth, outcomes[b].wealth, seed) for a, b in pairs]


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


def _result(found: Outcome, hold: Outcome) -> PolicyResult:
    """The row of one policy."""
    years = len(found.wealth) / 252.0
    wealth = float(found.wealth[-1])
    return PolicyResult(
        wealth_unliquidated=wealth,
        wealth_liquidated=found.liquidated_usd,
        tax_alpha_bp=growth_bp(wealth, float(hold.wealth[-1]), years),
        tax_alpha_liquidated_bp=growth_bp(found.liquidated_usd, hold.liquidated_usd, years),
        harvested_st=sum(y.harvested_st_usd for y in found.years),
        harvested_lt=sum(y.harvested_lt_usd for y in found.years),
        usable=sum(y.used_usd for y in found.years),
        carried=found.years[-1].carried_usd,
        deferred=found.short_usd + found.long_usd - hold.short_usd - hold.long_usd,
        permanent=found.liquidated_usd - hold.liquidated_usd,
        tracking_error=float(found.active_return[1:].std(ddof=1) * np.sqrt(252.0)),
        turnover=found.traded_usd / float(found.wealth.mean()) / years,
        cost=found.cost_usd,
        trades=found.trades,
        wash_violations=sum(y.violations for y in found.years),
        limit_violations=found.breaches,
        by_year=tuple(_year_row(year) for year in found.years),
    )


def _year_row(year: YearTax) -> Mapping[str, float]:
    """One tax year of one policy."""
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
