"""Every scenario on lots, death and wash sales changes what is proposed, or what it is worth."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from engine.decision.harvest import Harvest, harvest
from engine.decision.household_tax import open_year
from engine.decision.prepare import Prepared, prepare
from engine.decision.settings import DecisionSettings
from engine.law.scenarios import apply_scenario
from engine.law.wash_settings import WashSettings
from engine.records import Horizon, Lot, SecurityKind
from engine.results import WashConfidence
from tests.engine.decision.plan_books import LAW, NAMES, TODAY, home, market

D = Decimal
MARKET = market()
PRICE = float(MARKET.quotes[NAMES[0]].last_usd)
OLD, YOUNG = TODAY - timedelta(days=1500), TODAY - timedelta(days=100)


def lot(name: str, on: date, basis: float, account: str = "A1", security: str = NAMES[0]) -> Lot:
    return Lot(name, account, security, D(100), D(round(100 * PRICE * basis)), on, on)


GAIN, LOSS = lot("gain", OLD, 0.6), lot("loss", YOUNG, 1.4)
PATIENT = Horizon(20, 0.04, 0.5)


def under(scenario: str, *lots: Lot, **changes: object) -> tuple[Prepared, Prepared]:
    """A household today, and as it would be under a scenario in force this year."""
    found = home(MARKET, lots=lots, **changes)  # type: ignore[arg-type]
    law = apply_scenario(LAW, scenario, found.profile.year)
    return prepare(found, LAW, MARKET), prepare(found, law, MARKET)


def harvested(prepared: Prepared, *lots: Lot) -> Harvest:
    found = harvest(prepared, MARKET, lots, DecisionSettings(), prepared.buyable)
    assert found is not None
    return found


def test_mandatory_fifo_sells_the_older_gain_before_the_loss() -> None:
    now, then = under("mandatory-fifo", GAIN, LOSS)
    assert [s.lot_id for s in harvested(now, LOSS).sales] == ["loss"]
    assert [s.lot_id for s in harvested(then, LOSS).sales] == ["gain", "loss"]
    assert harvested(then, LOSS).alpha.net_usd < harvested(now, LOSS).alpha.net_usd


def test_mandatory_fifo_leaves_a_loss_alone_when_an_older_lot_may_not_be_sold() -> None:
    _, then = under("mandatory-fifo", GAIN, LOSS)
    kept = replace(then, kept=np.array([x.lot_id == "gain" for x in then.lots]))
    assert harvest(kept, MARKET, [LOSS], DecisionSettings(), kept.buyable) is None


def test_without_a_step_up_more_of_the_deferred_gain_is_given_back() -> None:
    now, then = under("no-step-up", LOSS, horizon=PATIENT)
    assert then.tax.exit_rate == pytest.approx(2 * now.tax.exit_rate)
    assert harvested(then, LOSS).alpha.deferred_usd > harvested(now, LOSS).alpha.deferred_usd


def test_a_sale_at_death_gives_back_as_much_as_no_step_up() -> None:
    found = home(MARKET, lots=(LOSS,), horizon=PATIENT)
    (told,) = LAW.values["death.gain_taxed"]
    law = LAW.amended("death-is-a-sale", [replace(told, value=True, first_year=2030)])
    carried = apply_scenario(LAW, "no-step-up")
    assert open_year(found, law).exit_rate == open_year(found, carried).exit_rate
    soon = replace(found, horizon=Horizon(2, 0.04, 0.5))
    assert open_year(soon, law).exit_rate == open_year(soon, LAW).exit_rate


def test_an_indexed_basis_makes_a_lower_basis_dearer() -> None:
    now, then = under("indexed-basis", LOSS, horizon=PATIENT)
    assert then.tax.exit_rate == pytest.approx(now.tax.exit_rate * 1.02**20)
    assert harvested(then, LOSS).alpha.net_usd < harvested(now, LOSS).alpha.net_usd
    soon, soon_then = under("indexed-basis", LOSS, horizon=Horizon(3, 0.04, 0.5))
    assert soon.tax.exit_rate == soon_then.tax.exit_rate


def test_a_digital_asset_is_on_the_lists_only_where_the_statute_reaches_it() -> None:
    recent = lot("recent", TODAY - timedelta(days=5), 1.0)
    seen = dict(MARKET.securities)
    seen[NAMES[0]] = replace(seen[NAMES[0]], kind=SecurityKind.DIGITAL_ASSET)
    outlook = replace(MARKET, securities=seen)
    found = home(outlook, lots=(LOSS, recent))
    law = apply_scenario(LAW, "wash-digital-assets", found.profile.year)
    assert prepare(found, LAW, outlook).blocks == ()
    assert {b.lot_id for b in prepare(found, law, outlook).blocks} == {"loss"}
    stock = {b.lot_id for b in prepare(found, LAW, MARKET).blocks}
    assert stock == {"loss"}


def test_a_spouses_purchase_is_firm_once_the_statute_names_related_parties() -> None:
    from engine.records import Account, AccountKind, Person, PersonRole

    recent = lot("recent", TODAY - timedelta(days=5), 1.0, "SP")
    found = home(MARKET, lots=(LOSS, recent))
    found = replace(
        found,
        people=(*found.people, Person("P2", "Spouse", PersonRole.SPOUSE)),
        accounts=(*found.accounts, Account("SP", "P2", "Spouse", AccountKind.TAXABLE)),
    )
    law = apply_scenario(LAW, "related-parties", found.profile.year)
    (now,) = [b for b in prepare(found, LAW, MARKET).blocks if b.lot_id == "loss"]
    (then,) = [b for b in prepare(found, law, MARKET).blocks if b.lot_id == "loss"]
    assert (now.confidence, then.confidence) == (WashConfidence.CONVENTION, WashConfidence.FIRM)


def test_earlier_purchases_do_not_block_where_the_practice_does_not_count_them() -> None:
    first = lot("first", TODAY - timedelta(days=20), 1.0)
    later = lot("later", TODAY - timedelta(days=10), 1.4)
    found = home(MARKET, lots=(first, later))
    cautious = {b.lot_id for b in prepare(found, LAW, MARKET).blocks}
    bold = prepare(found, LAW, MARKET, wash=WashSettings(earlier_purchases_count=False)).blocks
    assert cautious == {"first", "later"}
    assert {b.lot_id for b in bold} == {"first"}
