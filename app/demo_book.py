"""The practice of the demo: three made-up households on the simulated market.

They are chosen so that every part of the workstation has something to do: a couple with a cash need
and a gain limit, a concentrated holder with carryforwards, and a household with accounts that the
engine may look at and not trade. Every name says that it is simulated.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from app.demo_activity import Activity, recent_activity
from app.demo_market import (
    Closes,
    Programme,
    bought,
    demo_closes,
    demo_securities,
    demo_weights,
    largest,
)
from engine.records import (
    Account,
    AccountKind,
    Cash,
    CashNeed,
    Constraint,
    ExternalAsset,
    FilingStatus,
    Horizon,
    Household,
    Lot,
    Person,
    PersonRole,
    PlannedGain,
    Rule,
    Scope,
    Security,
    SecurityKind,
    Sleeve,
    Target,
    TaxProfile,
    Term,
    User,
    UserRole,
)

SEED = 20261019
INDEX = "Demo 160 (simulated)"
BOND = Security("DEMO-BOND", "DEMO-BOND", "Demo county 4 % 2034 (fictional)", SecurityKind.BOND)
FUND = Security("DEMO-FUND", "DEMOX", "Demo income fund (fictional)", SecurityKind.NAV_FUND)
SWEEP = Security("DEMO-SWEEP", "DEMO-SWEEP", "Demo bank sweep (fictional)", SecurityKind.SWEEP)

# account: names bought, first purchase (sessions ago), sessions between two, last, dollars each.
BUYING = {
    "hale-joint": (120, 600, 28, 24, 120_000),
    "hale-spouse": (60, 400, 63, 30, 60_000),
    "hale-ira": (40, 500, 126, 40, 50_000),
    "hale-roth": (25, 380, 126, 40, 20_000),
    "okafor-tax": (110, 500, 63, 26, 150_000),
    "okafor-ira": (30, 450, 126, 40, 40_000),
    "lindqvist-tax": (85, 420, 63, 30, 90_000),
    "lindqvist-own": (25, 300, 126, 60, 40_000),
    "lindqvist-roth": (20, 380, 126, 40, 20_000),
}


@dataclass(frozen=True, slots=True)
class Practice:
    """What a book is seeded with.

    Attributes:
        securities: Everything that is held or may be bought.
        users: Who signs.
        households: The clients.
        feed: Feed that the book names as its own, "" for none.
    """

    securities: tuple[Security, ...]
    users: tuple[User, ...]
    households: tuple[Household, ...]
    feed: str = ""


def practice(at: datetime) -> Practice:
    """The demo practice as of the New York day of ``at``: bought before it, nothing known after.

    The same instant gives the same practice, id by id.
    """
    today = at.astimezone(ZoneInfo("America/New_York")).date()
    closes = demo_closes().until(today)
    households = (_hale(closes, today), _okafor(closes, today), _lindqvist(closes, today))
    return Practice((*demo_securities(), BOND, FUND, SWEEP), users(), households, "demo")


def users() -> tuple[User, ...]:
    """Who signs in a demo: an advisor who approves, a reviewer who looks."""
    return (
        User("advisor", "Demo advisor", frozenset({UserRole.RECOMMEND, UserRole.APPROVE})),
        User("reviewer", "Demo reviewer", frozenset({UserRole.REVIEW})),
    )


def _hale(closes: Closes, today: date) -> Household:
    """A couple that needs $50,000 in three months and wants no more than $10,000 of gains."""
    index = demo_weights()
    left_out = frozenset({"XULDA.B"})
    kept = next(iter(largest(index, 1, left_out)))
    due = today + timedelta(days=91)
    base = Household(
        "hale",
        "Hale (simulated)",
        (
            Person("hale-1", "Sam Hale", PersonRole.CLIENT, date(1968, 4, 2)),
            Person("hale-2", "Robin Hale", PersonRole.SPOUSE, date(1971, 9, 19)),
        ),
        (
            account("hale-joint", "hale-1", "Hale joint", AccountKind.JOINT),
            account("hale-spouse", "hale-2", "Robin Hale", AccountKind.TAXABLE),
            account("hale-ira", "hale-1", "Sam Hale IRA", AccountKind.IRA, reinvest=True),
            account("hale-roth", "hale-2", "Robin Hale Roth", AccountKind.ROTH),
        ),
        _lots(closes, "hale", left_out),
        TaxProfile(
            today.year,
            FilingStatus.MFJ,
            "CA",
            wages_usd=Decimal(410_000),
            taxable_interest_usd=Decimal(6_200),
            ordinary_dividends_usd=Decimal(21_400),
            qualified_dividends_usd=Decimal(17_900),
            salt_paid_usd=Decimal(31_000),
            mortgage_interest_usd=Decimal(18_500),
            age_head=58,
            age_spouse=55,
        ),
        sleeves=(
            _sleeve("hale-core", "Core index", ("hale-joint", "hale-spouse"), closes, left_out),
            _sleeve("hale-retirement", "Retirement", ("hale-ira", "hale-roth"), closes, left_out),
        ),
        cash=(
            Cash("hale-joint", Decimal("8240.55"), Decimal("312.40")),
            Cash("hale-spouse", Decimal("3015.10")),
            Cash("hale-ira", Decimal("940.22")),
            Cash("hale-roth", Decimal("155.00")),
        ),
        cash_needs=(CashNeed("hale-need", due, Decimal(50_000), "Tuition", "hale-joint"),),
        constraints=(
            Constraint("hale-gain", Rule.NET_GAIN_MAX_USD, Decimal(10_000)),
            Constraint("hale-te", Rule.TRACKING_ERROR_MAX, Decimal("0.02")),
            Constraint("hale-min", Rule.MIN_TRADE_USD, Decimal(500)),
            Constraint("hale-keep", Rule.NEVER_SELL, Decimal(1), Scope.SECURITY, kept),
        ),
    )
    return with_activity(base, recent_activity(closes, base, "hale-joint", ("hale-ira",), SEED + 1))


def _okafor(closes: Closes, today: date) -> Household:
    """A single founder: most of the wealth in one outside stock, losses carried from earlier."""
    index = demo_weights()
    founder = max(index, key=lambda name: (index[name], name))
    left_out = frozenset({founder, "XULDA.B"})
    base = Household(
        "okafor",
        "Okafor (simulated)",
        (Person("okafor-1", "Ada Okafor", PersonRole.CLIENT, date(1979, 1, 30)),),
        (
            account("okafor-tax", "okafor-1", "Ada Okafor", AccountKind.TAXABLE),
            account("okafor-ira", "okafor-1", "Ada Okafor IRA", AccountKind.IRA),
        ),
        _lots(closes, "okafor", left_out),
        TaxProfile(
            today.year,
            FilingStatus.SINGLE,
            "NY",
            wages_usd=Decimal(265_000),
            ordinary_dividends_usd=Decimal(48_000),
            qualified_dividends_usd=Decimal(44_500),
            st_carryforward_usd=Decimal(18_400),
            lt_carryforward_usd=Decimal(41_750),
            salt_paid_usd=Decimal(24_000),
            charity_cash_usd=Decimal(15_000),
            age_head=47,
        ),
        sleeves=(
            _sleeve("okafor-core", "Completion", ("okafor-tax", "okafor-ira"), closes, left_out),
        ),
        cash=(Cash("okafor-tax", Decimal("22410.00")), Cash("okafor-ira", Decimal("1204.90"))),
        external=(
            ExternalAsset(
                "okafor-founder",
                "Founder shares, held at the transfer agent",
                Decimal(2_400_000),
                Decimal(180_000),
                date(2015, 6, 1),
                security_id=founder,
                as_of=closes.days[-1],
            ),
        ),
        planned_gains=(
            PlannedGain(
                "okafor-plan",
                date(today.year, 12, 10),
                Term.LONG,
                Decimal(90_000),
                Decimal(15_000),
                "Sale of founder shares under a plan",
            ),
        ),
        constraints=(
            Constraint("okafor-founder", Rule.NEVER_BUY, Decimal(1), Scope.SECURITY, founder),
            Constraint("okafor-te", Rule.TRACKING_ERROR_MAX, Decimal("0.03")),
            Constraint("okafor-min", Rule.MIN_TRADE_USD, Decimal(500)),
        ),
        horizon=Horizon(years=20, discount_rate=0.05),
    )
    return with_activity(
        base, recent_activity(closes, base, "okafor-tax", ("okafor-ira",), SEED + 2)
    )


def _lindqvist(closes: Closes, today: date) -> Household:
    """A retired couple, partly in accounts and securities that the engine may not trade."""
    tax, own, roth = "lindqvist-tax", "lindqvist-own", "lindqvist-roth"
    base = Household(
        "lindqvist",
        "Lindqvist (simulated)",
        (
            Person("lindqvist-1", "Elin Lindqvist", PersonRole.CLIENT, date(1955, 11, 8)),
            Person("lindqvist-2", "Tom Lindqvist", PersonRole.SPOUSE, date(1953, 2, 14)),
        ),
        (
            account(tax, "lindqvist-1", "Lindqvist joint", AccountKind.JOINT, reinvest=True),
            replace(
                account(own, "lindqvist-2", "Tom Lindqvist, own choice", AccountKind.TAXABLE),
                discretionary=False,
            ),
            account(roth, "lindqvist-1", "Elin Lindqvist Roth", AccountKind.ROTH),
        ),
        (*_lots(closes, "lindqvist", frozenset()), *_held_only(own, closes)),
        TaxProfile(
            today.year,
            FilingStatus.MFJ,
            "FL",
            taxable_interest_usd=Decimal(19_000),
            ordinary_dividends_usd=Decimal(34_000),
            qualified_dividends_usd=Decimal(29_000),
            other_ordinary_usd=Decimal(96_000),
            lt_gain_usd=Decimal(6_300),
            age_head=71,
            age_spouse=73,
        ),
        sleeves=(_sleeve("lindqvist-core", "Core index", (tax, roth), closes, frozenset()),),
        cash=(
            Cash(tax, Decimal("5120.00")),
            Cash(own, Decimal("2650.75")),
            Cash(roth, Decimal("80.10")),
        ),
        constraints=(
            Constraint("lindqvist-te", Rule.TRACKING_ERROR_MAX, Decimal("0.025")),
            Constraint("lindqvist-hold", Rule.MIN_HOLDING_DAYS, Decimal(31)),
            Constraint("lindqvist-harvest", Rule.LOSS_HARVEST_ONLY, Decimal(1)),
        ),
        horizon=Horizon(years=12, step_up_probability=0.45),
    )
    return with_activity(base, recent_activity(closes, base, tax, (tax,), SEED + 3))


def _held_only(account_id: str, closes: Closes) -> tuple[Lot, ...]:
    """A bond, a fund priced once a day and a sweep: held, valued, counted, never traded."""
    day = closes.days[max(0, len(closes.days) - 300)]
    held = ((BOND, 50_000, "51250.00"), (FUND, 2_140, "24610.00"), (SWEEP, 15_000, "15000.00"))
    lots = []
    for security, shares, basis in held:
        lot_id = f"{account_id}-{security.security_id.lower()}"
        terms = (Decimal(shares), Decimal(basis), day, day)
        lots.append(Lot(lot_id, account_id, security.security_id, *terms))
    return tuple(lots)


def _lots(closes: Closes, household_id: str, left_out: frozenset[str]) -> tuple[Lot, ...]:
    """What the household's programmes have bought."""
    index = demo_weights()
    lots: list[Lot] = []
    for number, (account_id, (names, first, every, last, dollars)) in enumerate(BUYING.items()):
        if account_id.startswith(household_id):
            weights = largest(index, names, left_out)
            programme = Programme(account_id, weights, first, every, last, dollars)
            lots += bought(closes, programme, SEED + 100 + number)
    return tuple(lots)


def account(
    account_id: str, person_id: str, name: str, kind: AccountKind, *, reinvest: bool = False
) -> Account:
    """An account at the made-up custodian of the demo."""
    number = f"00{len(name):02}-{sum(account_id.encode()) % 10_000:04}"
    return Account(account_id, person_id, name, kind, "demo", number, reinvest=reinvest)


def _sleeve(
    sleeve_id: str, name: str, accounts: tuple[str, ...], closes: Closes, left_out: frozenset[str]
) -> Sleeve:
    """Accounts managed to the whole index without the names left out."""
    weights = {name: weight for name, weight in demo_weights().items() if name not in left_out}
    total = sum(weights.values())
    scaled = {name: weight / total for name, weight in weights.items()}
    target = Target(f"{sleeve_id}-target", INDEX, closes.days[-1], scaled, left_out)
    return Sleeve(sleeve_id, name, accounts, target)


def with_activity(household: Household, activity: Activity) -> Household:
    """The household after its last weeks of trading."""
    return replace(
        household, lots=activity.lots, trades=activity.trades, realized=activity.realized
    )
