"""F3, F4 and F5: the household, its limits, and copies of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from engine.records import Account, Household
from engine.results import HouseholdRange, TaxBill
from widgets.views.desk import ConstraintRowView, TaxDial
from widgets.views.lots import PlannedEvent


@dataclass(frozen=True, slots=True)
class BillRange:
    """Year-end bill at the 10th, 50th and 90th percentile."""

    p10_usd: Decimal
    p50_usd: Decimal
    p90_usd: Decimal


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account with what it holds."""

    account: Account
    owner: str
    market_usd: Decimal
    unrealized_usd: Decimal
    cash_usd: Decimal
    lots: int


@dataclass(frozen=True, slots=True)
class ContextGap:
    """What the context audit found missing or old, what it is worth, and what to do."""

    what: str
    weight: str
    worth_usd: Decimal
    remedy: str


@dataclass(frozen=True, slots=True)
class HouseholdView:
    """F3. ``harvestable``: losses on the shared paths, in the window and to the year's end."""

    seq: int
    household: Household
    dial: TaxDial
    bill_before: TaxBill
    bill_after: TaxBill
    range_before: BillRange
    range_after: BillRange
    accounts: tuple[AccountRow, ...]
    events: tuple[PlannedEvent, ...]
    gaps: tuple[ContextGap, ...]
    audited_at: datetime | None = None
    completeness: int | None = None
    harvestable: HouseholdRange | None = None


@dataclass(frozen=True, slots=True)
class ConstraintsView:
    """F4.

    ``told`` says what the last change cost and what the solve came to, ``solving`` while an answer
    is under way.
    """

    seq: int
    rows: tuple[ConstraintRowView, ...]
    alpha_usd: Decimal
    told: str = ""
    solving: bool = False
    can_undo: bool = False
    can_redo: bool = False


@dataclass(frozen=True, slots=True)
class Lever:
    """A slider of F5, in usd, rate, hours, years or x; from ``off`` on there is no limit."""

    key: str
    label: str
    unit: str
    low: float
    high: float
    step: float
    value: float
    base: float
    help: str = ""
    off: float = float("inf")


@dataclass(frozen=True, slots=True)
class Scenario:
    """One column of the comparison; the first is the book as it is.

    ``refused`` says why there is no plan, "" when there is one.
    """

    scenario_id: str
    name: str
    law: str
    tax_usd: Decimal
    alpha_usd: Decimal
    alpha_low_usd: Decimal
    alpha_high_usd: Decimal
    harvested_usd: Decimal
    tracking_error: float
    cash_usd: Decimal
    trades: int
    refused: str = ""


@dataclass(frozen=True, slots=True)
class WhatIfView:
    """F5. ``laws`` are the law scenarios that can be chosen, ``law`` the chosen one."""

    seq: int
    levers: tuple[Lever, ...]
    scenarios: tuple[Scenario, ...]
    laws: tuple[str, ...]
    law: str
    solving: bool = False
    can_undo: bool = False
    can_redo: bool = False
