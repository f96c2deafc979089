"""Every sample of a custodian's file, held against figures worked out by hand."""

import csv
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.commands.imports import import_
from app.custodian.canonical import lot_rows
from app.custodian.plan import plan
from app.custodian.profile import load, names
from app.custodian.read import recognise
from app.custodian.sniff import as_source
from app.custodian.values import CashLine, Known, RealizedLine, TransactionLine
from engine.records import SecurityKind, Side
from tests.app.custodian.conftest import FORMATS, SAMPLES, Read

D = Decimal
LOT_FILES = {
    "schwab/Lot-Details-MSFT-9col.csv": {"MSFT"},
    "schwab/Lot-Details-NKE-15col-wash.csv": {"NKE"},
    "ibkr/flex_open_positions_lots.xml": {"MSFT", "AMD", "KR", "NKE"},
}
POSITION_FILES = [
    "schwab/All-Accounts-Positions-2023layout.csv",
    "schwab/Individual-Positions-2024layout.csv",
    "fidelity/Portfolio_Positions_Oct-31-2025.csv",
    "vanguard/OfxDownload.csv",
    "etrade/PortfolioDownload.csv",
    "merrill/ExportData.csv",
    "ofx/schwab_like_v102.ofx",
]


def expected() -> list[dict[str, str]]:
    text = (SAMPLES / "EXPECTED_canonical_lots.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def key(row: dict[str, str]) -> tuple[str, ...]:
    return (row["account"], row["symbol"], row["open_date"], row["cost_basis"])


@pytest.mark.parametrize("name", FORMATS)
def test_a_sample_is_read_without_a_problem_and_every_row_is_accounted_for(
    name: str, read_sample: Read
) -> None:
    parsed = read_sample(name)
    assert parsed.problems == ()
    assert parsed.rejected == ()
    assert parsed.lines
    assert all(total.agrees for total in parsed.totals if total.blocking)


@pytest.mark.parametrize("name", FORMATS)
def test_a_sample_is_recognised_without_naming_its_profile(name: str) -> None:
    path = SAMPLES / name
    assert recognise(as_source(path.name, path.read_bytes())).name == FORMATS[name]


@pytest.mark.parametrize("name", LOT_FILES)
def test_lots_equal_the_canonical_lots_in_every_column(name: str, read_sample: Read) -> None:
    found = lot_rows(read_sample(name), "", date(2026, 1, 1))
    wanted = [row for row in expected() if row["symbol"] in LOT_FILES[name]]
    assert sorted(found, key=key) == sorted(wanted, key=key)


def test_the_lot_files_together_are_all_lots_of_the_account(read_sample: Read) -> None:
    found = {key(row) for name in LOT_FILES for row in lot_rows(read_sample(name), "", date.max)}
    assert found == {key(row) for row in expected() if row["account"] == "123"}


def test_the_jpmorgan_lot_keeps_basis_and_holding_period_start_apart(read_sample: Read) -> None:
    (found,) = lot_rows(read_sample("jpmorgan/positions_lots.csv"), "123", date.max)
    (wanted,) = [row for row in expected() if row["open_date"] == "2025-09-19"]
    assert found == wanted


@pytest.mark.parametrize("name", POSITION_FILES)
def test_positions_are_the_lots_added_up_and_say_that_lots_are_missing(
    name: str, read_sample: Read
) -> None:
    parsed = read_sample(name)
    sums: dict[str, list[Decimal]] = {}
    for row in expected():
        held = sums.setdefault(row["symbol"], [D(0), D(0)])
        held[0] += D(row["quantity"])
        held[1] += D(row["cost_basis"])
    checked = 0
    for line in parsed.positions():
        if line.security.symbol in sums:
            shares, basis = sums[line.security.symbol]
            assert line.shares == shares
            assert line.basis_usd is None or line.basis_usd == basis
            checked += 1
    assert checked >= 1
    found = plan(parsed, load(FORMATS[name]), Known())
    assert found.new == ()
    named = {gap.security for gap in found.gaps if gap.kind == "lots_missing"}
    assert named == {line.security.symbol for line in parsed.positions()}
    assert all(position.gap for position in found.positions)


def test_an_incomplete_basis_is_a_gap_and_never_a_zero(read_sample: Read) -> None:
    name = "schwab/All-Accounts-Positions-2023layout.csv"
    found = plan(read_sample(name), load(FORMATS[name]), Known())
    (intel,) = [p for p in found.positions if p.security_id == "INTC"]
    assert intel.basis_usd is None
    assert "basis" in intel.gap
    assert [g.kind for g in found.gaps if g.security == "INTC"] == ["lots_missing", "basis_unknown"]


def test_options_bonds_funds_and_sweep_cash_are_held_as_what_they_are(read_sample: Read) -> None:
    schwab = read_sample("schwab/All-Accounts-Positions-2023layout.csv")
    kinds = {line.security.symbol: line.security.kind for line in schwab.positions()}
    assert kinds["SPY 12/19/2025 600.00 P"] is SecurityKind.OPTION
    assert kinds["VTI"] is SecurityKind.ETF
    fidelity = read_sample("fidelity/Portfolio_Positions_Oct-31-2025.csv")
    (bond,) = [p for p in fidelity.positions() if p.security.kind is SecurityKind.BOND]
    assert bond.price_usd is not None
    assert (bond.price_usd * bond.shares).quantize(D("0.01")) == bond.market_usd == D("43916.40")
    assert [line for line in fidelity.lines if isinstance(line, CashLine)] == [
        CashLine(2, "Z00000123", D("1830.25")),
        CashLine(8, "Z00000123", D("-125.00"), settled=False),
    ]
    (sweep,) = [x for x in read_sample("vanguard/OfxDownload.csv").lines if isinstance(x, CashLine)]
    assert sweep.amount_usd == D("95.10")


def test_price_and_quantity_are_told_apart_by_name_when_they_swap_places(read_sample: Read) -> None:
    found = {}
    for name in FORMATS:
        if FORMATS[name] == "fidelity-history":
            for line in read_sample(name).lines:
                assert isinstance(line, TransactionLine)
                found[line.traded_on, line.security.symbol] = (line.shares, line.price_usd)
    assert found[date(2025, 9, 19), "NKE"] == (D(60), D("78.41"))
    assert found[date(2026, 1, 28), "KR"] == (D(10), D("61.20"))
    assert found[date(2025, 12, 3), "KR"] == (D(-50), D("66.10"))


def test_the_nike_loss_is_the_same_sale_in_five_files(read_sample: Read) -> None:
    """
    2025-06-03 buy   60 NKE @ 78.41 = 4704.60
    2025-09-15 sell  60 NKE @ 71.54, loss 412 and cents by fees, all of it washed on 09-19
    """
    shares, disallowed = {}, {}
    for name in (
        "schwab/Realized-GainLoss-LotDetails-25col.csv",
        "schwab/1099-Composite-XXXX-X123.csv",
        "fidelity/Realized_Gain_Loss_Account_Z00000123.csv",
        "etrade/GL_Expanded_2025.csv",
        "ibkr/flex_open_positions_lots.xml",
    ):
        sold = [x for x in read_sample(name).lines if isinstance(x, RealizedLine)]
        nike = [x for x in sold if "NKE" in x.security.symbol or "NIKE" in x.security.name]
        shares[name] = sum(x.shares for x in nike)
        disallowed[name] = sum(x.disallowed_usd for x in nike)
        assert {x.sold_on for x in nike} == {date(2025, 9, 15)}
        assert {x.acquired_on for x in nike} == {date(2025, 6, 3)}
        assert sum(x.basis_usd or 0 for x in nike) == D("4704.60")
    assert set(shares.values()) == {D(60)}
    assert disallowed["schwab/1099-Composite-XXXX-X123.csv"] == D("412.20")
    assert disallowed["etrade/GL_Expanded_2025.csv"] == D("243.96")


def test_an_effective_date_comes_before_the_date_of_posting(read_sample: Read) -> None:
    lines = read_sample("schwab/Brokerage-Transactions.csv").lines
    (interest,) = [x for x in lines if isinstance(x, TransactionLine) and "Int" in x.action]
    assert interest.traded_on == date(2025, 9, 15)
    sides = [
        load("schwab-transactions").side_of(x.action)
        for x in lines
        if isinstance(x, TransactionLine)
    ]
    assert sides == [Side.REINVEST, Side.BUY, Side.SELL, None, None, None, None]


def test_a_total_that_does_not_add_up_is_told_where_the_custodian_is_known_for_it(
    read_sample: Read,
) -> None:
    parsed = read_sample("schwab/All-Accounts-Positions-2023layout.csv")
    assert [(t.account, t.agrees, t.blocking) for t in parsed.totals] == [
        ("123", False, False),
        ("234", True, False),
    ]


def test_every_shipped_profile_is_well_formed_and_has_a_title() -> None:
    assert len(names()) >= 18
    assert all(load(name).title for name in names())


def test_the_command_shows_the_lots_in_the_contract_columns(tmp_path: Path) -> None:
    path = SAMPLES / "ibkr/flex_open_positions_lots.xml"
    ran = CliRunner().invoke(
        import_, ["ibkr-flex", str(path), "--dry-run", "--json"], standalone_mode=False
    )
    document = json.loads(ran.stdout)
    wanted = [row for row in expected() if row["account"] == "123"]
    assert sorted(document["lots"], key=key) == sorted(wanted, key=key)
    assert (document["new"], document["rejected"], document["problems"]) == (7, 0, [])
    assert ran.return_value == 0
