"""From a file as read to what it would do to a book. Pure: nothing is written here.

Positions may come before their lots. A lot line whose basis or date the custodian does not know
never becomes a lot; the position stays, and the gap is named. Broker figures win, so a lot told
differently is a change, and a lot no longer told, where the file claims to show all, is closed.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from app.custodian.diff import LotDiff, diff, with_ids
from app.custodian.match import Accounts, Securities, digest
from app.custodian.profile import Profile
from app.custodian.values import (
    AmountLine,
    CashLine,
    ExternalLine,
    Gap,
    ImportPlan,
    Known,
    LotLine,
    Parsed,
    Position,
    PositionLine,
    RealizedLine,
    Transaction,
    TransactionLine,
)
from engine.law.holding import term
from engine.records import ZERO, Cash, ExternalAsset, Lot, RealizedLot
from engine.results import Problem

Key = tuple[str, str]


def plan(parsed: Parsed, profile: Profile, known: Known, asked_account: str = "") -> ImportPlan:
    """What the import of ``parsed`` does to a book that holds ``known``.

    Args:
        parsed: The file as read.
        profile: Profile that read it (its words for trades are needed).
        known: What the book holds.
        asked_account: Account named on the command line, or "".

    Raises:
        AccountError: If that account is not in the book or the file is of another one.
    """
    written = [getattr(line, "account", "") for line in parsed.lines]
    work = _Work(
        parsed, profile, known, Accounts(known.accounts, written, asked_account), asked_account
    )
    for line in parsed.lines:
        if work.accounts.takes(line.account):
            work.take(line)
    return work.plan()


@dataclass(slots=True)
class _Work:
    """The plan while it grows."""

    parsed: Parsed
    profile: Profile
    known: Known
    accounts: Accounts
    asked: str
    gaps: dict[Gap, None] = field(default_factory=dict)
    lots: list[tuple[str, Lot]] = field(default_factory=list)
    told: dict[Key, list[LotLine]] = field(default_factory=lambda: defaultdict(list))
    positions: dict[Key, PositionLine] = field(default_factory=dict)
    cash: dict[str, Cash] = field(default_factory=dict)
    transactions: list[Transaction] = field(default_factory=list)
    realized: list[RealizedLot] = field(default_factory=list)
    amounts: list[AmountLine] = field(default_factory=list)
    external: list[tuple[str, ExternalAsset]] = field(default_factory=list)
    ordinals: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    securities: Securities = field(default_factory=lambda: Securities(()))

    def __post_init__(self) -> None:
        self.securities = Securities(self.known.securities)

    def take(self, line: object) -> None:
        """Put one line where it belongs."""
        match line:
            case LotLine():
                self._lot(line)
            case PositionLine():
                key = (self._account(line.account), self._security_id(line))
                self.positions[key] = _add(self.positions.get(key), line)
            case CashLine():
                self._cash(line)
            case TransactionLine():
                self._transaction(line)
            case RealizedLine():
                self._realized(line)
            case AmountLine():
                self.amounts.append(line)
            case ExternalLine():
                self._external(line)

    def _account(self, written: str) -> str:
        found = self.accounts.account_id(written)
        if found is None:
            told = f"account {written}" if written else "its account"
            what = f"The book does not know {told}; name the account with --account."
            self.gap("account_unknown", written, "", what)
        return found or written

    def _security_id(self, line: LotLine | PositionLine | RealizedLine | TransactionLine) -> str:
        return self.securities.find(line.security).security_id

    def gap(self, kind: str, account: str, security: str, what: str) -> None:
        """Name something that is not known."""
        self.gaps[Gap(kind, account, security, what)] = None

    def _lot(self, line: LotLine) -> None:
        account, security = self._account(line.account), self._security_id(line)
        self.told[account, security].append(line)
        if line.basis_usd is None or line.acquired_on is None or line.held_since is None:
            kind = "basis_unknown" if line.basis_usd is None else "date_unknown"
            thing = "basis" if line.basis_usd is None else "trade date"
            what = f"The custodian does not know the {thing} of {line.shares.normalize():f} shares."
            self.gap(kind, account, line.security.symbol, what)
            return
        lot = Lot(
            lot_id="",
            account_id=account,
            security_id=security,
            shares=line.shares,
            basis_usd=line.basis_usd,
            acquired_on=line.acquired_on,
            held_since=line.held_since,
            wash_adjustment_usd=line.wash_adjustment_usd,
            covered=line.covered,
        )
        self.lots.append((line.custodian_lot_id, lot))

    def _cash(self, line: CashLine) -> None:
        account = self._account(line.account)
        held = self.cash.get(account, Cash(account, ZERO, ZERO))
        settled, unsettled = held.settled_usd, held.unsettled_usd
        if line.settled:
            self.cash[account] = Cash(account, settled + line.amount_usd, unsettled)
        else:
            self.cash[account] = Cash(account, settled, unsettled + line.amount_usd)

    def _ordinal(self, *key: object) -> str:
        """A digest of the key and its ordinal among equals in this file."""
        found = digest(*key)
        self.ordinals[found] += 1
        return digest(found, self.ordinals[found])

    def _transaction(self, line: TransactionLine) -> None:
        account = self._account(line.account)
        named = bool(line.security.symbol)
        security = self._security_id(line) if named else ""
        side = self.profile.side_of(line.action) if line.shares and named else None
        if line.custodian_id:
            key = digest(account, line.custodian_id)
        else:
            told = (line.traded_on, line.action, security, line.shares, line.amount_usd)
            key = self._ordinal(account, *told, line.security.name)
        if f"txn-{key}" in self.known.trade_ids:
            return
        self.transactions.append(
            Transaction(
                transaction_id=f"txn-{key}",
                account_id=account,
                security_id=security,
                side=side,
                action=line.action,
                traded_on=line.traded_on,
                settled_on=line.settled_on,
                shares=abs(line.shares) if side else line.shares,
                price_usd=line.price_usd,
                fees_usd=line.fees_usd,
                amount_usd=line.amount_usd,
            )
        )

    def _realized(self, line: RealizedLine) -> None:
        account = self._account(line.account)
        symbol = line.security.symbol or line.security.name
        missing = (
            ("security_unknown", "which security it was")
            if not line.security.symbol
            else ("basis_unknown", "the basis")
            if line.basis_usd is None
            else ("date_unknown", "when it was bought")
            if line.acquired_on is None
            else None
        )
        if missing is not None or line.basis_usd is None or line.acquired_on is None:
            kind, thing = missing or ("basis_unknown", "the basis")
            what = f"A sale of {line.sold_on} does not say {thing}; the history file does."
            self.gap(kind, account, symbol, what)
            return
        security = self._security_id(line)
        key = self._ordinal(
            account, security, line.acquired_on, line.sold_on, line.shares, line.proceeds_usd
        )
        self.realized.append(
            RealizedLot(
                sale_id=f"sale-{key}",
                lot_id="",
                account_id=account,
                security_id=security,
                shares=line.shares,
                proceeds_usd=line.proceeds_usd,
                basis_usd=line.basis_usd,
                acquired_on=line.acquired_on,
                held_since=line.acquired_on,
                sold_on=line.sold_on,
                term=line.term or term(line.acquired_on, line.sold_on),
                disallowed_usd=line.disallowed_usd,
            )
        )

    def _external(self, line: ExternalLine) -> None:
        """An asset keeps its id while household, name and start of holding stay."""
        security = self.securities.find(line.security) if line.security.symbol else None
        asset = ExternalAsset(
            asset_id=f"ext-{digest(line.household, line.name, line.held_since)}",
            name=line.name,
            value_usd=line.value_usd,
            basis_usd=line.basis_usd,
            held_since=line.held_since,
            security_id="" if security is None else security.security_id,
            sector=line.sector,
            as_of=line.as_of or self.parsed.as_of,
        )
        self.external.append((line.household, asset))

    def _scope(self) -> list[Lot]:
        """Lots of the book that the file could speak of."""
        if not self.told:
            return []
        if self.parsed.whole_accounts:
            whole = {account for account, _ in self.told} | {a for a, _ in self.positions}
            return [lot for lot in self.known.lots if lot.account_id in whole]
        return [lot for lot in self.known.lots if (lot.account_id, lot.security_id) in self.told]

    def plan(self) -> ImportPlan:
        """The finished plan."""
        found = diff(self._scope(), with_ids(self.lots))
        positions = self._positions(found)
        return ImportPlan(
            import_id=f"imp-{digest(self.profile.name, self.parsed.file_sha256, self.asked)}",
            profile=self.profile.name,
            file_name=self.parsed.file_name,
            file_sha256=self.parsed.file_sha256,
            as_of=self.parsed.as_of,
            securities=tuple(self.securities.new),
            new=found.new,
            changed=found.changed,
            unchanged=found.unchanged,
            closed=found.closed,
            positions=positions,
            cash=tuple(self.cash.values()),
            transactions=tuple(self.transactions),
            realized=tuple(self.realized),
            gaps=(*self.gaps, *self._soft_totals()),
            amounts=tuple(self.amounts),
            external=tuple(self.external),
            rejected=self.parsed.rejected,
            problems=self.parsed.problems + self._hard_totals(),
            totals=self.parsed.totals,
        )

    def _positions(self, found: LotDiff) -> tuple[Position, ...]:
        """Every position of the file, held against the lots the book will have."""
        shares: dict[Key, Decimal] = defaultdict(lambda: ZERO)
        gone = {lot.lot_id for lot in found.closed} | {c.before.lot_id for c in found.changed}
        kept = [lot for lot in self.known.lots if lot.lot_id not in gone]
        for lot in (*kept, *found.new, *(change.after for change in found.changed)):
            shares[lot.account_id, lot.security_id] += lot.shares
        lines = dict(self.positions)
        for key, lots in self.told.items():
            lines.setdefault(key, _summed(lots))
        return tuple(self._position(key, line, shares[key]) for key, line in lines.items())

    def _position(self, key: Key, line: PositionLine, in_lots: Decimal) -> Position:
        gap = ""
        if not in_lots:
            gap = f"No lots for {line.shares.normalize():f} shares; import the lots file."
            self.gap("lots_missing", key[0], line.security.symbol, gap)
        elif in_lots != line.shares:
            told, have = f"{line.shares.normalize():f}", f"{in_lots.normalize():f}"
            gap = f"The custodian shows {told} shares, the lots add up to {have}."
            self.gap("lots_do_not_add_up", key[0], line.security.symbol, gap)
        if line.basis_usd is None and not in_lots:
            what = "The custodian does not tell the basis of this position."
            self.gap("basis_unknown", key[0], line.security.symbol, what)
            gap = f"{gap} {what}"
        return Position(
            account_id=key[0],
            security_id=key[1],
            shares=line.shares,
            price_usd=line.price_usd,
            market_usd=line.market_usd,
            basis_usd=line.basis_usd,
            as_of=self.parsed.as_of,
            gap=gap,
        )

    def _hard_totals(self) -> tuple[Problem, ...]:
        remedy = "export the file again; rows are missing or were changed"
        return tuple(
            Problem(
                self.parsed.file_name,
                total.line,
                total.what,
                str(total.theirs),
                f"the rows add up to {total.ours}",
                remedy,
            )
            for total in self.parsed.totals
            if total.blocking and not total.agrees
        )

    def _soft_totals(self) -> tuple[Gap, ...]:
        return tuple(
            Gap(
                "totals_differ",
                total.account,
                "",
                f"The rows' {total.what} is {total.ours:.2f}, the file's total {total.theirs:.2f}.",
            )
            for total in self.parsed.totals
            if not total.blocking and not total.agrees
        )


def _add(held: PositionLine | None, line: PositionLine) -> PositionLine:
    """Two rows of one position (cash and margin, say) are one position."""
    if held is None:
        return line
    return PositionLine(
        held.line,
        held.account,
        held.security,
        held.shares + line.shares,
        held.price_usd or line.price_usd,
        _both(held.market_usd, line.market_usd),
        _both(held.basis_usd, line.basis_usd),
        _both(held.unrealized_usd, line.unrealized_usd),
    )


def _both(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one + other


def _summed(lots: list[LotLine]) -> PositionLine:
    """The position that lots add up to."""
    total: PositionLine | None = None
    for lot in lots:
        line = PositionLine(
            lot.line,
            lot.account,
            lot.security,
            lot.shares,
            lot.price_usd,
            lot.market_usd,
            lot.basis_usd,
            lot.unrealized_usd,
        )
        total = _add(total, line)
    assert total is not None
    return total
