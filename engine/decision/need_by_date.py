"""Sell for a cash need now, or closer to its day: what waiting would save, and what it risks.

A sale that is short-term today may be long-term before the day; a sale after New Year is taxed a
year later. Against both stands the price, which may fall meanwhile: with a martingale price waiting
has no expected gain of its own (optional stopping), so the saving is set beside one standard
deviation of the proceeds, and the advisor chooses.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from engine.arrays import as_float
from engine.decision.household_problem import Rates
from engine.decision.outlook import Outlook
from engine.decision.prepare import Prepared
from engine.law.holding import long_from
from engine.records import Term
from engine.results import LotSale

DAYS_A_YEAR = 365.0


@dataclass(frozen=True, slots=True)
class Wait:
    """What selling a lot later would save.

    Attributes:
        lot_id: Which lot.
        sell_on: First day that brings the whole saving, not after the need.
        saves_usd: Tax saved in present dollars, >= 0.
        risk_usd: One standard deviation of the proceeds until then.
    """

    lot_id: str
    sell_on: date
    saves_usd: float
    risk_usd: float


def waits(
    prepared: Prepared,
    outlook: Outlook,
    sales: Sequence[LotSale],
    rates: Rates,
    due_on: date,
) -> tuple[Wait, ...]:
    """Sales for which waiting within the time of the need saves tax, largest saving first.

    Args:
        prepared: The household today.
        outlook: Prices and volatilities.
        sales: Sales that the need would force today.
        rates: Marginal rates at which the plan settled.
        due_on: Day of the need.
    """
    lots = {lot.lot_id: lot for lot in prepared.lots}
    discount = prepared.household.horizon.discount_rate
    new_year = date(prepared.today.year + 1, 1, 1)
    found = []
    for sale in sales:
        gain = as_float(sale.est_gain_usd)
        if gain <= 0:
            continue
        rate, on, saved = rates.long, prepared.today, 0.0
        turns = long_from(lots[sale.lot_id].held_since, prepared.tax.law.long_term_years)
        if sale.term is Term.SHORT:
            rate = rates.short
            if turns <= due_on and rates.long < rates.short:
                on, saved, rate = turns, gain * (rates.short - rates.long), rates.long
        if new_year <= due_on and discount > 0:  # taxed with the next return
            on, saved = max(on, new_year), saved + gain * rate * discount / (1 + discount)
        if saved > 0:
            found.append(Wait(sale.lot_id, on, saved, _risk_usd(outlook, sale, prepared.today, on)))
    return tuple(sorted(found, key=lambda w: (-w.saves_usd, w.lot_id)))


def _risk_usd(outlook: Outlook, sale: LotSale, today: date, on: date) -> float:
    """One standard deviation of the proceeds from today to a day."""
    usd = as_float(sale.shares * outlook.quotes[sale.security_id].bid_usd)
    vol = float(outlook.vol_annual[outlook.index[sale.security_id]])
    return usd * vol * float(np.sqrt((on - today).days / DAYS_A_YEAR))
