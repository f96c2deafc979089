"""OFX investment statements: positions, cash and transactions, no lots.

OFX 1 is SGML whose values have no closing tags, OFX 2 is XML; both are tags followed by text, and
that is all that is read: no document type, no entity beyond the five of the standard. A record is
an aggregate of interest with every value inside it, however deep. The reader is our own, from the
standard (OFX 1.02 section 11, investments).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from app.custodian import rows
from app.custodian.cells import CellError, day, kind_of
from app.custodian.profile import Profile
from app.custodian.rows import Cells
from app.custodian.sniff import FileRefusedError, Source, decode
from app.custodian.values import Line, Parsed, RejectedRow, SecurityText
from engine.results import Problem

TAG = re.compile(r"<(/?)([A-Za-z0-9.]{1,32})>([^<\r\n]*)")
ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&nbsp;": " ", "&amp;": "&"}
TRADE = re.compile(r"(BUY|SELL|REINVEST|INCOME|RETOFCAP|TRANSFER|JRNLSEC|SPLIT|INVBANKTRAN)[A-Z]*")
INSIDE_TRADE = frozenset({"SELLTYPE", "BUYTYPE", "INCOMETYPE", "SELLREASON"})
RECORDS = frozenset({"INVPOS", "SECINFO", "INVBAL", "INVACCTFROM"})
FIELDS: Mapping[str, Mapping[str, str]] = {
    "INVPOS": {
        "UNIQUEID": "cusip",
        "UNITS": "shares",
        "UNITPRICE": "price_usd",
        "MKTVAL": "market_usd",
    },
    "INVBAL": {"AVAILCASH": "market_usd"},
    "trade": {
        "UNIQUEID": "cusip",
        "FITID": "custodian_id",
        "DTTRADE": "traded_on",
        "DTPOSTED": "traded_on",
        "DTSETTLE": "settled_on",
        "UNITS": "shares",
        "UNITPRICE": "price_usd",
        "COMMISSION": "commission_usd",
        "FEES": "fees_usd",
        "TOTAL": "amount_usd",
        "TRNAMT": "amount_usd",
    },
}


@dataclass(slots=True)
class Record:
    """An aggregate with its line and all values inside it, the first of each name."""

    tag: str
    line: int
    values: dict[str, str] = field(default_factory=dict)


def read_ofx(source: Source, profile: Profile) -> Parsed:
    """Read an OFX investment statement.

    Raises:
        FileRefusedError: If it is no OFX file or holds no investment statement.
    """
    text = decode(source)
    if "<OFX>" not in text.upper():
        raise FileRefusedError(source.name, "is not an OFX file", "choose another profile")
    if "<INVSTMTRS>" not in text.upper():
        raise FileRefusedError(source.name, "has no investment statement", "export positions")
    tickers: dict[str, SecurityText] = {}
    lines: list[Line] = []
    rejected: list[RejectedRow] = []
    problems: list[Problem] = []
    account = as_of = ""
    for record in _records(text):
        values = record.values
        if record.tag == "INVACCTFROM":
            account = values.get("ACCTID", "")
        elif record.tag == "DTASOF":
            as_of = as_of or values["DTASOF"][:8]
        elif record.tag == "SECINFO":
            tickers[values.get("UNIQUEID", "")] = SecurityText(
                values.get("TICKER", ""), values.get("SECNAME", "")
            )
        else:
            row = _cells(record, account, profile)
            line = _line(record.tag, row)
            if row.troubles:
                rejected.append(RejectedRow(record.line, tuple(values), tuple(values.values())))
                problems += [
                    Problem(
                        source.name,
                        record.line,
                        f"{record.tag} {t.field}",
                        t.value,
                        t.rule,
                        t.remedy,
                    )
                    for t in row.troubles
                ]
            else:
                lines.append(line)
    try:
        dated = day(as_of)
    except CellError:
        dated = None
    return Parsed(
        profile=profile.name,
        file_name=source.name,
        file_sha256=source.sha256,
        as_of=dated,
        lines=tuple(_named(line, tickers) for line in lines),
        rejected=tuple(rejected),
        problems=tuple(problems),
    )


def _records(text: str) -> Iterator[Record]:
    """Aggregates of interest in the order they end; every open one gets each value inside it."""
    opened: list[Record] = []
    line, seen = 1, 0
    for found in TAG.finditer(text):
        line += text.count("\n", seen, found.start())
        seen = found.start()
        closing, tag, value = found[1], found[2].upper(), _unescape(found[3])
        wanted = tag in RECORDS or (TRADE.fullmatch(tag) and tag not in INSIDE_TRADE)
        if closing:
            if any(record.tag == tag for record in opened):
                while opened:
                    last = opened.pop()
                    yield last
                    if last.tag == tag:
                        break
        elif value:
            if tag == "DTASOF":
                yield Record(tag, line, {tag: value})
            for record in opened:
                record.values.setdefault(tag, value)
        elif wanted and not (opened and TRADE.fullmatch(opened[-1].tag)):
            opened.append(Record(tag, line))
    yield from reversed(opened)


def _unescape(text: str) -> str:
    for entity, letter in ENTITIES.items():
        text = text.replace(entity, letter)
    return text.strip()


def _cells(record: Record, account: str, profile: Profile) -> Cells:
    names = FIELDS.get(record.tag, FIELDS["trade"])
    texts = {
        ours: record.values[theirs] for theirs, ours in names.items() if theirs in record.values
    }
    for name in ("traded_on", "settled_on"):
        if name in texts:
            texts[name] = texts[name][:8]  # the date as the sender's clock shows it
    texts["account"] = account
    texts["action"] = " ".join((record.tag, record.values.get("INCOMETYPE", ""))).strip()
    return Cells(record.line, texts, {}, profile)


def _line(tag: str, row: Cells) -> Line:
    if tag == "INVPOS":
        return rows.position(row)
    return rows.cash(row, settled=True) if tag == "INVBAL" else rows.transaction(row)


def _named(line: Line, tickers: Mapping[str, SecurityText]) -> Line:
    """The line with ticker and name from the file's security list."""
    security = getattr(line, "security", None)
    listed = tickers.get(security.cusip) if security is not None else None
    if security is None or listed is None or not listed.symbol:
        return line
    named = replace(security, symbol=listed.symbol, name=listed.name, kind=kind_of(listed.symbol))
    return replace(line, security=named)
