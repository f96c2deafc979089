"""Sets up a back-test from files and runs it policy by policy; finished ones can be kept."""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from app import lawbook
from app.backtest_inputs import Client, read_shares, read_weights
from app.history.daily import read_daily
from app.history.spans import Span, grown_splits, narrow, span_of
from app.office import thresholds
from engine.decision.harvest_policy import HarvestTable
from engine.errors import InputError
from engine.law.rules import Law
from engine.market.risk import risk_model
from engine.proof.backtest import Outcome, outcome
from engine.proof.history import Floats, History
from engine.proof.office import HouseholdOffice
from engine.proof.policies import Drift, FixedThreshold, Hold, Policy, Predictive
from engine.proof.walk import Plan, YearTax, walk
from engine.records import Horizon

POLICIES = ("hold", "drift", "monthly", "daily5", "predictive")
RISK_SESSIONS, RISK_EVERY = 252, 63
HALF_SPREAD_BP = 2.0
TRACKING_LIMIT = 0.02
HALF_SPREADS_A_HARVEST = 2.0  # a harvest pays the spread on the way out and on the way in


@dataclass(frozen=True, slots=True)
class Terms:
    """What one back-test is about."""

    daily: tuple[Path, ...]
    weights: str
    first: date
    last: date
    value_usd: float
    client: Client
    flows: tuple[tuple[int, float], ...] = ()
    half_spread_bp: float = HALF_SPREAD_BP
    tracking_limit: float = TRACKING_LIMIT


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """Everything set up: prices, plan, law."""

    terms: Terms
    span: Span
    plan: Plan
    law: Law
    weights_told: str

    def key(self, policy: str) -> str:
        """Digest of all that the walk of a policy depends on."""
        history = self.span.history
        digest = hashlib.sha256(repr((policy, version("lotlight"), self.law.version)).encode())
        digest.update(repr(self.terms.client).encode())
        digest.update(repr((self.plan.start, self.plan.value_usd, self.plan.flows)).encode())
        digest.update(repr((self.terms.half_spread_bp, self.terms.tracking_limit)).encode())
        for column in (history.days, history.close, history.dividend, history.split):
            digest.update(np.ascontiguousarray(column).tobytes())
        digest.update(history.spinoff.tobytes() + history.sector.tobytes())
        digest.update(self.plan.target(self.plan.start).tobytes() + self.terms.weights.encode())
        return digest.hexdigest()[:24]


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """The now-or-wait table as a policy asks it: loss as ln(basis / price)."""

    table: HarvestTable
    horizon: Horizon
    cost_rate: float

    def __call__(self, vol_annual: Floats, rate_now: Floats, rate_exit: float) -> Floats:
        """Depth from which each lot is ready, shape (lots,); infinity where it never is.

        A loss that saves no more than its lower basis gives back is never taken.
        ``rate_exit`` is a present rate; the table discounts by itself, so that is undone here.
        """
        later = rate_exit * (1.0 + self.horizon.discount_rate) ** self.horizon.years
        loss = self.table.loss_fraction(
            vol_annual,
            np.asarray(self.horizon.years),
            rate_now,
            np.asarray(later),
            np.asarray(self.cost_rate),
        )
        with np.errstate(divide="ignore"):
            depth = -np.log(1.0 - loss)
        return np.where(np.asarray(rate_now) > rate_exit, depth, np.inf)


class Risk:
    """Risk model as of a session from the 252 before it, estimated anew every 63."""

    def __init__(self, history: History) -> None:
        """Nothing is estimated yet."""
        self._history, self._returns = history, history.returns()
        self._found: dict[int, tuple[Floats, Floats, Floats]] = {}

    def __call__(self, session: int) -> tuple[Floats, Floats, Floats]:
        """Loadings, factor variances and specific volatilities; see ``RiskSource``."""
        at = session - session % RISK_EVERY
        if at not in self._found:
            seen = self._returns[max(1, at - RISK_SESSIONS) : at]
            if len(seen) < 2:
                seen = np.zeros((1, self._returns.shape[1]))
            model = risk_model(seen, self._history.sector)
            self._found[at] = (model.loadings, model.factor_variances, model.specific_vol)
        return self._found[at]


def prepare(terms: Terms) -> Stage:
    """Read the files and lay out the walk.

    Raises:
        ProblemsError: If a file or the span cannot be used.
    """
    daily = read_daily(terms.daily)
    beside = terms.daily[0].parent
    span = span_of(daily, terms.first, terms.last, beside)
    first = date.fromordinal(int(span.history.days[span.start]))
    told = "equal weights, kept equal"
    weights: dict[str, float] | None = None
    if terms.weights == "cap":
        shares = read_shares(beside / "index_shares_proxy.csv")
        grown = grown_splits(daily, int(span.history.days[span.start]))
        close = dict(zip(span.history.names, span.history.close[span.start], strict=True))
        weights = {n: shares[n] / grown[n] * float(close[n]) for n in close if n in shares}
        told = "capitalisation weights from today's index share counts (hindsight), drifting"
    elif terms.weights != "equal":
        weights, as_of = read_weights(Path(terms.weights), first)
        told = f"weights of {Path(terms.weights).name} {as_of}, drifting with price".replace(
            "  ", " "
        )
    if weights is not None:
        span = narrow(span, weights)
    return Stage(terms, span, _plan(terms, span, weights), lawbook.load(), told)


def _plan(terms: Terms, span: Span, weights: dict[str, float] | None) -> Plan:
    """What all policies share."""
    history = span.history
    count = len(history.names)
    if count < 2:
        raise InputError("--weights", terms.weights, "give weights of names in the daily files")
    law = lawbook.load()
    equal = np.full(count, 1.0 / count)
    grown = history.price_index() / history.price_index()[span.start]
    base = equal if weights is None else np.array([weights[n] for n in history.names])

    def target(session: int) -> Floats:
        """Target weights at a close."""
        if weights is None:
            return equal
        worth: Floats = base * grown[session]
        return worth / float(worth.sum())

    return Plan(
        span.start,
        terms.value_usd,
        target,
        np.full(count, terms.half_spread_bp / 1e4),
        law.wash_window_days,
        terms.tracking_limit,
        terms.flows,
    )


def policy_named(name: str, terms: Terms) -> Policy:
    """A policy by the name of the command line."""
    if name == "predictive":
        cost = HALF_SPREADS_A_HARVEST * terms.half_spread_bp / 1e4
        return Predictive(Line(thresholds(), terms.client.horizon, cost))
    fixed: dict[str, Policy] = {
        "hold": Hold(),
        "drift": Drift(),
        "monthly": FixedThreshold("monthly", 21),
        "daily5": FixedThreshold("daily5", 1),
    }
    return fixed[name]


def run(
    stage: Stage,
    policies: Sequence[str],
    tick: Callable[[], None] = lambda: None,
    kept_in: Path | None = None,
) -> dict[str, Outcome]:
    """Walk the policies one after the other; ``hold`` first, since alpha is against it.

    Args:
        stage: What ``prepare`` found.
        policies: Names of ``POLICIES``.
        tick: Called once a session of each walk; may raise to stop.
        kept_in: Folder with finished walks of an earlier run; new ones are added as they end.
    """
    risk = Risk(stage.span.history)
    found = {}
    for name in policies:
        kept = kept_in / f"{name}-{stage.key(name)}.json" if kept_in else None
        if kept is not None and kept.is_file():
            found[name] = _thaw(json.loads(kept.read_text(encoding="utf-8")))
            _tick_all(tick, len(stage.span.history.days) - stage.plan.start)
            continue
        found[name] = _walk(stage, name, risk, tick)
        if kept is not None:
            _keep(kept, found[name])
    return found


def _walk(stage: Stage, name: str, risk: Risk, tick: Callable[[], None]) -> Outcome:
    """One policy from first to last session."""
    client = stage.terms.client
    office = HouseholdOffice(client.profile, stage.law, client.horizon, stage.span.share_factor)
    policy = policy_named(name, stage.terms)
    walked = walk(stage.span.history, stage.plan, policy, office, risk, tick)
    return outcome(stage.span.history, walked, office)


def _tick_all(tick: Callable[[], None], sessions: int) -> None:
    """Count the sessions of a walk that is kept."""
    for _ in range(sessions):
        tick()


def _keep(path: Path, found: Outcome) -> None:
    """Write a finished walk; a half-written file is never taken for one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".part")
    document = asdict(found)
    document["wealth"], document["active_return"] = (
        found.wealth.tolist(),
        found.active_return.tolist(),
    )
    half.write_text(json.dumps(document), encoding="utf-8")
    half.replace(path)


def _thaw(document: dict[str, Any]) -> Outcome:
    """A finished walk as it was kept."""
    columns = {name: np.array(document[name]) for name in ("wealth", "active_return")}
    years: Iterable[dict[str, Any]] = document["years"]
    return Outcome(**{**document, **columns, "years": tuple(YearTax(**y) for y in years)})
