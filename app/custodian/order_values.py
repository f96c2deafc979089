"""What passes between us and the custodian about orders: plain frozen values.

``ApprovedOrder`` goes out, ``Fill`` comes back, and reconciling the two gives ``LotClose``,
``BoughtLot`` and ``ReconcileException``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from engine.records import Lot, Side


class FillStatus(StrEnum):
    """What a line of a fills file says."""

    FILL = "fill"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Fill:
    """One execution as the custodian reports it.

    Attributes:
        exec_id: The custodian's identity of the execution; the same id twice is one fill.
        order_key: Our key as it came back ("" when it did not).
        account: Account number as written.
        symbol: Ticker as written.
        side: Buy or sell.
        shares: Shares, > 0; 0 for a rejection.
        price_usd: Price of a share, to 1e-6.
        fee_usd: Fees and commission, >= 0.
        filled_at: Instant, UTC.
        lot_id: Lot that the custodian took, where it says so, else "".
        status: Fill, rejection or cancellation.
        note: The custodian's text.
    """

    exec_id: str
    order_key: str
    account: str
    symbol: str
    side: Side
    shares: Decimal
    price_usd: Decimal
    fee_usd: Decimal
    filled_at: datetime
    lot_id: str = ""
    status: FillStatus = FillStatus.FILL
    note: str = ""


@dataclass(frozen=True, slots=True)
class ApprovedLot:
    """A lot an approved sale takes shares from, in the order it was approved."""

    lot_id: str
    shares: Decimal
    basis_usd: Decimal
    acquired_on: date
    held_since: date


@dataclass(frozen=True, slots=True)
class ApprovedOrder:
    """One order as signed: what goes to the custodian and what fills are held against.

    Attributes:
        order_key: ``LOTL-`` and 26 letters derived from the inputs: the idempotency key, which
            comes back as order reference.
        proposal_id: Proposal it came from.
        household_id: Whose.
        account_id: Account of the book.
        account_number: Account as the custodian writes it.
        security_id: Security of the book.
        symbol: Ticker at approval.
        cusip: CUSIP, or "".
        side: Buy or sell.
        shares: Ordered shares, > 0.
        limit_usd: Limit price, or ``None`` for a market order.
        tif: Time in force, ``DAY`` or ``GTC``.
        lots: For a sale, the lots in the order approved; their shares add up to ``shares``.
        est_price_usd: Price the approval was given at.
        est_gain_st_usd: Short-term result at that price.
        est_gain_lt_usd: Long-term result at that price.
        wash_until: First day a purchase no longer washes the sale, or ``None``.
        replacement: Symbols bought in place, joined by a blank.
        reason: Why, in one sentence.
        recommender: User who (or "engine" that) recommended it. Never empty.
        approver: User who signed. Never empty.
        placed_by: User who places it with the custodian. Never empty.
        discretionary: Whether the account gives discretion.
        entered_at: When the order was entered, UTC.
        approved_at: When it was signed, UTC.
    """

    order_key: str
    proposal_id: str
    household_id: str
    account_id: str
    account_number: str
    security_id: str
    symbol: str
    cusip: str
    side: Side
    shares: Decimal
    limit_usd: Decimal | None
    tif: str
    lots: tuple[ApprovedLot, ...]
    est_price_usd: Decimal
    est_gain_st_usd: Decimal
    est_gain_lt_usd: Decimal
    wash_until: date | None
    replacement: str
    reason: str
    recommender: str
    approver: str
    placed_by: str
    discretionary: bool
    entered_at: datetime
    approved_at: datetime


@dataclass(frozen=True, slots=True)
class LotClose:
    """Shares of an approved lot that a fill has sold; proceeds are net of the fee.

    ``confirmed`` says that the custodian itself named the lot.
    The proceeds of all closes of a fill add up to shares x price - fee, to the cent, and the basis
    of all closes of a lot to its basis.
    """

    exec_id: str
    order_key: str
    lot_id: str
    account_id: str
    security_id: str
    shares: Decimal
    price_usd: Decimal
    proceeds_usd: Decimal
    fee_usd: Decimal
    basis_usd: Decimal
    acquired_on: date
    held_since: date
    closed_at: datetime
    confirmed: bool = False

    @property
    def gain_usd(self) -> Decimal:
        """Proceeds less basis; a loss is negative."""
        return self.proceeds_usd - self.basis_usd


@dataclass(frozen=True, slots=True)
class BoughtLot:
    """A lot that a fill has bought; its basis is shares x price + fee, to the cent."""

    exec_id: str
    order_key: str
    lot: Lot
    price_usd: Decimal
    fee_usd: Decimal
    bought_at: datetime


@dataclass(frozen=True, slots=True)
class ReconcileException:
    """A fill that a person must look at; nothing is mended by itself.

    Attributes:
        kind: ``unmatched``, ``over_fill``, ``wrong_account``, ``other_lot``, ``symbol_changed``,
            ``wrong_side``, ``corrected`` (an execution seen before, now told differently),
            ``rejected``, ``cancelled``.
        fill: The fill as reported; its lots are not closed.
        what: One sentence for the advisor.
        remedy: What to do.
    """

    kind: str
    fill: Fill
    what: str
    remedy: str
