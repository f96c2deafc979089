"""One policy walked through history, day by day, with its own ledger and its own tax years.

The order of a day: splits, spin-offs and dividends; the turn of the year settles the tax of the
year before; dated flows come and go; then the policy acts at the close. Nothing of a later day is
ever read: risk and volatility are estimated from sessions before the one acted on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.proof.history import History
from engine.proof.ledger import Bought, Ledger, Sold
from engine.proof.policies import Day, Policy, invest, raise_cash

Floats = NDArray[np.float64]
EWMA_DECAY = 0.97


class TaxOffice(Protocol):
    """Who computes the tax of a walked year, and what one more dollar of loss would save."""

    def rates(self, year: int, short_usd: float, long_usd: float) -> tuple[float, float, float]:
        """Rates (short loss, long loss, exit) after the year's results so far."""

    def settle(
        self,
        year: int,
        sold: Sequence[Sold],
        bought: Sequence[Bought],
        dividends_usd: float,
        spun_gain_usd: float,
    ) -> "YearTax":
        """Tax of the portfolio in that year; carryforwards move on."""

    def liquidate(self, year: int, short_usd: float, long_usd: float) -> float:
        """Tax if everything were sold now with these results, after carryforwards."""


@dataclass(frozen=True, slots=True)
class YearTax:
    """What the return of one year said of the portfolio."""

    year: int
    tax_usd: float
    short_usd: float
    long_usd: float
    harvested_st_usd: float
    harvested_lt_usd: float
    used_usd: float
    carried_usd: float
    disallowed_usd: float
    violations: int


class RiskSource(Protocol):
    """Risk model over the names, estimated from returns before a session."""

    def __call__(self, session: int) -> tuple[Floats, Floats, Floats]:
        """Loadings (names, factors), factor variances, specific vols; yearly."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What all policies share in one back-test.

    Attributes:
        start: First session walked.
        value_usd: Cash at the start.
        target: Target weights at the close of a session, as a function of the session.
        half_spread: Half spread of each name, a fraction, shape (names,).
        window_days: Wash-sale window to one side.
        tracking_limit: Yearly tracking-error limit.
        flows: (ordinal, dollars) in order; negative leaves the portfolio.
        fee_rate: Yearly advisory fee, taken from cash each session.
    """

    start: int
    value_usd: float
    target: Callable[[int], Floats]
    half_spread: Floats
    window_days: int
    tracking_limit: float
    flows: tuple[tuple[int, float], ...] = ()
    fee_rate: float = 0.0


@dataclass(slots=True)
class Walked:
    """What came of one policy.

    Attributes:
        wealth: Value at each close after taxes paid so far, shape (sessions,); the last one after
            the tax of the open year.
        active_return: Portfolio less target return of each session, shape (sessions,).
        years: Tax years, the last one up to the end of the walk.
        ledger: The ledger at the end.
        breaches: Sessions on which the policy left the tracking limit further than it found it.
        flow_usd: Net flows so far.
    """

    wealth: Floats
    active_return: Floats
    ledger: Ledger
    years: list[YearTax] = field(default_factory=list)
    breaches: int = 0
    flow_usd: float = 0.0


@dataclass(slots=True)
class _State:
    """Running estimates and the open tax year."""

    variance: Floats
    year: int
    dividends_usd: float = 0.0
    spun_gain_usd: float = 0.0
    short_usd: float = 0.0
    long_usd: float = 0.0
    counted: int = 0

    def count(self, ledger: Ledger) -> None:
        """Add the sales since the last count to the year's results (before any wash sale)."""
        for line in ledger.sold[self.counted :]:
            if line.day - line.acquired > 365:
                self.long_usd += line.gain_usd
            else:
                self.short_usd += line.gain_usd
        self.counted = len(ledger.sold)


def walk(
    history: History,
    plan: Plan,
    policy: Policy,
    office: TaxOffice,
    risk: RiskSource,
    tick: Callable[[], None] = lambda: None,
) -> Walked:
    """Walk one policy from ``plan.start`` to the last session.

    Args:
        history: Prices; sessions before the start feed the first estimates.
        plan: Shared set-up.
        policy: What acts at each close.
        office: Tax of each year.
        risk: Risk model as of a session, from earlier sessions alone.
        tick: Called once a session (progress; may raise to stop).
    """
    returns = history.returns()
    ledger = Ledger(len(history.names), plan.value_usd, plan.half_spread)
    sessions = len(history.days) - plan.start
    found = Walked(np.zeros(sessions), np.zeros(sessions), ledger)
    state = _State(_warm_variance(returns, plan.start), _year(history, plan.start))
    flows = list(plan.flows)
    weights = plan.target(plan.start)
    for step in range(sessions):
        session = plan.start + step
        if step:
            _overnight(history, session, ledger, state)
            found.active_return[step] = _active_return(
                ledger, history, session, found.wealth[step - 1], float(weights @ returns[session])
            )
            state.variance = EWMA_DECAY * state.variance + (1 - EWMA_DECAY) * returns[session] ** 2
        _turn_of_year(history, session, found, state, office)
        weights = plan.target(session)
        day = _day(history, plan, session, step, weights, state, office, ledger, risk)
        _flows(flows, day, ledger, found)
        if step == 0:
            invest(day, ledger, day.target > 0)
        else:
            before = day.tracking_error(day.active(ledger))
            policy.act(day, ledger)
            after = day.tracking_error(day.active(ledger))
            found.breaches += int(after > max(before, plan.tracking_limit) + 1e-6)
        ledger.cash_usd -= plan.fee_rate / 252.0 * ledger.value(day.price)
        found.wealth[step] = ledger.value(day.price)
        tick()
    _close_year(found, state, office)
    found.wealth[-1] = ledger.value(history.close[-1])
    return found


def _year(history: History, session: int) -> int:
    """Calendar year of a session."""
    return date.fromordinal(int(history.days[session])).year


def _warm_variance(returns: Floats, start: int) -> Floats:
    """Daily variance of each name from up to 63 sessions before the start."""
    before = returns[max(1, start - 63) : start]
    if len(before) < 5:
        return np.full(returns.shape[1], (0.3**2) / 252.0)
    found: Floats = np.mean(before**2, axis=0)
    return found


def _overnight(history: History, session: int, ledger: Ledger, state: _State) -> None:
    """Splits, spin-offs (the other security is sold at its value on the day) and dividends."""
    ledger.split(history.split[session])
    spun = history.spinoff[session]
    if np.any(spun != 1.0):
        state.spun_gain_usd += ledger.spin_off(spun, history.close[session])
    paid = float(ledger.held() @ history.dividend[session])
    ledger.cash_usd += paid
    state.dividends_usd += paid


def _active_return(
    ledger: Ledger, history: History, session: int, before_usd: float, target_return: float
) -> float:
    """Return of the portfolio since the last close, less that of the target."""
    return ledger.value(history.close[session]) / before_usd - 1.0 - target_return


def _turn_of_year(
    history: History, session: int, found: Walked, state: _State, office: TaxOffice
) -> None:
    """Settle the year that has ended; its tax leaves (or its saving joins) the cash."""
    year = _year(history, session)
    if year == state.year:
        return
    _close_year(found, state, office)
    state.year = year


def _close_year(found: Walked, state: _State, office: TaxOffice) -> None:
    """Have the year's tax computed and paid."""
    ledger = found.ledger
    tax = office.settle(
        state.year, ledger.sold, ledger.bought, state.dividends_usd, state.spun_gain_usd
    )
    found.years.append(tax)
    ledger.cash_usd -= tax.tax_usd
    state.counted = len(ledger.sold)
    state.dividends_usd = state.spun_gain_usd = state.short_usd = state.long_usd = 0.0


def _day(
    history: History,
    plan: Plan,
    session: int,
    step: int,
    weights: Floats,
    state: _State,
    office: TaxOffice,
    ledger: Ledger,
    risk: RiskSource,
) -> Day:
    """Put together what the policy may see."""
    loadings, factor_variances, specific = risk(session)
    state.count(ledger)
    rate_short, rate_long, rate_exit = office.rates(
        state.year, state.short_usd, state.long_usd + state.spun_gain_usd
    )
    return Day(
        int(history.days[session]),
        step,
        history.close[session],
        weights,
        loadings,
        factor_variances,
        specific,
        np.sqrt(state.variance * 252.0),
        rate_short,
        rate_long,
        rate_exit,
        plan.window_days,
        plan.tracking_limit,
    )


def _flows(flows: list[tuple[int, float]], day: Day, ledger: Ledger, found: Walked) -> None:
    """Contributions join the cash; withdrawals are raised and leave on the first session due."""
    while flows and flows[0][0] <= day.ordinal:
        _, amount = flows.pop(0)
        if amount < 0.0:
            raise_cash(day, ledger, -amount)
        ledger.cash_usd += amount
        found.flow_usd += amount
    if ledger.cash_usd < 0.0:
        raise_cash(day, ledger, 0.0)
