"""Approved proposals become orders, each with who recommended, approved and places it.

An order's key derives from what was approved and when, so the same approval exported again is the
same order at the custodian: ``LOTL-``, ten letters of the time and sixteen of a digest, in the
alphabet of a ULID. Sales of one security in one account are one order whose lots keep the approved
sequence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_UP, Decimal
from hashlib import sha256
from zoneinfo import ZoneInfo

from app.custodian.order_values import ApprovedLot, ApprovedOrder
from engine.errors import UserError
from engine.records import CENT, MICRO, ZERO, Account, Household, Lot, Security, Side, Term
from engine.results import LotSale, Proposal, ProposalState, Purchase

NEW_YORK = ZoneInfo("America/New_York")
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class OrderError(UserError):
    """A proposal that cannot become an order; the message says what is missing."""

    def __init__(self, proposal_id: str, why: str) -> None:
        """Say which proposal and why."""
        super().__init__(f"proposal {proposal_id} cannot be ordered: {why}")


@dataclass(frozen=True, slots=True)
class Signature:
    """Who stands behind the orders (Rule 204-2(a)(3)); no name may be empty.

    Attributes:
        recommender: Who recommended the trade.
        approver: Who approved it.
        placed_by: Who places it with the custodian.
        entered_at: When the order was entered, UTC.
        approved_at: When it was approved, UTC.
    """

    recommender: str
    approver: str
    placed_by: str
    entered_at: datetime
    approved_at: datetime


def order_key(proposal_id: str, account_id: str, security_id: str, side: Side, at: datetime) -> str:
    """The idempotency key of an order: the same inputs give the same key."""
    moment = int(at.timestamp() * 1000)
    body = f"{proposal_id}|{account_id}|{security_id}|{side}|{at.isoformat()}"
    chance = int.from_bytes(sha256(body.encode()).digest()[:10], "big")
    return f"LOTL-{_letters(moment, 10)}{_letters(chance, 16)}"


def _letters(value: int, length: int) -> str:
    found = ""
    for _ in range(length):
        value, place = divmod(value, 32)
        found = ALPHABET[place] + found
    return found


def approved_orders(
    proposal: Proposal,
    household: Household,
    securities: Mapping[str, Security],
    signature: Signature,
    wash_window_days: int,
) -> tuple[ApprovedOrder, ...]:
    """The orders of one approved proposal, sales before purchases.

    Args:
        proposal: An approved proposal.
        household: Whose accounts and lots it speaks of.
        securities: Securities by id.
        signature: Who stands behind it.
        wash_window_days: Days after a sale at a loss in which a purchase washes it (from the law).

    Raises:
        OrderError: If the proposal is not approved, a name is empty, or it speaks of an account,
            lot or security that is not there.
    """
    if proposal.state is not ProposalState.APPROVED:
        raise OrderError(proposal.proposal_id, f"it is {proposal.state}, not approved")
    for role in ("recommender", "approver", "placed_by"):
        if not getattr(signature, role).strip():
            raise OrderError(proposal.proposal_id, f"the {role.replace('_', ' ')} is not named")
    maker = _Maker(proposal, household, securities, signature, wash_window_days)
    sales: dict[tuple[str, str], list[LotSale]] = {}
    for sale in proposal.sales:
        sales.setdefault((sale.account_id, sale.security_id), []).append(sale)
    buys: dict[tuple[str, str], list[Purchase]] = {}
    for purchase in proposal.purchases:
        buys.setdefault((purchase.account_id, purchase.security_id), []).append(purchase)
    return (
        *(maker.sell(key, lots) for key, lots in sales.items()),
        *(maker.buy(key, parts) for key, parts in buys.items()),
    )


@dataclass(frozen=True, slots=True)
class _Maker:
    proposal: Proposal
    household: Household
    securities: Mapping[str, Security]
    signature: Signature
    wash_window_days: int

    def sell(self, key: tuple[str, str], sales: list[LotSale]) -> ApprovedOrder:
        """One sale with its lots in the approved sequence."""
        lots = {lot.lot_id: lot for lot in self.household.lots}
        shares = sum((sale.shares for sale in sales), ZERO)
        gain = sum((sale.est_gain_usd for sale in sales), ZERO)
        basis = sum((sale.basis_usd for sale in sales), ZERO)
        one_name = len({sale.security_id for sale in self.proposal.sales}) == 1
        bought = sorted({self._security(p.security_id).symbol for p in self.proposal.purchases})
        return self._order(
            key,
            Side.SELL,
            shares,
            limit=self.proposal.limit_usd if one_name else None,
            lots=tuple(self._lot(lots, sale) for sale in sales),
            price=((basis + gain) / shares).quantize(MICRO),
            gains=(_gain(sales, Term.SHORT), _gain(sales, Term.LONG)),
            wash_until=self._wash_until() if gain < 0 else None,
            replacement=" ".join(bought),
        )

    def buy(self, key: tuple[str, str], parts: list[Purchase]) -> ApprovedOrder:
        """One purchase; its limit is the price it was approved at, a cent rounded up."""
        shares = sum((part.shares for part in parts), ZERO)
        price = max(part.est_price_usd for part in parts)
        limit = price.quantize(CENT, ROUND_UP)
        return self._order(key, Side.BUY, shares, limit=limit, price=price)

    def _wash_until(self) -> date:
        sold_on = self.signature.approved_at.astimezone(NEW_YORK).date()
        return sold_on + timedelta(days=self.wash_window_days + 1)

    def _security(self, security_id: str) -> Security:
        if security_id not in self.securities:
            raise OrderError(self.proposal.proposal_id, f"security {security_id} is not known")
        return self.securities[security_id]

    def _account(self, account_id: str) -> Account:
        try:
            return self.household.account(account_id)
        except KeyError:
            why = f"account {account_id} is not of household {self.household.household_id}"
            raise OrderError(self.proposal.proposal_id, why) from None

    def _lot(self, lots: Mapping[str, Lot], sale: LotSale) -> ApprovedLot:
        lot = lots.get(sale.lot_id)
        if lot is None or sale.shares > lot.shares:
            why = f"lot {sale.lot_id} is gone or too small; evaluate again"
            raise OrderError(self.proposal.proposal_id, why)
        return ApprovedLot(
            sale.lot_id, sale.shares, sale.basis_usd, lot.acquired_on, lot.held_since
        )

    def _order(
        self,
        key: tuple[str, str],
        side: Side,
        shares: Decimal,
        *,
        limit: Decimal | None,
        price: Decimal,
        lots: tuple[ApprovedLot, ...] = (),
        gains: tuple[Decimal, Decimal] = (ZERO, ZERO),
        wash_until: date | None = None,
        replacement: str = "",
    ) -> ApprovedOrder:
        account, security = self._account(key[0]), self._security(key[1])
        if not account.number:
            why = f"account {account.account_id} has no number at its custodian; enter it"
            raise OrderError(self.proposal.proposal_id, why)
        signed, proposal = self.signature, self.proposal
        return ApprovedOrder(
            order_key=order_key(proposal.proposal_id, *key, side, signed.approved_at),
            proposal_id=proposal.proposal_id,
            household_id=proposal.household_id,
            account_id=account.account_id,
            account_number=account.number,
            security_id=security.security_id,
            symbol=security.symbol,
            cusip=security.cusip,
            side=side,
            shares=shares,
            limit_usd=limit,
            tif="DAY",
            lots=lots,
            est_price_usd=price,
            est_gain_st_usd=gains[0],
            est_gain_lt_usd=gains[1],
            wash_until=wash_until,
            replacement=replacement,
            reason=proposal.reasons[0] if proposal.reasons else proposal.kind,
            recommender=signed.recommender,
            approver=signed.approver,
            placed_by=signed.placed_by,
            discretionary=account.discretionary,
            entered_at=signed.entered_at,
            approved_at=signed.approved_at,
        )


def _gain(sales: Iterable[LotSale], term: Term) -> Decimal:
    return sum((sale.est_gain_usd for sale in sales if sale.term is term), ZERO)
