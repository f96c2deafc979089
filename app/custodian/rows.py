"""One row of a table becomes one line: which cells a lot, a position, a sale is made of.

A builder asks for cells by field name; a cell that breaks a rule is noted, and the row as a whole
is refused afterwards with every reason, not just the first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TypeVar

from app.custodian import cells
from app.custodian.cells import CellError
from app.custodian.order_values import Fill, FillStatus
from app.custodian.profile import Profile
from app.custodian.values import (
    AmountLine,
    CashLine,
    ExternalLine,
    Line,
    LotLine,
    PositionLine,
    RealizedLine,
    SecurityText,
    TransactionLine,
)
from engine.records import CENT, MICRO, ZERO, SecurityKind, Side, Term

T = TypeVar("T")
EPOCH = date(1900, 1, 1)
LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)
SIDES = {
    **dict.fromkeys(("buy", "b", "bot", "bought"), Side.BUY),
    **dict.fromkeys(("sell", "s", "sld", "sold"), Side.SELL),
}
PAIRED = re.compile(r"(.+)\(([0-9A-Z]{9})\)")
SHARES_FIRST = re.compile(r"([\d,.]+) +(\S.*)")


@dataclass(frozen=True, slots=True)
class Trouble:
    """A cell that breaks a rule."""

    field: str
    value: str
    rule: str
    remedy: str


@dataclass(slots=True)
class Cells:
    """The cells of one row by field, and what was wrong with them.

    ``context`` holds what titles above the table said (account, symbol, form); a cell of the row
    itself comes first.
    """

    line: int
    texts: Mapping[str, str]
    context: Mapping[str, str]
    profile: Profile
    troubles: list[Trouble] = field(default_factory=list)

    def text(self, name: str) -> str:
        """The cell as free text, "" when it says nothing."""
        return cells.label(self._raw(name))

    def identity(self, name: str) -> str:
        """The cell as a name of something."""
        return self._read(name, cells.identity, "")

    def usd(self, name: str) -> Decimal | None:
        """Dollars to the cent, ``None`` when not known."""
        return self._read(name, cells.usd, None)

    def micro(self, name: str) -> Decimal | None:
        """Shares or price to 1e-6, ``None`` when not known."""
        return self._read(name, cells.micro, None)

    def day(self, name: str) -> date | None:
        """A date, ``None`` when not known."""
        return self._read(name, cells.day, None)

    def need_usd(self, name: str) -> Decimal:
        """Dollars that must be there."""
        return self._need(name, self.usd(name), ZERO)

    def need_shares(self, name: str = "shares") -> Decimal:
        """Shares that must be there and not be zero."""
        found = self._need(name, self.micro(name), ZERO)
        if not found and not self.troubles:
            self.refuse(name, "no shares", "remove the row if nothing is held")
        return found

    def need_day(self, name: str) -> date:
        """A date that must be there."""
        return self._need(name, self.day(name), EPOCH)

    def need_price(self) -> Decimal:
        """A price that must be there and be above zero."""
        found = self._need("price_usd", self.micro("price_usd"), ZERO)
        if found <= 0 and not self.troubles:
            self.refuse("price_usd", "not a price", "a price is above zero")
        return found

    def need_instant(self, name: str) -> datetime:
        """An instant that must be there."""
        return self._need(name, self._read(name, cells.instant, None), LONG_AGO)

    def security(self, *, optional: bool = False) -> SecurityText:
        """What the row speaks of: ticker, name, CUSIP, kind."""
        paired = PAIRED.fullmatch(self._raw("symbol_cusip").strip())
        if paired is not None:
            return self._paired(paired[1], paired[2])
        ticker = self._read("symbol", cells.symbol, "")
        cusip = self._read("cusip", cells.identity, "").upper()
        if not cusip and cells.is_cusip(ticker):
            cusip = ticker
        if not (ticker or cusip or optional or self.troubles):
            self.refuse("symbol", "no ticker and no CUSIP", "fill in the ticker")
        word = self.text("kind").casefold()
        kind = self.profile.kinds.get(word) or cells.kind_of(ticker or cusip)
        return SecurityText(ticker or cusip, self.text("name"), cusip, kind)

    def _paired(self, ticker: str, cusip: str) -> SecurityText:
        """A ticker with its CUSIP in brackets, one cell."""
        inner = Cells(self.line, {"symbol": ticker, "cusip": cusip}, {}, self.profile)
        found = inner.security()
        self.troubles += [replace(trouble, field="symbol_cusip") for trouble in inner.troubles]
        return replace(found, name=self.text("name"))

    def refuse(self, name: str, rule: str, remedy: str) -> None:
        """Note that a cell breaks a rule."""
        self.troubles.append(Trouble(name, self._raw(name)[:200], rule, remedy))

    def _raw(self, name: str) -> str:
        own = self.texts.get(name, "")
        text = own if own.strip() else self.context.get(name, "")
        return text if cells.known(text, self.profile.unknown) else ""

    def _read(self, name: str, rule: Callable[[str], T], unknown: T) -> T:
        raw = self._raw(name)
        if not raw:
            return unknown
        try:
            return rule(raw)
        except CellError as error:
            self.refuse(name, error.rule, error.remedy)
            return unknown

    def _need(self, name: str, found: T | None, instead: T) -> T:
        if found is not None:
            return found
        if not any(trouble.field == name for trouble in self.troubles):
            self.refuse(name, "is missing", "fill in the cell, or remove the row")
        return instead


def lot(row: Cells) -> LotLine:
    """An open lot; ``held_since`` is the wash-adjusted date where the file has both."""
    shares = row.need_shares()
    if shares < 0:
        row.refuse("shares", "a short position", "short lots are not imported; remove the row")
    acquired = row.day("acquired_on")
    held = row.day("held_since")
    if acquired and held and held > acquired:
        row.refuse("held_since", "is after the trade date", "check which date is which")
    unit = row.micro("unit_basis_usd")
    basis = row.usd("basis_usd")
    if basis is None and unit is not None:
        basis = (unit * shares).quantize(CENT)
    if basis is not None and basis < 0:
        row.refuse("basis_usd", "a basis below zero", "check the sign")
    return LotLine(
        line=row.line,
        account=row.identity("account"),
        security=row.security(),
        shares=shares,
        basis_usd=basis,
        acquired_on=acquired or held,
        held_since=held or acquired,
        wash_adjustment_usd=abs(row.usd("disallowed_usd") or ZERO),
        unit_basis_usd=unit,
        price_usd=row.micro("price_usd"),
        market_usd=row.usd("market_usd"),
        unrealized_usd=row.usd("unrealized_usd"),
        custodian_lot_id=row.identity("custodian_lot_id"),
        covered=row.text("covered").casefold() not in ("no", "n", "uncovered", "noncovered"),
    )


def position(row: Cells) -> PositionLine:
    """A position; its basis may come per share."""
    shares = row.need_shares()
    unit = row.micro("unit_basis_usd")
    basis = row.usd("basis_usd")
    if basis is None and unit is not None:
        basis = (unit * shares).quantize(CENT)
    price, market, security = row.micro("price_usd"), row.usd("market_usd"), row.security()
    if price is not None and row.profile.per_hundred and security.kind is SecurityKind.BOND:
        price = (price / 100).quantize(MICRO)
    unrealized = row.usd("unrealized_usd")
    account = row.identity("account")
    return PositionLine(row.line, account, security, shares, price, market, basis, unrealized)


def cash(row: Cells, *, settled: bool) -> CashLine:
    """Cash or a sweep fund, which is cash to the client."""
    amount = row.usd("market_usd")
    if amount is None:
        amount = row.need_usd("shares")
    return CashLine(row.line, row.identity("account"), amount, settled)


def transaction(row: Cells) -> TransactionLine:
    """A line of the history."""
    fees = (row.usd("fees_usd") or ZERO, row.usd("commission_usd") or ZERO)
    return TransactionLine(
        line=row.line,
        account=row.identity("account"),
        security=row.security(optional=True),
        action=row.text("action"),
        traded_on=row.need_day("traded_on"),
        settled_on=row.day("settled_on"),
        shares=row.micro("shares") or ZERO,
        price_usd=row.micro("price_usd"),
        fees_usd=sum(map(abs, fees), ZERO),
        amount_usd=row.usd("amount_usd"),
        custodian_id=row.identity("custodian_id"),
    )


def realized(row: Cells) -> RealizedLine:
    """A closed lot; a 1099 line may hold its shares at the head of the description."""
    headed = SHARES_FIRST.fullmatch(row.text("name"))
    if headed is not None and "shares" not in row.texts:
        row.texts = {**row.texts, "shares": headed[1], "name": headed[2]}
    shares = row.need_shares()
    word = row.text("term").casefold()
    disallowed = row.usd("disallowed_usd") or ZERO
    return RealizedLine(
        line=row.line,
        account=row.identity("account"),
        security=row.security(optional=bool(row.text("name"))),
        shares=abs(shares),
        acquired_on=row.day("acquired_on"),
        sold_on=row.need_day("sold_on"),
        proceeds_usd=row.need_usd("proceeds_usd"),
        basis_usd=row.usd("basis_usd"),
        disallowed_usd=abs(disallowed),
        term=Term.LONG if "long" in word else Term.SHORT if "short" in word else None,
        order_number=row.identity("order_number"),
    )


def amount(row: Cells) -> AmountLine:
    """A box of a tax form; forms put the figure in one of two columns."""
    value = row.usd("amount_usd")
    if value is None:
        value = row.need_usd("amount_alt_usd")
    return AmountLine(
        row.line,
        row.identity("account"),
        row.text("form"),
        row.text("box"),
        row.text("name"),
        value,
    )


def external(row: Cells) -> ExternalLine:
    """An asset elsewhere; its basis may be 0, its value not below it in sign alone."""
    name = row.text("name")
    if not name:
        row.refuse("name", "an asset without a name", "name it")
    if not row.text("household"):
        row.refuse("household", "no household", "write its id or its name")
    value, basis = row.need_usd("value_usd"), row.need_usd("basis_usd")
    for column, amount_usd in (("value_usd", value), ("basis_usd", basis)):
        if amount_usd < 0:
            row.refuse(column, "an amount below zero", "check the sign")
    return ExternalLine(
        line=row.line,
        account="",
        household=row.text("household"),
        name=name,
        value_usd=value,
        basis_usd=basis,
        held_since=row.need_day("held_since"),
        security=row.security(optional=True),
        sector=row.text("sector"),
        as_of=row.day("as_of"),
    )


def fill(row: Cells) -> Fill:
    """An execution, a rejection or a cancellation of an order of ours."""
    word = row.text("status").casefold() or FillStatus.FILL.value
    if word not in list(FillStatus):
        row.refuse("status", "not a status", "write fill, rejected or cancelled")
        word = FillStatus.FILL.value
    status = FillStatus(word)
    executed = status is FillStatus.FILL
    side = SIDES.get(row.text("side").casefold())
    if side is None:
        row.refuse("side", "not a side", "write buy or sell")
    shares = row.need_shares() if executed else row.micro("shares") or ZERO
    price = row.need_price() if executed else row.micro("price_usd") or ZERO
    fee = row.usd("fee_usd") or ZERO
    exec_id = row.identity("exec_id")
    if not exec_id:
        row.refuse("exec_id", "is missing", "without it a fill could be counted twice")
    return Fill(
        exec_id=exec_id,
        order_key=row.identity("order_key"),
        account=row.identity("account"),
        symbol=row.security().symbol,
        side=side or Side.SELL,
        shares=abs(shares),
        price_usd=price,
        fee_usd=abs(fee),
        filled_at=row.need_instant("filled_at"),
        lot_id=row.identity("lot_id"),
        status=status,
        note=row.text("note"),
    )


BUILD: Mapping[str, Callable[[Cells], Line]] = {
    "lot": lot,
    "position": position,
    "transaction": transaction,
    "realized": realized,
    "amount": amount,
    "fill": fill,
    "external": external,
}
