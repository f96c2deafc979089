"""A small household for decision tests: one taxed account, an IRA, a plain 2026 return."""

from datetime import date
from decimal import Decimal

from engine.records import (
    Account,
    AccountKind,
    FilingStatus,
    Horizon,
    Household,
    Lot,
    Person,
    PersonRole,
    PlannedGain,
    TaxProfile,
    Term,
)
from engine.results import LotSale

D = Decimal
DAY = date(2026, 6, 1)


def lot(lot_id: str = "L1", shares: str = "100", basis: str = "10000.00") -> Lot:
    return Lot(lot_id, "A1", "ALFA", D(shares), D(basis), date(2026, 1, 5), date(2026, 1, 5))


def profile(**changes: object) -> TaxProfile:
    values: dict[str, object] = {
        "year": 2026,
        "filing_status": FilingStatus.MFJ,
        "state": "TX",
        "wages_usd": D(400_000),
    }
    return TaxProfile(**(values | changes))  # type: ignore[arg-type]


def household(
    *lots: Lot,
    short: str = "0",
    long: str = "0",
    sd: str = "0",
    horizon: Horizon | None = None,
    **changes: object,
) -> Household:
    planned = tuple(
        PlannedGain(f"P-{term}", date(2026, 11, 1), term, D(amount), D(sd))
        for term, amount in ((Term.SHORT, short), (Term.LONG, long))
        if D(amount)
    )
    return Household(
        "H1",
        "Test",
        (Person("P1", "Client", PersonRole.CLIENT),),
        (
            Account("A1", "P1", "Taxable", AccountKind.TAXABLE),
            Account("A2", "P1", "IRA", AccountKind.IRA),
        ),
        lots or (lot(),),
        profile(**changes),
        planned_gains=planned,
        horizon=horizon or Horizon(),
    )


def sale(gain: str, term: Term = Term.SHORT, lot_id: str = "L1") -> LotSale:
    return LotSale(lot_id, "A1", "ALFA", D(100), D(10_000), term, D(gain))
