"""Why a number is what it is: the sum behind an alpha, the paths behind a chance, the record."""

from PySide6.QtWidgets import QWidget

from engine.results import Alpha, Forecast, Proposal
from widgets import text
from widgets.sheet import Sheet
from widgets.views import CalibrationBin, DeskView, ScoreView

Fact = tuple[str, str, str]


def sum_of(alpha: Alpha) -> list[Fact]:
    """The alpha part by part; the parts add up to the last line."""
    parts = (
        ("Tax of this year saved", alpha.tax_now_usd),
        ("Larger loss carried forward", alpha.carryforward_usd),
        ("Tax given back later through the lower basis", -alpha.deferred_usd),
        ("Half spreads of both legs", -alpha.spread_usd),
        ("Commissions and fees", -alpha.commission_usd),
        ("Market impact", -alpha.impact_usd),
        ("Tracking error of the substitute", -alpha.tracking_usd),
        ("Choice to harvest later, given up", -alpha.option_usd),
        ("Expected wash sales", -alpha.wash_drag_usd),
    )
    rows = [(name, text.signed_money(usd, 2), _ink(float(usd))) for name, usd in parts]
    net = text.signed_money(alpha.net_usd, 2)
    others = text.money(alpha.others_claim_usd, 2)
    return [
        *rows,
        ("Net alpha, in present dollars", net, _ink(float(alpha.net_usd))),
        ("For comparison: loss × top rate, not part of the sum", others, "muted"),
    ]


def _ink(usd: float) -> str:
    return "gain" if usd > 0 else "loss" if usd < 0 else "muted"


def chance_of(view: DeskView, proposal: Proposal) -> list[Fact]:
    """What is behind the probability."""
    lots = {sale.lot_id for sale in proposal.sales}
    found: Forecast | None = next((f for f in view.evaluation.forecasts if f.lot_id in lots), None)
    if found is None:
        return [("Chance", text.probability(proposal.probability), "")]
    shown = f"{text.probability(found.probability)} ± {text.percent(1.96 * found.stderr, 1)}"
    until = text.clock(found.window_ends_at, with_seconds=False)
    return [
        ("Chance of the harvest price in the window", shown, ""),
        ("Harvest price", text.money(found.threshold_usd, 2), ""),
        ("Window", f"{text.hours(found.window_hours)}, to {until} New York", ""),
        ("Chance in the next session", text.probability(found.next_session), ""),
        ("Volatility, year", text.percent(found.vol_annual, 1), ""),
        ("Paths and seed", f"{view.evaluation.paths:,}, seed {view.evaluation.seed}", ""),
    ]


def record_of(score: ScoreView | None, probability: float) -> Fact:
    """How good such forecasts have been."""
    found: CalibrationBin | None = next(
        (b for b in (score.bins if score else ()) if b.low <= probability < b.high and b.count),
        None,
    )
    if found is None:
        return ("Record of such forecasts", "none scored yet", "muted")
    rate = text.percent(found.realized)
    return ("Record of such forecasts", f"{rate} of {found.count:,} came true", "")


class ExplainSheet(Sheet):
    """A proposal taken apart."""

    def __init__(
        self, parent: QWidget, view: DeskView, proposal: Proposal, score: ScoreView | None
    ) -> None:
        names = {view.securities[s.security_id].symbol for s in proposal.sales}
        super().__init__(parent, f"Why sell {', '.join(sorted(names))}", 600)
        self.words("\n".join(proposal.reasons))
        self.facts(sum_of(proposal.alpha))
        low, high = text.money(proposal.alpha_low_usd), text.money(proposal.alpha_high_usd)
        binding = proposal.binding or "none"
        self.facts(
            [
                ("95% band of the net alpha", f"{low} to {high}", ""),
                *chance_of(view, proposal),
                record_of(score, proposal.probability),
                ("Limit that binds", binding, "warn" if proposal.binding else "muted"),
                ("Prices", f"snapshot {proposal.snapshot_id}", "muted"),
                (
                    "Law and program",
                    f"{view.evaluation.law_version}, {view.evaluation.engine_version}",
                    "muted",
                ),
            ]
        )
        self.buttons()


class FigureSheet(Sheet):
    """One of the six figures taken apart."""

    def __init__(self, parent: QWidget, name: str, view: DeskView) -> None:
        title, rows = figure_facts(name, view)
        super().__init__(parent, title, 520)
        self.facts(rows)
        self.buttons()


def figure_facts(name: str, view: DeskView) -> tuple[str, list[Fact]]:
    """Title and lines of a figure's explanation."""
    f = view.figures
    if name == "tax":
        after = {line.key: line.amount_usd for line in view.evaluation.bill_after.lines}
        rows = [
            (x.label, f"{text.money(x.amount_usd)}  →  {text.money(after.get(x.key, 0))}", "")
            for x in view.evaluation.bill_before.lines
        ]
        total = f"{text.money(f.tax_before_usd)}  →  {text.money(f.tax_after_usd)}"
        return f"Projected {f.year} tax, before → after staged", [*rows, ("Total", total, "")]
    if name == "alpha":
        names = view.securities
        rows = [
            (
                ", ".join(names[s.security_id].symbol for s in p.sales),
                text.signed_money(p.alpha.net_usd),
                _ink(float(p.alpha.net_usd)),
            )
            for p in view.evaluation.proposals[:12]
        ]
        return "Expected alpha now, by proposal", [*rows, ("Total", text.money(f.alpha_usd), "")]
    if name in ("gain_budget", "tracking"):
        rows = [
            (
                f"{r.label}, {r.scope}",
                "binding" if r.binding else "within",
                "warn" if r.binding else "muted",
            )
            for r in view.constraints
        ]
        return "Limits in force", rows or [("No limits are set", "F4 sets them", "muted")]
    if name == "harvested":
        return "Harvested this year", [
            ("Losses realized", text.money(f.harvested_usd), ""),
            ("Cost of it", text.money(f.harvest_cost_usd), "loss"),
        ]
    return "Waiting for approval", [
        ("Proposals", str(f.waiting), ""),
        ("Oldest", text.age(f.oldest_minutes * 60), "warn" if f.waiting else "muted"),
    ]
