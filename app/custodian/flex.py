"""Interactive Brokers' Flex XML: lots, positions, trades, closed lots, cash.

The file is read as a stream by a parser that refuses document types, so no entity is ever
expanded and no tree can grow deep. ``ibflex`` knows the elements, their attributes and every date
form a query can be set to; what it reads goes on as text to the row builders that all formats
share. Where a query lists positions both as SUMMARY and as LOT, the summaries are the positions
that the lots are held against.
"""

from __future__ import annotations

import importlib.util
import sys
import types
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from types import ModuleType
from typing import Any
from xml.etree.ElementTree import ParseError

from app.custodian import rows
from app.custodian.cells import CellError, day, number
from app.custodian.profile import Profile
from app.custodian.rows import Cells, Trouble
from app.custodian.sniff import FileRefusedError, Source
from app.custodian.values import ControlTotal, Line, LotLine, Parsed, PositionLine, RejectedRow
from engine.records import CENT, ZERO
from engine.results import Problem

WANTED: Mapping[str, Mapping[str, str]] = {
    "OpenPosition": {
        "accountId": "account",
        "symbol": "symbol",
        "description": "name",
        "cusip": "cusip",
        "assetCategory": "kind",
        "position": "shares",
        "markPrice": "price_usd",
        "positionValue": "market_usd",
        "costBasisMoney": "basis_usd",
        "costBasisPrice": "unit_basis_usd",
        "openPrice": "open_price_usd",
        "fifoPnlUnrealized": "unrealized_usd",
        "openDateTime": "acquired_on",
        "holdingPeriodDateTime": "held_since",
        "originatingTransactionID": "custodian_lot_id",
        "levelOfDetail": "level",
        "code": "code",
        "reportDate": "as_of",
    },
    "Trade": {
        "accountId": "account",
        "symbol": "symbol",
        "description": "name",
        "cusip": "cusip",
        "assetCategory": "kind",
        "tradeID": "custodian_id",
        "tradeDate": "traded_on",
        "settleDateTarget": "settled_on",
        "quantity": "shares",
        "tradePrice": "price_usd",
        "ibCommission": "commission_usd",
        "taxes": "fees_usd",
        "netCash": "amount_usd",
        "buySell": "action",
        "levelOfDetail": "level",
    },
    "Lot": {
        "accountId": "account",
        "symbol": "symbol",
        "description": "name",
        "cusip": "cusip",
        "assetCategory": "kind",
        "quantity": "shares",
        "openDateTime": "acquired_on",
        "tradeDate": "sold_on",
        "cost": "basis_usd",
        "fifoPnlRealized": "gain_usd",
        "tradeID": "order_number",
        "levelOfDetail": "level",
    },
    "CashTransaction": {
        "accountId": "account",
        "symbol": "symbol",
        "description": "name",
        "transactionID": "custodian_id",
        "dateTime": "traded_on",
        "settleDate": "settled_on",
        "amount": "amount_usd",
        "type": "action",
        "levelOfDetail": "level",
    },
    "CashReportCurrency": {
        "accountId": "account",
        "currency": "currency",
        "endingCash": "market_usd",
    },
}


def _ibflex() -> ModuleType:
    """``ibflex.parser`` without its web client, which needs a package Lotlight does not ship.

    The package's ``__init__`` imports the client first; an empty package object of the same path
    lets the parser be imported alone.
    """
    if "ibflex" not in sys.modules:
        spec = importlib.util.find_spec("ibflex")
        assert spec is not None
        shell = types.ModuleType("ibflex")
        shell.__path__ = list(spec.submodule_search_locations or ())
        shell.__spec__ = spec
        sys.modules["ibflex"] = shell
    return importlib.import_module("ibflex.parser")


@dataclass(frozen=True, slots=True)
class Element:
    """A start tag with its line and attributes."""

    line: int
    tag: str
    attributes: Mapping[str, str]


@dataclass(slots=True)
class _Found:
    lines: list[Line] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    as_of: date | None = None


def read_flex(source: Source, profile: Profile) -> Parsed:
    """Read a Flex query's XML.

    Raises:
        FileRefusedError: If it is no XML, no Flex response, or declares a document type.
    """
    elements = _elements(source)
    if not elements or elements[0].tag != "FlexQueryResponse":
        raise FileRefusedError(source.name, "is not a Flex query response", "choose format XML")
    ibflex = _ibflex()
    found = _Found()
    for element in elements:
        if element.tag in WANTED:
            _take(element, source.name, profile, ibflex, found)
    return Parsed(
        profile=profile.name,
        file_name=source.name,
        file_sha256=source.sha256,
        as_of=found.as_of,
        lines=tuple(found.lines),
        rejected=tuple(found.rejected),
        problems=tuple(found.problems),
        totals=(*_statements(elements), *_lots_against_positions(found.lines)),
        whole_accounts=profile.whole_accounts and any(isinstance(x, LotLine) for x in found.lines),
    )


def _elements(source: Source) -> list[Element]:
    """Start tags of the file in order, of wanted elements and of those around them."""
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import DefusedXMLParser

    kept = {*WANTED, "FlexQueryResponse", "FlexStatements", "FlexStatement"}
    elements: list[Element] = []

    class Target:
        def start(self, tag: str, attributes: dict[str, str]) -> None:
            if tag in kept or not elements:
                elements.append(Element(parser.parser.CurrentLineNumber, tag, attributes))

        def end(self, tag: str) -> None:
            pass

        def data(self, text: str) -> None:
            pass

        def close(self) -> None:
            pass

    parser: Any = DefusedXMLParser(target=Target(), forbid_dtd=True)
    try:
        parser.feed(source.data)
        parser.close()
    except ParseError as error:
        raise FileRefusedError(source.name, f"is not XML: {error}", "export it again") from None
    except DefusedXmlException:
        why = "declares a document type or an entity, which no Flex query does"
        raise FileRefusedError(source.name, why, "do not use this file; ask who sent it") from None
    except (ValueError, LookupError) as error:  # an unknown or multi-byte encoding
        raise FileRefusedError(source.name, f"cannot be decoded: {error}", "export again") from None
    return elements


def _take(element: Element, name: str, profile: Profile, ibflex: ModuleType, found: _Found) -> None:
    texts, troubles = _texts(element, ibflex)
    row = Cells(element.line, texts, {}, profile, troubles)
    line = _line(element.tag, row)
    as_of = texts.get("as_of", "")
    if found.as_of is None and as_of:
        found.as_of = _day(as_of)
    if row.troubles:
        header = tuple(element.attributes)
        found.rejected.append(RejectedRow(element.line, header, tuple(element.attributes.values())))
        heading = {ours: theirs for theirs, ours in WANTED[element.tag].items()}
        for trouble in row.troubles:
            where = f"{element.tag} {heading.get(trouble.field, trouble.field)}"
            found.problems.append(
                Problem(name, element.line, where, trouble.value, trouble.rule, trouble.remedy)
            )
    elif line is not None:
        found.lines.append(line)


def _day(text: str) -> date | None:
    try:
        return day(text)
    except CellError:
        return None


def _texts(element: Element, ibflex: ModuleType) -> tuple[dict[str, str], list[Trouble]]:
    """Wanted attributes as ibflex reads them, in our own text form."""
    texts: dict[str, str] = {}
    troubles: list[Trouble] = []
    shape = getattr(ibflex.Types, element.tag)
    for theirs, ours in WANTED[element.tag].items():
        raw = element.attributes.get(theirs, "")
        if theirs == "code":
            texts[ours] = raw  # ibflex does not know every code, W (wash sale) among them
        elif raw and theirs in shape.__annotations__:
            try:
                texts[ours] = _text(ibflex.parse_element_attr(shape, theirs, raw)[1])
            except Exception as error:  # FlexParserError, and KeyError inside ibflex's tables
                rule = f"not what a Flex query writes ({str(error)[:80]})"
                troubles.append(Trouble(ours, raw[:200], rule, "run the query again"))
    return texts, troubles


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        plain = value.is_finite() and -20 < value.adjusted() < 20
        return format(value, "f") if plain else str(value)
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, tuple):
        return ";".join(map(_text, value))
    return "" if value is None else str(value)


def _line(tag: str, row: Cells) -> Line | None:
    level = row.texts.get("level", "")
    if tag == "OpenPosition":
        return _lot(row) if level == "LOT" else rows.position(row)
    if tag == "Trade":
        return rows.transaction(row) if level in ("", "EXECUTION") else None
    if tag == "CashTransaction":
        return rows.transaction(row) if level in ("", "DETAIL") else None
    if tag == "CashReportCurrency":
        return rows.cash(row, settled=True) if row.texts.get("currency") == "BASE_SUMMARY" else None
    return _closed(row) if level == "CLOSED_LOT" else None


def _lot(row: Cells) -> LotLine:
    """An open lot; with code W the basis above the opening price is a disallowed loss."""
    texts = dict(row.texts)
    opened = row.micro("open_price_usd")
    basis, shares = row.usd("basis_usd"), row.micro("shares")
    washed = "W" in texts.get("code", "").split(";")
    if washed and opened is not None and basis is not None and shares is not None:
        texts["disallowed_usd"] = str(max(ZERO, basis - (opened * shares).quantize(CENT)))
    row.texts = texts
    return rows.lot(row)


def _closed(row: Cells) -> Line:
    """A closed lot; its net proceeds are cost and gain together."""
    texts = dict(row.texts)
    try:
        texts["proceeds_usd"] = str(number(texts["basis_usd"]) + number(texts["gain_usd"]))
    except (KeyError, CellError):
        row.refuse("gain_usd", "cost or result is missing", "add cost and P/L to the query")
    row.texts = texts
    return rows.realized(row)


def _statements(elements: list[Element]) -> list[ControlTotal]:
    """Statements announced against statements found: a cut file is noticed."""
    found = sum(element.tag == "FlexStatement" for element in elements)
    totals = []
    for element in elements:
        told = element.attributes.get("count", "") if element.tag == "FlexStatements" else ""
        if told.isascii() and told.isdigit() and len(told) < 10:
            totals.append(
                ControlTotal(element.line, "", "statements", Decimal(found), Decimal(told))
            )
    return totals


def _lots_against_positions(lines: list[Line]) -> list[ControlTotal]:
    """The LOT rows of a position add up to its SUMMARY row, in shares and in basis."""
    sums: dict[tuple[str, str], tuple[Decimal, Decimal]] = {}
    for lot in lines:
        if isinstance(lot, LotLine):
            shares, basis = sums.get((lot.account, lot.security.symbol), (ZERO, ZERO))
            key = (lot.account, lot.security.symbol)
            sums[key] = (shares + lot.shares, basis + (lot.basis_usd or ZERO))
    totals = []
    for line in lines:
        if isinstance(line, PositionLine) and (line.account, line.security.symbol) in sums:
            shares, _basis = sums[line.account, line.security.symbol]
            what = f"shares of {line.security.symbol}"
            totals.append(ControlTotal(line.line, line.account, what, shares, line.shares))
    return totals
