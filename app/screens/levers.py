"""What the sliders of F5 say, and a household, a market and a law moved by them."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import numpy as np

from app.screens.moment import Moment
from engine.arrays import as_float
from engine.decision.outlook import Outlook
from engine.decision.prepare import Prepared
from engine.market.touch_table import TouchTable
from engine.records import CENT, ZERO, Constraint, Household, PlannedGain, Quote, Rule, Scope, Term
from widgets.views import Lever

TODAY = "Law of today"
GAIN_MOST_USD, TRACKING_MOST, TURNOVER_MOST = 250_000.0, 0.05, 1.0
"""The right end of these sliders is no limit."""


@dataclass(frozen=True, slots=True)
class Levers:
    """Where the sliders stand.

    Attributes:
        price_move: Move of every price at once, a fraction.
        volatility_x: Factor on every volatility.
        gain_usd: Long-term gain realised elsewhere this year, beyond what is planned.
        wages_usd: Wages beyond what the profile says.
        years: Years to the exit.
        law: Name of a law scenario, ``TODAY`` for none.
        least_loss: Loss as a fraction of basis below which no lot is harvested.
        cash_usd: Cash to raise now.
        gain_limit_usd: Most net gain of the year; ``GAIN_MOST_USD`` = no limit.
        tracking_limit: Most tracking error; ``TRACKING_MOST`` = no limit.
        turnover_limit: Most turnover, a fraction of the book; ``TURNOVER_MOST`` = no limit.
    """

    price_move: float = 0.0
    volatility_x: float = 1.0
    gain_usd: float = 0.0
    wages_usd: float = 0.0
    years: float = 10.0
    law: str = TODAY
    least_loss: float = 0.0
    cash_usd: float = 0.0
    gain_limit_usd: float = GAIN_MOST_USD
    tracking_limit: float = TRACKING_MOST
    turnover_limit: float = TURNOVER_MOST


LIMITS = (
    ("cash_usd", Rule.CASH_NEED_USD, 0.0),
    ("gain_limit_usd", Rule.NET_GAIN_MAX_USD, GAIN_MOST_USD),
    ("tracking_limit", Rule.TRACKING_ERROR_MAX, TRACKING_MOST),
    ("turnover_limit", Rule.TURNOVER_MAX, TURNOVER_MOST),
)
"""Sliders that are limits: name, rule, and the end at which there is none."""


def as_is(home: Household) -> Levers:
    """Sliders of the book itself."""
    found = {}
    for name, rule, none in LIMITS:
        mine = [c.limit for c in home.constraints if c.rule is rule and c.scope is Scope.HOUSEHOLD]
        found[name] = as_float(mine[0]) if mine else none
    return Levers(
        years=home.horizon.years,
        cash_usd=found["cash_usd"],
        gain_limit_usd=found["gain_limit_usd"],
        tracking_limit=found["tracking_limit"],
        turnover_limit=found["turnover_limit"],
    )


def limited(limits: tuple[Constraint, ...], levers: Levers, base: Levers) -> tuple[Constraint, ...]:
    """The household's limits with those that the sliders moved in place of their own."""
    moved = [x for x in LIMITS if getattr(levers, x[0]) != getattr(base, x[0])]
    rules = {rule for _, rule, _ in moved}
    kept = [c for c in limits if c.rule not in rules or c.scope is not Scope.HOUSEHOLD]
    made = [
        Constraint(f"limit-{rule}", rule, Decimal(repr(round(getattr(levers, name), 6))))
        for name, rule, none in moved
        if getattr(levers, name) != none
    ]
    return (*kept, *made)


def lever_views(now: Levers, base: Levers, moment: Moment) -> tuple[Lever, ...]:
    """The sliders with their ranges."""
    wages = as_float(moment.prepared.household.profile.wages_usd)
    worth = max(as_float(sum((p.market_usd for p in moment.evaluation.positions), Decimal(0))), 1e5)
    end, extra = "Right end: no limit", "Beyond what is planned, outside the managed accounts"
    # fmt: off
    rows: tuple[tuple[str, str, str, tuple[float, float, float], str], ...] = (
        ("price_move", "All prices move by", "rate", (-0.3, 0.3, 0.01), "At once, every name"),
        ("volatility_x", "Volatility", "x", (0.5, 3.0, 0.05), "Factor on every volatility"),
        ("least_loss", "Harvest from a loss of", "rate", (0.0, 0.4, 0.01), "Less is left alone"),
        ("years", "Years to the exit", "years", (1.0, 40.0, 1.0), "When the lots are sold"),
        ("cash_usd", "Raise cash", "usd", (0.0, round(worth / 2, -4), 5e3), "By selling, now"),
        ("gain_limit_usd", "Net gain at most", "usd", (0.0, GAIN_MOST_USD, 2.5e3), end),
        ("tracking_limit", "Tracking error at most", "rate", (0.0025, TRACKING_MOST, 0.0025), end),
        ("turnover_limit", "Turnover at most", "rate", (0.01, TURNOVER_MOST, 0.01), end),
        ("gain_usd", "Long-term gain elsewhere", "usd", (0.0, 5e5, 5e3), extra),
        ("wages_usd", "Wages beyond the profile", "usd", (-round(wages, -3), 5e5, 5e3), extra),
    )
    # fmt: on
    none = {name: most for name, _, most in LIMITS if most > 0.0}
    return tuple(
        Lever(
            key,
            title,
            unit,
            *span,
            getattr(now, key),
            getattr(base, key),
            words,
            none.get(key, math.inf),
        )
        for key, title, unit, span, words in rows
    )


def without_small_losses(prepared: Prepared, outlook: Outlook, least: float) -> Prepared:
    """The household with every loss below that share of its basis left alone."""
    if least <= 0.0:
        return prepared
    columns = prepared.columns
    basis = np.array([as_float(lot.basis_usd) for lot in prepared.lots])
    loss = basis - columns.shares * np.nan_to_num(outlook.price)[columns.security]
    small = (loss > 0.0) & (loss < least * basis)
    return replace(prepared, washed=prepared.washed | small)


def moved_household(home: Household, levers: Levers, today: date) -> Household:
    """The household with more wages, a gain elsewhere, another horizon."""
    gain = Decimal(str(levers.gain_usd)).quantize(CENT)
    plans = home.planned_gains
    if gain:
        plans = (*plans, PlannedGain("what-if", today, Term.LONG, gain, note="what-if"))
    wages = home.profile.wages_usd + Decimal(str(levers.wages_usd)).quantize(CENT)
    return replace(
        home,
        profile=replace(home.profile, wages_usd=max(ZERO, wages)),
        planned_gains=plans,
        constraints=limited(home.constraints, levers, as_is(home)),
        horizon=replace(home.horizon, years=levers.years),
    )


def moved_market(outlook: Outlook, price_move: float, volatility_x: float) -> Outlook:
    """The outlook after a move of every price, with every volatility scaled."""
    if price_move == 0.0 and volatility_x == 1.0:
        return outlook
    touches = outlook.touches
    if isinstance(touches, TouchTable):
        touches = replace(
            touches, sd=touches.sd * volatility_x, sd_next=touches.sd_next * volatility_x
        )
    return replace(
        outlook,
        quotes=_moved_quotes(outlook.quotes, Decimal(str(round(1.0 + price_move, 6)))),
        price=outlook.price * (1.0 + price_move),
        vol_annual=outlook.vol_annual * volatility_x,
        touches=touches,
        relatives=outlook.relatives
        if volatility_x == 1.0
        else outlook.relatives ** np.float32(volatility_x),
    )


def _moved_quotes(quotes: Mapping[str, Quote], by: Decimal) -> dict[str, Quote]:
    """Every quote at the moved price, in cents and parts of a cent as before."""
    move: Callable[[Decimal], Decimal] = lambda usd: (usd * by).quantize(Decimal("0.0001"))  # noqa: E731
    return {
        key: replace(
            quote,
            bid_usd=move(quote.bid_usd),
            ask_usd=move(quote.ask_usd),
            last_usd=move(quote.last_usd),
            low_usd=move(quote.low_usd),
        )
        for key, quote in quotes.items()
    }
