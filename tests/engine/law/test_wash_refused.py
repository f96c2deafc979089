"""Histories that cannot be right are refused by name and row, all faults at once."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from engine.law.wash_sales import RefusedTradesError, scan
from engine.records import Account, AccountKind, Side, Trade
from engine.results import Problem

ACCOUNTS = [
    Account("T1", "p", "taxable", AccountKind.TAXABLE),
    Account("T2", "p", "other", AccountKind.TAXABLE, lot_method="minimum_tax"),
]
BOUGHT = Trade("b1", "T1", "X", Side.BUY, Decimal(10), Decimal(9), date(2025, 1, 2))
SOLD = Trade(
    "s1",
    "T1",
    "X",
    Side.SELL,
    Decimal(10),
    Decimal(7),
    date(2025, 3, 3),
    lots=(("b1", Decimal(10)),),
)


def problems(*trades: Trade, as_of: date | None = None) -> tuple[Problem, ...]:
    with pytest.raises(RefusedTradesError) as refused:
        scan(trades, ACCOUNTS, window_days=30, as_of=as_of)
    return refused.value.problems


@pytest.mark.parametrize(
    ("sold", "field", "said"),
    [
        ({"shares": Decimal(12), "lots": (("b1", Decimal(12)),)}, "lots", "oversold: 10 shares"),
        ({"shares": Decimal(12), "lots": ()}, "qty", "oversold: account T1 holds 10 shares"),
        ({"traded_on": date(2025, 1, 1)}, "lots", "sold before it was bought on 2025-01-02"),
        ({"traded_on": date(2025, 1, 1), "lots": ()}, "qty", "account T1 holds 0 shares"),
        ({"account_id": "T9"}, "account", "unknown account"),
        ({"account_id": "T2"}, "lots", "has no lot of X with that id"),
        ({"security_id": "Y"}, "lots", "has no lot of Y with that id"),
        ({"lots": (("b9", Decimal(10)),)}, "lots", "account T1 has no lot of X with that id"),
        ({"lots": (("b1", Decimal(4)),)}, "lots", "lots named hold 4 shares of 10 sold"),
        ({"trade_id": "b1"}, "id", "duplicate id"),
        ({"shares": Decimal(0)}, "qty", "not above zero"),
        ({"shares": Decimal(-10)}, "qty", "not above zero"),
        ({"shares": Decimal("0.00000001")}, "qty", "finer than 0.000001"),
        ({"price_usd": Decimal(-7)}, "price", "below zero"),
        ({"traded_on": date(2026, 3, 3)}, "date", "in the future"),
    ],
)
def test_a_wrong_sale_is_refused_with_its_row(
    sold: dict[str, object], field: str, said: str
) -> None:
    found = problems(BOUGHT, replace(SOLD, **sold), as_of=date(2025, 12, 31))  # type: ignore[arg-type]
    assert [(p.line, p.field) for p in found] == [(2, field)]
    assert said in found[0].rule
    assert found[0].remedy


def test_a_lot_named_twice_in_one_order_is_counted_once() -> None:
    twice = replace(SOLD, shares=Decimal(12), lots=(("b1", Decimal(6)), ("b1", Decimal(6))))
    assert "oversold" in problems(BOUGHT, twice)[0].rule


def test_an_order_that_needs_more_than_the_history_asks_for_its_lots() -> None:
    bought = replace(BOUGHT, account_id="T2")
    found = problems(bought, replace(SOLD, account_id="T2", lots=()))
    assert "method minimum_tax" in found[0].rule


def test_every_fault_is_listed_in_the_order_of_the_rows() -> None:
    found = problems(
        replace(SOLD, trade_id="s0", lots=(("b7", Decimal(10)),)),
        replace(BOUGHT, shares=Decimal(0)),
        SOLD,
    )
    assert [p.line for p in found] == [1, 2, 3]
