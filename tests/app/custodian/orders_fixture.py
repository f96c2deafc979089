"""One household, one approved harvest: the orders that the tests send and fill."""

from datetime import UTC, date, datetime
from decimal import Decimal

from app.custodian.order_values import ApprovedOrder
from app.custodian.orders import Signature, approved_orders
from engine.records import (
    Account,
    AccountKind,
    FilingStatus,
    Household,
    Lot,
    Security,
    TaxProfile,
    Term,
)
from engine.results import Alpha, LotSale, Proposal, ProposalState, Purchase

D = Decimal
AT = datetime(2026, 10, 30, 15, 0, tzinfo=UTC)
SIGNED = Signature("engine", "ann", "bob", AT, AT)
NKE, LULU, BRK = (
    Security("NKE", "NKE", "Nike", cusip="654106103"),
    Security("LULU", "LULU", "Lululemon"),
    Security("BRK.B", "BRK.B", "Berkshire Hathaway B"),
)
SECURITIES = {security.security_id: security for security in (NKE, LULU, BRK)}
LOTS = (
    Lot("L1", "A1", "NKE", D(60), D("5718.00"), date(2024, 6, 20), date(2024, 6, 20)),
    Lot("L2", "A1", "NKE", D(60), D("5116.80"), date(2026, 9, 19), date(2026, 6, 7)),
)
HOUSEHOLD = Household(
    "H1",
    "Roe",
    (),
    (Account("A1", "P1", "Joint", AccountKind.JOINT, "Schwab", "1234-0123", discretionary=False),),
    LOTS,
    TaxProfile(2026, FilingStatus.MFJ, "TX"),
)
ALPHA = Alpha(*[D(0)] * 10)


def proposal(state: ProposalState = ProposalState.APPROVED, reason: str = "harvest") -> Proposal:
    return Proposal(
        "P-1",
        "H1",
        (
            LotSale("L2", "A1", "NKE", D(60), D("5116.80"), Term.SHORT, D("-1241.40")),
            LotSale("L1", "A1", "NKE", D(40), D("3812.00"), Term.LONG, D("-1228.40")),
        ),
        (Purchase("A1", "LULU", D(38), D("170.595")),),
        ALPHA,
        D(0),
        D(0),
        1.0,
        "harvest",
        (reason,),
        "",
        D("64.55"),
        AT,
        AT,
        "S-1",
        state,
    )


def orders() -> tuple[ApprovedOrder, ...]:
    return approved_orders(proposal(), HOUSEHOLD, SECURITIES, SIGNED, wash_window_days=30)
