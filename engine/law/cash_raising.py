"""The gains that raising cash will bring: sold are the lots with the least gain in a dollar first.

A need is a date and an amount with its uncertainty, and what the lots are worth then moves with
the market of the path: after a fall more shares are sold, at less gain each. All lots move with
one market, so their order does not depend on the path, and what is sold of them is a point on one
curve of value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from engine.arrays import as_float
from engine.kernel import Vector
from engine.law.holding import term_of
from engine.law.projection import Draws
from engine.records import CashNeed, Lot, PlannedGain, Term

DAYS_A_YEAR = 365.0


@dataclass(frozen=True, slots=True)
class Sellable:
    """What can be sold to raise cash.

    Attributes:
        lots: Lots of taxed accounts that may be sold, with a price of the same place.
        prices_usd: Price of a share of each.
        cash_usd: Cash that is there already and is spent first.
        vol_annual: Yearly volatility of the lots together, as a fraction.
    """

    lots: Sequence[Lot]
    prices_usd: Sequence[Decimal]
    cash_usd: float
    vol_annual: float


def raised_gains(
    needs: Sequence[CashNeed], held: Sellable, as_of: date, draws: Draws
) -> tuple[Vector, Vector]:
    """Short and long gains that the needs of the rest of the year bring, shape (paths,) each.

    What the lots cannot raise is not raised. Money coming in (a negative need) brings no gain.
    """
    paths = len(draws.market)
    short, long, sold = np.zeros(paths), np.zeros(paths), np.zeros(paths)
    cash = np.full(paths, held.cash_usd)
    order = _cheapest_first(held)
    due = [n for n in needs if as_of < n.due_on and n.due_on.year == as_of.year]
    for need in sorted((n for n in due if n.amount_usd > 0), key=lambda n: (n.due_on, n.need_id)):
        amount = np.maximum(draws.amount(_drawn(need)), 0.0)
        from_cash = np.minimum(cash, amount)
        cash = cash - from_cash
        years = (need.due_on - as_of).days / DAYS_A_YEAR
        spread = held.vol_annual * np.sqrt(years)
        growth = np.exp(spread * draws.market - spread**2 / 2)
        after = sold + (amount - from_cash) / growth
        for term, total in ((Term.SHORT, short), (Term.LONG, long)):
            total += _gain(order, held, need.due_on, term, sold, after, growth)
        sold = after
    return short, long


def _drawn(need: CashNeed) -> PlannedGain:
    """The need as an amount that can be drawn."""
    return PlannedGain(need.need_id, need.due_on, Term.SHORT, need.amount_usd, need.sd_usd)


def _worth(held: Sellable) -> Vector:
    """Market value of each lot."""
    return np.array(
        [as_float(x.shares * p) for x, p in zip(held.lots, held.prices_usd, strict=True)]
    )


def _cheapest_first(held: Sellable) -> list[int]:
    """Lots by gain in a dollar of value, least first; equals by their id."""
    return sorted(
        range(len(held.lots)),
        key=lambda i: (
            -held.lots[i].basis_usd / (held.lots[i].shares * held.prices_usd[i]),
            held.lots[i].lot_id,
        ),
    )


def _gain(
    order: Sequence[int],
    held: Sellable,
    on: date,
    term: Term,
    sold: Vector,
    after: Vector,
    growth: Vector,
) -> Vector:
    """Gain of one term on what is sold between two points of the value of today, each path."""
    worth = _worth(held)[order]
    mine = np.array(
        [term_of(held.lots[i], on, held.prices_usd[i]) is term for i in order], dtype=bool
    )
    basis = np.array([as_float(held.lots[i].basis_usd) for i in order])
    edges = np.concatenate(([0.0], np.cumsum(worth)))
    value_up_to = np.concatenate(([0.0], np.cumsum(np.where(mine, worth, 0.0))))
    basis_up_to = np.concatenate(([0.0], np.cumsum(np.where(mine, basis, 0.0))))
    value = np.interp(after, edges, value_up_to) - np.interp(sold, edges, value_up_to)
    cost = np.interp(after, edges, basis_up_to) - np.interp(sold, edges, basis_up_to)
    found: Vector = growth * value - cost
    return found
