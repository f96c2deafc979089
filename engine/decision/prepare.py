"""A household laid out for the ticks of a day: lots as columns, its year, its wash-sale lists.

Made once and again after each change of the book; a tick then only moves prices through it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from engine.arrays import LotArrays, lot_arrays
from engine.decision.household_tax import HouseholdTax, open_year
from engine.decision.outlook import Floats, Ints, Outlook
from engine.law import corporate_actions, identical, wash_blocks, wash_index, wash_settings
from engine.law.holding import term_of
from engine.law.identical import FundIndex
from engine.law.rules import Law
from engine.law.wash_index import WashIndex
from engine.law.wash_lookahead import PlannedPurchase
from engine.law.wash_planned import contributions, expected_reinvestments
from engine.law.wash_settings import WashSettings
from engine.records import Constraint, Household, Lot, Rule, Scope, Term
from engine.results import LotSale, WashBlock

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """One household on one day.

    Attributes:
        household: The household.
        today: The day the lists speak of.
        tax: Its year.
        wash: Its wash-sale index.
        blocks: Lots not to be sold at a loss, securities not to be bought.
        lots: Lots in taxed accounts whose security is simulated, in the order of the columns.
        columns: Those lots as arrays; ``columns.security`` indexes ``Outlook.names``.
        long: Which of them are long-term today, shape (lots,).
        washed: Which of them a recent purchase would wash, shape (lots,).
        kept: Which of them a limit, or an unbooked corporate action, forbids to sell, (lots,).
        buyable: Names that may be bought as replacements, shape (names,).
        target: Target weights of all sleeves together, shape (names,).
        group: Number of the identical group of each name, shape (names,).
        frozen: Securities that wait for a corporate action to be booked, with the reason.
        required_method: Lot method that the law requires, "" for none.
        planned: Purchases of money coming in and of dividends, which may wash a loss of today.
    """

    household: Household
    today: date
    tax: HouseholdTax
    wash: WashIndex
    blocks: tuple[WashBlock, ...]
    lots: tuple[Lot, ...]
    columns: LotArrays
    long: Flags
    washed: Flags
    kept: Flags
    buyable: Flags
    target: Floats
    group: Ints
    frozen: Mapping[str, str]
    required_method: str = ""
    planned: tuple[PlannedPurchase, ...] = ()

    def forbidden(self, lots: Sequence[Lot]) -> bool:
        """Whether one of the lots may not be sold today at all, whatever for."""
        if not self.required_method:
            return False
        kept = {lot.lot_id for lot, kept in zip(self.lots, self.kept, strict=True) if kept}
        return any(lot.lot_id in kept for lot in lots)


def prepare(
    household: Household,
    law: Law,
    outlook: Outlook,
    funds: tuple[FundIndex, ...] = (),
    wash: WashSettings | None = None,
) -> Prepared:
    """Lay a household out for the day of the outlook.

    Args:
        household: The household as the book has it.
        law: The law of its tax year.
        outlook: Names and day.
        funds: Funds by index, for what is substantially identical.
        wash: The practice's choices where the law of wash sales is open.
    """
    groups = identical.groups(
        outlook.securities.values(), household.identical, funds, household.different
    )
    year = household.profile.year
    statute = wash_settings.statute(law, year, outlook.securities.values())
    known = wash_index.index(
        household, law.wash_window_days, groups, settings=wash, statute=statute
    )
    blocks = wash_blocks.index_blocks(known, outlook.today)
    taxed = {a.account_id for a in household.accounts if a.kind.taxed}
    lots = tuple(
        lot
        for lot in household.lots
        if lot.account_id in taxed and lot.security_id in outlook.index
    )
    frozen = corporate_actions.blocked_securities(household.unbooked, outlook.today)
    washed = {block.lot_id for block in blocks if block.lot_id}
    return Prepared(
        household,
        outlook.today,
        open_year(household, law),
        known,
        blocks,
        lots,
        lot_arrays(lots, outlook.names),
        np.array([_long(x, outlook, law) for x in lots], dtype=np.bool_),
        np.array([x.lot_id in washed for x in lots], dtype=np.bool_),
        _kept(household, lots, outlook, frozen),
        _buyable(household, blocks, outlook, frozen),
        _target(household, outlook),
        np.unique([groups.group(name) for name in outlook.names], return_inverse=True)[1],
        frozen,
        law.word("lots.required_method", year),
        (
            *contributions(household, {x: quote.last_usd for x, quote in outlook.quotes.items()}),
            *expected_reinvestments(household, outlook.today),
        ),
    )


def _long(lot: Lot, outlook: Outlook, law: Law) -> bool:
    """Whether a sale today is long-term, with the lot's origin in mind."""
    quote = outlook.quotes.get(lot.security_id)
    price = None if quote is None else quote.bid_usd
    return term_of(lot, outlook.today, price, law.long_term_years) is Term.LONG


def with_decided(prepared: Prepared, decided: Sequence[LotSale]) -> Prepared:
    """The household with sales already decided counted into its year."""
    if not decided:
        return prepared
    base = prepared.tax.base
    for sale in decided:
        base = base.plus(sale.term, sale.est_gain_usd)
    tax = open_year(prepared.household, prepared.tax.law, base)
    return replace(prepared, tax=tax)


def set_aside(prepared: Prepared, decided: Sequence[LotSale]) -> Prepared:
    """With sales already decided counted into the year, and their lots not to be sold again."""
    taken = {sale.lot_id for sale in decided}
    mine = np.array([lot.lot_id in taken for lot in prepared.lots], dtype=np.bool_)
    return replace(with_decided(prepared, decided), kept=prepared.kept | mine)


def under(prepared: Prepared, outlook: Outlook, limits: Sequence[Constraint]) -> Prepared:
    """The household under other limits; what was set aside of it is free again."""
    household = replace(prepared.household, constraints=tuple(limits))
    return replace(
        prepared,
        household=household,
        kept=_kept(household, prepared.lots, outlook, prepared.frozen),
        buyable=_buyable(household, prepared.blocks, outlook, prepared.frozen),
    )


def _kept(
    household: Household, lots: Sequence[Lot], outlook: Outlook, frozen: Mapping[str, str]
) -> Flags:
    """Lots that a limit, or an action that is not booked, forbids to sell today, shape (lots,)."""
    return np.array(
        [lot.security_id in frozen or _limited(household, lot, outlook) for lot in lots],
        dtype=np.bool_,
    )


def _limited(household: Household, lot: Lot, outlook: Outlook) -> bool:
    """Whether a never-sell or minimum-holding limit forbids to sell the lot today."""
    sector = outlook.securities[lot.security_id].sector
    held_days = (outlook.today - lot.acquired_on).days
    for limit in household.constraints:
        named = {
            Scope.HOUSEHOLD: True,
            Scope.ACCOUNT: limit.scope_id == lot.account_id,
            Scope.SECURITY: limit.scope_id == lot.security_id,
            Scope.SECTOR: limit.scope_id == sector,
        }[limit.scope]
        if not (named and limit.hard):
            continue
        if limit.rule is Rule.NEVER_SELL and limit.limit:
            return True
        if limit.rule is Rule.MIN_HOLDING_DAYS and held_days < limit.limit:
            return True
    return False


def _buyable(
    household: Household,
    blocks: tuple[WashBlock, ...],
    outlook: Outlook,
    frozen: Mapping[str, str],
) -> Flags:
    """Target names with a price, not excluded or frozen, clear of the household's own losses."""
    blocked = set(frozen) | {b.security_id for b in blocks if b.kind == wash_blocks.BUY_BLOCK}
    for limit in household.constraints:
        if limit.rule is Rule.NEVER_BUY and limit.limit and limit.hard:
            everything = limit.scope is Scope.HOUSEHOLD
            blocked |= {
                name
                for name in outlook.names
                if everything or limit.scope_id in (name, outlook.securities[name].sector)
            }
    found = _target(household, outlook) > 0.0
    found &= np.isfinite(outlook.price)
    found &= np.array([name not in blocked for name in outlook.names], dtype=np.bool_)
    return found


def _target(household: Household, outlook: Outlook) -> Floats:
    """Weights of all sleeves' targets, each sleeve counting alike, shape (names,), sum 1."""
    found = np.zeros(len(outlook.names))
    for sleeve in household.sleeves:
        for name, weight in sleeve.target.weights.items():
            if name in outlook.index and name not in sleeve.target.exclusions:
                found[outlook.index[name]] += weight
    total = found.sum()
    return found / total if total > 0.0 else found


def rates(prepared: Prepared) -> Floats:
    """What a dollar of each lot's loss saves, now and carried, shape (lots,)."""
    tax = prepared.tax
    return np.where(prepared.long, tax.long_rate, tax.short_rate)


def names_of(prepared: Prepared) -> Ints:
    """Place of each lot's security in the outlook, shape (lots,)."""
    return prepared.columns.security
