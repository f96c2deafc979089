"""An incumbent rebalancer's own trade file, as one more baseline of the shadow.

CSV with the columns ``at`` (ISO 8601; New York where no offset is given), ``account``, ``symbol``,
``side`` (buy or sell) and ``shares``. Lots are sold first in, first out; what the file says about
prices is not used: it is filled on the same tape as everyone else.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from app.commands.output import ProblemsError
from app.feeds.quarantine import NEW_YORK
from engine.decision.prepare import Prepared
from engine.proof.shadow_ledger import Carried, Order
from engine.proof.shadow_policies import Sight
from engine.records import CENT, Security
from engine.results import Problem

COLUMNS = ("at", "account", "symbol", "side", "shares")


@dataclass(frozen=True, slots=True)
class FileTrade:
    """One row of the file."""

    at: datetime
    account_id: str
    security_id: str
    sells: bool
    shares: Decimal


@dataclass(slots=True)
class Incumbent:
    """Plays the file: each trade is decided on the first tick at or after its time."""

    trades: tuple[FileTrade, ...]
    name: str = "incumbent"
    every_tick: bool = True
    _done: dict[str, int] = field(default_factory=dict)

    def decide(self, sight: Sight, carried: Carried, prepared: Prepared) -> list[Order]:
        """Orders of this household that have become due since it was asked last."""
        key = carried.start.household_id
        mine = {a.account_id for a in carried.start.accounts}
        done, found = self._done.get(key, 0), []
        while done < len(self.trades) and self.trades[done].at <= sight.outlook.as_of:
            trade = self.trades[done]
            done += 1
            if trade.account_id in mine:
                found.append(_order(trade, carried, sight))
        self._done[key] = done
        return found


def _order(trade: FileTrade, carried: Carried, sight: Sight) -> Order:
    """A row as an order."""
    if not trade.sells:
        quote = sight.outlook.quotes[trade.security_id]
        dollars = (trade.shares * quote.ask_usd).quantize(CENT) + CENT
        return Order(trade.account_id, (), ((trade.security_id, dollars),), "incumbent")
    left, parts = trade.shares, []
    lots = [
        lot
        for lot in carried.household.lots
        if (lot.account_id, lot.security_id) == (trade.account_id, trade.security_id)
    ]
    for lot in sorted(lots, key=lambda one: (one.acquired_on, one.lot_id)):
        part = min(left, lot.shares)
        if part > 0:
            parts.append((lot.lot_id, part))
            left -= part
    return Order(trade.account_id, tuple(parts), (), "incumbent")


def read_incumbent(path: Path, securities: Mapping[str, Security]) -> Incumbent:
    """Read the file.

    Raises:
        ProblemsError: With each row that cannot be used.
    """
    ids = {s.symbol: s.security_id for s in securities.values()}
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [c for c in COLUMNS if c not in (reader.fieldnames or ())]
        if missing:
            remedy = f"write a header with {', '.join(COLUMNS)}"
            raise ProblemsError(
                [Problem(path.name, 1, missing[0], "", "the column is missing", remedy)]
            )
        rows = list(enumerate(reader, start=2))
    found, problems = [], []
    for line, row in rows:
        made = _row(path.name, line, row, ids)
        if isinstance(made, Problem):
            problems.append(made)
        else:
            found.append(made)
    if problems:
        raise ProblemsError(problems)
    return Incumbent(tuple(sorted(found, key=lambda trade: trade.at)))


def _row(
    source: str, line: int, row: Mapping[str, str], ids: Mapping[str, str]
) -> FileTrade | Problem:
    """One row, or what is wrong with it."""
    try:
        at = datetime.fromisoformat(row["at"])
    except ValueError:
        return Problem(source, line, "at", row["at"], "is no time", "write 2025-10-01T10:30")
    at = at if at.tzinfo else at.replace(tzinfo=NEW_YORK)
    if row["symbol"] not in ids:
        return Problem(source, line, "symbol", row["symbol"], "is not in the book", "import it")
    if row["side"] not in ("buy", "sell"):
        return Problem(source, line, "side", row["side"], "is unknown", "write buy or sell")
    try:
        shares = Decimal(row["shares"])
    except InvalidOperation:
        shares = Decimal(0)
    if not (shares.is_finite() and shares > 0):
        return Problem(source, line, "shares", row["shares"], "is no number above 0", "mend it")
    return FileTrade(at, row["account"], ids[row["symbol"]], row["side"] == "sell", shares)
