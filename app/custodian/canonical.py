"""Open lots of a file in one custodian-neutral layout, as text to the cent."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from app.custodian.match import tail
from app.custodian.values import LotLine, Parsed
from engine.law.holding import term
from engine.records import CENT, ZERO, Term

CPS = Decimal("0.0001")


def lot_rows(parsed: Parsed, account: str, on: date) -> list[dict[str, str]]:
    """One row a lot.

    Args:
        parsed: The file as read.
        account: Account asked for; "" shows the last three figures of the number in the file.
        on: Date for the term where the file has none.

    Returns:
        Columns account, symbol, open_date, holding_period_start, quantity, cost_basis,
        cost_per_share, wash_disallowed_in_basis, term_on_DATE, price, market_value, unrealized;
        "" where the custodian does not say.
    """
    as_of = parsed.as_of or on
    return [_row(lot, account or tail(lot.account), as_of) for lot in parsed.lots()]


def _row(lot: LotLine, account: str, as_of: date) -> dict[str, str]:
    unit = lot.unit_basis_usd
    if unit is None and lot.basis_usd is not None:
        unit = lot.basis_usd / lot.shares
    market = lot.market_usd
    if market is None and lot.price_usd is not None:
        market = (lot.price_usd * lot.shares).quantize(CENT)
    gain = lot.unrealized_usd
    if gain is None and market is not None and lot.basis_usd is not None:
        gain = market - lot.basis_usd
    held = lot.held_since
    words = {Term.LONG: "LT", Term.SHORT: "ST"}
    return {
        "account": account,
        "symbol": lot.security.symbol,
        "open_date": str(lot.acquired_on or ""),
        "holding_period_start": str(held or ""),
        "quantity": f"{lot.shares.normalize():f}",
        "cost_basis": "" if lot.basis_usd is None else str(lot.basis_usd),
        "cost_per_share": "" if unit is None else str(unit.quantize(CPS)),
        "wash_disallowed_in_basis": str((lot.wash_adjustment_usd or ZERO).quantize(CENT)),
        f"term_on_{as_of}": "" if held is None else words[term(held, as_of)],
        "price": "" if lot.price_usd is None else f"{lot.price_usd.normalize():f}",
        "market_value": "" if market is None else str(market),
        "unrealized": "" if gain is None else str(gain),
    }
