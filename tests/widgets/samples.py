"""Views of any size for tests, benchmarks and pictures; seeded, labelled as simulated."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np

from engine.records import (
    Account,
    AccountKind,
    Cash,
    Constraint,
    ExternalAsset,
    FilingStatus,
    Household,
    Lot,
    Person,
    PersonRole,
    PlannedGain,
    Rule,
    Scope,
    Security,
    SecurityKind,
    TaxProfile,
    Term,
)
from engine.results import (
    Alpha,
    BillLine,
    Evaluation,
    Forecast,
    LotSale,
    PositionValue,
    Proposal,
    ProposalState,
    Purchase,
    TaxBill,
    WashBlock,
    WashConfidence,
)
from widgets import views as v

AS_OF = datetime(2026, 11, 23, 19, 2, 7, tzinfo=UTC)
TODAY = date(2026, 11, 23)
NAMES = [
    "NVDA",
    "AAPL",
    "MSFT",
    "AMZN",
    "GOOG",
    "META",
    "TSLA",
    "AVGO",
    "JPM",
    "XOM",
    "UNH",
    "COST",
    "HD",
    "PG",
    "KO",
    "PEP",
    "ADBE",
    "CRM",
    "NFLX",
    "AMD",
    "INTC",
    "CSCO",
    "QCOM",
    "TXN",
    "ORCL",
    "MRK",
    "PFE",
    "ABBV",
    "LLY",
    "TMO",
]
SECTORS = [
    "Energy",
    "Materials",
    "Industrials",
    "Discretionary",
    "Staples",
    "Health",
    "Financials",
    "Technology",
    "Communication",
    "Utilities",
    "Real estate",
]
SUBSTITUTES = ("XLK", "VGT", "QQQM", "SCHG", "VUG")
ACCOUNTS = (
    Account("a1", "p1", "Joint taxable", AccountKind.JOINT, "Custodian One", "00412"),
    Account("a2", "p1", "Family trust", AccountKind.TRUST, "Custodian One", "00413"),
    Account("a3", "p2", "Traditional IRA", AccountKind.IRA, "Custodian Two", "X-77"),
    Account("a4", "p1", "Roth IRA", AccountKind.ROTH, "Custodian Two", "X-78"),
)


def usd(amount: float) -> Decimal:
    return Decimal(f"{amount:.2f}")


def symbol(i: int) -> str:
    return NAMES[i] if i < len(NAMES) else f"{NAMES[i % 30][:2]}{i:03d}"


def securities(count: int) -> dict[str, Security]:
    made = {
        f"s{i}": Security(f"s{i}", symbol(i), f"{symbol(i)} Inc.", sector=SECTORS[i % 11])
        for i in range(count)
    }
    for name in SUBSTITUTES:
        made[name] = Security(name, name, f"{name} fund", SecurityKind.ETF)
    return made


def household(positions: int, lots: int, seed: int = 7) -> Household:
    rng = np.random.default_rng(seed)
    made = []
    for i in range(lots):
        bought = TODAY - timedelta(days=int(rng.integers(5, 900)))
        basis = usd(float(rng.uniform(2_000, 40_000)))
        shares = Decimal(int(rng.integers(10, 900)))
        account = f"a{1 + (i % positions) % 2}"
        made.append(Lot(f"L{i}", account, f"s{i % positions}", shares, basis, bought, bought))
    return Household(
        "h1",
        "Okafor household",
        (Person("p1", "Ada Okafor", PersonRole.CLIENT), Person("p2", "Ben", PersonRole.SPOUSE)),
        ACCOUNTS,
        tuple(made),
        TaxProfile(
            2026,
            FilingStatus.MFJ,
            "CA",
            wages_usd=Decimal(420_000),
            st_carryforward_usd=Decimal(12_400),
            lt_carryforward_usd=Decimal(31_050),
        ),
        cash=(Cash("a1", Decimal(42_000)), Cash("a2", Decimal(8_110))),
        external=(
            ExternalAsset(
                "x1",
                "Founder shares, Kite Robotics",
                Decimal(1_850_000),
                Decimal(90_000),
                date(2014, 3, 1),
                as_of=date(2026, 9, 30),
            ),
            ExternalAsset(
                "x2",
                "Rental house, Oakland",
                Decimal(940_000),
                Decimal(510_000),
                date(2011, 6, 15),
                as_of=date(2025, 12, 31),
            ),
        ),
        planned_gains=(
            PlannedGain("g1", date(2026, 12, 15), Term.LONG, Decimal(64_000), Decimal(9_000)),
        ),
    )


def alpha(net: float) -> Alpha:
    tax, carry, later = net * 1.35, net * 0.12, net * 0.28
    parts = [usd(x) for x in (tax, carry, later, 9.4, 1.3, 4.2, 22.5, 12.0, 8.5)]
    return Alpha(*parts, others_claim_usd=usd(net * 1.9))


def proposals(home: Household, count: int, rng: np.random.Generator) -> tuple[Proposal, ...]:
    chances = np.sort(rng.uniform(0.6, 0.97, count))[::-1]
    made = []
    for i in range(count):
        lot = home.lots[i]
        gain = usd(-float(rng.uniform(400, 9_000)))
        net = float(rng.uniform(120, 2_300))
        state = ProposalState.STAGED if i % 4 == 2 else ProposalState.PROPOSED
        sale = LotSale(
            lot.lot_id, lot.account_id, lot.security_id, lot.shares, lot.basis_usd, Term.SHORT, gain
        )
        buy = Purchase(lot.account_id, SUBSTITUTES[i % 5], lot.shares, Decimal("211.30"))
        made.append(
            Proposal(
                f"P{i}",
                home.household_id,
                (sale,),
                (buy,),
                alpha(net),
                usd(net * 0.7),
                usd(net * 1.3),
                float(chances[i]),
                "flag" if i % 3 else "harvest",
                (
                    "The loss offsets a short-term gain of this year.",
                    "No purchase in any account within 30 days.",
                ),
                "net gain limit" if i % 2 else "",
                Decimal("182.40"),
                AS_OF - timedelta(minutes=4 + i),
                AS_OF + timedelta(minutes=60 + 17 * i),
                "q1",
                state,
            )
        )
    return tuple(made)


def bill(total: float, offset: float = 0.0) -> TaxBill:
    lines = (
        BillLine("wages", "Wages", Decimal(420_000), "1040 line 1a"),
        BillLine("capital_gain", "Net capital gain", usd(88_400 - offset), "Schedule D line 16"),
        BillLine("taxable_income", "Taxable income", usd(476_200 - offset), "1040 line 15"),
        BillLine("regular", "Regular tax", usd(total * 0.66), "1040 line 16"),
        BillLine("niit", "Net investment income tax", usd(total * 0.05), "8960 line 17"),
        BillLine("amt", "Alternative minimum tax", Decimal(0), "6251 line 11"),
        BillLine("state", "California", usd(total * 0.29), "540 line 64"),
    )
    return TaxBill(
        2026,
        lines,
        usd(total),
        usd(total * 0.71),
        usd(total * 0.29),
        Decimal(9_400),
        Decimal(31_050),
        ("California brackets of 2026 projected",),
        "law",
    )


def evaluation(home: Household, positions: int, seq: int, queue: int) -> Evaluation:
    rng = np.random.default_rng(1000 + seq)
    base = np.random.default_rng(5)
    values = base.gamma(1.1, 420, positions) - 260 + rng.normal(0, 12, positions)
    chance = np.clip(base.beta(1.2, 2.4, positions) + rng.normal(0, 0.01, positions), 0, 1)
    unrealized = base.normal(-1_500, 6_000, positions) + rng.normal(0, 40, positions)
    market = base.uniform(8_000, 300_000, positions)
    lots_of = len(home.lots) // positions
    rows = tuple(
        PositionValue(
            f"a{1 + i % 2}",
            f"s{i}",
            lots_of,
            Decimal(100),
            usd(market[i] / 100),
            usd(market[i]),
            usd(unrealized[i]),
            float(values[i]) if values[i] > -200 else 0.0,
            float(18 + market[i] / 9_000),
            float(chance[i]),
            "flag" if chance[i] >= 0.8 else ("watch", "ready", "washed", "not_worth_it")[i % 4],
        )
        for i in range(positions)
    )
    ends = AS_OF + timedelta(hours=3)
    forecasts = tuple(
        Forecast(
            x.lot_id,
            x.security_id,
            ends,
            1.97,
            180.0,
            False,
            float(chance[i % positions]),
            0.004,
            0.5,
            0.31,
            bool(chance[i % positions] >= 0.8),
        )
        for i, x in enumerate(home.lots)
    )
    drift = np.linspace(0.0, 0.45, 6)
    sectors = {
        s: tuple(np.clip(base.beta(1.2, 4) + drift * base.uniform(0.2, 1.2), 0, 1).tolist())
        for s in SECTORS
    }
    blocks = tuple(
        WashBlock(
            f"s{i}",
            f"L{i}",
            "do_not_buy",
            f"{symbol(i)} was sold at a loss on 2026-11-1{i}",
            "a1",
            TODAY + timedelta(days=20 + i),
            WashConfidence.FIRM,
            "26 U.S.C. 1091(a)",
        )
        for i in range(4)
    )
    return Evaluation(
        "e1",
        home.household_id,
        AS_OF + timedelta(seconds=seq),
        "q1",
        seq,
        4096,
        "law",
        "0.1",
        {},
        forecasts,
        rows,
        proposals(home, queue, np.random.default_rng(11)),
        blocks,
        sectors,
        bill(184_210),
        bill(171_940, 34_000),
    )


def status(seq: int = 0, **changes: object) -> v.Status:
    made = {
        "mode": v.Mode.SHADOW,
        "engine_rate_hz": 9.8,
        "paths_per_second": 2.1e6,
        "price_at": AS_OF + timedelta(seconds=seq),
        "price_age_s": 3.0,
        "feed_interval_s": 5.0,
        "market_phase": "Close in",
        "market_seconds": 7073 - seq,
        "simulated": True,
        "notes": (
            "Book saved 14:02:05",
            "Shadow day 23 of 30",
            "Brier 0.142 against 0.219 drift",
            "Audit chain verified",
        ),
    }
    return v.Status(**{**made, **changes})


def figures() -> v.Figures:
    return v.Figures(
        2026,
        Decimal(184_210),
        Decimal(171_940),
        Decimal(61_480),
        Decimal(1_212),
        Decimal(8_314),
        Decimal(5_020),
        Decimal(11_760),
        Decimal(6_150),
        Decimal(10_000),
        0.0084,
        0.012,
        7,
        4.2,
    )


def dial() -> v.TaxDial:
    edges = (0, 24_800, 100_800, 211_400, 403_550, 512_450, 768_700, 1_400_000)
    rates = (0.10, 0.12, 0.22, 0.24, 0.32, 0.35, 0.37)
    bands = tuple(
        v.TaxBand(f"{r:.0%}", float(edges[i]), float(edges[i + 1]), r) for i, r in enumerate(rates)
    )
    marks = (v.TaxEdge("NIIT", 250_000.0), v.TaxEdge("20 % on long-term gain", 613_700.0))
    return v.TaxDial(
        "federal + NIIT + CA",
        2026,
        bands,
        marks,
        476_200.0,
        442_200.0,
        431_000.0,
        Decimal(184_210),
        Decimal(171_940),
    )


def wait_curve(now: float = 1_500.0, best: float = 2.1) -> v.WaitCurve:
    hours = np.linspace(0.0, 6.5, 80)
    mean = now + 0.28 * now * (1 - ((hours - best) / best) ** 2 / (1 + hours / 4))
    mean = mean - mean[0] + now
    spread = 0.05 * now + 0.11 * now * np.sqrt(hours)
    gain = float(mean.max() - now)
    return v.WaitCurve(
        hours,
        mean,
        mean - 1.64 * spread,
        mean + 1.64 * spread,
        now,
        best,
        gain,
        gain * 0.42,
        0.31,
        AS_OF + timedelta(hours=best),
        181.5,
    )


def limit_rows() -> tuple[v.ConstraintRowView, ...]:
    made = (
        ("c1", Rule.CASH_NEED_USD, "50000", "Raise cash", "Household", "42000", True, "0.03"),
        (
            "c2",
            Rule.NET_GAIN_MAX_USD,
            "10000",
            "Net gain at most",
            "Household",
            "6150",
            True,
            "0.21",
        ),
        (
            "c3",
            Rule.TRACKING_ERROR_MAX,
            "0.012",
            "Tracking error at most",
            "Core sleeve",
            "0.0084",
            False,
            "0",
        ),
        ("c4", Rule.NEVER_SELL, "1", "Never sell", "KO", "1", False, "0"),
        (
            "c5",
            Rule.SECTOR_MAX_WEIGHT,
            "0.25",
            "Sector at most",
            "Technology",
            "0.247",
            True,
            "1450",
        ),
        ("c6", Rule.MIN_HOLDING_DAYS, "31", "Hold at least", "Household", "31", False, "0"),
        ("c7", Rule.TURNOVER_MAX, "0.30", "Turnover at most", "Household", "0.11", False, "0"),
    )
    return tuple(
        v.ConstraintRowView(
            Constraint(
                i,
                rule,
                Decimal(limit),
                Scope.HOUSEHOLD,
                by_on=date(2027, 2, 1) if i == "c1" else None,
                hard=i not in ("c5", "c7"),
            ),
            label,
            scope,
            Decimal(used),
            binding,
            Decimal(price),
            AS_OF,
        )
        for i, rule, limit, label, scope, used, binding, price in made
    )


def desk(
    seq: int = 0,
    positions: int = 120,
    lots: int = 600,
    queue: int = 9,
    home: Household | None = None,
    **changes: object,
) -> v.DeskView:
    home = home or household(positions, lots)
    rng = np.random.default_rng(3)
    history = np.cumsum(rng.normal(0, 6, (positions, 60)), axis=1) + 400 + seq
    found = evaluation(home, positions, seq, queue)
    waits = {
        x.lot_id: wait_curve(900.0 + 130 * i, 0.9 + (i % 4) * 0.7)
        for i, x in enumerate(home.lots[:40])
    }
    impacts = {
        p.proposal_id: v.Impact(-p.alpha.tax_now_usd, usd(12_400), 0.0003) for p in found.proposals
    }
    vols = tuple(
        v.VolatilityState(n, a, u, r, AS_OF, stale)
        for n, a, u, r, stale in (
            ("Market", 0.174, 0.152, "rising", False),
            ("NVDA", 0.462, 0.391, "rising", False),
            ("AAPL", 0.243, 0.251, "usual", False),
            ("TSLA", 0.581, 0.544, "usual", False),
            ("JPM", 0.198, 0.214, "calm", True),
        )
    )
    signals = tuple(
        v.MarketSignal(n, r, lean, e, AS_OF, stale)
        for n, r, lean, e, stale in (
            ("Opening gap", "−0.8%", -0.42, "IC 0.04, t 2.1, 610 days", False),
            ("Sector breadth", "31% up", -0.35, "IC 0.03, t 1.8, 610 days", False),
            ("Reversal, 5 d", "+0.6 sd", 0.18, "IC 0.02, t 1.1, not used", False),
            ("Overnight futures", "−0.3%", -0.12, "IC 0.01, not used", True),
        )
    )
    made = {
        "seq": seq,
        "household": home,
        "securities": securities(positions),
        "evaluation": found,
        "status": status(seq),
        "figures": figures(),
        "dial": dial(),
        "alpha_history": history,
        "waits": waits,
        "impacts": impacts,
        "volatility": vols,
        "signals": signals,
        "constraints": limit_rows(),
        "heat_hours": (0.5, 1.0, 1.5, 2.0, 2.5, 3.0),
    }
    return v.DeskView(**{**made, **changes})
