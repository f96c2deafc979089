"""A household with some hundred lots in forty names, two taxed accounts and a market around it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np

from app.lawbook import load
from engine.arrays import dollars
from engine.decision.outlook import Floats, Ints, Outlook, Touches
from engine.decision.prepare import Prepared, prepare
from engine.market.risk import RiskModel
from engine.records import (
    Account,
    AccountKind,
    Cash,
    CashNeed,
    Constraint,
    Household,
    Lot,
    Person,
    PersonRole,
    Quote,
    QuoteState,
    Rule,
    Security,
    Sleeve,
    Target,
)
from tests.engine.decision.households import profile

D = Decimal
LAW = load()
TODAY = date(2026, 10, 28)
NOW = datetime(2026, 10, 28, 15, 0, tzinfo=UTC)
DUE = date(2027, 1, 28)
NAMES = tuple(f"S{i:02d}" for i in range(40))
SECTORS = ("tech", "banks", "energy", "health")


def no_touch(name: Ints, barrier: Floats) -> Touches:
    zero = np.zeros(np.broadcast(name, barrier).shape)
    return Touches(zero, zero, zero)


def market(seed: int = 5, states: Mapping[str, QuoteState] | None = None) -> Outlook:
    """Forty names at one moment; bid and ask lie two basis points around the last price."""
    rng = np.random.default_rng(seed)
    n = len(NAMES)
    price = np.round(rng.uniform(20, 300, n), 2)
    loadings = np.column_stack(
        [rng.uniform(0.14, 0.2, n), *(0.08 * (np.arange(n) % 4 == k) for k in range(4))]
    )
    quotes = {
        name: Quote(
            name,
            dollars(float(price[i]) * 0.9998),
            dollars(float(price[i]) * 1.0002),
            dollars(float(price[i])),
            NOW,
            NOW,
            "test",
            1,
            (states or {}).get(name, QuoteState.LIVE),
            dollars(float(price[i])),
        )
        for i, name in enumerate(NAMES)
    }
    return Outlook(
        as_of=NOW,
        today=TODAY,
        snapshot_id="snap",
        seed=seed,
        paths=1,
        names=NAMES,
        index={name: i for i, name in enumerate(NAMES)},
        securities={
            name: Security(name, name, name, sector=SECTORS[i % 4]) for i, name in enumerate(NAMES)
        },
        quotes=quotes,
        price=np.where([q.state.actionable for q in quotes.values()], price, np.nan),
        half_spread=np.full(n, 2e-4),
        adv_usd=np.full(n, 5e7),
        vol_annual=np.full(n, 0.3),
        window_ends_at=NOW + timedelta(hours=3),
        window_hours=3.0,
        to_close=False,
        touches=no_touch,
        hours=np.array([3.0]),
        relatives=np.ones((1, 1, n), dtype=np.float32),
        risk=RiskModel(loadings, np.ones(5), rng.uniform(0.15, 0.3, n)),
    )


def lots_of(
    outlook: Outlook, seed: int = 9, up: float = 0.5, spread: float = 0.3
) -> tuple[Lot, ...]:
    """Three lots a name, a quarter bought in the last year; most stand at a gain."""
    rng = np.random.default_rng(seed)
    found = []
    for i, name in enumerate(NAMES):
        last = float(outlook.quotes[name].last_usd)
        for k in range(3):
            days = (
                int(rng.integers(60, 340)) if rng.random() < 0.25 else int(rng.integers(400, 3000))
            )
            bought = TODAY - timedelta(days=days)
            shares = round(float(rng.uniform(3_000, 13_000)) / last, 6)
            basis = shares * last / float(np.exp(rng.normal(up, spread)))
            found.append(
                Lot(
                    f"L{i:02d}{k}", ("A1", "A2")[k % 2], name, D(repr(shares)), dollars(basis),
                    bought, bought,
                )
            )  # fmt: skip
    return tuple(found)


def home(
    outlook: Outlook,
    *limits: Constraint,
    need: str = "",
    cash: str = "4000",
    lots: tuple[Lot, ...] | None = None,
    **changes: object,
) -> Household:
    """About a million in two taxed accounts and an empty IRA."""
    weights = {name: 1.0 / len(NAMES) for name in NAMES}
    return Household(
        "H1",
        "Test",
        (Person("P1", "Client", PersonRole.CLIENT),),
        (
            Account("A1", "P1", "Joint", AccountKind.JOINT),
            Account("A2", "P1", "Taxable", AccountKind.TAXABLE),
            Account("A3", "P1", "IRA", AccountKind.IRA),
        ),
        lots if lots is not None else lots_of(outlook),
        profile(),
        sleeves=(Sleeve("S", "Index", ("A1", "A2"), Target("T", "Index", TODAY, weights)),),
        cash=(Cash("A1", D(cash)),),
        cash_needs=(CashNeed("need", DUE, D(need)),) if need else (),
        constraints=limits,
        **changes,  # type: ignore[arg-type]
    )


def laid_out(outlook: Outlook, *limits: Constraint, **changes: object) -> Prepared:
    return prepare(home(outlook, *limits, **changes), LAW, outlook)  # type: ignore[arg-type]


def limit(rule: Rule, value: str, **more: object) -> Constraint:
    return Constraint(f"C-{rule.value}", rule, D(value), **more)  # type: ignore[arg-type]
