"""A household on one day as the optimiser sees it: taxed lots, rates of the whole bill, limits.

Prices are mid quotes with the half spread as cost, so that a sale is worth its bid and a purchase
costs its ask. What has no actionable quote is held and counted, never traded.
"""

from dataclasses import dataclass, replace

import numpy as np

from engine.arrays import as_float
from engine.decision.constraints import BookMap, apply
from engine.decision.household_tax import HouseholdTax, YearResults
from engine.decision.outlook import Floats, Ints, Outlook
from engine.decision.prepare import Flags, Prepared
from engine.decision.problem import Problem
from engine.decision.settings import DecisionSettings
from engine.law.holding import term_of
from engine.records import ZERO, CashNeed, Constraint, ExternalAsset, Lot, Quote, Rule, Scope, Term

DAYS_A_YEAR = 365.0
RATE_STEP_USD = 500.0
HIGHEST_RATE = 0.7
UNSEEN = frozenset({Rule.TAX_MAX_USD})  # kept by the exact bill, not by the solver


@dataclass(frozen=True, slots=True)
class Rates:
    """Marginal rates of the whole household bill, now and carried, at some results of the year."""

    short: float
    long: float

    def near(self, other: "Rates", within: float = 1e-3) -> bool:
        """Whether both rates agree."""
        return max(abs(self.short - other.short), abs(self.long - other.long)) <= within

    def between(self, other: "Rates") -> "Rates":
        """Half-way, where an answer flips between the two sides of a kink."""
        return Rates((self.short + other.short) / 2, (self.long + other.long) / 2)


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """A household's problem with what its columns stand for.

    Attributes:
        problem: Under every hard limit that the solver keeps.
        book: Names and lots.
        lots: Lot of each column, shape (L,).
        long: Whether its result is long-term, shape (L,).
        limits: Limits applied: the cash need by date first, then the household's own rows.
        realised_usd: Net gain of the year's own sales so far, counted by a gain limit.
        exit_rate: Present rate that a dollar of lower basis gives back.
    """

    problem: Problem
    book: BookMap
    lots: tuple[Lot, ...]
    long: Flags
    limits: tuple[Constraint, ...]
    realised_usd: float
    exit_rate: float

    def at(self, rates: Rates) -> Problem:
        """The problem with the tax of each lot at these rates.

        A gain is taxed now and no longer at the exit, a loss saves now and is given back there.
        """
        rate = np.where(self.long, rates.long, rates.short)
        return replace(
            self.problem, lot_tax_usd=self.problem.lot_gain_usd * (rate - self.exit_rate)
        )


def rates_at(tax: HouseholdTax, more: YearResults) -> Rates:
    """Marginal rates after further results, over a thousand dollars around them."""
    short, long = as_float(more.short_usd), as_float(more.long_usd)
    h = RATE_STEP_USD
    saved = tax.saved(short + h * np.array([-1.0, 1, 0, 0]), long + h * np.array([0, 0, -1.0, 1]))
    found = np.clip((saved[[0, 2]] - saved[[1, 3]]) / (2 * h), 0.0, HIGHEST_RATE)
    return Rates(float(found[0]), float(found[1]))


def household_problem(
    prepared: Prepared, outlook: Outlook, settings: DecisionSettings
) -> tuple[Problem, BookMap]:
    """The household's problem at the marginal rates of its year so far.

    Raises:
        InputError: For a limit that the optimiser cannot keep, by name.
    """
    laid = lay_out(prepared, outlook, settings)
    return laid.at(rates_at(prepared.tax, YearResults())), laid.book


def lay_out(prepared: Prepared, outlook: Outlook, settings: DecisionSettings) -> Laid:
    """Names, lots, costs, risk and limits of a household."""
    places = _places(prepared, outlook)
    column = {int(place): i for i, place in enumerate(places)}
    security = prepared.columns.security
    mine = [i for i in range(len(prepared.lots)) if int(security[i]) in column]
    lots = tuple(prepared.lots[i] for i in mine)
    book = BookMap(
        tuple(outlook.names[i] for i in places),
        tuple(outlook.securities[outlook.names[i]].sector for i in places),
        tuple(lot.account_id for lot in lots),
        np.array([(prepared.today - lot.acquired_on).days for lot in lots], dtype=np.int64),
    )
    limits = (
        *needs_as_limits(prepared),
        *(c for c in prepared.household.constraints if _speaks(c, book)),
    )
    realised = realised_usd(prepared)
    bare, long = _bare(prepared, outlook, settings, places, np.array(mine, dtype=np.int64))
    seen = [limit for limit in limits if limit.rule not in UNSEEN]
    problem = apply(bare, seen, book, realised)
    stays = max(0.0, 1.0 - max(problem.cash_need_usd, 0.0) / problem.value_usd)
    dearest = float(problem.cost_rate.max())
    if np.isfinite(problem.te_cap):  # the limit speaks of the managed money alone
        problem = replace(problem, exposure=0.0 * problem.exposure, exposure_variance=0.0)
    problem = replace(
        problem,
        benchmark=problem.benchmark * stays,  # what will be paid out is not invested
        min_trade_usd=problem.min_trade_usd / (1.0 - dearest),  # at the bid too
    )
    return Laid(problem, book, lots, long, limits, realised, prepared.tax.exit_rate)


def needs_as_limits(prepared: Prepared) -> tuple[Constraint, ...]:
    """The nearest dated cash need, in full; needs of the same day add up."""
    return tuple(
        Constraint(need.need_id, Rule.CASH_NEED_USD, need.amount_usd, by_on=need.due_on)
        for need in nearest_needs(prepared)
    )


def nearest_needs(prepared: Prepared) -> tuple[CashNeed, ...]:
    """Hard cash needs of the nearest day on which there is one."""
    ahead = [
        need
        for need in prepared.household.cash_needs
        if need.hard and need.amount_usd > 0 and need.due_on >= prepared.today
    ]
    first = min((need.due_on for need in ahead), default=prepared.today)
    return tuple(need for need in ahead if need.due_on == first)


def realised_usd(prepared: Prepared) -> float:
    """Net gain of the book's own sales this year; gains planned elsewhere are not counted."""
    year = prepared.household.profile.year
    planned = sum(
        (p.amount_usd for p in prepared.household.planned_gains if p.on.year == year), ZERO
    )
    base = prepared.tax.base
    return as_float(base.short_usd + base.long_usd - planned)


def _places(prepared: Prepared, outlook: Outlook) -> Ints:
    """Names of the outlook that are held or in the target and have a quote."""
    wanted = prepared.target > 0.0
    wanted[prepared.columns.security] = True
    quoted = np.array(
        [name in outlook.quotes and outlook.quotes[name].bid_usd > 0 for name in outlook.names],
        dtype=np.bool_,
    )
    return np.flatnonzero(wanted & quoted)


def _speaks(limit: Constraint, book: BookMap) -> bool:
    """Whether a limit speaks of anything here; one on a name nobody has or wants is kept anyway."""
    if limit.scope is Scope.SECURITY:
        return limit.scope_id in book.securities
    return limit.scope is not Scope.SECTOR or limit.scope_id in book.sectors


def _bare(
    prepared: Prepared, outlook: Outlook, settings: DecisionSettings, places: Ints, mine: Ints
) -> tuple[Problem, Flags]:
    """The problem before any limit, and which lots are long-term."""
    quotes = [outlook.quotes[outlook.names[i]] for i in places]
    bid = np.array([as_float(q.bid_usd) for q in quotes])
    ask = np.array([as_float(q.ask_usd) for q in quotes])
    price = (bid + ask) / 2
    trades = np.array(
        [q.state.actionable and q.bid_usd <= q.ask_usd for q in quotes], dtype=np.bool_
    )
    name = np.searchsorted(places, prepared.columns.security[mine])
    shares = prepared.columns.shares[mine]
    lots = [prepared.lots[i] for i in mine]
    gain, long = _gains(prepared, lots, quotes, name)
    washed = prepared.washed[mine] & (gain < 0.0)
    cash = cash_usd(prepared)
    value = float(shares @ price[name]) + cash
    exposure, own = _external(prepared, outlook, value)
    risk = outlook.risk
    problem = Problem(
        value_usd=value,
        cash_usd=cash,
        price_usd=price,
        benchmark=prepared.target[places],
        loadings=risk.loadings[places],
        factor_variances=risk.factor_variances,
        specific_vol=risk.specific_vol[places],
        lot_name=name.astype(np.int64),
        lot_shares=shares,
        lot_tax_usd=np.zeros(shares.size),
        lot_gain_usd=np.where(washed, 0.0, gain),
        lot_harvest=(gain < 0.0) & ~washed,
        lot_most_shares=np.where(prepared.kept[mine] | ~trades[name], 0.0, shares),
        blocked=~(prepared.buyable[places] & trades),
        group=np.unique(prepared.group[places], return_inverse=True)[1].astype(np.int64),
        cost_rate=np.maximum((ask - bid) / (2 * price), 0.0),
        weight_min=np.full(price.size, -np.inf),
        weight_max=np.full(price.size, np.inf),
        te_penalty=0.5 * settings.risk_aversion * settings.lockout_days / DAYS_A_YEAR,
        exposure=exposure,
        exposure_variance=own,
        band=np.zeros((0, price.size)),
    )
    return problem, long


def _gains(
    prepared: Prepared, lots: list[Lot], quotes: list[Quote], name: Ints
) -> tuple[Floats, Flags]:
    """Gain of a share at the bid and whether it is long-term, shape (L,) each."""
    gain = np.zeros(len(lots))
    long = np.zeros(len(lots), dtype=np.bool_)
    for i, lot in enumerate(lots):
        bid = quotes[int(name[i])].bid_usd
        gain[i] = as_float(lot.unrealized_gain(bid)) / as_float(lot.shares)
        long[i] = term_of(lot, prepared.today, bid, prepared.tax.law.long_term_years) is Term.LONG
    return gain, long


def cash_usd(prepared: Prepared) -> float:
    """Cash of the taxed accounts, settled or not."""
    taxed = {a.account_id for a in prepared.household.accounts if a.kind.taxed}
    held = [c for c in prepared.household.cash if c.account_id in taxed]
    return as_float(sum((c.settled_usd + c.unsettled_usd for c in held), ZERO))


def _external(prepared: Prepared, outlook: Outlook, value: float) -> tuple[Floats, float]:
    """Factor exposure and specific variance of listed or sector holdings elsewhere."""
    exposure, own = np.zeros(outlook.risk.factor_variances.size), 0.0
    for asset in prepared.household.external:
        like = _like(asset, outlook)
        if like.size and value > 0:
            weight = as_float(asset.value_usd) / value
            exposure += weight * outlook.risk.loadings[like].mean(axis=0)
            own += weight**2 * float((outlook.risk.specific_vol[like] ** 2).mean())
    return exposure, own


def _like(asset: ExternalAsset, outlook: Outlook) -> Ints:
    """Names that stand for a holding elsewhere: itself, else its sector."""
    if asset.security_id in outlook.index:
        return np.array([outlook.index[asset.security_id]])
    sector = [outlook.securities[name].sector for name in outlook.names]
    return np.flatnonzero([bool(asset.sector) and s == asset.sector for s in sector])
