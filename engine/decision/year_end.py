"""The bill at the end of the year over the scenarios of the market, with and without trades.

Realised results come from the book; planned gains, income and cash needs are drawn in the same
scenarios, so that a trade is compared path by path and the difference is the trade alone.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from engine.arrays import as_float
from engine.decision.outlook import Floats, Outlook
from engine.decision.prepare import Prepared
from engine.law import projection, twin
from engine.law.cash_raising import Sellable, raised_gains
from engine.law.projection import Draws, YearEnd
from engine.records import Lot, Term
from engine.results import LotSale

PATHS = 1024


def year_end(prepared: Prepared, outlook: Outlook, sales: Sequence[LotSale] = ()) -> YearEnd:
    """The year-end bill without and with further sales.

    Args:
        prepared: The household; what its year holds already is in both bills.
        outlook: The market, whose paths move cash needs and what they are raised from.
        sales: Sales under consideration.
    """
    household, year = prepared.household, prepared.tax.bill.year
    draws = Draws(_market(outlook), outlook.seed)
    begin = date(year, 1, 1)
    rest = projection.expected(household.planned_gains, household.planned_income, begin, draws)
    sold = {sale.lot_id for sale in sales}
    short, long = raised_gains(
        household.cash_needs, _sellable(prepared, outlook, sold), outlook.today, draws
    )
    realized_short, realized_long = _realized(prepared, year)
    rest = replace(rest, st=rest.st + short + realized_short, lt=rest.lt + long + realized_long)
    return projection.project(
        twin.build(household.profile, prepared.tax.law),
        rest,
        trade_st_usd=sum(as_float(s.est_gain_usd) for s in sales if s.term is Term.SHORT),
        trade_lt_usd=sum(as_float(s.est_gain_usd) for s in sales if s.term is Term.LONG),
    )


def _market(outlook: Outlook) -> Floats:
    """Standardised mean return of the names on each path, shape (PATHS,)."""
    mean = outlook.relatives[:, -1, :].mean(axis=1).astype(np.float64)
    return np.resize((mean - mean.mean()) / (mean.std() or 1.0), PATHS)


def _realized(prepared: Prepared, year: int) -> tuple[float, float]:
    """Results of the book's own sales this year: the base less what is planned."""
    planned = {Term.SHORT: 0.0, Term.LONG: 0.0}
    for gain in prepared.household.planned_gains:
        if gain.on.year == year:
            planned[gain.term] += as_float(gain.amount_usd)
    base = prepared.tax.base
    return (
        as_float(base.short_usd) - planned[Term.SHORT],
        as_float(base.long_usd) - planned[Term.LONG],
    )


def _sellable(prepared: Prepared, outlook: Outlook, sold: set[str]) -> Sellable:
    """Lots with a price that no limit keeps and no trade sells, and the cash of taxed accounts."""
    chosen: list[tuple[int, Lot]] = [
        (i, lot)
        for i, lot in enumerate(prepared.lots)
        if lot.lot_id not in sold
        and not prepared.kept[i]
        and np.isfinite(outlook.price[prepared.columns.security[i]])
    ]
    taxed = {a.account_id for a in prepared.household.accounts if a.kind.taxed}
    cash = sum(
        as_float(c.settled_usd + c.unsettled_usd)
        for c in prepared.household.cash
        if c.account_id in taxed
    )
    return Sellable(
        [lot for _, lot in chosen],
        [outlook.quotes[lot.security_id].bid_usd for _, lot in chosen],
        max(cash, 0.0),
        _volatility(prepared, outlook, [i for i, _ in chosen]),
    )


def _volatility(prepared: Prepared, outlook: Outlook, places: Sequence[int]) -> float:
    """Yearly volatility of the chosen lots together."""
    name = prepared.columns.security[list(places)]
    worth = prepared.columns.shares[list(places)] * outlook.price[name]
    weight = np.bincount(name, worth, minlength=len(outlook.names))
    total = weight.sum()
    if total <= 0.0:
        return 0.0
    weight = weight / total
    exposure = outlook.risk.loadings.T @ weight
    variance = np.dot(exposure**2, outlook.risk.factor_variances)
    return float(np.sqrt(variance + np.dot(weight**2, outlook.risk.specific_vol**2)))
