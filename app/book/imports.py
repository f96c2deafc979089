"""A custodian's file applied to the book, in one transaction, and taken back again.

Every row that an import touches is noted with what it was and what it became. An undo sets each of
them back, byte by byte, unless something has changed them since; then it is refused with the rows
named, because taking back a fill or a person's edit with it would lose them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.book.change import Change
from app.book.codec import canonical, instant, loads, plain, read_instant
from app.book.connect import Connection
from app.book.households import securities
from app.book.orders import add_child
from app.book.rows import from_row, to_row
from app.custodian.orders import NEW_YORK
from app.custodian.values import Gap, ImportPlan, Known, LotChange, Position, Transaction
from engine.errors import UserError
from engine.records import MICRO, Account, Cash, ExternalAsset, Lot, RealizedLot, Side, Trade

_TOLD = ("gaps", "totals", "problems", "amounts", "rejected")


class StaleImportError(UserError):
    """The book has changed since the plan was made, or since the import that is to be undone."""


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One import of the book."""

    import_id: str
    profile: str
    file_name: str
    at: datetime
    user_id: str
    undone_at: datetime | None
    gaps: tuple[Gap, ...]


def known(connection: Connection, household_id: str | None = None) -> Known:
    """What the book holds, for the plan of an import."""
    found: dict[str, tuple[Any, ...]] = {}
    for table, kind in (("accounts", Account), ("lots", Lot)):
        cursor = connection.execute(
            f"SELECT * FROM {table} WHERE ?1 IS NULL OR household_id=?1 "  # noqa: S608
            "ORDER BY household_id, position",
            (household_id,),
        )
        names = [column[0] for column in cursor.description]
        found[table] = tuple(from_row(kind, dict(zip(names, row, strict=True))) for row in cursor)
    trades = connection.execute("SELECT transaction_id FROM transactions").fetchall()
    return Known(
        accounts=found["accounts"],
        securities=tuple(securities(connection).values()),
        lots=found["lots"],
        trade_ids=frozenset(key for (key,) in trades),
    )


class Importer:
    """An import while it is applied; places of new rows are counted once a household."""

    def __init__(self, change: Change, plan: ImportPlan) -> None:
        """For one plan inside one transaction."""
        self._change, self._plan = change, plan
        self._places: dict[tuple[str, str], int] = {}
        self._households: dict[str, str] = dict(
            change.connection.execute("SELECT account_id, household_id FROM accounts")
        )
        self._traded = _traded_here(change.connection)

    def apply(self, user_id: str) -> str:
        """Write everything of the plan; the import's id in the book, "" if it was there already.

        Raises:
            StaleImportError: A lot to change or close is not what the plan saw.
            UserError: An account of the file is not in the book.
        """
        import_id = self._free_id()
        if not import_id:
            return ""
        plan, change = self._plan, self._change
        change.append("imports", self._row(import_id, user_id))
        change.import_id = import_id
        for security in plan.securities:
            change.put("securities", to_row(security))
        for lot in plan.new:
            self._add("lots", lot)
        for item in plan.changed:
            self._alter(item)
        for lot in plan.closed:
            self._same(lot)
            change.remove("lots", lot.lot_id)
        for position in plan.positions:
            self._household(position.account_id)
            change.put("positions", to_row(position))
        for transaction in plan.transactions:
            self._transaction(transaction)
        for cash in plan.cash:
            self._add("cash", cash)
        for sold in plan.realized:
            if (sold.account_id, sold.security_id, sold.sold_on, Side.SELL) not in self._traded:
                self._add("realized", sold)
        for household, asset in plan.external:
            self._external(household, asset)
        change.import_id = ""
        return import_id

    def _external(self, household: str, asset: ExternalAsset) -> None:
        """Add or change an outside asset of the household of that id or name.

        Raises:
            UserError: No household, or more than one, is called that.
        """
        found = self._change.connection.execute(
            "SELECT household_id FROM households WHERE household_id=?1 OR name=?1", (household,)
        ).fetchall()
        if len(found) != 1:
            what = "no household" if not found else "more than one household called"
            raise UserError(
                f"the book has {what} {household!r}; write its id (`lotlight book info` lists "
                "them). Nothing was written."
            )
        add_child(self._change, "external_assets", found[0][0], asset)

    def _free_id(self) -> str:
        """The plan's id, with a number behind it if that import was undone before."""
        plan, number = self._plan, 1
        while True:
            key = plan.import_id if number == 1 else f"{plan.import_id}.{number}"
            row = self._change.get("imports", key)
            if row is None:
                return key
            if row["undone_at"] is None:
                return ""
            number += 1

    def _row(self, import_id: str, user_id: str) -> dict[str, Any]:
        plan = self._plan
        return {
            "import_id": import_id,
            "profile": plan.profile,
            "file_name": plan.file_name,
            "file_sha256": plan.file_sha256,
            "as_of": None if plan.as_of is None else plan.as_of.isoformat(),
            "at": instant(self._change.at),
            "user_id": user_id,
            "undone_at": None,
            "body": canonical({name: plain(getattr(plan, name)) for name in _TOLD}),
        }

    def _household(self, account_id: str) -> str:
        found = self._households.get(account_id)
        if found is None:
            raise UserError(
                f"the book has no account {account_id!r}; import its household first "
                "(`lotlight context import`), or name the account with --account"
            )
        return found

    def _add(self, table: str, record: Lot | Cash | Trade | RealizedLot) -> None:
        household_id = self._household(record.account_id)
        row = to_row(record) | {"household_id": household_id}
        shape = self._change.shape[table]
        old = self._change.get(table, *(row[column] for column in shape.key))
        place = old["position"] if old else self._place(table, household_id)
        self._change.put(table, row | {"position": place}, fresh=old is None)

    def _place(self, table: str, household_id: str) -> int:
        key = (table, household_id)
        if key not in self._places:
            (self._places[key],) = self._change.connection.execute(
                f"SELECT coalesce(max(position), -1) FROM {table} WHERE household_id=?",  # noqa: S608
                (household_id,),
            ).fetchone()
        self._places[key] += 1
        return self._places[key]

    def _same(self, lot: Lot) -> dict[str, Any]:
        row = self._change.get("lots", lot.lot_id)
        if row is None or from_row(Lot, row) != lot:
            raise StaleImportError(f"lot {lot.lot_id} changed since the dry run; run it again")
        return row

    def _alter(self, item: LotChange) -> None:
        row = self._same(item.before)
        self._change.put("lots", row | to_row(item.after))

    def _transaction(self, item: Transaction) -> None:
        self._household(item.account_id)
        self._change.put("transactions", to_row(item))
        if item.side is None or not item.shares:
            return
        price = item.price_usd
        if item.amount_usd is not None:  # net of fees: what the wash-sale test compares
            price = (abs(item.amount_usd) / item.shares).quantize(MICRO)
        if price is None:
            return
        if (item.account_id, item.security_id, item.traded_on, item.side) in self._traded:
            return
        trade = Trade(
            trade_id=item.transaction_id,
            account_id=item.account_id,
            security_id=item.security_id,
            side=item.side,
            shares=item.shares,
            price_usd=price,
            traded_on=item.traded_on,
        )
        self._add("trades", trade)


def _traded_here(connection: Connection) -> frozenset[tuple[str, str, date, Side]]:
    """Account, security, day and side of every fill booked here.

    A custodian's history tells of the same trades again; counted twice, a loss would be used twice
    and a purchase would wash twice. Where its lots differ, ``lotlight orders relief`` says so.
    """
    rows = connection.execute(
        "SELECT o.account_id, o.security_id, f.filled_at, o.side FROM fills f "
        "JOIN orders o ON o.order_key = f.order_key"
    )
    return frozenset(
        (account, security, read_instant(at).astimezone(NEW_YORK).date(), Side(side))
        for account, security, at, side in rows
    )


def undo(change: Change, import_id: str) -> int:
    """Set every row of an import back; how many there were.

    Raises:
        UserError: There is no such import, or it was undone before.
        StaleImportError: Rows have been changed since; each one is named.
    """
    row = change.get("imports", import_id)
    if row is None or row["undone_at"] is not None:
        raise UserError(f"there is no import {import_id!r} to undo")
    noted = change.connection.execute(
        "SELECT kind, key, before, after FROM import_rows WHERE import_id=? ORDER BY n DESC",
        (import_id,),
    ).fetchall()
    final = {(kind, key): after for kind, key, _, after in reversed(noted)}
    moved = [
        f"{kind} {key}" for (kind, key), after in final.items() if _moved(change, kind, key, after)
    ]
    if moved:
        shown = ", ".join(moved[:5])
        raise StaleImportError(
            f"import {import_id} cannot be undone: {len(moved)} row(s) changed since ({shown})"
        )
    for kind, key, before, _ in noted:
        values = None if before is None else json.loads(before)
        change.restore(kind, tuple(json.loads(key)), values)
    change.put("imports", row | {"undone_at": instant(change.at)})
    return len(noted)


def _moved(change: Change, kind: str, key: str, after: str | None) -> bool:
    now = change.get(kind, *json.loads(key))
    return (None if now is None else change.row_digest(kind, now)) != after


def imports(connection: Connection) -> tuple[ImportRow, ...]:
    """Every import, oldest first."""
    rows = connection.execute(
        "SELECT import_id, profile, file_name, at, user_id, undone_at, body FROM imports "
        "ORDER BY at, import_id"
    )
    return tuple(
        ImportRow(
            key,
            profile,
            name,
            read_instant(at),
            who,
            None if undone is None else read_instant(undone),
            loads(tuple[Gap, ...], canonical(json.loads(body)["gaps"])),
        )
        for key, profile, name, at, who, undone, body in rows
    )


def positions(connection: Connection, household_id: str) -> tuple[Position, ...]:
    """Positions of a household as its custodians told them last."""
    cursor = connection.execute(
        "SELECT positions.* FROM positions JOIN accounts USING (account_id) "
        "WHERE household_id=? ORDER BY account_id, security_id",
        (household_id,),
    )
    names = [column[0] for column in cursor.description]
    return tuple(from_row(Position, dict(zip(names, row, strict=True))) for row in cursor)
