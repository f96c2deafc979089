"""What passes between custodian files and the rest of the house: plain frozen values.

Three stages, three families. ``*Line`` is a row as the custodian wrote it (account numbers and
tickers as text, anything may be unknown). ``ImportPlan`` is what an import would do to a book, in
the book's own ids; nothing is written until the book applies it. ``ApprovedOrder`` goes out,
``Fill`` comes back, and reconciling the two gives ``LotClose``, ``BoughtLot`` and
``ReconcileException``.

A basis of ``None`` means "not known": such a line never becomes a ``Lot``, it stays a ``Gap``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.custodian.order_values import Fill
from engine.records import (
    ZERO,
    Account,
    Cash,
    ExternalAsset,
    Lot,
    RealizedLot,
    Security,
    SecurityKind,
    Side,
    Term,
)
from engine.results import Problem


@dataclass(frozen=True, slots=True)
class SecurityText:
    """A security as a file names it; at least one of the identifiers is filled."""

    symbol: str
    name: str = ""
    cusip: str = ""
    kind: SecurityKind = SecurityKind.STOCK


@dataclass(frozen=True, slots=True)
class LotLine:
    """One open lot as the custodian sent it.

    Attributes:
        line: Line of the file, from 1.
        account: Account number as written, possibly masked ("" when the file has none).
        security: What is held.
        shares: Shares, > 0.
        basis_usd: Adjusted basis of the lot, or ``None``: not known to the custodian.
        acquired_on: Trade date, or ``None``.
        held_since: Start of the holding period; equals acquired_on unless the file says more.
        wash_adjustment_usd: Disallowed loss inside the basis.
        unit_basis_usd: Basis of a share as the file says it (else basis / shares).
        price_usd: Price on the file, where it has one.
        market_usd: Market value on the file.
        unrealized_usd: Gain or loss on the file.
        custodian_lot_id: The custodian's own identity of the lot, or "".
        covered: Whether the custodian reports the basis to the tax authority.
    """

    line: int
    account: str
    security: SecurityText
    shares: Decimal
    basis_usd: Decimal | None
    acquired_on: date | None
    held_since: date | None
    wash_adjustment_usd: Decimal = ZERO
    unit_basis_usd: Decimal | None = None
    price_usd: Decimal | None = None
    market_usd: Decimal | None = None
    unrealized_usd: Decimal | None = None
    custodian_lot_id: str = ""
    covered: bool = True


@dataclass(frozen=True, slots=True)
class PositionLine:
    """One position as the custodian sent it: lots may come later, in another file."""

    line: int
    account: str
    security: SecurityText
    shares: Decimal
    price_usd: Decimal | None
    market_usd: Decimal | None
    basis_usd: Decimal | None
    unrealized_usd: Decimal | None = None


@dataclass(frozen=True, slots=True)
class CashLine:
    """Cash of an account as the custodian sent it; ``settled`` is False for pending activity."""

    line: int
    account: str
    amount_usd: Decimal
    settled: bool = True


@dataclass(frozen=True, slots=True)
class TransactionLine:
    """One line of a custodian's history: a trade, income, a transfer.

    ``shares`` keeps the custodian's sign; ``amount_usd`` is signed from the account's side.
    """

    line: int
    account: str
    security: SecurityText
    action: str
    traded_on: date
    settled_on: date | None
    shares: Decimal
    price_usd: Decimal | None
    fees_usd: Decimal
    amount_usd: Decimal | None
    custodian_id: str = ""


@dataclass(frozen=True, slots=True)
class RealizedLine:
    """One closed lot as the custodian sent it; ``acquired_on`` is ``None`` for "Various"."""

    line: int
    account: str
    security: SecurityText
    shares: Decimal
    acquired_on: date | None
    sold_on: date
    proceeds_usd: Decimal
    basis_usd: Decimal | None
    disallowed_usd: Decimal = ZERO
    term: Term | None = None
    order_number: str = ""


@dataclass(frozen=True, slots=True)
class AmountLine:
    """One box of a tax form (1099-DIV, 1099-INT): form, box, label and dollars."""

    line: int
    account: str
    form: str
    box: str
    label: str
    amount_usd: Decimal


@dataclass(frozen=True, slots=True)
class ExternalLine:
    """What a household owns elsewhere: name, value and basis in dollars, start of the holding."""

    line: int
    account: str
    household: str
    name: str
    value_usd: Decimal
    basis_usd: Decimal
    held_since: date
    security: SecurityText
    sector: str
    as_of: date | None


Line = (
    LotLine
    | PositionLine
    | CashLine
    | TransactionLine
    | RealizedLine
    | AmountLine
    | Fill
    | ExternalLine
)


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that could not be taken, in the input's own columns, with the titles above it."""

    line: int
    header: tuple[str, ...]
    cells: tuple[str, ...]
    titles: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class ControlTotal:
    """A sum of ours beside the file's own total row.

    Attributes:
        line: Line of the file's total row.
        account: Account number as written.
        what: ``shares``, ``market_usd``, ``basis_usd``, ``amount_usd`` ...
        ours: Sum of the rows that were read.
        theirs: What the file's total row says.
        blocking: Whether a difference stops the import (a format whose totals are known not to
            add up only reports it).
    """

    line: int
    account: str
    what: str
    ours: Decimal
    theirs: Decimal
    blocking: bool = True

    @property
    def agrees(self) -> bool:
        """Whether both sums are the same to the cent."""
        return abs(self.ours - self.theirs) < Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A whole file as read, before it meets a book.

    Attributes:
        profile: Name of the profile that read it.
        file_name: Name of the file, without its folder.
        file_sha256: Digest of its bytes.
        as_of: Date the file speaks of, where it says so.
        lines: All rows read, in order.
        rejected: Rows that could not be read.
        problems: Why, row by row.
        totals: Control totals.
        whole_accounts: Whether the lots are all lots of each account they name (then a lot of the
            book that is not in the file has been closed); False: all lots of each security.
    """

    profile: str
    file_name: str
    file_sha256: str
    as_of: date | None
    lines: tuple[Line, ...]
    rejected: tuple[RejectedRow, ...] = ()
    problems: tuple[Problem, ...] = ()
    totals: tuple[ControlTotal, ...] = ()
    whole_accounts: bool = False

    def lots(self) -> tuple[LotLine, ...]:
        """The open lots of the file."""
        return tuple(line for line in self.lines if isinstance(line, LotLine))

    def positions(self) -> tuple[PositionLine, ...]:
        """The positions of the file."""
        return tuple(line for line in self.lines if isinstance(line, PositionLine))


@dataclass(frozen=True, slots=True)
class Known:
    """What a book holds already, as far as an import must know it."""

    accounts: tuple[Account, ...] = ()
    securities: tuple[Security, ...] = ()
    lots: tuple[Lot, ...] = ()
    trade_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class LotChange:
    """A lot of the book and what the file makes of it; both carry the same ``lot_id``."""

    before: Lot
    after: Lot


@dataclass(frozen=True, slots=True)
class Position:
    """A position of the book without (all) its lots, with what is missing named in ``gap``.

    ``gap`` is "" when the lots of the book add up to the position.
    """

    account_id: str
    security_id: str
    shares: Decimal
    price_usd: Decimal | None
    market_usd: Decimal | None
    basis_usd: Decimal | None
    as_of: date | None
    gap: str = ""


@dataclass(frozen=True, slots=True)
class Transaction:
    """One line of a custodian's history in the book's ids.

    Attributes:
        transaction_id: Natural key: the custodian's id, or a digest of the row and its ordinal
            among equals, so that overlapping files bring nothing twice.
        side: Buy, sell or reinvest; ``None`` for income, transfers and the like.
        action: The custodian's own word.
        shares: Shares, >= 0 for a trade, signed otherwise.
        security_id: "" where no security is named.
    """

    transaction_id: str
    account_id: str
    security_id: str
    side: Side | None
    action: str
    traded_on: date
    settled_on: date | None
    shares: Decimal
    price_usd: Decimal | None
    fees_usd: Decimal
    amount_usd: Decimal | None


@dataclass(frozen=True, slots=True)
class Gap:
    """Something the file does not tell and only a person or another file can.

    Attributes:
        kind: ``basis_unknown``, ``lots_missing``, ``lots_do_not_add_up``, ``date_unknown``,
            ``account_unknown``, ``security_unknown``, ``totals_differ``.
        account: Account id of the book, or the number as written where it is not known.
        security: Symbol.
        what: One sentence for the advisor.
    """

    kind: str
    account: str
    security: str
    what: str


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import will do: the book applies all of it in one transaction, or none.

    Attributes:
        import_id: Derived from profile, file digest and account, so the same file is the same
            import.
        securities: Securities the book does not have yet.
        new: Lots to add.
        changed: Lots to change; the book keeps ``before`` for the undo.
        unchanged: Ids of lots the file confirms.
        closed: Lots of the book that the file no longer shows.
        positions: Every position of the file; replaces what the book knew of that position.
        cash: Cash of each account of the file.
        transactions: Only those the book has not seen.
        realized: Closed lots as the custodian says; kept beside ours, broker figures win.
        gaps: What stays unknown.
        amounts: Boxes of tax forms.
        external: Outside assets, each with the household it is of.
        rejected, problems, totals: As read.
    """

    import_id: str
    profile: str
    file_name: str
    file_sha256: str
    as_of: date | None
    securities: tuple[Security, ...] = ()
    new: tuple[Lot, ...] = ()
    changed: tuple[LotChange, ...] = ()
    unchanged: tuple[str, ...] = ()
    closed: tuple[Lot, ...] = ()
    positions: tuple[Position, ...] = ()
    cash: tuple[Cash, ...] = ()
    transactions: tuple[Transaction, ...] = ()
    realized: tuple[RealizedLot, ...] = ()
    gaps: tuple[Gap, ...] = ()
    amounts: tuple[AmountLine, ...] = ()
    external: tuple[tuple[str, ExternalAsset], ...] = ()
    rejected: tuple[RejectedRow, ...] = ()
    problems: tuple[Problem, ...] = ()
    totals: tuple[ControlTotal, ...] = ()
