from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from app.book.book import Book
from app.custodian.order_values import ApprovedLot, ApprovedOrder
from engine.records import (
    Account,
    AccountKind,
    Cash,
    Constraint,
    FilingStatus,
    Household,
    IncomeKind,
    Lot,
    Person,
    PersonRole,
    PlannedIncome,
    Quote,
    QuoteState,
    Rule,
    Security,
    Side,
    Sleeve,
    Target,
    TaxProfile,
    Term,
    User,
    UserRole,
)
from engine.results import Alpha, Evaluation, Forecast, LotSale, Proposal, Purchase, TaxBill

AT = datetime(2026, 10, 19, 14, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ZERO = Decimal("0.00")


def household() -> Household:
    return Household(
        household_id="H1",
        name="O'Hara; DROP TABLE lots;--",
        people=(Person("P1", "Pat \"]O'Hara", PersonRole.CLIENT, date(1970, 2, 28)),),
        accounts=(
            Account("A1", "P1", "Joint", AccountKind.JOINT, "Schwab", "00012345"),
            Account("A2", "P1", "IRA", AccountKind.IRA, reinvest=True),
        ),
        lots=(
            Lot(
                "L1",
                "A1",
                "S1",
                Decimal(100),
                Decimal("2500.01"),
                date(2025, 3, 3),
                date(2025, 3, 3),
            ),
            Lot("L2", "A1", "S1", Decimal("2.5"), Decimal(70), date(2026, 1, 5), date(2026, 1, 5)),
            Lot("L3", "A2", "S2", Decimal(10), Decimal(400), date(2024, 1, 5), date(2024, 1, 5)),
        ),
        profile=TaxProfile(2026, FilingStatus.MFJ, "CA", wages_usd=Decimal(250000)),
        sleeves=(
            Sleeve(
                "SL", "core", ("A1",), Target("T", "idx", date(2026, 1, 2), {"S1": 0.5, "S2": 0.5})
            ),
        ),
        cash=(Cash("A1", Decimal("1000.50")),),
        constraints=(Constraint("C1", Rule.TRACKING_ERROR_MAX, Decimal("0.02")),),
        identical=(frozenset({"S1", "S3"}),),
        different=(frozenset({"S2", "S3"}),),
        planned_income=(
            PlannedIncome(
                "V1", date(2026, 12, 15), IncomeKind.WAGES, Decimal(40000), Decimal(5000), "vest"
            ),
        ),
    )


SECURITIES = tuple(Security(f"S{n}", f"SYM{n}", f"Name {n}") for n in (1, 2, 3))
ADVISOR = User("ann", "Ann", frozenset({UserRole.RECOMMEND, UserRole.APPROVE}))
SECOND = User("bob", "Bob", frozenset({UserRole.APPROVE}))
REVIEWER = User("rex", "Rex", frozenset({UserRole.REVIEW}))


def quote(security_id: str, price: str) -> Quote:
    p = Decimal(price)
    return Quote(security_id, p, p, p, AT, AT, "tape", 1, QuoteState.REPLAY, p)


def proposal(number: int = 1) -> Proposal:
    alpha = Alpha(*(Decimal(n) for n in (300, 20, 100, 5, 1, 2, 3, 4, 5, 400)))
    sale = LotSale(
        "L1", "A1", "S1", Decimal(100), Decimal("2500.01"), Term.LONG, Decimal("-500.01")
    )
    return Proposal(
        f"PR{number}", "H1", (sale,), (Purchase("A1", "S2", Decimal(40), Decimal(50)),), alpha,
        Decimal(100), Decimal(300), 1.0, "harvest", ("a loss of $500.01",), "", Decimal("19.95"),
        AT, AT + HOUR, f"SN{number}",
    )  # fmt: skip


def evaluation(number: int = 1) -> Evaluation:
    bill = TaxBill(2026, (), Decimal(10), Decimal(8), Decimal(2), ZERO, ZERO, (), "law1")
    flags = (
        Forecast("L1", "S1", AT + HOUR, 3.0, 19.5, False, 0.85, 0.01, 0.9, 0.3, True),
        Forecast("L2", "S1", AT + HOUR, 3.0, 12.5, False, 0.10, 0.01, 0.2, 0.3, False),
    )
    return Evaluation(
        f"E{number}", "H1", AT, f"SN{number}", 7, 1000, "law1", "0.1.0",
        {"S1": quote("S1", "20.00"), "S2": quote("S2", "50.00")}, flags, (), (proposal(number),),
        (), {"Tech": (0.1, 0.2)}, bill, bill,
    )  # fmt: skip


def order(number: int = 1, approver: str = "ann") -> ApprovedOrder:
    lot = ApprovedLot("L1", Decimal(100), Decimal("2500.01"), date(2025, 3, 3), date(2025, 3, 3))
    return ApprovedOrder(
        f"LOTL-{number:026d}", f"PR{number}", "H1", "A1", "00012345", "S1", "SYM1", "", Side.SELL,
        Decimal(100), Decimal("19.95"), "DAY", (lot,), Decimal(20), ZERO, Decimal("-500.01"), None,
        "SYM2", "loss", "engine", approver, "ann", True, AT, AT,
    )  # fmt: skip


def fill_book(book: Book) -> Book:
    book.save_securities(SECURITIES, "lotlight", AT)
    for user in (ADVISOR, SECOND, REVIEWER):
        book.save_user(user, "lotlight", AT)
    book.save_household(household(), "ann", AT)
    return book
