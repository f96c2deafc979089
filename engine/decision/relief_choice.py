"""The lot methods side by side for one position, each with the tax of this household's own bill."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from engine.decision.household_tax import results_so_far, with_planned
from engine.errors import InputError
from engine.law import liability, relief
from engine.law.relief import ReliefChoice
from engine.law.rules import Law
from engine.records import ZERO, Household, Lot


@dataclass(frozen=True, slots=True)
class Order:
    """A sale asked about.

    Attributes:
        account_id: Account that sells.
        security_id: What.
        price_usd: Net price of a share.
        on: Trade date.
        shares: Shares, ``None`` for the whole position.
        specific: Lots named one by one, to be shown besides.
    """

    account_id: str
    security_id: str
    price_usd: Decimal
    on: date
    shares: Decimal | None = None
    specific: tuple[tuple[str, Decimal], ...] = ()


def position(household: Household, account_id: str, security_id: str) -> tuple[Lot, ...]:
    """Lots of one security in one account.

    Raises:
        InputError: There are none; says what the account holds.
    """
    found = tuple(
        lot
        for lot in household.lots
        if (lot.account_id, lot.security_id) == (account_id, security_id)
    )
    if not found:
        held = sorted({x.security_id for x in household.lots if x.account_id == account_id})
        known = ", ".join(held) or f"no lots; accounts: {_accounts(household)}"
        raise InputError("security", security_id, f"account {account_id} holds {known}")
    return found


def methods(household: Household, law: Law, order: Order) -> tuple[ReliefChoice, ...]:
    """Every way to take the shares, cheapest first; one alone where the law requires it.

    The tax is that of the whole bill of this year; wash sales are told by the day's lists.

    Raises:
        InputError: The account holds no such position, or named lots do not add up.
        OverdrawnLotError: The lots hold fewer shares.
    """
    lots = position(household, order.account_id, order.security_id)
    profile = with_planned(household.profile, household.planned_income)
    base = results_so_far(household, profile.year)
    taxed = household.account(order.account_id).kind.taxed

    def tax_of(short_usd: Decimal, long_usd: Decimal) -> Decimal:
        if not taxed:
            return ZERO
        return liability.bill(
            profile,
            law,
            st_gain_usd=base.short_usd + short_usd,
            lt_gain_usd=base.long_usd + long_usd,
            explained=False,
        ).total_usd

    shares = order.shares or sum((lot.shares for lot in lots), ZERO)
    required = law.word("lots.required_method", profile.year)
    return relief.compare(lots, shares, order.price_usd, order.on, tax_of, order.specific, required)


def _accounts(household: Household) -> str:
    """Accounts by id."""
    return ", ".join(account.account_id for account in household.accounts)
