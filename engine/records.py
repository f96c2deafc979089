"""The nouns the engine is given. All are frozen; money is exact.

Money is ``Decimal`` on the scales of the book: dollars to the cent, shares and prices to 1e-6.
Rates, weights and probabilities are fractions. ``_on`` is a date in New York, ``_at`` an instant
in UTC. Ids are opaque text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum

from engine.errors import OverdrawnLotError

CENT = Decimal("0.01")
MICRO = Decimal("0.000001")
ZERO = Decimal(0)


def cents(amount_usd: Decimal) -> Decimal:
    """An exact amount rounded to the cent, half-even."""
    return amount_usd.quantize(CENT, rounding=ROUND_HALF_EVEN)


class SecurityKind(StrEnum):
    """What a security is; it decides what the engine can do with it."""

    STOCK = "stock"
    ETF = "etf"
    NAV_FUND = "nav_fund"
    BOND = "bond"
    OPTION = "option"
    SWEEP = "sweep"
    DIGITAL_ASSET = "digital_asset"
    OTHER = "other"

    @property
    def pricing(self) -> str:
        """``intraday``, ``nav`` (once a day) or ``held`` (valued as the custodian says)."""
        if self in (SecurityKind.STOCK, SecurityKind.ETF):
            return "intraday"
        return "nav" if self in (SecurityKind.NAV_FUND, SecurityKind.SWEEP) else "held"

    @property
    def tradable(self) -> bool:
        """Whether the engine may propose to trade it; the rest is held, valued and counted."""
        return self.pricing == "intraday"

    @property
    def average_basis(self) -> bool:
        """Whether average cost is allowed (Reg. 1.1012-1(e): fund shares)."""
        return self is SecurityKind.NAV_FUND


class AccountKind(StrEnum):
    """Registration of an account, which decides tax and wash-sale treatment."""

    TAXABLE = "taxable"
    JOINT = "joint"
    TRUST = "trust"
    ENTITY = "entity"
    IRA = "ira"
    ROTH = "roth"
    PLAN_401K = "401k"
    HSA = "hsa"
    PLAN_529 = "529"

    @property
    def taxed(self) -> bool:
        """Whether gains and losses of the account reach the household's return."""
        return self in (AccountKind.TAXABLE, AccountKind.JOINT, AccountKind.TRUST)

    @property
    def swallows_losses(self) -> bool:
        """Whether a replacement bought here loses the basis for good (Rev. Rul. 2008-5)."""
        return not self.taxed and self is not AccountKind.ENTITY


class FilingStatus(StrEnum):
    """Filing status of the return (26 U.S.C. 1(a) to (d), 2)."""

    SINGLE = "single"
    MFJ = "mfj"
    MFS = "mfs"
    HOH = "hoh"
    QSS = "qss"


class Term(StrEnum):
    """Holding period of a lot (26 U.S.C. 1222)."""

    SHORT = "short"
    LONG = "long"


class Origin(StrEnum):
    """How the household came by a lot."""

    BOUGHT = "bought"
    REINVESTED = "reinvested"
    GIFTED = "gifted"
    INHERITED = "inherited"
    TRANSFERRED = "transferred"


class Side(StrEnum):
    """Direction of a trade."""

    BUY = "buy"
    SELL = "sell"
    REINVEST = "reinvest"


class PersonRole(StrEnum):
    """Place of a person or entity in the household."""

    CLIENT = "client"
    SPOUSE = "spouse"
    DEPENDENT = "dependent"
    ENTITY = "entity"


class UserRole(StrEnum):
    """What a user of the practice may do."""

    RECOMMEND = "recommend"
    APPROVE = "approve"
    REVIEW = "review"


class QuoteState(StrEnum):
    """What a quote is good for; only ``live``, ``delayed`` and ``replay`` are actionable."""

    LIVE = "live"
    DELAYED = "delayed"
    REPLAY = "replay"
    FROZEN = "frozen"
    STALE = "stale"
    HALTED = "halted"
    CROSSED = "crossed"
    QUARANTINED = "quarantined"

    @property
    def actionable(self) -> bool:
        """Whether a proposal may be built on the quote."""
        return self in (QuoteState.LIVE, QuoteState.DELAYED, QuoteState.REPLAY)


@dataclass(frozen=True, slots=True)
class Security:
    """Something that can be held.

    Attributes:
        security_id: Identity in the book; survives symbol changes.
        symbol: Ticker as of now.
        name: Name to show.
        kind: What it is.
        sector: Sector name, or ``""``.
        issuer_id: Issuer; share classes of one issuer share it.
        half_spread_bps: Usual half spread in basis points of the price.
        adv_usd: Usual dollar volume of a day, 0 when unknown.
        cusip: CUSIP, or ``""``.
        figi: FIGI, or ``""``.
    """

    security_id: str
    symbol: str
    name: str
    kind: SecurityKind = SecurityKind.STOCK
    sector: str = ""
    issuer_id: str = ""
    half_spread_bps: float = 2.0
    adv_usd: float = 0.0
    cusip: str = ""
    figi: str = ""


@dataclass(frozen=True, slots=True)
class Lot:
    """Shares bought together, with the basis they carry.

    Attributes:
        lot_id: Identity in the book.
        account_id: Account that holds the shares.
        security_id: What is held.
        shares: Shares still held, > 0.
        basis_usd: Adjusted basis of those shares, total and not per share.
        acquired_on: Trade date, as reported to the tax authority.
        held_since: First day of the holding period as a trade date: acquired_on, or earlier after
            a wash sale or a gift (26 U.S.C. 1223).
        origin: How the shares came.
        wash_adjustment_usd: Part of the basis that is a disallowed loss of an earlier sale.
        loss_basis_usd: Basis for a loss; below basis_usd only for a gift whose market value was
            lower (26 U.S.C. 1015(a)). ``None`` means the same as basis_usd.
        covered: Whether the custodian reports the basis to the tax authority.
    """

    lot_id: str
    account_id: str
    security_id: str
    shares: Decimal
    basis_usd: Decimal
    acquired_on: date
    held_since: date
    origin: Origin = Origin.BOUGHT
    wash_adjustment_usd: Decimal = ZERO
    loss_basis_usd: Decimal | None = None
    covered: bool = True

    def unrealized_gain(self, price_usd: Decimal) -> Decimal:
        """Gain (+) or loss (-) in dollars if every share were sold at price_usd."""
        value = (self.shares * price_usd).quantize(CENT)
        if self.loss_basis_usd is not None and value < self.basis_usd:
            return min(ZERO, value - self.loss_basis_usd)
        return value - self.basis_usd

    def split(self, shares: Decimal) -> tuple[Lot, Lot]:
        """Cut the lot in two; the basis follows the shares, to the cent.

        Raises:
            OverdrawnLotError: Unless ``shares`` is above 0 and below what is held.
        """
        if not 0 < shares < self.shares:
            raise OverdrawnLotError(self.lot_id, self.shares, shares)
        part = shares / self.shares
        taken = (self.basis_usd * part).quantize(CENT)
        washed = (self.wash_adjustment_usd * part).quantize(CENT)
        loss = self.loss_basis_usd
        loss_taken = None if loss is None else (loss * part).quantize(CENT)
        return (
            replace(
                self,
                shares=shares,
                basis_usd=taken,
                wash_adjustment_usd=washed,
                loss_basis_usd=loss_taken,
            ),
            replace(
                self,
                shares=self.shares - shares,
                basis_usd=self.basis_usd - taken,
                wash_adjustment_usd=self.wash_adjustment_usd - washed,
                loss_basis_usd=None if loss is None or loss_taken is None else loss - loss_taken,
            ),
        )


@dataclass(frozen=True, slots=True)
class Trade:
    """A purchase or sale that has happened, in any account of the household.

    Attributes:
        trade_id: Identity in the book.
        account_id: Account.
        security_id: Security.
        side: Buy, sell, or a reinvested dividend (a purchase).
        shares: Shares, > 0.
        price_usd: Price of a share; net proceeds or cost / shares where fees are known.
        traded_on: Trade date.
        seq: Order within the day.
        lots: For a sale, (lot_id, shares) in the order sold; empty = the account's method.
    """

    trade_id: str
    account_id: str
    security_id: str
    side: Side
    shares: Decimal
    price_usd: Decimal
    traded_on: date
    seq: int = 0
    lots: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class RealizedLot:
    """A sale of (part of) a lot that has happened: one line of Form 8949.

    Attributes:
        sale_id: Trade that sold it.
        lot_id: Lot it came from.
        account_id: Account.
        security_id: Security.
        shares: Shares sold, > 0.
        proceeds_usd: Net proceeds of those shares.
        basis_usd: Adjusted basis of those shares.
        acquired_on: Trade date of the acquisition.
        held_since: Start of the holding period.
        sold_on: Trade date of the sale.
        term: Short or long.
        disallowed_usd: Loss disallowed as a wash sale so far, >= 0.
    """

    sale_id: str
    lot_id: str
    account_id: str
    security_id: str
    shares: Decimal
    proceeds_usd: Decimal
    basis_usd: Decimal
    acquired_on: date
    held_since: date
    sold_on: date
    term: Term
    disallowed_usd: Decimal = ZERO

    @property
    def recognized_usd(self) -> Decimal:
        """Gain (+) or loss (-) that reaches the return: proceeds - basis + disallowed."""
        return self.proceeds_usd - self.basis_usd + self.disallowed_usd


@dataclass(frozen=True, slots=True)
class Person:
    """A person or controlled entity of the household."""

    person_id: str
    name: str
    role: PersonRole
    born_on: date | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """An account at any custodian.

    Attributes:
        account_id: Identity in the book.
        person_id: Owner (the first one of a joint account).
        name: Name to show.
        kind: Registration.
        custodian: Who holds it.
        number: Account number as the custodian writes it (text: leading zeros survive).
        discretionary: Whether the advisor may trade without asking the client.
        reinvest: Whether dividends are reinvested here (a purchase for wash sales).
        lot_method: Custodian's default lot relief: fifo, lifo, hifo, minimum_tax, average.
    """

    account_id: str
    person_id: str
    name: str
    kind: AccountKind
    custodian: str = ""
    number: str = ""
    discretionary: bool = True
    reinvest: bool = False
    lot_method: str = "fifo"


@dataclass(frozen=True, slots=True)
class Cash:
    """Cash of an account: a position like any other."""

    account_id: str
    settled_usd: Decimal
    unsettled_usd: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Target:
    """Weights a sleeve is managed to, as of a date; excluded names have no weight."""

    target_id: str
    name: str
    as_of: date
    weights: Mapping[str, float]
    exclusions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Sleeve:
    """Accounts managed together to one target."""

    sleeve_id: str
    name: str
    account_ids: tuple[str, ...]
    target: Target


@dataclass(frozen=True, slots=True)
class ExternalAsset:
    """What the client owns elsewhere, with the gain in it.

    Attributes:
        asset_id: Identity in the book.
        name: Name to show.
        value_usd: Value as last told.
        basis_usd: Basis; value less basis is the embedded gain.
        held_since: Start of the holding period.
        security_id: The listed security, where it is one ("" for a private holding).
        sector: Sector for the risk model where there is no security.
        as_of: When value and basis were told.
    """

    asset_id: str
    name: str
    value_usd: Decimal
    basis_usd: Decimal
    held_since: date
    security_id: str = ""
    sector: str = ""
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class CashNeed:
    """Cash to be raised by a date ("$50k in 3 months"); negative = a contribution coming in."""

    need_id: str
    due_on: date
    amount_usd: Decimal
    note: str = ""
    account_id: str = ""
    sd_usd: Decimal = ZERO
    hard: bool = True


@dataclass(frozen=True, slots=True)
class PlannedGain:
    """A gain or loss expected outside the managed accounts (house, fund distribution, vest)."""

    planned_id: str
    on: date
    term: Term
    amount_usd: Decimal
    sd_usd: Decimal = ZERO
    note: str = ""


class IncomeKind(StrEnum):
    """What kind of income an expected amount is; it decides which taxes it meets."""

    WAGES = "wages"
    INTEREST = "interest"
    QUALIFIED_DIVIDENDS = "qualified_dividends"


@dataclass(frozen=True, slots=True)
class PlannedIncome:
    """Income expected later in the year: a vest or bonus, interest, a dividend."""

    planned_id: str
    on: date
    kind: IncomeKind
    amount_usd: Decimal
    sd_usd: Decimal = ZERO
    note: str = ""


@dataclass(frozen=True, slots=True)
class TaxProfile:
    """The household's return as far as it is known for one tax year, before realised trades.

    Amounts are dollars of the year. ``st_gain_usd``/``lt_gain_usd`` are results realised so far
    outside the lots of the book; carryforwards are entered as positive amounts.
    """

    year: int
    filing_status: FilingStatus
    state: str
    wages_usd: Decimal = ZERO
    taxable_interest_usd: Decimal = ZERO
    ordinary_dividends_usd: Decimal = ZERO
    qualified_dividends_usd: Decimal = ZERO
    other_ordinary_usd: Decimal = ZERO
    st_gain_usd: Decimal = ZERO
    lt_gain_usd: Decimal = ZERO
    st_carryforward_usd: Decimal = ZERO
    lt_carryforward_usd: Decimal = ZERO
    salt_paid_usd: Decimal = ZERO
    mortgage_interest_usd: Decimal = ZERO
    charity_cash_usd: Decimal = ZERO
    age_head: int = 50
    age_spouse: int = 0
    local_rate: float = 0.0


@dataclass(frozen=True, slots=True)
class Horizon:
    """When and how the lots will leave the client's hands.

    Attributes:
        years: Years to the expected exit.
        discount_rate: Yearly rate at which later dollars are worth less.
        step_up_probability: Chance that the basis is stepped up (death) or the lot given to
            charity, so that the deferred gain is never taxed.
    """

    years: float = 10.0
    discount_rate: float = 0.04
    step_up_probability: float = 0.0


class Rule(StrEnum):
    """Kinds of limit a household may have. Amounts are dollars, fractions or days as named."""

    CASH_NEED_USD = "cash_need_usd"
    NET_GAIN_MAX_USD = "net_gain_max_usd"
    TAX_MAX_USD = "tax_max_usd"
    TRACKING_ERROR_MAX = "tracking_error_max"
    POSITION_MAX_WEIGHT = "position_max_weight"
    SECTOR_MAX_WEIGHT = "sector_max_weight"
    NEVER_BUY = "never_buy"
    NEVER_SELL = "never_sell"
    MIN_HOLDING_DAYS = "min_holding_days"
    MIN_TRADE_USD = "min_trade_usd"
    WHOLE_SHARES = "whole_shares"
    TURNOVER_MAX = "turnover_max"
    CASH_MIN_WEIGHT = "cash_min_weight"
    CASH_MAX_WEIGHT = "cash_max_weight"
    LOSS_HARVEST_ONLY = "loss_harvest_only"


class Scope(StrEnum):
    """What a limit speaks of."""

    HOUSEHOLD = "household"
    ACCOUNT = "account"
    SECURITY = "security"
    SECTOR = "sector"


@dataclass(frozen=True, slots=True)
class Constraint:
    """One row of the constraint matrix.

    Attributes:
        constraint_id: Identity in the book.
        rule: Kind of limit.
        scope: What it speaks of.
        scope_id: Which account, security or sector ("" for the household).
        limit: The limit in the unit of the rule; 1 for a plain "yes" rule.
        by_on: Date by which it must hold, where the rule has one.
        hard: Hard limits are never broken; soft ones have a price.
        price: For a soft limit, dollars per unit beyond the limit.
    """

    constraint_id: str
    rule: Rule
    limit: Decimal
    scope: Scope = Scope.HOUSEHOLD
    scope_id: str = ""
    by_on: date | None = None
    hard: bool = True
    price: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Unbooked:
    """A corporate action whose effect is not in the lots yet; it freezes the security.

    Attributes:
        action_id: Identity of the action.
        security_id: A security whose lots it changes.
        effective_on: Day from which it does.
        reason: Why the security is frozen, in words.
    """

    action_id: str
    security_id: str
    effective_on: date
    reason: str


@dataclass(frozen=True, slots=True)
class Household:
    """Everyone whose purchases can wash a sale, with all they hold, owe and plan.

    ``trades`` holds purchases and sales of at least the last 61 days and of the tax year;
    ``realized`` the lots sold in the tax year and in the last 61 days, with their results.
    ``identical`` holds the household's own choices: sets of security ids to treat as
    substantially identical, beyond those of one issuer; ``different`` sets that no rule of thumb
    (one issuer, one index) joins. ``unbooked`` is told by the book: corporate
    actions that the lots do not carry yet.
    """

    household_id: str
    name: str
    people: tuple[Person, ...]
    accounts: tuple[Account, ...]
    lots: tuple[Lot, ...]
    profile: TaxProfile
    sleeves: tuple[Sleeve, ...] = ()
    cash: tuple[Cash, ...] = ()
    trades: tuple[Trade, ...] = ()
    realized: tuple[RealizedLot, ...] = ()
    external: tuple[ExternalAsset, ...] = ()
    cash_needs: tuple[CashNeed, ...] = ()
    planned_gains: tuple[PlannedGain, ...] = ()
    planned_income: tuple[PlannedIncome, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    identical: tuple[frozenset[str], ...] = ()
    different: tuple[frozenset[str], ...] = ()
    unbooked: tuple[Unbooked, ...] = ()
    horizon: Horizon = field(default_factory=Horizon)

    def account(self, account_id: str) -> Account:
        """The account of that id.

        Raises:
            KeyError: If the household has no such account.
        """
        for account in self.accounts:
            if account.account_id == account_id:
                return account
        raise KeyError(account_id)


@dataclass(frozen=True, slots=True)
class Quote:
    """One look at a price.

    Attributes:
        security_id: What is priced.
        bid_usd: Best bid; equals last less the cost model's half spread for a bar.
        ask_usd: Best ask.
        last_usd: Last trade, or the close of a bar.
        event_at: When the price was made (end of the bar), UTC.
        known_at: When the desk could know it, UTC.
        source: Feed name.
        seq: Rising number within the source.
        state: What the quote is good for.
        low_usd: Lowest trade of the bar, ``last_usd`` for a plain quote.
        open_usd: First trade of the bar, ``None`` for a plain quote; not kept in the book.
    """

    security_id: str
    bid_usd: Decimal
    ask_usd: Decimal
    last_usd: Decimal
    event_at: datetime
    known_at: datetime
    source: str
    seq: int
    state: QuoteState
    low_usd: Decimal
    open_usd: Decimal | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class User:
    """Someone of the practice who signs decisions."""

    user_id: str
    name: str
    roles: frozenset[UserRole]
