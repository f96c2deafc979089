"""What a back-test says beside its numbers: how they were made, and what they do not mean."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from app.backtests import RISK_EVERY, RISK_SESSIONS, Stage
from engine.proof.backtest import Outcome, Paired, paired

NAMES_TOLD = 12
LUCK_AWAY = "by tax and cost alone"


def assumptions(
    stage: Stage, outcomes: Mapping[str, Outcome], pairs: Sequence[Paired]
) -> list[str]:
    """Sentences, the survivorship of the names first and the verdict on predictive last."""
    return [
        *_prices(stage),
        *_household(stage),
        *_trading(stage),
        _before_tax(outcomes),
        *_verdict(pairs),
        *_verdict(without_luck(outcomes, [(p.a, p.b) for p in pairs]), LUCK_AWAY),
    ]


def without_luck(
    outcomes: Mapping[str, Outcome], pairs: Sequence[tuple[str, str]], seed: int = 1
) -> list[Paired]:
    """Paired differences of tax and cost alone: each session's active return is taken out."""
    level = {
        name: replace(found, wealth=found.wealth * np.exp(-np.cumsum(found.active_return)))
        for name, found in outcomes.items()
    }
    return paired(level, pairs, seed)


def _prices(stage: Stage) -> list[str]:
    """Names, splits and weights."""
    span = stage.span
    days, start = span.history.days, span.start
    out = span.left_out
    more = f" and {len(out) - NAMES_TOLD} more" if len(out) > NAMES_TOLD else ""
    listed = f" ({', '.join(out[:NAMES_TOLD])}{more})" if out else ""
    found = [
        f"survivorship: the {len(span.history.names)} names are those that traded on each of the "
        f"{len(days)} sessions from {_day(days[0])} to {_day(days[-1])}; {len(out)} others of the "
        f"files missed some and are left out{listed}. Names that failed or were bought are among "
        "them, so returns are better than a client could have had; all policies share that.",
        f"the first {start} sessions feed the risk model alone; no decision reads a later day",
        f"target: {stage.weights_told}",
    ]
    if span.spin_offs_known:
        found.append("a spun-off security is sold at its value on the day, basis split by value")
    else:
        found.append("no list of spin-offs beside the daily file: every factor is taken as a split")
    if not span.sectors_known:
        found.append("no list of sectors beside the daily file: the risk model has none")
    return found


def _household(stage: Stage) -> list[str]:
    """Whose tax."""
    client, horizon = stage.terms.client, stage.terms.client.horizon
    return [
        f"client: {client.title}; income and gains outside the portfolio recur every year, and the "
        f"law of {client.profile.year} (version {stage.law.version}) serves every year",
        "a year's tax is the household's whole bill with the portfolio less the bill without; it "
        "leaves, or its saving joins, the portfolio's cash on the first session of the next year, "
        "the last year's on the last session",
        "all dividends are taxed as qualified ones; every policy reinvests them",
        f"decisions assume an exit in {horizon.years:g} years at {horizon.discount_rate:.1%} a "
        f"year, with a chance of {horizon.step_up_probability:.0%} that no gain is taxed then",
        "liquidated: everything is sold at the last bid and taxed in a year of its own",
    ]


def _trading(stage: Stage) -> list[str]:
    """How orders are filled, and by what risk model limits are kept."""
    terms = stage.terms
    return [
        f"every order is filled at the close, {terms.half_spread_bp:g} bp worse; fractions of a "
        "share; no commission, no fee, no other account that could wash a loss",
        f"tracking error is held to {terms.tracking_limit:.1%} a year by predictive, by a model "
        f"of the last {RISK_SESSIONS} sessions estimated every {RISK_EVERY}: prices may carry a "
        "portfolio past it (gains are not sold to come back), a harvest may not, nor away further. "
        "The table's tracking error is what came of it",
        "intervals: 95 %, bootstrap over blocks of 21 sessions",
    ]


def _before_tax(outcomes: Mapping[str, Outcome]) -> str:
    """How much of each difference is luck of the active positions, not tax."""
    told = ", ".join(
        f"{name} {float(np.mean(found.active_return[1:])) * 252e4:+.0f}"
        for name, found in outcomes.items()
    )
    return (
        f"return before tax over the target, bp a year: {told}. Differences between policies here "
        "come from what they happened to hold, not from tax, and are part of their alpha"
    )


def _verdict(pairs: Sequence[Paired], how: str = "as it went") -> list[str]:
    """Where predictive beats the others and where it does not."""
    found = []
    for pair in pairs:
        if pair.low > 0.0:
            verdict = "beats"
        elif pair.high < 0.0:
            verdict = "falls behind"
        else:
            verdict = "is not proven different from"
        found.append(
            f"{how}, {pair.a} {verdict} {pair.b}: {pair.difference_bp:+.0f} bp a year before "
            f"liquidation, interval {pair.low:+.0f} to {pair.high:+.0f}"
        )
    return found


def _day(ordinal: int) -> str:
    """A day as a person writes it."""
    return date.fromordinal(int(ordinal)).isoformat()
