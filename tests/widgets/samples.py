"""Views of any size for tests, benchmarks and pictures; seeded, labelled as simulated."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache

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


def practice(households: int = 3) -> v.PracticeView:
    names = ("Okafor household", "Lindqvist family", "Estate of R. Marsh")
    items = tuple(
        v.HouseholdItem(
            f"h{i + 1}", names[i] if i < 3 else f"Household {i + 1:04d}", 4 - i % 3, 7 - i % 7
        )
        for i in range(households)
    )
    return v.PracticeView(items, "h1")


def lot_rows(home: Household, names: dict[str, Security]) -> tuple[v.LotRow, ...]:
    rng = np.random.default_rng(17)
    made = []
    for lot in home.lots:
        gain = usd(float(rng.normal(-900, 4_000)))
        p = float(rng.beta(1.2, 2.4))
        forecast = Forecast(
            lot.lot_id,
            lot.security_id,
            AS_OF + timedelta(hours=2),
            1.97,
            float(rng.uniform(20, 400)),
            False,
            p,
            0.004,
            0.5,
            0.31,
            p > 0.8,
        )
        long_on = lot.held_since + timedelta(days=366)
        term = Term.LONG if long_on <= TODAY else Term.SHORT
        account = home.account(lot.account_id)
        made.append(
            v.LotRow(
                lot,
                names[lot.security_id],
                account,
                usd(182.4),
                lot.basis_usd + gain,
                gain,
                term,
                long_on,
                forecast,
                float(rng.normal(150, 400)),
                "flag" if p > 0.8 else "watch",
            )
        )
    return tuple(made)


def lot_view(home: Household | None = None, positions: int = 120) -> v.LotView:
    home = home or household(positions, 600)
    names = securities(positions)
    near = (
        v.WashNeighbour(
            "Traditional IRA",
            "NVDA",
            TODAY - timedelta(days=12),
            "Dividend reinvested",
            Decimal("1.204"),
            "washes 1.204 shares for good",
        ),
        v.WashNeighbour(
            "Family trust",
            "NVDA",
            TODAY + timedelta(days=9),
            "Plan purchase",
            Decimal(5),
            "would wash 5 shares",
        ),
    )
    subs = tuple(
        v.Substitute(
            names[s],
            0.981 - i * 0.011,
            0.021 + i * 0.006,
            14.2 + 6 * i,
            0.8 + i * 0.3,
            "bought 12 days ago in the trust" if i == 3 else "",
        )
        for i, s in enumerate(SUBSTITUTES)
    )
    reasons = (
        "The loss offsets a short-term gain at 40.8 %.",
        "Two purchases in the household touch its 61 days.",
    )
    return v.LotView(1, lot_rows(home, names), "L0", wait_curve(), near, subs, reasons)


def household_view() -> v.HouseholdView:
    home = household(120, 600)
    accounts = tuple(
        v.AccountRow(
            a,
            "Ada Okafor",
            usd(1_240_000 / (i + 1)),
            usd(-21_400 * (i - 1)),
            usd(42_000 / (i + 1)),
            320 // (i + 1),
        )
        for i, a in enumerate(ACCOUNTS)
    )
    events = (
        v.PlannedEvent(
            date(2026, 12, 15),
            "Fund distribution, long-term",
            Decimal(64_000),
            Decimal(9_000),
            "gain",
        ),
        v.PlannedEvent(
            date(2027, 1, 15),
            "Estimated tax, fourth payment",
            Decimal(-38_000),
            Decimal(0),
            "payment",
        ),
        v.PlannedEvent(
            date(2027, 2, 1), "Cash for tuition", Decimal(-50_000), Decimal(0), "cash need"
        ),
        v.PlannedEvent(
            date(2027, 3, 1), "Restricted stock vests", Decimal(81_000), Decimal(12_000), "income"
        ),
    )
    gaps = (
        v.ContextGap(
            "Basis of Founder shares",
            "needs you",
            Decimal(14_200),
            "Ask for the 83(b) election of 2014",
        ),
        v.ContextGap(
            "Spouse's 401(k) purchases",
            "needs you",
            Decimal(3_100),
            "Import the plan's transactions",
        ),
        v.ContextGap(
            "Rental house, value of 2025", "old", Decimal(900), "Confirm or enter a newer value"
        ),
    )
    ranges = (
        v.BillRange(usd(171_000), usd(184_210), usd(203_500)),
        v.BillRange(usd(160_200), usd(171_940), usd(189_100)),
    )
    return v.HouseholdView(
        1,
        home,
        dial(),
        bill(184_210),
        bill(171_940, 34_000),
        *ranges,
        accounts,
        events,
        gaps,
        AS_OF,
    )


def constraints_view() -> v.ConstraintsView:
    told = "Net gain limit 8,000 → 10,000: expected alpha +$420, tracking error −0.02%, 31 ms."
    return v.ConstraintsView(1, limit_rows(), Decimal(8_314), told)


def whatif_view() -> v.WhatIfView:
    levers = (
        v.Lever(
            "default_loss",
            "Loss threshold",
            "rate",
            0.01,
            0.3,
            0.005,
            0.05,
            0.05,
            "Loss from which a lot is ready",
        ),
        v.Lever("horizon", "Years to exit", "years", 1, 30, 1, 10, 10),
        v.Lever("turnover", "Turnover at most", "rate", 0.0, 1.0, 0.01, 0.4, 0.3),
        v.Lever("tracking", "Tracking error at most", "rate", 0.0, 0.05, 0.001, 0.016, 0.012),
        v.Lever("cash", "Cash need", "usd", 0, 200_000, 1_000, 50_000, 50_000),
        v.Lever("rates", "Short rates", "rate", 0.0, 0.08, 0.0025, 0.04, 0.04),
        v.Lever("vol", "Volatility", "x", 0.5, 2.0, 0.05, 1.25, 1.0),
    )
    rows = (
        ("s0", "Book as it is", "2026 as enacted", 171_940, 8_314, 61_480, 0.0084, 42_000, 7),
        ("s1", "More turnover", "2026 as enacted", 168_200, 10_905, 74_100, 0.0121, 44_100, 12),
        (
            "s2",
            "Top rate 39.6 %",
            "Sunset of 2017 rates",
            181_300,
            9_940,
            63_200,
            0.0086,
            42_000,
            8,
        ),
    )
    scenarios = tuple(
        v.Scenario(
            i, n, law, usd(tax), usd(a), usd(a * 0.62), usd(a * 1.4), usd(h), te, usd(cash), n_t
        )
        for i, n, law, tax, a, h, te, cash, n_t in rows
    )
    return v.WhatIfView(
        1, levers, scenarios, ("2026 as enacted", "Sunset of 2017 rates"), "2026 as enacted"
    )


def wash_view(rows: int = 22) -> v.WashView:
    names = securities(rows)
    rng = np.random.default_rng(23)
    made = []
    for i in range(rows):
        days = [v.WashDay.CLEAR] * 61
        sold = int(rng.integers(6, 30))
        days[sold] = v.WashDay.SOLD
        days[sold + 1 : sold + 31] = [v.WashDay.BLOCKED] * 30
        if i % 3 == 0:
            days[max(sold - 9, 0)] = v.WashDay.BOUGHT
        if i % 4 == 0:
            days[min(sold + 20, 60)] = v.WashDay.PLANNED
        safe = TODAY + timedelta(days=sold + 1)
        if sold + 31 < 61:
            days[sold + 31] = v.WashDay.SAFE
        made.append(
            v.WashRow(names[f"s{i}"], ACCOUNTS[i % 4], tuple(days), safe if i % 5 else None)
        )
    spoil = (
        v.PlannedEvent(
            TODAY + timedelta(days=6),
            "NVDA dividend reinvested, IRA",
            Decimal(212),
            Decimal(0),
            "dividend",
        ),
        v.PlannedEvent(
            TODAY + timedelta(days=9),
            "Plan purchase VTI, 401(k)",
            Decimal(1_500),
            Decimal(0),
            "plan",
        ),
    )
    return v.WashView(
        1,
        TODAY - timedelta(days=30),
        TODAY,
        tuple(made),
        evaluation(household(30, 60), 30, 1, 2).blocks,
        securities(30),
        spoil,
    )


def score_view() -> v.ScoreView:
    rng = np.random.default_rng(29)
    bins = []
    for i in range(10):
        low, n = i / 10, int(900 / (i + 1)) + 20
        real = float(np.clip(low + 0.05 + rng.normal(0, 0.02), 0, 1))
        half = 1.96 * float(np.sqrt(real * (1 - real) / n))
        bins.append(
            v.CalibrationBin(
                low, low + 0.1, low + 0.05, real, max(real - half, 0.0), min(real + half, 1.0), n
            )
        )
    days = tuple(date(2026, 10, 1) + timedelta(days=i) for i in range(38))
    ours = np.cumsum(rng.gamma(2, 90, 38))
    drift = np.cumsum(rng.gamma(2, 52, 38))
    flags = tuple(
        v.ScoredFlag(
            AS_OF - timedelta(days=i),
            symbol(i),
            ("missed", "false")[i % 2],
            0.55 + 0.04 * i,
            usd(120 + 31 * i),
            "gap at the open" if i % 2 == 0 else "reversed in the last hour",
        )
        for i in range(7)
    )
    gate = (
        v.GateItem("Shadow sessions", "30", "23", False),
        v.GateItem("Scored forecasts", "1,000", "2,640", True),
        v.GateItem("Brier below the drift rule", "95 % sure", "99 % sure", True),
        v.GateItem("Flags that came true at 80 %", "75–85 %", "81 %", True),
    )
    return v.ScoreView(1, tuple(bins), 0.142, 0.219, 0.203, days, ours, drift, flags, gate, 2640)


def audit_view() -> v.AuditView:
    events = ("evaluated", "flag raised", "approved", "exported", "filled", "rejected")
    rows = tuple(
        v.AuditRow(
            1200 - i,
            AS_OF - timedelta(minutes=3 * i),
            ("engine", "J. Ortiz")[i % 2],
            events[i % 6],
            symbol(i % 30),
            "snapshot q1, seed 7",
            f"{i * 7919:064x}"[::-1],
        )
        for i in range(60)
    )
    facts = (
        ("Snapshot", "q1, 120 prices"),
        ("Seed and paths", "7, 4,096"),
        ("Law", "2026, digest 5e1f…"),
        ("Program", "Lotlight 0.1.0"),
        ("Net alpha", "+$1,042.10"),
        ("Signed by", "J. Ortiz"),
    )
    return v.AuditView(1, rows, True, AS_OF, v.WhyRecord("1,198: approved NVDA", facts))


@cache
def everything() -> tuple[v.View, ...]:
    return (
        practice(),
        desk(),
        lot_view(),
        household_view(),
        constraints_view(),
        whatif_view(),
        wash_view(),
        score_view(),
        audit_view(),
    )


def replaced(found: Evaluation, **changes: object) -> Evaluation:
    """The evaluation with other fields."""
    return replace(found, **changes)
